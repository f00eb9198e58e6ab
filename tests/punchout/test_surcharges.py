"""Surcharges of a returned cart: own lines, in the price, in a field; and back again for editing."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from punchout.adapters.oci.build import return_form
from punchout.adapters.oci.options import OciOptions
from punchout.documents import ReturnLine, kept_lines
from punchout.line_table import lines_of
from punchout.surcharges import arranged
from tests.punchout.surcharged_lines import CABLE, COPPER, PLAIN, RECUPEL


def oci(lines: tuple[ReturnLine, ...], **options: Any) -> list[dict[str, str]]:
    """The lines of the form, each with its fields by their bare names."""
    form = return_form(
        return_url="https://buyer.example/r", echo={"version": options.get("version", "4.0")}, quote_id="Q1",
        lines=arranged(lines, options.get("surcharges", "in_price")), options=OciOptions(**options),
    )  # fmt: skip
    found: dict[str, dict[str, str]] = {}
    for name, value in form.fields:
        if name.startswith("NEW_ITEM-") and name.endswith("]") and "LONGTEXT" not in name:
            field, _bracket, index = name.removeprefix("NEW_ITEM-").partition("[")
            found.setdefault(index.rstrip("]"), {})[field] = value
    return list(found.values())


def test_in_the_price_everything_is_one_amount_that_makes_the_total() -> None:
    (line, plain) = arranged((CABLE, PLAIN), "in_price")
    assert (line.price, line.price_unit, line.total) == (Decimal(10490), 1000, Decimal("524.50"))
    assert line.surcharges_in_price and line.surcharges == (COPPER, RECUPEL)
    assert plain == PLAIN


def test_own_lines_follow_their_article_and_add_up() -> None:
    lines = arranged((CABLE, PLAIN), "own_line")
    assert [(line.number, line.sku, line.parent) for line in lines] == [
        (1, "CABLE-1", 0), (2, "SURCHARGE-CU", 1), (3, "SURCHARGE-RECUPEL-01-01", 1), (4, "P-2", 0),
    ]  # fmt: skip
    assert [line.total for line in lines] == [Decimal(t) for t in ("450.00", "72.00", "2.50", "450.00")]
    assert sum(line.total for line in lines) == CABLE.total + PLAIN.total
    assert [line.unspsc for line in lines[:3]] == ["26121600"] * 3
    assert len({line.token for line in lines}) == 4


def test_a_credit_is_never_a_line_because_no_protocol_has_negative_ones() -> None:
    credit = replace(COPPER, amount=Decimal("-480"), total=Decimal("-24.00"))
    cable = replace(CABLE, surcharges=(credit, RECUPEL), total=Decimal("428.50"))
    lines = arranged((cable,), "own_line")
    assert [(line.sku, line.price, line.total) for line in lines] == [
        ("CABLE-1", Decimal(8520), Decimal("426.00")),
        ("SURCHARGE-RECUPEL-01-01", Decimal("0.05"), Decimal("2.50")),
    ]


def test_a_cart_without_surcharges_is_not_touched() -> None:
    lines = (PLAIN,)
    for how in ("in_price", "own_line", "field"):
        assert arranged(lines, how) is lines


def test_a_frozen_line_with_its_surcharges_comes_back_from_json_as_it_was() -> None:
    for line in (CABLE, *arranged((CABLE,), "own_line"), *arranged((CABLE,), "in_price")):
        assert ReturnLine.from_json(lines_of(kept_lines([line]))[0]) == line


def test_surcharges_that_were_stored_as_dictionaries_are_still_read() -> None:
    stored = {
        "fields": ["number", "surcharges"],
        "rows": [[1, [{"kind": "levy", "code": "Recupel", "tariff": "01.01"}]], [2, None]],
    }
    first, second = lines_of(stored)
    assert first == {"number": 1, "surcharges": [{"kind": "levy", "code": "Recupel", "tariff": "01.01"}]}
    assert second == {"number": 2}


def test_a_line_that_was_stored_before_there_were_surcharges_is_still_read() -> None:
    (stored,) = lines_of(kept_lines([PLAIN]))
    for name in ("surcharges", "surcharges_in_price", "parent"):
        stored.pop(name, None)
    assert ReturnLine.from_json(stored) == PLAIN


# -- OCI -----------------------------------------------------------------------------------------------------


def test_oci_price_has_the_surcharges_in_it_unless_told_otherwise() -> None:
    (line,) = oci((CABLE,))
    assert (line["PRICE"], line["PRICEUNIT"]) == ("10490.000", "1000")


def test_oci_own_lines_are_indexed_without_a_gap_and_cannot_be_validated() -> None:
    cable, copper, recupel = oci((CABLE,), surcharges="own_line")
    assert (cable["PRICE"], cable["EXT_PRODUCT_ID"]) == ("9000.000", "CABLE-1")
    assert (copper["VENDORMAT"], copper["PRICE"], copper["QUANTITY"]) == (
        "SURCHARGE-CU",
        "1440.000",
        "50.000",
    )
    assert (recupel["DESCRIPTION"], recupel["PRICE"]) == ("Recupel CABLE-1", "0.050")
    for own in (copper, recupel):
        assert "EXT_PRODUCT_ID" not in own
        assert not {"ITEM_TYPE", "PARENT_ID", "SERVICE"} & own.keys()


def test_oci_5_says_which_article_a_surcharge_belongs_to() -> None:
    lines = oci(
        (PLAIN, CABLE), version="5.0", surcharges="own_line", surcharge_hierarchy=True, surcharge_service=True
    )
    assert [(line.get("ITEM_TYPE"), line.get("PARENT_ID"), line.get("SERVICE")) for line in lines] == [
        (None, None, None), ("R", None, None), ("O", "2", "X"), ("O", "2", "X"),
    ]  # fmt: skip


def test_oci_4_has_no_fields_for_a_hierarchy() -> None:
    for line in oci((CABLE,), surcharges="own_line", surcharge_hierarchy=True):
        assert not {"ITEM_TYPE", "PARENT_ID"} & line.keys()


def test_oci_fields_hold_the_surcharges_per_price_unit() -> None:
    (line,) = oci(
        (CABLE,), surcharges="field", extra_fields={"CUST_FIELD1": "metal_surcharge", "CUST_FIELD2": "levies"}
    )
    assert line["PRICE"] == "9000.000"
    assert (line["CUST_FIELD1"], line["CUST_FIELD2"]) == ("1440.0000", "50.0000")
    (line, plain) = oci((CABLE, PLAIN), surcharges="field", extra_fields={"ADDITIONAL_COST": "surcharges"})
    assert line["ADDITIONAL_COST"] == "1490.0000"
    assert "ADDITIONAL_COST" not in plain


@pytest.mark.parametrize("fields", [{}, {"CUST_FIELD1": "metal_surcharge"}, {"CUST_FIELD1": "levies"}])
def test_oci_fields_must_be_named_or_money_would_be_lost(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="metal_surcharge and levies"):
        OciOptions(surcharges="field", extra_fields=fields)
