"""Makes the files that are due: for cron, every few minutes, or with ``--follow`` as a process of its own."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from catalog.exports.schedules import make_due, remove_expired, write_file
from catalog.models import ExportFile


class Command(BaseCommand):
    help = "Makes the scheduled exports that are due and deletes those whose time is over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--here", action="store_true", help="Write the files in this process, not by tasks."
        )
        parser.add_argument("--follow", action="store_true", help="Go on, and look every minute.")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            asked = make_due()
            if options["here"]:
                for file in asked:
                    write_file(file_id=file.pk)
            for file in ExportFile.objects.filter(pk__in=[each.pk for each in asked]).order_by("id"):
                state = file.get_status_display()
                self.stdout.write(f"{file.organisation}: {file.format}, {state}{_why(file)}")
            removed = remove_expired()
            if removed:
                self.stdout.write(f"{removed} expired")
            if not options["follow"]:
                return
            time.sleep(60)


def _why(file: ExportFile) -> str:
    return f" ({file.error})" if file.error else f", {file.size:,} bytes" if file.size else ""
