"""How fast articles and net prices are imported from CSV, beside writing the same rows and nothing else.

The floor is COPY (PostgreSQL) or ``executemany`` (SQLite) of ready rows into the same tables with the same
indexes and foreign keys: no file is read, nothing is checked, nothing is compared. ``BENCH_IMPORT`` says how
many articles, each with three net prices, else ``BENCH_ARTICLES``; the goal is half the floor's speed, by the
clock and on the processor, and 500 MB of memory.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from bench import assortment, filling  # noqa: E402
from bench.figures import memory, most_memory, say  # noqa: E402
from catalog.demo.labels import ids  # noqa: E402
from catalog.imports import services  # noqa: E402
from catalog.models import Agreement, Brand, Category, ImportProfile, ImportRun, Product  # noqa: E402
from customers.models import Organisation  # noqa: E402

COUNT = int(os.environ.get("BENCH_IMPORT") or os.environ.get("BENCH_ARTICLES") or "20000")
LEAST, MOST_MEMORY = 0.5, 500
IMPORT, RESULT = "--import", "result.json"
# Whether the files are imported a second time, without change.
AGAIN = os.environ.get("BENCH_AGAIN", "1") == "1"
LANGUAGES = ("en", "nl", "fr", "de")
COLUMNS = (
    "sku", "gtin", "brand", "manufacturer_part_number", "category",
    *(f"name_{code}" for code in LANGUAGES), *(f"description_{code}" for code in LANGUAGES),
    "order_unit", "content_quantity", "content_unit", "price_unit", "minimum_quantity", "quantity_step",
    "unspsc", "etim_class", "lead_time_days",
)  # fmt: skip
PRICES = ("sku", "customer", "net_price", "price_unit")


def worked() -> float:
    """Seconds on the processor, of this process and its database backend: the same on a busy machine."""
    backend = 0.0
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        path = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
        if path.exists():
            fields = path.read_text().rpartition(")")[2].split()
            backend = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return time.process_time() + backend


def article_rows() -> Iterator[tuple[object, ...]]:
    for each in assortment.articles(COUNT):
        model = each.model
        yield (
            each.sku, each.gtin, each.brand, each.part_number, model.category,
            *(each.names[code] for code in LANGUAGES), *(each.descriptions[code] for code in LANGUAGES),
            model.order_unit, model.content_quantity, model.content_unit, model.price_unit,
            model.minimum_quantity, model.quantity_step, model.unspsc, model.etim_class, model.lead_time_days,
        )  # fmt: skip


def price_rows() -> Iterator[tuple[object, ...]]:
    for each in assortment.articles(COUNT):
        for place, customer in enumerate(assortment.CUSTOMERS):
            yield each.sku, customer, each.net_prices[place], each.model.price_unit


def write(path: Path, columns: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(columns)
        writer.writerows(rows)


def floor() -> tuple[tuple[float, float], float]:
    """Seconds for the bare articles and the bare prices, and on the processor; making them is not in it."""
    brands, categories = ids(Brand.objects.all(), ["code"]), ids(Category.objects.all(), ["slug"])
    customers = ids(Organisation.objects.filter(number__in=assortment.CUSTOMERS), ["number"])
    columns = ("id", *COLUMNS[:2], "brand_id", COLUMNS[3], "category_id", *COLUMNS[5:])
    passed, work = [0.0, 0.0], 0.0
    first = 10_000_000
    # In parts, since all rows would not fit beside each other; the clock runs only while they are written.
    for start in range(0, COUNT, assortment.BATCH):
        part = list(assortment.articles(min(assortment.BATCH, COUNT - start), start))
        articles = []
        for each in part:
            model = each.model
            articles.append(
                (
                    first + each.number, each.sku, each.gtin, brands[each.brand], each.part_number,
                    categories[model.category],
                    *(each.names[code] for code in LANGUAGES),
                    *(each.descriptions[code] for code in LANGUAGES),
                    model.order_unit, str(model.content_quantity), model.content_unit, model.price_unit,
                    str(model.minimum_quantity), str(model.quantity_step), model.unspsc, model.etim_class,
                    model.lead_time_days,
                )
            )  # fmt: skip
        prices = [
            (
                customers[customer], first + each.number, "net", each.net_prices[place],
                each.model.price_unit, assortment.REFERENCE,
            )
            for each in part
            for place, customer in enumerate(assortment.CUSTOMERS)
        ]  # fmt: skip
        names = ("organisation_id", "product_id", "kind", "value", "price_unit", "reference")
        for turn, (model_class, heads, rows) in enumerate(
            ((Product, columns, articles), (Agreement, names, prices))
        ):
            began, before = time.perf_counter(), worked()
            with transaction.atomic():
                assortment.load(model_class, heads, rows)
            passed[turn] += time.perf_counter() - began
            work += worked() - before
    return (passed[0], passed[1]), work


def wipe() -> None:
    """Tables as new, with the demo's customers, brands and categories."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("TRUNCATE catalog_product CASCADE")
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
            for model in (Agreement, Product):
                cursor.execute(f"DELETE FROM {model._meta.db_table}")
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.execute("VACUUM")


