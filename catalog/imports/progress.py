"""How far an import is, and how long it will still take."""

from django.utils import timezone

from catalog.models import ImportRun

State = ImportRun.State
# What reading takes of the whole, measured at a million articles; the rest is comparing and applying.
READING, COMPARING = 0.6, 0.8


def part_done(run: ImportRun) -> float:
    """Between 0 and 1."""
    match run.state:
        case State.WAITING:
            return 0.0
        case State.READING:
            return READING * (run.bytes_done / run.bytes_total if run.bytes_total else 0.0)
        case State.COMPARING:
            return READING + (COMPARING - READING) * 2 * run.applied
        case State.APPLYING:
            return COMPARING
        case State.CANCELLED | State.FAILED:
            return READING * (run.bytes_done / run.bytes_total if run.bytes_total else 0.0)
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
