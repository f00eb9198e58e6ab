"""A full export of one customer, in every format, beside its floor: ``python -m bench.exports 100000``.

The floor is the same columns of the same rows from one plain statement, written in the same format
(``bench.export_floors``). What is compared is the time of this process on the processor, in turns, and the
best of each: a neighbour on the machine changes little in it. Where PostgreSQL is on this machine its work is
in both.
"""

import gc
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

LEAST = 0.25
TURNS = 3
# From here on a turn takes minutes, and warming up is nothing.
LARGE = 50_000
MOST_MEMORY = 500


def processor_time() -> float:
    """Seconds of this process, and of the one that serves it where the database has processes of its own."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return time.process_time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    # Behind the name in brackets the 12th and 13th field: ticks for itself and in the kernel.
    ticks = server.read_text().rpartition(")")[2].split()[11:13] if server.exists() else []
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def timed(action: Callable[[], int]) -> tuple[float, int]:
    """Seconds on the processor, and rows."""
    began = processor_time()
    rows = action()
    return processor_time() - began, rows


def main(count: int, wanted: tuple[str, ...] = ()) -> int:
    from django.core.management import call_command
    from django.db import connection

    from bench import filling
    from bench.assortment import CUSTOMERS
    from bench.export_floors import FLOORS
    from bench.figures import most_memory, say
    from catalog.exports import ExportOrder, ExportRefused, make_export
    from catalog.exports.formats import dbf_file
    from catalog.exports.supplier import supplier_for
    from catalog.models import Category, Product
    from customers.models import Organisation

    call_command("migrate", verbosity=0)

    def networked(organisation: Organisation) -> bool:
        """Has net prices, and a network for the level-2 catalogs."""
        try:
            return bool(supplier_for(organisation)) and organisation.number in CUSTOMERS
        except ExportRefused:
            return False

    if Product.objects.count() < count:
        filling.fill(count)
    customer = next(each for each in Organisation.objects.select_related("price_list") if networked(each))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # What helpers of the server do could not be counted.
            cursor.execute("SET max_parallel_workers_per_gather = 0")
    # As shop.wsgi does it.
    gc.collect()
    gc.freeze()

    def export(slug: str, categories: tuple[str, ...] = ()) -> int:
        order = ExportOrder(
            organisation=customer, language="nl", origin="https://shop.example", categories=categories
        )
        size = 0
        for piece in make_export(slug=slug, order=order).content:
            size += len(piece)
        return size

    kept = True
    before = most_memory() // 1024
    # Everything is loaded once.
    export("csv", (Category.objects.latest("id").slug,))
    turns = 1 if count > LARGE else TURNS
    print(f"  exports of {Product.objects.count():,} articles, {before} MB before")
    for slug in wanted or FLOORS:
        if slug == "dbf" and count > dbf_file.MOST_ROWS:
            say(f"export, {slug}", f"holds at most {dbf_file.MOST_ROWS:,} articles")
            continue
        own, bare, rows = [], [], 0
        for _turn in range(turns):
            bottom, rows = timed(lambda slug=slug: FLOORS[slug](customer))  # type: ignore[misc]
            bare.append(bottom)
            own.append(timed(lambda slug=slug: export(slug))[0])  # type: ignore[misc]
        ratio = min(bare) / min(own)
        memory = most_memory() // 1024
        good = ratio >= LEAST and memory <= MOST_MEMORY
        kept &= good
        say(
            f"export, {slug}",
            f"{ratio:.0%} {rows / min(own):8,.0f} rows/s  {memory} MB",
            f"floor {rows / min(bare):8,.0f} rows/s",
            f"≥ {LEAST:.0%}, ≤ {MOST_MEMORY} MB",
            good,
        )
    return 0 if kept else 1


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    os.environ.setdefault("DEMO", "1")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    articles = int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("BENCH_ARTICLES") or 10_000)
    sys.exit(main(articles, tuple(sys.argv[2:])))
