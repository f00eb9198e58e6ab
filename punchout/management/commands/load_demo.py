"""``manage.py load_demo``: the demo's catalog, customers, connections and admin login. Safe to repeat."""

import hashlib
import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

import catalog.demo
import customers.demo
from catalog import search
from catalog.models import ListPrice, Product, ProductChange
from customers.models import Organisation
from punchout import demo

ADMIN_USERNAME = "admin"
ADMIN_PASSWORD = "demo-admin"  # noqa: S105 - published on purpose, and only ever set with DEMO=1
SEARCH_WAIT_SECONDS = 120.0
# What the rows are made from: when none of it changed and the rows are there, there is nothing to do.
SOURCES = (
    "fixtures/demo/**/*.json",
    "catalog/demo*",
    "catalog/demo/**/*.py",
    "customers/demo.py",
    "catalog/migrations/*.py",
)


class Command(BaseCommand):
    help = "Loads the demo: articles, customers, connections with published secrets, an admin login."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--remove",
            action="store_true",
            help="Delete the demo connections with their sessions, and the demo's admin login.",
        )
        parser.add_argument("--again", action="store_true", help="Load even when nothing has changed.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove"]:
            self._remove()
            return
        if not settings.DEMO:
            raise CommandError("The demo has published secrets: it is only loaded with DEMO=1.")
        if options["again"] or not is_current():
            self.stdout.write("Loading the demo …")
            customers.demo.load()
            catalog.demo.load()
            remember()
        if options["again"] or not demo.is_loaded():
            demo.load()
        set_admin_login()
        self._prepare_search()
        self.stdout.write(
            f"Demo: {Product.objects.count()} articles, {Organisation.objects.count()} customers, "
            f"connections {', '.join(row.slug for row in demo.CONNECTIONS)}; "
            f"admin login {ADMIN_USERNAME} / {ADMIN_PASSWORD}"
        )

    def _prepare_search(self) -> None:
        is_ready, why = search.ready()
        if not is_ready:
            self.stdout.write(f"Building the search index ({why}) …")
            search.rebuild(only_if_missing=True)
        # A thread of this process may be at it already, and would end with the process.
        until = time.monotonic() + SEARCH_WAIT_SECONDS
        while ProductChange.objects.exists() and time.monotonic() < until:
            if not search.follow_changes():
                time.sleep(0.1)

    def _remove(self) -> None:
        removed = demo.remove()
        deleted, _rows = (
            get_user_model().objects.filter(username=ADMIN_USERNAME, person__isnull=True).delete()
        )
        self.stdout.write(f"Removed {removed} demo connections{' and the admin login' if deleted else ''}.")


def set_admin_login() -> None:
    """The published login, able to do everything; put right when somebody changed it."""
    users = get_user_model().objects
    user, created = users.get_or_create(
        username=ADMIN_USERNAME, defaults={"is_staff": True, "is_superuser": True, "first_name": "Demo"}
    )
    if created or not (user.check_password(ADMIN_PASSWORD) and user.is_staff and user.is_superuser):
        user.is_staff = user.is_superuser = user.is_active = True
        user.set_password(ADMIN_PASSWORD)
        user.save()


def _memory() -> Path:
    return Path(settings.VAR_DIR) / "demo.json"


def _state() -> dict[str, Any]:
    """A digest of the sources and what the database holds of them."""
    digest = hashlib.sha256()
    for path in sorted(
        {path for pattern in SOURCES for path in settings.BASE_DIR.glob(pattern) if path.is_file()}
    ):
        digest.update(path.relative_to(settings.BASE_DIR).as_posix().encode())
        digest.update(path.read_bytes())
    return {
        "sources": digest.hexdigest(),
        # Delivery dates are counted from the day of the load.
        "day": timezone.localdate().isoformat(),
        "database": str(settings.DATABASES["default"]["NAME"]),
        "articles": Product.objects.count(),
        "prices": ListPrice.objects.count(),
        "customers": Organisation.objects.count(),
    }


def is_current() -> bool:
    """True when the files are those of the last load and the database still holds as many rows."""
    try:
        remembered = json.loads(_memory().read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return remembered == _state()


def remember() -> None:
    # Where database, index and files lie elsewhere, nobody has made the folder.
    _memory().parent.mkdir(parents=True, exist_ok=True)
    _memory().write_text(json.dumps(_state()), "utf-8")
