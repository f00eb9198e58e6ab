"""The fields of the return form: what an option changes, and what each needs beside it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import ValidationError

from punchout.adapters.oci.build import return_form
from punchout.adapters.oci.fields import keep_pairs
from punchout.adapters.oci.options import OciOptions
from tests.punchout.oci.returning import HOOK, ITS, LINE, form, item

# -- options -------------------------------------------------------------------------------------------------


def test_units_are_the_buyers() -> None:
    assert item(form([replace(LINE, unit="MTR")]))["UNIT"] == "MTR"
    assert item(form(units={"C62": "EA"}))["UNIT"] == "EA"
    with pytest.raises(ValidationError):
        OciOptions(units={"C62": "PIECE"})


def test_the_vendor_is_the_launchs_number_for_us() -> None:
    assert item(form(echo={"vendor": "0000004711"}))["VENDOR"] == "0000004711"


def test_the_material_group_goes_by_unspsc_or_is_fixed() -> None:
    groups = {"39": "ELEC", "3912": "BREAKERS"}
    assert item(form(classifications={"*": "X1"}))["MATGROUP"] == "X1"
    assert item(form(classifications=groups))["MATGROUP"] == "BREAKERS"
    without = [replace(LINE, unspsc="", etim_class="", eclass="")]
    assert item(form(without, classifications={**groups, "*": "X1"}))["MATGROUP"] == "X1"


@pytest.mark.parametrize(
    ("classification", "schema", "code"), [("eclass", "ECLASS", "27-14-19-01"), ("etim", "ETIM", "EC000042")]
)
def test_the_classification_is_the_agreed_one(classification: str, schema: str, code: str) -> None:
    found = item(form(classification=classification))
    assert (found["EXT_SCHEMA_TYPE"], found["EXT_CATEGORY_ID"]) == (schema, code)


def test_a_schema_is_never_sent_without_a_class() -> None:
    for built in (form([replace(LINE, unspsc="")]), form(classification="none")):
        assert not {"EXT_SCHEMA_TYPE", "EXT_CATEGORY_ID"} & item(built).keys()


def test_additional_fields_take_a_value_of_the_line_or_a_fixed_text() -> None:
    extra = {"CUST_FIELD1": "=21", "CUST_FIELD5": "gtin", "GTIN": "gtin", "CUST_FIELD4": "agreement"}
    found = item(form(extra_fields=extra))
    assert {name: found[name] for name in extra} == {
        "CUST_FIELD1": "21",
        "CUST_FIELD5": "3250612345678",
        "GTIN": "3250612345678",
        "CUST_FIELD4": "Q-2026-7",
    }


def test_a_code_that_does_not_fit_is_left_out_and_a_text_is_cut() -> None:
    found = item(form(extra_fields={"CUST_FIELD1": "gtin", "CUST_FIELD2": "category"}))
    assert "CUST_FIELD1" not in found
    assert found["CUST_FIELD2"] == "Circuit"


def test_an_additional_field_replaces_ours_or_leaves_it_out() -> None:
    found = item(form(extra_fields={"VENDORMAT": "gtin", "LEADTIME": "=", "MATGROUP": "="}))
    assert found["VENDORMAT"] == "3250612345678"
    assert "LEADTIME" not in found
    blank = item(form([replace(LINE, brand="")], extra_fields={"DESCRIPTION": "brand"}))
    assert blank["DESCRIPTION"] == "Circuit breaker 1P+N 16 A curve C"


@pytest.mark.parametrize("field", ["QUANTITY", "PRICE", "PRICEUNIT", "CURRENCY", "LONGTEXT", "PARENT_ID"])
def test_what_the_shop_calculates_is_not_replaced(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        OciOptions(extra_fields={field: "=1"})


def test_dialect_fields_are_added_by_mapping() -> None:
    extra = {"CUST_FIELD6": "category", "TAX_RATE": "tax_rate", "CUST_FIELD50": "buyer_part_number"}
    found = item(form([replace(LINE, buyer_part_number="M1")], extra_fields=extra, tax_rate="21"))
    assert {name: found[name] for name in extra} == {
        "CUST_FIELD6": "Circuit breakers",
        "TAX_RATE": "21",
        "CUST_FIELD50": "M1",
    }


@pytest.mark.parametrize("version", ["2.0", "3.0", "4.0", "5.0"])
def test_every_version_has_its_own_fields_and_lengths(version: str) -> None:
    extra = {"CUST_FIELD1": "=21", "SLD_SYS_NAME": "=SHOP"}
    line = replace(LINE, sku="V" * 30, buyer_part_number="M" * 19)
    found = item(form([line], {"version": version}, extra_fields=extra, material_number="both"))
    old = version in ("2.0", "3.0")
    assert ("VENDORMAT" in found, "MATNR" in found) == (not old, not old)
    assert ("CUST_FIELD1" in found, "SLD_SYS_NAME" in found) == (not old, not old)
    assert not {"ITEM_TYPE", "PARENT_ID"} & found.keys()


# -- the customer's own numbers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "fields"),
    [("instead", {"MATNR"}), ("both", {"MATNR", "DESCRIPTION"}), ("none", {"DESCRIPTION"})],
)
def test_the_customers_article_number_goes_by_option(option: str, fields: set[str]) -> None:
    found = item(form([replace(LINE, buyer_part_number="MAT-0815")], material_number=option))
    assert found.keys() & {"MATNR", "DESCRIPTION"} == fields
    assert found.get("MATNR", "MAT-0815") == "MAT-0815"
    assert found["LONGTEXT"].startswith("Circuit breaker")


def test_an_article_without_a_customers_number_keeps_its_description() -> None:
    lines = [LINE, replace(LINE, number=2, sku="B", name="Other", buyer_part_number="MAT-2")]
    assert "MATNR" not in item(form(lines))
    assert item(form(lines))["DESCRIPTION"]
    assert "DESCRIPTION" not in item(form(lines), 2)


def test_a_customers_number_too_long_for_the_version_leaves_the_description() -> None:
    found = item(form([replace(LINE, buyer_part_number="M" * 19)], {"version": "3.0"}))
    assert "MATNR" not in found
    assert found["DESCRIPTION"] == "Circuit breaker 1P+N 16 A curve C"


@pytest.mark.parametrize(
    ("reference", "contract"),
    [
        ("4600001234", {"CONTRACT": "4600001234"}),
        ("4600001234/00010", {"CONTRACT": "4600001234", "CONTRACT_ITEM": "00010"}),
        ("4600001234 / 10", {"CONTRACT": "4600001234", "CONTRACT_ITEM": "10"}),
        ("46000012345/10", {}),
        ("/10", {}),
        ("", {}),
    ],
)
def test_the_contract_of_the_price_is_sent_whole_or_not_at_all(
    reference: str, contract: dict[str, str]
) -> None:
    found = item(form([replace(LINE, agreement=reference)], agreement_field="CONTRACT"))
    assert {name: value for name, value in found.items() if name.startswith("CONTRACT")} == contract
    assert found["EXT_QUOTE_ID"] == "Q" * 22


def test_the_quotation_of_the_price_can_stand_for_the_cart() -> None:
    quoted, not_quoted = LINE, replace(LINE, number=2, sku="B", name="Other", agreement="")
    built = form([quoted, not_quoted], agreement_field="EXT_QUOTE_ID")
    assert item(built)["EXT_QUOTE_ID"] == "Q-2026-7"
    assert item(built, 2)["EXT_QUOTE_ID"] == "Q" * 22


# -- what a field needs beside it ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"PRICE": "1", "PRICEUNIT": "1"}, set()),
        ({"PRICE": "1", "PRICEUNIT": "1", "CURRENCY": "EUR"}, {"PRICE", "PRICEUNIT", "CURRENCY"}),
        ({"CONTRACT_ITEM": "1"}, set()),
        ({"EXT_QUOTE_ITEM": "1"}, set()),
        ({"EXT_SCHEMA_TYPE": "UNSPSC"}, set()),
        ({"EXT_CATEGORY_ID": "1", "EXT_CATEGORY": "x"}, set()),
        ({"EXT_SCHEMA_TYPE": "UNSPSC", "EXT_CATEGORY": "x"}, {"EXT_SCHEMA_TYPE", "EXT_CATEGORY"}),
        ({"ATTACHMENT_TITLE": "x", "ATTACHMENT_PURPOSE": "C"}, set()),
        ({"PARENT_ID": "1"}, set()),
    ],
)
def test_a_field_never_stands_without_what_it_needs(sent: dict[str, str], kept: set[str]) -> None:
    values = {"DESCRIPTION": "x", **sent}
    keep_pairs(values)
    assert values.keys() == {"DESCRIPTION", *kept}


def test_a_price_that_does_not_fit_takes_its_price_unit_with_it() -> None:
    found = item(form([replace(LINE, price=Decimal("999999999999.99"))]))
    assert not {"PRICE", "PRICEUNIT"} & found.keys()


def test_without_a_cart_number_there_is_no_number_of_its_line() -> None:
    built = return_form(return_url=HOOK, echo={"its": ITS}, quote_id="", lines=(LINE,), options=OciOptions())
    assert not {"EXT_QUOTE_ID", "EXT_QUOTE_ITEM"} & item(built).keys()


def test_an_additional_field_has_a_sane_name_and_a_known_value() -> None:
    for extra in ({"a b": "gtin"}, {"CUST_FIELD1": "password"}, {"X[1]": "gtin"}):
        with pytest.raises(ValidationError):
            OciOptions(extra_fields=extra)


def test_picture_and_longtext_are_options() -> None:
    found = item(form(attachment=True, longtext=False))
    assert found["ATTACHMENT"] == "https://shop.example/p/1.svg"
    assert "LONGTEXT" not in found


def test_articles_of_one_name_keep_apart_however_long_their_numbers_are() -> None:
    lines = [replace(LINE, number=n, sku=f"{n}" * 40) for n in (1, 2)]
    found = form(lines)
    assert [item(found, n)["DESCRIPTION"] for n in (1, 2)] == ["1" * 40, "2" * 40]


def test_a_mapped_field_stands_where_the_protocol_has_it() -> None:
    line = replace(LINE, buyer_part_number="", mapped={"MATNR": "M-1"})
    names = list(item(form([line], material_number="both")))
    assert names.index("DESCRIPTION") < names.index("MATNR") < names.index("QUANTITY")
