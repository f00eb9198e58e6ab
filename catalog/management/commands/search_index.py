"""Builds the search index anew, or brings the change log into it once or for ever."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, close_old_connections

from catalog import search

POLL_SECONDS = 1.0


class Command(BaseCommand):
    help = "Keeps the search index equal to the catalog."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--rebuild", action="store_true", help="Build a new index and switch to it.")
        what.add_argument("--once", action="store_true", help="Index what changed, then stop.")
        what.add_argument("--follow", action="store_true", help="Index what changes, until interrupted.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["rebuild"]:
                self.stdout.write(f"{search.rebuild()} articles indexed")
            elif options["once"]:
                self.stdout.write(f"{search.follow_changes()} changes indexed")
            else:
                self._follow()
        except search.SearchUnavailable as error:
            raise CommandError(str(error)) from error

    def _follow(self) -> None:
        try:
            while True:
                try:
                    close_old_connections()
                    search.follow_changes()
                except (OperationalError, search.SearchUnavailable) as error:
                    # The database or the index may come back; the log waits for it.
                    self.stderr.write(str(error))
                time.sleep(POLL_SECONDS)
        except KeyboardInterrupt:
            self.stdout.write("stopped")
