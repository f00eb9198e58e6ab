"""Removes old messages, visits that are over and sandbox runs; for a daily run."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from punchout import retention


class Command(BaseCommand):
    help = (
        "Removes what is older than each connection says (else RETENTION_DAYS), in batches. Returned carts "
        "that orders may refer to stay, without the names of people."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")
        parser.add_argument("--most", type=int, help="at most so many rows of each kind in this run")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            for due in retention.statement():
                since = f", the oldest of {due.oldest:%Y-%m-%d}" if due.oldest else ""
                self.stdout.write(f"{due.label}: {due.count}{since}")
            return
        for name, count in retention.clean_up(most=options["most"]).items():
            self.stdout.write(f"{name}: {count}")
