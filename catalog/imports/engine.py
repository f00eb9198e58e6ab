"""One import from its file to the shop: read into tables, compared, then applied in one transaction.

Whatever is killed in the middle, the shop has all of a file or nothing of it, and the run can be taken up
again where it was: reading goes on behind the last records that were kept; comparing is done anew.
"""

import gc
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import chain
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone, translation

from catalog.imports import beside, media, progress
from catalog.imports.apply import apply
from catalog.imports.compare import Plan, compare
from catalog.imports.errors import Cancelled, FileRefused
from catalog.imports.records import FileHeader, Ready, Record, Refusal
from catalog.imports.registry import Reading, find_format
from catalog.imports.rows import Defaults, Rows
from catalog.imports.samples import samples
from catalog.imports.source import Source
from catalog.imports.tables import LANGUAGES, Staging, forget
from catalog.models import ImportProfile, ImportRefusal, ImportRun
from catalog.wording import Said, stored
from catalog.wording import said as _

log = structlog.get_logger(__name__)
State = ImportRun.State

BATCH = 10_000
# How often an import says how far it is and looks whether it is to stop.
LOOK_SECONDS = 1.0
REFUSALS_KEPT = 500_000
# How many files of a zip that nobody read are named.
UNREAD_SAID = 20


def execute(run: ImportRun, source: Source, listen: Callable[[ImportRun], None] = lambda run: None) -> None:
    """Does the whole of a run whose state is ``READING``; ends in one of the states that are no work.

    Raises what went wrong unexpectedly, after noting it; ``listen`` hears of every progress.
    """
    staging = Staging(run.pk)
    progress.forget(run)
    watch = _Watch(run, listen)
    with translation.override("en"), _memory(), _few_collections():
        try:
            _read(run, staging, source, watch)
            watch.told.began = time.time()
            run.note(state=State.COMPARING)
            media.resolve(staging, run.profile, source)
            plan = compare(staging, run.profile, run.header, watch.compared)
            _publish(run, staging, plan)
            if run.trial:
                _end(run, State.TRIED)
            elif _too_many_gone(run, plan):
                _end(run, State.STOPPED)
            else:
                run.note(state=State.APPLYING)
                watch.look(force=True)
                with transaction.atomic():
                    apply(staging, run.profile, plan, watch.applied)
                    _end(run, State.DONE)
                forget(run.pk)
        except Cancelled:
            _end(run, State.CANCELLED)
        except FileRefused as refused:
            forget(run.pk)
            _end(run, State.REFUSED, reason_of(refused))
        except Exception as error:
            log.exception("import_failed", run=run.pk)
            _end(run, State.FAILED, error=f"{type(error).__name__}: {error}"[:2000])
            raise
        finally:
            beside.detach()
    progress.forget(run)
    listen(run)
    log.info("import_ended", run=run.pk, state=run.state, records=run.records, refused=run.refused)


class _Watch:
    """Says how far an import is, and stops it when somebody asked for it."""

    def __init__(self, run: ImportRun, listen: Callable[[ImportRun], None]) -> None:
        self.run = run
        self.listen = listen
        self.next = 0.0
        self.told = progress.Told(run)

    def look(self, *, force: bool = False) -> bool:
        """Whether it was time to; raises ``Cancelled``."""
        if not force and time.monotonic() < self.next:
            return False
        self.next = time.monotonic() + LOOK_SECONDS
        asked = ImportRun.objects.filter(pk=self.run.pk, cancel_requested=True).exists()
        if asked or progress.stop_asked(self.run):
            raise Cancelled
        self.listen(self.run)
        return True

    def compared(self, start: float, end: float, phase: str, number: int, count: int) -> None:
        """Of comparing this part begins; the numbers are parts of it, 0 to 1."""
        self._step(progress.READING, progress.COMPARING, start, end, phase, number, count)
        self.run.note()

    def applied(self, start: float, end: float, phase: str, number: int, count: int) -> None:
        """Of applying this part begins: inside the transaction that nobody sees."""
        self._step(progress.COMPARING, 1.0, start, end, phase, number, count)

    def _step(
        self, low: float, high: float, start: float, end: float, phase: str, number: int, count: int
    ) -> None:
        width = high - low
        self.told.tell(low + start * width, low + end * width, phase, number, count)
        self.look(force=True)


def reading_of(profile: ImportProfile, last_version: int | None = None) -> Reading:
    """What the profile tells a reader."""
    options = find_format(profile.format).options.model_validate(profile.options)
    return Reading(
        options=options,
        language=profile.language,
        currency=profile.currency or (profile.price_list.currency if profile.price_list else ""),
        order_unit=profile.order_unit,
        brand=profile.brand.name if profile.brand else "",
        customer=profile.organisation.number if profile.organisation else "",
        territory=profile.territory,
        unit_aliases=profile.unit_aliases,
        last_version=last_version,
        ready=True,
    )


def _read(run: ImportRun, staging: Staging, source: Source, watch: _Watch) -> None:
    seen, complete = staging.checkpoint()
    if complete:
        return
    if not staging.exists():
        # Tables of an older version may be in the way.
        staging.empty()
    profile = run.profile
    reading = reading_of(profile, _last_version(run))
    run.note(bytes_total=source.total, bytes_done=0)
    header, records = find_format(profile.format).read(source, reading)
    if header.customer and profile.organisation and header.customer != profile.organisation.number:
        raise FileRefused(_("The file was made for customer %s.") % header.customer)
    notes = [stored(note) for note in header.notes]
    run.note(header={**asdict(header), "languages": list(header.languages), "notes": notes})
    rows = Rows(_defaults(profile, header, reading))
    rows.refused = staging.count("{refusal}") if seen else 0

    def note(read: int) -> None:
        run.note(bytes_done=min(source.position, run.bytes_total), records=read, refused=rows.refused)

    read = _stage(chain(records, _unread(source)), rows, staging, seen, watch.look, note)
    run.note(bytes_done=run.bytes_total, records=read, refused=rows.refused)


