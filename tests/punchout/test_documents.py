"""What a returned cart keeps of its lines is all that they say."""

import json
from dataclasses import MISSING, fields
from decimal import Decimal
from html import escape
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from punchout.documents import LineSurcharge, ReturnForm, ReturnLine, SetupRequest, kept_lines
from punchout.line_table import lines_of, table_of
from punchout.models import ReturnedCart, WireMessage
from punchout.return_page import hidden_inputs
from punchout.services import start_session
from tests.factories import ConnectionFactory

METAL = LineSurcharge("metal", "CU", "Copper", "Copper: 12 kg", Decimal("4.10"), 100, Decimal("8.20"))


def value_of(name: str, kind: str) -> Any:
    """Something that is no field's default."""
    if name == "surcharges":
        return (METAL,)
    return {"int": 7, "bool": True, "str": f"the {name}"}.get(kind, Decimal("1.2500"))


FULL = {
    each.name: value_of(each.name, str(each.type)) for each in fields(ReturnLine) if each.name != "mapped"
}
OPTIONAL = [each.name for each in fields(ReturnLine) if each.default is not MISSING]


def kept(line: ReturnLine) -> dict[str, Any]:
    """What a database gives back of it."""
    (found,) = lines_of(json.loads(json.dumps(kept_lines([line]))))
    return found


def test_every_field_of_a_line_is_kept() -> None:
    line = ReturnLine(**FULL)
    assert set(kept(line)) == set(FULL)
    assert ReturnLine.from_json(kept(line)) == line


@pytest.mark.parametrize("name", OPTIONAL)
def test_what_a_line_has_not_is_not_kept_and_comes_back(name: str) -> None:
    line = ReturnLine(**{key: value for key, value in FULL.items() if key != name})
    assert set(kept(line)) == set(FULL) - {name}
    assert ReturnLine.from_json(kept(line)) == line


def test_lines_of_different_fields_become_one_table_and_lines_again() -> None:
    lines = [{"number": 1, "sku": "A"}, {"number": 2, "brand": "B", "lead_time_days": 0}]
    assert lines_of(table_of(lines)) == lines
    assert lines_of(table_of([])) == lines_of({}) == []


@pytest.mark.django_db
def test_lines_of_earlier_versions_become_a_table_and_back() -> None:
    migration = import_module("punchout.migrations.0010_lines_as_table")
    lines = [{"number": 1, "sku": "A"}, {"number": 2, "brand": "B"}]
    setup = SetupRequest(connection=ConnectionFactory())
    session = start_session(setup=setup, message=WireMessage()).session
    ReturnedCart.objects.create(session=session, outcome="cart", total=1, currency="EUR", table=lines)
    migration.to_table(apps, None)
    assert ReturnedCart.objects.get().lines == lines
    migration.to_lines(apps, None)
    assert ReturnedCart.objects.get().table == lines


@pytest.mark.parametrize("odd", ["\x00", "\x01", "\x00\x01"])
def test_no_character_of_a_field_becomes_markup(odd: str) -> None:
    form = ReturnForm("https://buyer.example", (("a<", f'x{odd}"y'), (f"b{odd}", "é&"), ("", "")))
    assert hidden_inputs(form).decode().split("\n") == [
        f'<input type="hidden" name="a&lt;" value="x{odd}&quot;y">',
        f'<input type="hidden" name="b{odd}" value="é&amp;">',
        '<input type="hidden" name="" value="">',
    ]


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "iso-8859-15", "windows-1252", "us-ascii"])
def test_a_form_is_escaped_alike_whether_or_not_its_charset_has_all_of_it(charset: str) -> None:
    values = ("<a href=\"x\">'&amp;'</a>", "Größe", "5 €", "≥ 3 Ω")
    for some in (values[:1], values[:2], values[:3], values):
        form = ReturnForm("https://buyer.example", tuple(zip("abcd", some, strict=False)), charset=charset)
        written = [
            f'<input type="hidden" name="{name}" value="{escape(value)}">'.encode(
                charset, "xmlcharrefreplace"
            )
            for name, value in form.fields
        ]
        assert hidden_inputs(form).split(b"\n") == written
