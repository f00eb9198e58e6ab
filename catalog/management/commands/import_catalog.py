"""``manage.py import_catalog FILE --profile …``: imports a file of a supplier in this process, with a bar."""

import shutil
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from catalog.imports import services
from catalog.imports.errors import FileRefused
from catalog.imports.progress import estimate, part_done, phase
from catalog.imports.registry import find_format, recognise
from catalog.imports.source import Source
from catalog.models import ImportProfile, ImportRun

State = ImportRun.State
SUCCESS = (State.DONE, State.TRIED)


class Command(BaseCommand):
    help = "Imports a catalog, price or stock file with an import profile; see docs/imports.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="the file; not with --resume")
        parser.add_argument("--profile", required=True, help="code of the import profile")
        parser.add_argument("--trial", action="store_true", help="say what would change, and change nothing")
        parser.add_argument(
            "--confirm", action="store_true", help="even if more articles are gone than the profile allows"
        )
        parser.add_argument(
            "--resume", action="store_true", help="go on with the profile's last import, where it stopped"
        )
        parser.add_argument("--refused", type=Path, help="write the refused records to this CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        profile = ImportProfile.objects.filter(slug=options["profile"]).first()
        if profile is None:
            known = ", ".join(ImportProfile.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no import profile {options['profile']}. There are: {known}.")
        try:
            run = self._resumed(profile, options) if options["resume"] else self._started(profile, options)
        except services.ImportBusy:
            raise CommandError("Another import of this profile is running.") from None
        except services.NotPossible:
            raise CommandError("The last import of this profile cannot be resumed.") from None
        self._shown = 0.0
        try:
            services.run(run, self._progress)
        except KeyboardInterrupt:
            services.interrupted(import_run=run)
            raise CommandError("Interrupted; go on with --resume.") from None
        self._end_bar()
        self._report(run, options)

    def _started(self, profile: ImportProfile, options: dict[str, Any]) -> ImportRun:
        path: Path | None = options["file"]
        if path is None or not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            found = recognise(Source(path))
        except FileRefused:
            # The import says why, and keeps it.
            found = None
        if found is not None and found.slug != profile.format:
            wanted = find_format(profile.format).label
            self.stderr.write(f"This looks like {found.label}; the profile reads {wanted}.")
        run = services.start_import(
            profile=profile, file_name=path.name, path=path, trial=options["trial"], background=False
        )
        if options["confirm"]:
            run.note(confirmed=True)
        return run

    def _resumed(self, profile: ImportProfile, options: dict[str, Any]) -> ImportRun:
        run = profile.runs.order_by("-id").first()
        if run is None:
            raise services.NotPossible
        return services.resume(
            import_run=run, trial=options["trial"], confirmed=options["confirm"], background=False
        )

    def _progress(self, run: ImportRun) -> None:
        if not sys.stderr.isatty() and time.monotonic() - self._shown < 10:
            return
        self._shown = time.monotonic()
        done = part_done(run)
        width = max(10, min(40, shutil.get_terminal_size().columns - 60))
        bar = ("#" * round(done * width)).ljust(width, ".")
        left = estimate(run)
        what = phase(run)
        doing = f": {what}" if what else ""
        rest = f", about {left // 60}:{left % 60:02} left" if left is not None else ""
        text = f"[{bar}] {done:4.0%} {run.get_state_display()}{doing}, {run.records:,} records{rest}"
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{text}")
        else:
            sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def _end_bar(self) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")

    def _report(self, run: ImportRun, options: dict[str, Any]) -> None:
        for kind, counts in run.counts.items():
            said = ", ".join(f"{count:,} {what}" for what, count in counts.items())
            self.stdout.write(f"{kind}: {said}")
        if run.refused:
            self.stdout.write(f"refused: {run.refused:,}")
            for each in run.refusals.all()[:10]:
                self.stdout.write(f"  line {each.line} {each.record} {each.what}={each.value!r}: {each.why}")
        if options["refused"]:
            from catalog.imports.refused import refused_csv

            with options["refused"].open("w", encoding="utf-8", newline="") as target:
                target.writelines(refused_csv(run))
        if run.state not in SUCCESS:
            raise CommandError(f"{run.get_state_display()}. {run.why}".strip())
        self.stdout.write(
            self.style.SUCCESS(str(_("Tried without effect.") if run.trial else _("Imported.")))
        )