def imported(profile: ImportProfile, path: Path) -> tuple[ImportRun, float]:
    began = time.perf_counter()
    states: dict[str, float] = {}

    def listen(run: ImportRun) -> None:
        states.setdefault(run.state, time.perf_counter() - began)

    run = services.start_import(profile=profile, file_name=path.name, path=path, background=False)
    services.run(run, listen)
    passed = time.perf_counter() - began
    if run.state != ImportRun.State.DONE or run.refused:
        raise SystemExit(f"{path.name}: {run.state} {run.error} {run.refused} refused")
    parts = ", ".join(f"{state} from {seconds:.1f} s" for state, seconds in states.items())
    print(f"    {path.name}: {run.records:,} records in {passed:.1f} s ({parts})", flush=True)
    return run, passed


def importing(folder: Path) -> None:
    """Imports both files, twice if asked for, and prints what it took as JSON: in a process of its own."""
    common = {"format": "csv", "order_unit": "C62", "currency": "EUR", "language": "en"}
    options = {"decimal_sign": ".", "replace": True}
    first = ImportProfile.objects.create(
        slug="bench-articles", name="articles", **common,
        options={**options, "columns": {name: name for name in COLUMNS}},
    )  # fmt: skip
    second = ImportProfile.objects.create(
        slug="bench-prices", name="prices", agreement_reference=assortment.REFERENCE, **common,
        options={**options, "columns": {name: name for name in PRICES}},
    )  # fmt: skip
    files = ((first, folder / "articles.csv"), (second, folder / "prices.csv"))
    before = most_memory()
    work = worked()
    made = [imported(profile, path)[1] for profile, path in files]
    work = worked() - work
    again = [imported(profile, path)[1] for profile, path in files] if AGAIN else []
    found = {"made": made, "work": work, "again": again, "memory": most_memory(), "before": before}
    (folder / RESULT).write_text(json.dumps(found))


def speed(name: str, rows: int, seconds: float, floor_seconds: float) -> bool:
    """Says how fast the rows were imported beside their floor, and whether that is fast enough."""
    part = floor_seconds / seconds
    figure, beside = f"{part:.0%} {rows / seconds:8,.0f} rows/s", f"floor {rows / floor_seconds:8,.0f} rows/s"
    say(name, figure, beside, f"≥ {LEAST:.0%}", part >= LEAST)
    return part >= LEAST


def main() -> int:
    call_command("migrate", verbosity=0)
    filling.fill()
    assortment._make_brands()
    with tempfile.TemporaryDirectory(prefix="bench-import-") as name:
        folder = Path(name)
        write(folder / "articles.csv", COLUMNS, article_rows())
        write(folder / "prices.csv", PRICES, price_rows())
        size = sum(path.stat().st_size for path in folder.iterdir()) / 2**20
        wipe()
        bare, bare_work = floor()
        wipe()
        # What making files and floor takes is no part of the memory of an import.
        connection.close()
        subprocess.check_call([sys.executable, "-m", "bench.imports", IMPORT, name])
        found = json.loads((folder / RESULT).read_text())
    made, work, again = found["made"], found["work"], found["again"]
    rows = COUNT * 4
    print(f"  import of {COUNT:,} articles and {COUNT * 3:,} net prices ({size:.0f} MB of CSV)")
    print(f"    floor {bare[0]:.1f} + {bare[1]:.1f} s, import {made[0]:.1f} + {made[1]:.1f} s by the clock")
    kept = speed("import, on the processor", rows, work, bare_work)
    kept &= speed("import, by the clock", rows, sum(made), sum(bare))
    if again:
        print(f"    again    {sum(again):7.1f} s  {rows / sum(again):9,.0f} rows/s, nothing changed")
    kept &= memory("memory of importing", found["memory"], MOST_MEMORY)
    return 0 if kept else 1


if __name__ == "__main__":
    if sys.argv[1:2] == [IMPORT]:
        importing(Path(sys.argv[2]))
    else:
        sys.exit(main())
