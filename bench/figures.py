"""How a measurement is timed, judged and printed."""

import statistics
import time
from collections.abc import Callable


def timed(action: Callable[[], object]) -> float:
    """Milliseconds that one call took."""
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def say(name: str, figure: str, floor: str = "", verdict: str = "") -> None:
    print(f"  {name:<34}{figure:<30}{floor:<34}{verdict}", flush=True)


def limit(name: str, values: list[float], most: float, floor: str = "") -> bool:
    """p50 and p95 of ``values`` in milliseconds, and whether p95 keeps the limit."""
    half, most_of = statistics.median(values), percentile(values, 0.95)
    say(
        name,
        f"p50 {half:6.2f}  p95 {most_of:6.2f} ms",
        floor,
        f"p95 ≤ {most:g} ms" + ("" if most_of <= most else "  MISSED"),
    )
    return most_of <= most


def memory(name: str, kilobytes: int, most: int = 500) -> bool:
    megabytes = kilobytes // 1024
    verdict = f"≤ {most} MB" + ("" if megabytes <= most else "  MISSED")
    say(name, f"{megabytes} MB", "", verdict)
    return megabytes <= most