def _unread(source: Source) -> Iterator[Record]:
    """What else lies in the zip, once the reader is done: nothing is left out silently."""
    for part in source.unread()[:UNREAD_SAID]:
        yield Refusal(0, "", part.name[:80], "", _("This file of the zip was not read."), fatal=False)


def _stage(
    records: Iterator[Record], rows: Rows, staging: Staging, seen: int, look: Callable[[], bool],
    note: Callable[[int], None],
) -> int:  # fmt: skip
    """Writes the records behind the first ``seen`` to the tables, in batches; how many records there are."""
    kept: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    read = flushed = 0
    of = rows.of
    for record in records:
        ready = type(record) is Ready
        read += record.records if ready else 1  # type: ignore[union-attr]
        if read > seen:
            if ready:
                kept[record.table].extend(record.rows(read - record.records + 1))  # type: ignore[union-attr]
            else:
                for table, row in of(record, read):
                    kept[table].append(row)
        if read - flushed >= BATCH or len(kept["feature"]) > 2 * BATCH:
            flushed = read
            if read > seen:
                _flush(staging, kept, read, complete=False)
            if look() and read > seen:
                note(read)
    read = max(read, seen)
    _flush(staging, kept, read, complete=True)
    return read


def _flush(staging: Staging, kept: dict[str, list[tuple[Any, ...]]], records: int, *, complete: bool) -> None:
    with transaction.atomic():
        for table, rows in kept.items():
            staging.write(table, rows)
            rows.clear()
        staging.write("checkpoint_3", [(records, int(complete))])


def _defaults(profile: ImportProfile, header: FileHeader, reading: Reading) -> Defaults:
    languages = tuple(code for code in header.languages if code in LANGUAGES) or (profile.language,)
    return Defaults(profile.language, languages, header.currency or reading.currency, profile.order_unit)


def _last_version(run: ImportRun) -> int | None:
    """Of the updates of this profile the last that was applied; -1 behind a full catalog."""
    last = ImportRun.objects.filter(profile=run.profile_id, state=State.DONE).order_by("-finished_at").first()
    if last is None:
        return None
    return -1 if last.header.get("full") else last.header.get("previous_version")


def _publish(run: ImportRun, staging: Staging, plan: Plan) -> None:
    """What the operator sees of the comparison: counts, examples and the refused records."""
    with transaction.atomic():
        ImportRefusal.objects.filter(run=run).delete()
        staging.do(
            'INSERT INTO catalog_importrefusal (run_id, line, record, field, ours, value, reason, "values",'
            " fatal) SELECT %s, line, coalesce(record, ''), field, ours = 1,"
            f" substr(coalesce(value, ''), 1, 200), reason, {staging.json('filled')}, fatal = 1"
            f" FROM {{refusal}} ORDER BY line LIMIT {REFUSALS_KEPT}",
            [run.pk],
        )
        counts = plan.counts
        if plan.missing:
            counts["missing"] = {"gone": plan.missing, "of": plan.before}
        run.note(
            counts=counts,
            samples=samples(staging, run.profile, plan),
            refused=staging.count("{refusal}"),
        )


def _too_many_gone(run: ImportRun, plan: Plan) -> bool:
    if run.confirmed or not plan.missing:
        return False
    return plan.missing * 100 > plan.before * run.profile.missing_threshold


def reason_of(refused: FileRefused) -> str:
    """Why a file is not taken, with the line where that is known."""
    if not refused.line:
        return refused.reason
    return _("%(reason)s (line %(line)s)") % {"reason": refused.reason, "line": refused.line}


def _end(run: ImportRun, state: str, error: str = "") -> None:
    run.note(
        state=state,
        error=error,
        reason=stored(error) if isinstance(error, Said) else None,
        finished_at=timezone.now(),
        cancel_requested=False,
    )


@contextmanager
def _few_collections() -> Iterator[None]:
    """Rows by the ten thousand are no garbage; looking through them for cycles took a quarter of the time."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _memory() -> Iterator[None]:
    """What an import may take of it, by the databases' own settings."""
    if connection.vendor != "postgresql" and connection.in_atomic_block:
        yield
        return
    # PostgreSQL joins whole tables in memory; what one import takes is little beside the server's own.
    wanted = {"work_mem": "128MB"}
    if connection.vendor != "postgresql":
        # Three million prices put in order would fill it, and so would mapping the file they are written to.
        # What is put in order takes as much at once as the cache of pages, and an import asks for few twice.
        wanted = {"temp_store": "1", "mmap_size": "0", "cache_size": "-16384"}
    before = {name: _setting(name) for name in wanted}
    for name, value in wanted.items():
        _set(name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            _set(name, value)


def _setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"{'SHOW' if connection.vendor == 'postgresql' else 'PRAGMA'} {name}")
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def _set(name: str, value: str) -> None:
    begin = "SET" if connection.vendor == "postgresql" else "PRAGMA"
    with connection.cursor() as cursor:
        cursor.execute(f"{begin} {name} = '{value}'")
