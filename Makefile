# make run | test | check | bench    (each installs what it needs into .venv)
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
WORKERS ?= 1

.PHONY: run test test-sqlite test-postgres check bench format messages requirements clean

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.installed

# Installs, migrates, loads the demo and serves the shop and the sandbox; prints what to open.
run: export DEMO = 1
run: $(VENV)/.installed
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@$(BIN)/python manage.py load_demo
	@$(BIN)/python manage.py serve --port $(PORT) --workers $(WORKERS)

# Runs every test, on SQLite with the browser journeys, then on PostgreSQL.
test: test-sqlite test-postgres

test-sqlite: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

test-postgres: $(VENV)/.installed-dev
	$(BIN)/python -m tests.on_postgres $(BIN)/python -m pytest -n 2 --dist loadgroup -m "not browser" $(ARGS)

check: export DJANGO_SETTINGS_MODULE = tests.settings
check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py messages --check
	$(BIN)/python -m tests.deploy_check

bench: $(VENV)/.installed-dev
	$(BIN)/python -m bench

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

# Collects new texts into locale/*/LC_MESSAGES/django.po and compiles them.
messages: $(VENV)/.installed-dev
	DEMO=1 $(BIN)/python manage.py messages

# Pins anew, without recording where packages came from.
requirements: $(VENV)/.installed-dev
	$(BIN)/uv pip compile pyproject.toml -o requirements.txt $(PIN)
	$(BIN)/uv pip compile pyproject.toml --group dev -o requirements-dev.txt $(PIN)

PIN := --upgrade --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet

clean:
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache
