"""Files that are imported by themselves: looked for when they are due, left when nothing changed.

``make_due`` has every source that is due looked at by a task; ``look`` does that and starts the import of
what is new. Whatever is wrong with a source is a refused import of its profile, with the reason.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple
from urllib.parse import unquote, urlsplit

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from catalog import outbound
from catalog.imports import services
from catalog.imports.access import request_for
from catalog.imports.errors import FileRefused
from catalog.models import ImportRun, ImportSchedule
from catalog.wording import said as _
from catalog.wording import stored

log = structlog.get_logger(__name__)
Outcome = ImportSchedule.Outcome

MOST_BYTES = 8 * 1024**3
# A supplier's server may take its time over a gigabyte.
DOWNLOAD_SECONDS = 3_600.0
PIECE = 1024 * 1024
# A file that was written to so lately may still be growing.
SETTLED = timedelta(seconds=15)
# When the profile is busy, or more files wait, it is looked again so soon.
SOON = timedelta(minutes=1)
WILDCARDS = frozenset("*?[")


class Found(NamedTuple):
    """A new file, copied to ``path``; ``marks`` are what the schedule remembers of it."""

    path: Path
    name: str
    marks: dict[str, str | int]
    more: bool = False


def make_due(*, now: datetime | None = None) -> list[ImportSchedule]:
    """Moves on every schedule that is due; two callers never get the same. Looking is the caller's."""
    now = now or timezone.now()
    due = ImportSchedule.objects.filter(active=True, next_run_at__lte=now).order_by("next_run_at", "id")
    mine = []
    for schedule in due:
        # What was missed while nobody ran is looked for once, not as often as it was missed.
        found = ImportSchedule.objects.filter(pk=schedule.pk, next_run_at=schedule.next_run_at)
        if found.update(next_run_at=schedule.due_after(now)):
            mine.append(schedule)
    return mine


def enqueue(*, schedule: ImportSchedule) -> None:
    """Has a source looked at by a worker, once the transaction is committed."""
    from catalog.tasks import look_for_import

    transaction.on_commit(lambda: look_for_import.enqueue(schedule.pk))


def look(*, schedule_id: int, background: bool = True) -> ImportRun | None:
    """Looks at a source and starts the import of what is new; the run, also when it was refused."""
    schedule = ImportSchedule.objects.select_related("profile").filter(pk=schedule_id).first()
    if schedule is None:
        return None
    services.release_silent(schedule.profile)
    if schedule.profile.runs.filter(state__in=ImportRun.RUNNING).exists():
        _note(schedule, Outcome.BUSY, again=True)
        return None
    last = schedule.runs.order_by("-id").first()
    # What failed on our side is tried again, changed or not.
    anew = last is not None and last.state == ImportRun.State.FAILED
    try:
        with _searched(schedule, anew=anew) as found:
            if found is None:
                _note(schedule, Outcome.UNCHANGED)
                return None
            run = services.start_import(
                profile=schedule.profile,
                file_name=found.name,
                path=found.path,
                background=background,
                schedule=schedule,
            )
    except services.ImportBusy:
        _note(schedule, Outcome.BUSY, again=True)
        return None
    except (outbound.OutboundRefused, FileRefused) as error:
        return _refuse(schedule, error.args[0])
    except OSError as error:
        return _refuse(schedule, _("The file cannot be read: %s") % (error.strerror or type(error).__name__))
    _note(schedule, Outcome.IMPORTED, again=found.more, marks=found.marks)
    return run


def _note(
    schedule: ImportSchedule,
    outcome: str,
    *,
    again: bool = False,
    reason: str = "",
    marks: dict[str, str | int] | None = None,
) -> None:
    now = timezone.now()
    values: dict[str, object] = {"outcome": outcome, "looked_at": now, **(marks or {})}
    values["reason"] = stored(reason) if reason else None
    if again and schedule.active and schedule.frequency != ImportSchedule.Frequency.ON_DEMAND:
        values["next_run_at"] = min(schedule.due_after(now) or now + SOON, now + SOON)
    # Not saved as a whole: an operator may be changing it.
    ImportSchedule.objects.filter(pk=schedule.pk).update(**values)
    log.info("import_looked", schedule=schedule.pk, outcome=str(outcome))


