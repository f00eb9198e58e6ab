"""Tables read by whole columns: the same rows as one by one, whatever stands in the cells."""

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from catalog.imports.formats.table import blocks
from catalog.imports.records import Ready, Refusal
from catalog.imports.registry import Reading, find_format
from catalog.imports.rows import Defaults, Rows
from catalog.imports.source import Source

ARTICLE = {
    "nr": "sku", "ean": "gtin", "merk": "brand", "type": "manufacturer_part_number", "groep": "category",
    "naam": "name_nl", "tekst": "description_nl", "eenheid": "order_unit", "inhoud": "content_quantity",
    "inhoudseenheid": "content_unit", "per": "price_unit",
    "min": "minimum_quantity", "dagen": "lead_time_days",
    "unspsc": "unspsc",
}  # fmt: skip
PRICE = {
    "nr": "sku", "prijs": "price", "netto": "net_price", "per": "price_unit", "munt": "currency",
    "klant": "customer", "vanaf": "from_quantity", "van": "valid_from", "tot": "valid_until",
}  # fmt: skip
STOCK = {"nr": "sku", "aantal": "stock", "depot": "site", "dag": "next_date", "straks": "next_quantity"}
TEXTS = ["", "A-1", "x  y", " x", "x ", "x\u00a0y", "a|b", "a | b", '3/4"', "x" * 200, "tab\there", "é½"]
GTINS = ["", "5412345678908", "541 2345", "12", "5412-3456", "٣٤٥٦٧٨٩٠"]
UNITS = ["", "stuk", "m", "C62", "vadem", " pce "]
WHOLES = ["", "1", "100", "0", "-1", "1,5", "1000001", "40000", "x", "1.000"]
NUMBERS = ["", "1", "0", "1,25", "1,23456", "-2", "1.234,5", "99999999999", "0,00012", "1|2", "1.5", "½", "x"]
DAYS = ["", "01/02/2026", "31/12/2025", "2026-01-01", "30/02/2026"]
KINDS: dict[str, list[str]] = {
    **dict.fromkeys(["gtin"], GTINS), **dict.fromkeys(["order_unit", "content_unit"], UNITS),
    **dict.fromkeys(["price_unit", "lead_time_days"], WHOLES),
    **dict.fromkeys(["valid_from", "valid_until", "next_date"], DAYS),
    **dict.fromkeys(
        ["content_quantity", "minimum_quantity", "price", "net_price", "from_quantity", "stock",
         "next_quantity"], NUMBERS,
    ),
    "currency": ["", "EUR", "USD", "euros"],
}  # fmt: skip
USUAL = {"sku": "A-7", "gtin": "5412345678908", "order_unit": "stuk", "name_nl": "Kabel", "price": "1,50"}


def table(columns: dict[str, str], seed: int) -> str:
    """Mostly usual rows, some with a strange cell, some too short or too long."""
    dice = random.Random(seed)
    lines = [";".join(columns)]
    for number in range(120):
        cells = []
        for name in columns.values():
            strange = dice.random() < 0.06
            usual = f"A-{number}" if name == "sku" else USUAL.get(name, KINDS.get(name, ["", "Kabel"])[1])
            cells.append(dice.choice(KINDS.get(name, TEXTS)) if strange else usual)
        if dice.random() < 0.03:
            cells = cells[: dice.randrange(1, len(cells) + 1)] + [""] * dice.randrange(3)
        lines.append(";".join(f'"{c.replace(chr(34), chr(34) * 2)}"' if '"' in c else c for c in cells))
    return "\r\n".join(lines)


def staged(
    path: Path, columns: dict[str, str], ready: bool, **options: Any
) -> tuple[list[tuple[str, tuple[Any, ...]]], int]:
    found = find_format("csv")
    reading = Reading(
        options=found.options.model_validate({"columns": columns, **options}), language="nl",
        currency=options.get("currency", "EUR"), order_unit="C62", customer="C1", ready=ready,
    )  # fmt: skip
    header, records = found.read(Source(path), reading)
    rows = Rows(Defaults("nl", tuple(header.languages), header.currency, reading.order_unit))
    made: list[tuple[str, tuple[Any, ...]]] = []
    blocks_seen = 0
    for record in records:
        if isinstance(record, Ready):
            made += ((record.table, row) for row in record.rows(1))
            blocks_seen += record.records
        else:
            made += rows.of(record, 1)
            assert not isinstance(record, Refusal) or not ready or rows.refused
    # The number of the record is where it stands; what is a number may be written in several ways.
    plain = [(name, tuple(map(_plain, row[1:] if name != "refusal" else row))) for name, row in made]
    return sorted(plain, key=repr), blocks_seen


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    try:
        return f"{Decimal(value).normalize():f}" if isinstance(value, str) and value[:1].isascii() else value
    except ArithmeticError:
        return value


@pytest.mark.parametrize("columns", [ARTICLE, PRICE, STOCK, {**PRICE, **ARTICLE}])
@pytest.mark.parametrize("replace", [True, False])
def test_columns_give_the_same_rows_as_records_whatever_stands_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: dict[str, str], replace: bool
) -> None:
    monkeypatch.setattr("catalog.imports.formats.table.reader.BLOCK", 17)
    path = tmp_path / "file.csv"
    quick = 0
    for seed in range(12):
        path.write_text(table(columns, seed), encoding="utf-8")
        fast, seen = staged(path, columns, True, replace=replace)
        slow, none = staged(path, columns, False, replace=replace)
        assert fast == slow
        assert none == 0
        quick += seen
    # Most of it went the short way, or this compares nothing.
    assert quick > 300


def test_a_table_with_attributes_or_pictures_is_read_row_by_row() -> None:
    assert blocks.Blocks.takes({"sku": 0, "name_nl": 1})
    assert not blocks.Blocks.takes({"sku": 0, "picture": 1})
    assert not blocks.Blocks.takes({"sku": 0, "attribute:Farbe": 1})
