"""How a measurement is timed, judged, printed, and kept for the verdict at the end of ``make bench``."""

import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# The file that gets every figure as a line of JSON, when there is one.
KEPT_IN = "BENCH_FIGURES"


def timed(action: Callable[[], object]) -> float:
    """Milliseconds that one call took."""
    began = time.perf_counter()
    action()
    return (time.perf_counter() - began) * 1000


def percentile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def say(name: str, figure: str, floor: str = "", wanted: str = "", kept: bool | None = None) -> None:
    """One line; ``kept`` is whether the figure is what is ``wanted``, and ``None`` where nothing is."""
    verdict = wanted + ("  MISSED" if kept is False else "")
    print(f"  {name:<46}{figure:<30}{floor:<34}{verdict}".rstrip(), flush=True)
    if file := os.environ.get(KEPT_IN):
        with Path(file).open("a", encoding="utf-8") as out:
            out.write(json.dumps({"name": name, "figure": figure, "wanted": wanted, "kept": kept}) + "\n")


def said(file: Path) -> list[dict[str, Any]]:
    """Every figure that was said while the file was there to be written."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def limit(name: str, values: list[float], most: float, floor: str = "") -> bool:
    """p50 and p95 of ``values`` in milliseconds, and whether p95 keeps the limit."""
    half, most_of = statistics.median(values), percentile(values, 0.95)
    kept = most_of <= most
    say(name, f"p50 {half:6.2f}  p95 {most_of:6.2f} ms", floor, f"p95 ≤ {most:g} ms", kept)
    return kept


def memory(name: str, kilobytes: int, most: int = 500) -> bool:
    megabytes = kilobytes // 1024
    kept = megabytes <= most
    say(name, f"{megabytes} MB", "", f"≤ {most} MB", kept)
    return kept


def most_memory() -> int:
    """Kilobytes of this program; ``getrusage`` gives those of the one that started it, if it had more."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])