def _refuse(schedule: ImportSchedule, reason: str) -> ImportRun:
    _note(schedule, Outcome.REFUSED, reason=reason)
    now = timezone.now()
    name = schedule.address or schedule.files
    return ImportRun.objects.create(
        profile=schedule.profile,
        schedule=schedule,
        file_name=name[:255],
        state=ImportRun.State.REFUSED,
        error=reason,
        reason=stored(reason),
        started_at=now,
        finished_at=now,
    )


@contextmanager
def _searched(schedule: ImportSchedule, *, anew: bool) -> Iterator[Found | None]:
    """The new file of a source, gone again afterwards; ``None`` when there is none."""
    folder = Path(settings.IMPORT_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=f"look-{schedule.pk}-") as target:
        find = _fetched if schedule.source == ImportSchedule.Source.ADDRESS else _dropped
        found = find(schedule, target, anew)  # type: ignore[arg-type]
        target.flush()
        yield found


def _fetched(schedule: ImportSchedule, target: BinaryIO, anew: bool) -> Found | None:
    address, authorization = request_for(schedule)
    given = outbound.download(
        address,
        target,
        authorization=authorization,
        most_bytes=MOST_BYTES,
        seconds=DOWNLOAD_SECONDS,
        etag="" if anew else schedule.etag,
        last_modified="" if anew else schedule.last_modified,
    )
    if given is None or (given.digest == schedule.digest and not anew):
        return None
    if not given.size:
        raise FileRefused(_("There is nothing to read in the file."))
    name = PurePosixPath(unquote(urlsplit(schedule.address).path)).name or "import"
    marks = {"etag": given.etag, "last_modified": given.last_modified, "digest": given.digest}
    return Found(Path(target.name), name, dict(marks))


def _dropped(schedule: ImportSchedule, target: BinaryIO, anew: bool) -> Found | None:
    """The oldest file that was not taken yet; files that say the same as the last one are passed over."""
    before = (0, "") if anew and not WILDCARDS & set(schedule.files) else (schedule.taken_at, schedule.taken)
    waiting = [each for each in files_in_folder(schedule.files) if each[:2] > before]
    for place, (written, name, path) in enumerate(waiting):
        target.seek(0)
        target.truncate()
        digest = _copy(path, target)
        marks: dict[str, str | int] = {"taken_at": written, "taken": name[:255], "digest": digest}
        if digest != schedule.digest or anew:
            return Found(Path(target.name), PurePosixPath(name).name, marks, place + 1 < len(waiting))
        ImportSchedule.objects.filter(pk=schedule.pk).update(taken_at=written, taken=name[:255])
    return None


def files_in_folder(files: str) -> list[tuple[int, str, Path]]:
    """When each of these was written, its name and where it is, the oldest first; raises ``FileRefused``.

    Nothing outside the folder, whatever a name or a link says; nothing that is still being written.
    """
    check_files(files)
    root = Path(settings.IMPORT_FOLDER).resolve()
    if not root.is_dir():
        raise FileRefused(_("The folder of incoming files is not there."))
    youngest = (timezone.now() - SETTLED).timestamp()
    found = []
    known = False
    for path in root.glob(files):
        real = path.resolve()
        if not real.is_relative_to(root) or not real.is_file():
            continue
        known = True
        about = real.stat()
        if about.st_mtime <= youngest:
            found.append((about.st_mtime_ns, path.relative_to(root).as_posix(), real))
    if not known and not WILDCARDS & set(files):
        raise FileRefused(_("There is no file %s in the folder of incoming files.") % files)
    return sorted(found)


def check_files(files: str) -> None:
    """Refuses names that lead out of the folder; raises ``FileRefused``."""
    parts = files.split("/")
    if (
        not files.isprintable()
        or "\\" in files
        or ":" in files
        or "**" in files
        or any(part.strip() in ("", ".", "..") for part in parts)
    ):
        raise FileRefused(_("This is no name below the folder of incoming files: %s") % files[:80])


def _copy(path: Path, target: BinaryIO) -> str:
    """Copies a plain file and nothing else, whatever has taken its place meanwhile; its SHA-256."""
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as source:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileRefused(_("This is no plain file: %s") % path.name)
        while piece := source.read(PIECE):
            digest.update(piece)
            size += target.write(piece)
            if size > MOST_BYTES:
                raise FileRefused(_("Larger than %s MB.") % (MOST_BYTES // 2**20))
    if not size:
        raise FileRefused(_("There is nothing to read in the file."))
    return digest.hexdigest()
