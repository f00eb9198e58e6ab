"""What every test may count on."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.template import Context, Template
from django.test.signals import template_rendered
from pytest_django import DjangoDbBlocker, Settings

from catalog import search
from catalog.api import throttling
from catalog.exports import throttle
from punchout.adapters.cxml import dtd
from tests.factories import CANARY_SECRET
from tests.migrated import copy_of_migrated

# The contract suites are modules that are inherited from: their assertions explain themselves too.
pytest.register_assert_rewrite(
    "tests.contracts.adapter_contract",
    "tests.contracts.admission_contract",
    "tests.contracts.harness",
    "tests.contracts.mapping_contract",
    "tests.contracts.replay_contract",
)
# The same examples in every run, however busy the machine is; FUZZ_EXAMPLES looks for new ones.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("suite")
# The factories' own log says what rows are made with, secrets included.
logging.getLogger("factory").setLevel(logging.WARNING)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from tests.workers import Together

    return Together(config, log)


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Path | None]:
    """With workers, the file that a worker's database is a copy of, where it is one (``tests.migrated``)."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        yield request.getfixturevalue("django_db_setup")
        return
    with django_db_blocker.unblock(), copy_of_migrated(tmp_path_factory.getbasetemp().parent, worker) as file:
        django_db_blocker.restore()
        yield file
        django_db_blocker.unblock()


@pytest.fixture(autouse=True, scope="session")
def only_whole_pages_are_looked_into(django_test_environment: None) -> None:
    """``response.context`` is that of the page. Of all it includes, Django would keep a copy each."""

    def render(template: Template, context: Context) -> str:
        if context.template is template:
            template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    Template._render = render


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """What one test made the cache remember (failed attempts, requests of a key) is not the next one's."""
    cache.clear()


@pytest.fixture(autouse=True)
def windows_that_do_not_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The minute or hour in which requests are counted does not turn over in the middle of a test."""
    standing = SimpleNamespace(time=lambda: 1_700_000_000.0)
    for module in (throttling, throttle):
        monkeypatch.setattr(module, "time", standing)


@pytest.fixture(autouse=True)
def own_search_index(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Rows are rolled back after a test, an index is not: each test has its own."""
    settings.SEARCH_INDEX_DIR = tmp_path / "search"
    search.forget()
    yield
    search.forget()


@pytest.fixture(autouse=True)
def only_valid_cxml_is_sent(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever cXML a test makes us send is valid for its version and the newest: else the test fails.

    ``@pytest.mark.invalid_cxml`` is for the tests of what happens otherwise.
    """
    if request.node.get_closest_marker("invalid_cxml") is None:
        monkeypatch.setattr(dtd, "report", _fail)


@pytest.fixture(scope="session")
def leaks() -> Iterator[list[str]]:
    """Lines of the log, as they are written, in which the secret of the tests' connections stands."""
    found: list[str] = []
    (handler,) = [handler for handler in logging.getLogger().handlers if hasattr(handler, "setStream")][:1]
    written = handler.format

    def watched(record: logging.LogRecord) -> str:
        line = written(record)
        if CANARY_SECRET in line:
            found.append(line)
        return line

    handler.format = watched  # type: ignore[method-assign]
    yield found
    del handler.format


@pytest.fixture(autouse=True)
def no_secret_is_logged(leaks: list[str]) -> Iterator[None]:
    """Of the whole run: whatever a test does, the log has no secret of a buyer."""
    yield
    written = leaks[:]
    leaks.clear()
    assert written == []


def _fail(version: str, wrong: list[str]) -> None:
    raise AssertionError(f"What we sent is not valid (cXML {version}): {wrong}")
