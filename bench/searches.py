"""The search at size: its index built by a process of its own, and questions of which no answer is kept.

``BENCH_ARTICLES`` says of how many articles, each with three net prices; without it of the demo's.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable

from bench.figures import limit, memory, most_memory, say, timed
from catalog import search
from catalog.search import reading

# As they are typed, and then what stands in a large part of the assortment or in all of it.
TYPED = (
    "cable 3g2,5", "kabel", "automaat 16A", "disjoncteur", "stopcontact wit", "LED panel", "IP65", "leitungs",
    "xvb", "steckdose", "relais", "cat6a", "junction box", "buis 20mm", "schakelaar", "lamp 10w",
    "differentieelschakelaar 40a 30ma", "installatiekabel xvb 3g2,5 rol", "stopkontact", "221063901",
)  # fmt: skip
EVERYWHERE = ("wit", "kabel wit", "schakelaar wit opbouw", "ce rohs", "geleverd", "reeks type", "2,5 mm²")
# Frequent words that no article has together, or few; what is mistyped, or nothing at all.
APART = (
    "kabel verdeling verlichting schakel", "staal c installatieautomaat", "type zwart haspel schakelaars",
    "buizen c", "meter antraciet", "verzinkt armaturen", "installatieautomaat 44v",
)  # fmt: skip
SLIPS = (
    "inboudwoos aan", "hlalogeenvrije grijs", "instalatiekabel 3g2,5", "schakelar wit", "stopkontact",
    "xqzvbn", "iqlgupz schakelaars", "kabelwartle m20",
)  # fmt: skip
STARTED = ("ka", "kab", "stopc", "install", "led pan", "vlt-5s", "22106", "automaat c", "mer2", "tek23")
LISTS = (
    search.Query(category="cable", language="nl"),
    search.Query(category="switches", language="nl", sort="stock"),
    search.Query("kabel", "nl", sort="name"),
    search.Query("kabel", "nl", in_stock=True),
    search.Query("automaat", "nl", category="protection", brands=("voltara",)),
    search.Query("wit", "nl", sort="stock"),
    search.Query(language="nl"),
)
TURNS = 6


def build() -> bool:
    """Builds the index, and says what it took."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "manage.py", "search_index", "--rebuild"], stdout=subprocess.DEVNULL
    ) as building:
        # Of this one alone: other processes made the assortment.
        _pid, status, used = os.wait4(building.pid, 0)
        building.returncode = os.waitstatus_to_exitcode(status)
    if building.returncode:
        raise SystemExit("the search index was not built")
    seconds = time.perf_counter() - began
    opened = reading.reader()
    assert opened is not None
    # Not from the database: to count a million rows there leaves their pages in this process's memory.
    count = opened.searcher.num_docs
    say("index built", f"{count:,} in {seconds:.0f} s", f"{count / seconds:,.0f} a second")
    return memory("memory of building it", used.ru_maxrss)


def searching() -> bool:
    kept = [
        limit("search, as typed", _each([_ask(text) for text in TYPED]), 10),
        limit("search, words that are everywhere", _each([_ask(text) for text in EVERYWHERE]), 10),
        limit("search, words that few have together", _each([_ask(text) for text in APART]), 10),
        limit("search, what is mistyped", _each([_ask(text) for text in SLIPS]), 10),
        limit("suggestions", _each([_complete(text) for text in STARTED]), 10),
        limit("lists with filters and orders", _each([_list(query) for query in LISTS]), 10),
        memory("memory of a process that searches", most_memory()),
    ]
    return all(kept)


def _ask(text: str) -> Callable[[], object]:
    return _list(search.Query(text, "nl"))


def _list(query: search.Query) -> Callable[[], object]:
    return lambda: search.search(query)


def _complete(text: str) -> Callable[[], object]:
    return lambda: search.suggest(text, "nl")


def _each(actions: list[Callable[[], object]]) -> list[float]:
    values = []
    for turn in range(TURNS):
        for action in actions:
            opened = reading.reader()
            assert opened is not None
            opened.memory.clear()
            values.append(timed(action))
        if turn == 0:
            values.clear()  # the first round only warms up
    return values
