"""How far an import is, what it does just now, and how long it will still take.

While an import is applied nobody sees what its transaction writes, and on SQLite nobody else may write. So
what happens after reading is told in a small file beside the import's own, which every process of the shop
can read; whoever wants to stop it says so in a file too.
"""

import json
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop as _l

from catalog.models import ImportRun
from catalog.wording import said, shown, stored
from catalog.wording import said as _

State = ImportRun.State
# What reading and comparing take of the whole, measured; the rest is making it visible.
READING, COMPARING = 0.4, 0.55
# Nobody knows how long one statement takes: the bar goes on as expected, and waits before its end.
MOST_OF_A_STEP = 0.95
# What is compared and made visible, by the kind's own word; the rest by what is done.
PHASES = {
    "labels": _l("Brands, categories and attributes"), "article": _l("Articles"),
    "list_price": _l("List prices"), "net_price": _l("Net prices"), "stock": _l("Stock"),
    "attribute": _l("Attribute values"), "media": _l("Pictures and documents"),
    "reference": _l("References"), "metal": _l("Metal contents"), "levy": _l("Eco-contributions"),
    "customer_number": _l("Customers' article numbers"), "changes": _l("What the search must know"),
    "checks": _l("Last checks"),
}  # fmt: skip


class Told:
    """Tells how far one import is after reading."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.began = time.time()
        self.first = READING

    def tell(self, start: float, end: float, phase: str, number: int, count: int) -> None:
        """Says that this part of the whole begins now, to be done between ``start`` and ``end`` (0 to 1)."""
        now = time.time()
        done = start - self.first
        expected = (now - self.began) / done * (end - start) if done > 0.01 else 0.0
        what = _("%(what)s, %(number)s of %(count)s") % {
            "what": said(PHASES[phase]), "number": number, "count": count,
        }  # fmt: skip
        kept = {
            "state": self.run.state, "phase": stored(what), "start": start, "end": end, "at": now,
            "expected": expected,
        }  # fmt: skip
        path = _path(self.run, "progress")
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps(kept))
        unfinished.replace(path)


def ask_to_stop(run: ImportRun) -> None:
    """Heard also while the import is applied, when nobody else may write to SQLite."""
    path = _path(run, "stop")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def stop_asked(run: ImportRun) -> bool:
    return _path(run, "stop").exists()


def forget(run: ImportRun) -> None:
    """Removes both files, when an import begins and when it has ended."""
    for what in ("progress", "stop"):
        _path(run, what).unlink(missing_ok=True)


def phase(run: ImportRun) -> str:
    """What is done just now behind reading, in the reader's language; empty when nothing is."""
    return shown(_told(run).get("phase"))


def part_done(run: ImportRun) -> float:
    """Between 0 and 1."""
    match run.state:
        case State.WAITING:
            return 0.0
        case State.READING | State.CANCELLED | State.FAILED:
            return READING * (run.bytes_done / run.bytes_total if run.bytes_total else 0.0)
        case State.COMPARING | State.APPLYING:
            told = _told(run)
            if not told:
                return READING if run.state == State.COMPARING else COMPARING
            gone = time.time() - told["at"]
            moved = min(MOST_OF_A_STEP, gone / told["expected"]) if told["expected"] > 0 else 0.0
            return float(told["start"] + moved * (told["end"] - told["start"]))
    return 1.0


def estimate(run: ImportRun) -> int | None:
    """Seconds that are left; ``None`` while nobody can say."""
    if not run.running or run.started_at is None:
        return None
    done = part_done(run)
    passed = (timezone.now() - run.started_at).total_seconds()
    if done < 0.02 or passed < 2:
        return None
    return max(1, round(passed / done * (1 - done)))


def _told(run: ImportRun) -> dict[str, Any]:
    if run.state in (State.COMPARING, State.APPLYING):
        with suppress(OSError, ValueError, KeyError):
            told = dict(json.loads(_path(run, "progress").read_text()))
            # What was told before the state changed is over.
            return told if told["state"] == run.state else {}
    return {}


def _path(run: ImportRun, what: str) -> Path:
    return Path(settings.IMPORT_DIR) / f"run-{run.pk}.{what}"
