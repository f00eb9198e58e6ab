"""Files that customers get by themselves: made when they are due or asked for, kept, and gone in time.

``ask_for`` and ``make_due`` put a row into ``ExportFile`` and have it written by a task; ``write_file`` does
that, once, whoever calls it how often. A file is complete or not there: it gets its name when it is whole.
"""

import secrets
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import withdrawals
from catalog.exports.errors import ExportRefused
from catalog.exports.order import ExportOrder
from catalog.exports.registry import FormatUnknown, find_format
from catalog.exports.service import make_export
from catalog.models import ExportFile, ExportSchedule

log = structlog.get_logger(__name__)

KEY_BYTES = 16
# A change is stamped before it is committed, so files overlap: rather twice than never.
OVERLAP = timedelta(minutes=10)
# A worker that was killed leaves its file behind as being written.
LONGEST_RUN = timedelta(hours=6)


def ask_for(*, schedule: ExportSchedule, complete: bool = False) -> ExportFile:
    """A file of this schedule now, beside its days; ``complete``: although it is one of only changes."""
    with transaction.atomic():
        return _enqueue(schedule, timezone.now(), complete=complete)


def make_due(*, now: datetime | None = None) -> list[ExportFile]:
    """Asks for every file that is due, and moves its schedule on; two callers never ask for the same."""
    now = now or timezone.now()
    due = ExportSchedule.objects.filter(active=True, organisation__active=True, next_run_at__lte=now)
    asked = []
    for schedule in due.select_related("organisation").order_by("next_run_at", "id"):
        with transaction.atomic():
            # What was missed while nobody ran is made once, not as often as it was missed.
            mine = ExportSchedule.objects.filter(pk=schedule.pk, next_run_at=schedule.next_run_at).update(
                next_run_at=schedule.due_after(now)
            )
            if mine:
                asked.append(_enqueue(schedule, now))
    return asked


def _enqueue(schedule: ExportSchedule, now: datetime, *, complete: bool = False) -> ExportFile:
    from catalog.tasks import write_export

    file = ExportFile.objects.create(
        key=secrets.token_urlsafe(KEY_BYTES),
        schedule=schedule,
        organisation=schedule.organisation,
        format=schedule.format,
        since=None if complete else _since(schedule, now),
        expires_at=now + timedelta(days=schedule.keep_days),
    )
    transaction.on_commit(lambda: write_export.enqueue(file.pk))
    return file


def _since(schedule: ExportSchedule, now: datetime) -> datetime | None:
    """From when on changes count; ``None`` for a complete file, also where the last is too long ago."""
    begun = schedule.changes_from if schedule.only_changes else None
    return begun if begun is not None and begun > now - withdrawals.REMEMBERED + OVERLAP else None


def write_file(*, file_id: int) -> None:
    """Writes a file that waits; why it could not be written stands in its row."""
    began = timezone.now()
    taken = ExportFile.objects.filter(pk=file_id, status=ExportFile.Status.WAITING).update(
        status=ExportFile.Status.RUNNING, began_at=began
    )
    if not taken:
        return
    file = ExportFile.objects.select_related("organisation__price_list", "schedule").get(pk=file_id)
    schedule = file.schedule
    try:
        if schedule is None:
            raise ExportRefused(_("Its schedule was deleted."))
        name, size = _write(file, order_of(schedule, since=file.since, updates_before=_updates_before(file)))
    except (ExportRefused, FormatUnknown) as error:
        _failed(file, str(error))
        return
    except Exception:
        _failed(file, _("Something unforeseen went wrong; the log has the details."))
        raise
    with transaction.atomic():
        finished = {"status": ExportFile.Status.READY, "filename": name, "size": size}
        ExportFile.objects.filter(pk=file.pk).update(finished_at=timezone.now(), **finished)
        ExportSchedule.objects.filter(pk=schedule.pk).update(changes_from=began - OVERLAP)


def order_of(schedule: ExportSchedule, *, since: datetime | None, updates_before: int = 0) -> ExportOrder:
    """What the schedule asks for, at the prices of today."""
    return ExportOrder(
        organisation=schedule.organisation,
        categories=tuple(schedule.categories.order_by("slug").values_list("slug", flat=True)),
        brands=tuple(schedule.brands.order_by("code").values_list("code", flat=True)),
        since=since,
        language=schedule.language,
        origin=settings.PUBLIC_URL,
        with_stock=schedule.with_stock,
        agreed_only=schedule.agreed_only,
        every_language=schedule.every_language,
        with_levels=schedule.with_levels,
        updates_before=updates_before,
        byte_order_mark=schedule.byte_order_mark,
        decimal_comma=schedule.decimal_comma,
    )


def _updates_before(file: ExportFile) -> int:
    """How many files of changes there were since the last complete one; price files are all changes."""
    made = ExportFile.objects.filter(
        schedule=file.schedule_id,
        format=file.format,
        status__in=(ExportFile.Status.READY, ExportFile.Status.EXPIRED),
    ).exclude(filename="")
    if not find_format(file.format).only_prices:
        complete = made.filter(since__isnull=True).order_by("-id").first()
        made = made.filter(since__isnull=False, id__gt=complete.pk if complete else 0)
    return made.count()


def path_of(file: ExportFile) -> Path:
    """Where the content lies; the name says nothing of the customer."""
    return Path(settings.EXPORT_DIR) / file.key


def _write(file: ExportFile, order: ExportOrder) -> tuple[str, int]:
    export = make_export(slug=file.format, order=order)
    target = path_of(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.part")
    try:
        with unfinished.open("wb") as stream:
            for piece in export.content:
                stream.write(piece)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return export.filename, target.stat().st_size


def _failed(file: ExportFile, reason: str) -> None:
    log.warning("export_failed", file=file.pk, organisation=file.organisation_id, reason=reason)
    ExportFile.objects.filter(pk=file.pk).update(
        status=ExportFile.Status.FAILED, error=reason, finished_at=timezone.now()
    )


def revoke(*, file: ExportFile) -> None:
    """The link stops working and the content is gone; revoking twice keeps the first moment."""
    ExportFile.objects.filter(pk=file.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    path_of(file).unlink(missing_ok=True)


def remove_expired(*, now: datetime | None = None) -> int:
    """Deletes the content of files whose time is over, and gives up those that nobody writes any more."""
    now = now or timezone.now()
    withdrawals.forget(now)
    lost = Q(status=ExportFile.Status.RUNNING, began_at__lt=now - LONGEST_RUN)
    ExportFile.objects.filter(lost).update(
        status=ExportFile.Status.FAILED, error=_("The program that wrote it was stopped."), finished_at=now
    )
    expired = ExportFile.objects.filter(expires_at__lte=now).exclude(status=ExportFile.Status.EXPIRED)
    count = 0
    for file in expired.exclude(status=ExportFile.Status.RUNNING):
        path_of(file).unlink(missing_ok=True)
        count += ExportFile.objects.filter(pk=file.pk).update(status=ExportFile.Status.EXPIRED)
    return count
