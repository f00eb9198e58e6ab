"""What can be done with imports: start one, try one, cancel it, take it up again, confirm it.

One import at a time for a profile, held by the database. The work itself is a background task
(``catalog.tasks``) or, for a command, done at once by ``run``.
"""

import shutil
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import get_valid_filename

from catalog.imports import engine, progress
from catalog.imports.source import Source
from catalog.imports.tables import forget
from catalog.models import ImportProfile, ImportRun, ImportSchedule
from catalog.wording import said as _
from catalog.wording import stored

State = ImportRun.State
# A run that gave no sign of life for so long was killed. Applying gives none while it lasts.
SILENT = {State.READING: timedelta(minutes=2), State.COMPARING: timedelta(minutes=30)}
SILENT_OTHERWISE = timedelta(hours=2)


class ImportBusy(Exception):
    """Another import of this profile is running."""


class NotPossible(Exception):
    """The run is not in a state for that."""


def start_import(
    *,
    profile: ImportProfile,
    file_name: str,
    chunks: Iterable[bytes] | None = None,
    path: Path | None = None,
    trial: bool = False,
    user: Any = None,
    background: bool = True,
    schedule: ImportSchedule | None = None,
) -> ImportRun:
    """Keeps the file (``chunks``, or a copy of ``path``) and begins its import; raises ``ImportBusy``."""
    release_silent(profile)
    try:
        with transaction.atomic():
            run = ImportRun.objects.create(
                profile=profile, file_name=Path(file_name).name[:255], trial=trial, started_by=user,
                schedule=schedule,
            )  # fmt: skip
    except IntegrityError as error:
        raise ImportBusy from error
    try:
        folder = Path(settings.IMPORT_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{run.pk}-{get_valid_filename(run.file_name)[-80:]}"
        if path is not None:
            shutil.copyfile(path, folder / name)
        else:
            with (folder / name).open("xb") as target:
                for chunk in chunks or ():
                    target.write(chunk)
        # What has its number may be of a database before this one.
        forget(run.pk)
        run.note(path=name)
    except BaseException:
        run.delete()
        raise
    forget_older(run)
    if background:
        enqueue(run)
    return run


def run(import_run: ImportRun, listen: Callable[[ImportRun], None] = lambda run: None) -> ImportRun:
    """Does the work in this process, unless another took it; the run as it ended."""
    now = timezone.now()
    taken = ImportRun.objects.filter(pk=import_run.pk, state=State.WAITING).update(
        state=State.READING, started_at=now, heartbeat=now, finished_at=None, error=""
    )
    import_run.refresh_from_db()
    if taken:
        engine.execute(import_run, source_of(import_run), listen)
        if import_run.state == State.DONE and import_run.profile.fetch_media:
            from catalog.tasks import fetch_media

            fetch_media.enqueue(import_run.profile_id)
    return import_run


def source_of(import_run: ImportRun) -> Source:
    return Source(Path(settings.IMPORT_DIR) / import_run.path, import_run.file_name)


def enqueue(import_run: ImportRun) -> None:
    """Has the run done by a worker, once the transaction is committed."""
    from catalog.tasks import run_import

    transaction.on_commit(lambda: run_import.enqueue(import_run.pk))


def cancel(*, import_run: ImportRun) -> None:
    """Asks a run to stop; one that nobody has begun stops at once."""
    if import_run.state == State.APPLYING:
        # Its transaction may keep everybody else from writing.
        progress.ask_to_stop(import_run)
        return
    waiting = ImportRun.objects.filter(pk=import_run.pk, state=State.WAITING)
    if not waiting.update(state=State.CANCELLED, finished_at=timezone.now()):
        ImportRun.objects.filter(pk=import_run.pk, state__in=ImportRun.RUNNING).update(cancel_requested=True)
    import_run.refresh_from_db()
    release_silent(import_run.profile)
    import_run.refresh_from_db()


def resume(
    *, import_run: ImportRun, trial: bool | None = None, confirmed: bool = False, background: bool = True
) -> ImportRun:
    """Goes on with a run that ended without effect, where it was; raises ``NotPossible``, ``ImportBusy``.

    ``trial=False`` imports what was tried; ``confirmed`` lets more articles go than the profile allows.
    """
    release_silent(import_run.profile)
    values: dict[str, Any] = {
        "state": State.WAITING,
        "cancel_requested": False,
        "error": "",
        "reason": None,
    }
    if trial is not None:
        values["trial"] = trial
    if confirmed:
        values["confirmed"] = True
    try:
        with transaction.atomic():
            changed = (
                ImportRun.objects.filter(pk=import_run.pk, state__in=ImportRun.RESUMABLE)
                .exclude(path="")
                .update(**values)
            )
    except IntegrityError as error:
        raise ImportBusy from error
    import_run.refresh_from_db()
    if not changed:
        raise NotPossible
    if background:
        enqueue(import_run)
    return import_run


def interrupted(*, import_run: ImportRun) -> None:
    """Notes that the process doing a run stops now; it can be taken up again."""
    ImportRun.objects.filter(pk=import_run.pk, state__in=ImportRun.RUNNING).update(
        state=State.CANCELLED, finished_at=timezone.now(), cancel_requested=False
    )


def release_silent(profile: ImportProfile) -> None:
    """Runs whose process was killed become failed ones, which can be taken up again."""
    now = timezone.now()
    killed = _("The process that did it was killed.")
    for each in ImportRun.objects.filter(profile=profile, state__in=ImportRun.RUNNING).exclude(
        state=State.WAITING
    ):
        limit = SILENT.get(State(each.state), SILENT_OTHERWISE)
        if each.heartbeat is None or now - each.heartbeat > limit:
            ImportRun.objects.filter(pk=each.pk, heartbeat=each.heartbeat).update(
                state=State.FAILED, finished_at=now, error=killed, reason=stored(killed)
            )


def forget_older(import_run: ImportRun) -> None:
    """The files and tables of earlier runs of the profile go; what they did stays to be read."""
    for each in ImportRun.objects.filter(profile=import_run.profile_id, pk__lt=import_run.pk).exclude(
        path=""
    ):
        forget(each.pk)
        (Path(settings.IMPORT_DIR) / each.path).unlink(missing_ok=True)
        each.path = ""
        each.save(update_fields=["path"])
