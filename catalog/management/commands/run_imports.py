"""Looks for the scheduled imports that are due: for cron, or with ``--follow`` as a process of its own."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from catalog.imports import services
from catalog.imports.schedules import enqueue, look, make_due
from catalog.models import ImportRun, ImportSchedule


class Command(BaseCommand):
    help = "Fetches the files of scheduled imports that are due, and imports what has changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--here", action="store_true", help="Import in this process, not by tasks.")
        parser.add_argument("--follow", action="store_true", help="Go on, and look every minute.")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            for schedule in make_due():
                if options["here"]:
                    run = look(schedule_id=schedule.pk, background=False)
                    if run is not None:
                        services.run(run)
                    self._say(schedule, run)
                else:
                    enqueue(schedule=schedule)
                    self.stdout.write(f"{schedule.profile}: {schedule.name}, looked for by a worker")
            if not options["follow"]:
                return
            time.sleep(60)

    def _say(self, schedule: ImportSchedule, run: ImportRun | None) -> None:
        if run is None:
            schedule.refresh_from_db()
            said = schedule.get_outcome_display()
        else:
            said = f"{run.file_name}, {run.get_state_display()}" + (f" ({run.why})" if run.why else "")
        self.stdout.write(f"{schedule.profile}: {schedule.name}, {said}")
