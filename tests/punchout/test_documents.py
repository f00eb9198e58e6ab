"""What a returned cart keeps of its lines is all that they say."""

from dataclasses import MISSING, fields
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template

from punchout.documents import LineSurcharge, ReturnForm, ReturnLine

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


def test_every_field_of_a_line_is_kept() -> None:
    line = ReturnLine(**FULL)
    assert set(line.as_json()) == set(FULL)
    assert ReturnLine.from_json(line.as_json()) == line


@pytest.mark.parametrize("name", OPTIONAL)
def test_what_a_line_has_not_is_not_kept_and_comes_back(name: str) -> None:
    line = ReturnLine(**{key: value for key, value in FULL.items() if key != name})
    assert set(line.as_json()) == set(FULL) - {name}
    assert ReturnLine.from_json(line.as_json()) == line


@pytest.mark.parametrize("odd", ["\x00", "\x01", "\x00\x01"])
def test_no_character_of_a_field_becomes_markup(odd: str) -> None:
    form = ReturnForm("https://buyer.example", (("a<", f'x{odd}"y'), (f"b{odd}", "é&"), ("", "")))
    shown = Template("{% load return_form %}{% hidden_fields form %}").render(Context({"form": form}))
    assert shown.split("\n") == [
        f'<input type="hidden" name="a&lt;" value="x{odd}&quot;y">',
        f'<input type="hidden" name="b{odd}" value="é&amp;">',
        '<input type="hidden" name="" value="">',
    ]
