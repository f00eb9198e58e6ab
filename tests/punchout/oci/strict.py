"""A receiver that takes nothing it was not promised: the tables of OCI 2.0B to 5.0, read by code of its own.

Only what SAP's texts say is known here; nothing is imported from the adapter.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

#                        2.0 3.0 4.0 5.0
LENGTHS: dict[str, tuple[int, int, int, int]] = {
    "DESCRIPTION": (40, 40, 40, 40),
    "MATNR": (18, 18, 40, 40),
    "QUANTITY": (15, 15, 15, 15),
    "UNIT": (3, 3, 3, 3),
    "PRICE": (15, 15, 15, 15),
    "CURRENCY": (5, 5, 5, 5),
    "PRICEUNIT": (9, 9, 5, 5),
    "LEADTIME": (5, 5, 5, 5),
    "VENDOR": (10, 10, 10, 10),
    "VENDORMAT": (22, 22, 40, 40),
    "MANUFACTCODE": (10, 10, 10, 10),
    "MANUFACTMAT": (40, 40, 40, 40),
    "MATGROUP": (10, 10, 10, 10),
    "SERVICE": (1, 1, 1, 1),
    "CONTRACT": (10, 10, 10, 10),
    "CONTRACT_ITEM": (5, 5, 5, 5),
    "EXT_QUOTE_ID": (35, 35, 35, 35),
    "EXT_QUOTE_ITEM": (10, 10, 10, 10),
    "EXT_PRODUCT_ID": (40, 40, 40, 40),
    "ATTACHMENT": (255, 255, 255, 255),
    "ATTACHMENT_TITLE": (255, 255, 255, 255),
    "ATTACHMENT_PURPOSE": (1, 1, 1, 1),
    "EXT_SCHEMA_TYPE": (10, 10, 10, 10),
    "EXT_CATEGORY_ID": (60, 60, 60, 60),
    "EXT_CATEGORY": (40, 40, 40, 40),
    "SLD_SYS_NAME": (0, 0, 60, 60),
    "CUST_FIELD1": (0, 0, 10, 10),
    "CUST_FIELD2": (0, 0, 10, 10),
    "CUST_FIELD3": (0, 0, 10, 10),
    "CUST_FIELD4": (0, 0, 20, 20),
    "CUST_FIELD5": (0, 0, 50, 50),
    "ITEM_TYPE": (0, 0, 0, 1),
    "PARENT_ID": (0, 0, 0, 5),
}
VERSIONS = ("2.0", "3.0", "4.0", "5.0")
# Eleven digits, a point, at most three decimals: no sign, no blank, no thousands sign.
AMOUNT = re.compile(r"[0-9]{1,11}(\.[0-9]{1,3})?")
WHOLE = re.compile(r"[0-9]+")
FORMATS = {
    "QUANTITY": AMOUNT,
    "PRICE": AMOUNT,
    "PRICEUNIT": re.compile(r"[1-9][0-9]*"),
    "LEADTIME": WHOLE,
    "UNIT": re.compile(r"[A-Z0-9]{2,3}"),
    "CURRENCY": re.compile(r"[A-Z]{3}"),
    "SERVICE": re.compile(r"X"),
    "ITEM_TYPE": re.compile(r"[RO]"),
    "PARENT_ID": re.compile(r"[1-9][0-9]*"),
}
# With a field, one of these has to be there.
WITH = {
    "PRICE": ("CURRENCY",),
    "CONTRACT_ITEM": ("CONTRACT",),
    "EXT_QUOTE_ITEM": ("EXT_QUOTE_ID",),
    "EXT_CATEGORY_ID": ("EXT_SCHEMA_TYPE",),
    "EXT_CATEGORY": ("EXT_SCHEMA_TYPE",),
    "PARENT_ID": ("ITEM_TYPE",),
}
_FIELD = re.compile(r"NEW_ITEM-([A-Z0-9_]+)\[([1-9][0-9]*)\]")
_LONGTEXT = re.compile(r"NEW_ITEM-LONGTEXT_([1-9][0-9]*):132\[\]")

Pairs = Iterable[tuple[str, str]]


def read(fields: Pairs, version: str, charset: str) -> tuple[list[tuple[str, str]], list[dict[str, str]]]:
    """What stood before the items, and the items; ``AssertionError`` for anything that SAP would mind."""
    before: list[tuple[str, str]] = []
    items: dict[int, dict[str, str]] = {}
    current = 0
    for name, value in fields:
        value.encode(charset)
        found = _LONGTEXT.fullmatch(name) or _FIELD.fullmatch(name)
        if found is None:
            assert not name.startswith("NEW_ITEM"), f"{name} is no name of a field"
            assert not items, f"{name} stands among the items"
            before.append((name, value))
            continue
        field, index = ("LONGTEXT", found[1]) if found.re is _LONGTEXT else (found[1], found[2])
        number = int(index)
        assert number in (current, current + 1), f"{name} comes after item {current}"
        current = number
        item = items.setdefault(number, {})
        assert field not in item, f"{name} is there twice"
        item[field] = value
    for number, item in items.items():
        _check(number, item, VERSIONS.index(version))
    return before, list(items.values())


def _check(number: int, item: dict[str, str], version: int) -> None:
    for field, value in item.items():
        where = f"{field}[{number}]={value!r}"
        assert value == value.strip(), f"{where} has blanks around it"
        assert value, f"{where} is empty"
        assert "<" not in value, f"{where} has markup"
        if field == "LONGTEXT":
            continue
        assert value.isprintable(), f"{where} has control characters"
        length = LENGTHS[field][version] if field in LENGTHS else 255
        assert len(value) <= length, f"{where} is longer than {length}"
        assert field not in FORMATS or FORMATS[field].fullmatch(value), f"{where} is not in its format"
        assert field not in WITH or set(WITH[field]) & item.keys(), f"{where} needs {WITH[field]}"
    assert {"QUANTITY", "PRICEUNIT"} <= item.keys(), f"item {number} lacks a quantity or price unit"
    assert ("DESCRIPTION" in item) != ("MATNR" in item), f"item {number} has both or none of its names"
    assert "MATNR" in item or "UNIT" in item, f"item {number} has no unit"
    assert Decimal(item["QUANTITY"]) > 0, f"item {number} has no quantity"
    if "PARENT_ID" in item:
        assert int(item["PARENT_ID"]) < number, f"item {number} stands before what it belongs to"
