"""The return form of OCI: order, lengths, numbers, texts and what an option changes."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from catalog.models import ProductReference
from punchout.adapters import get_adapter
from punchout.adapters.oci.build import leave_form, return_form, scale_price
from punchout.adapters.oci.fields import keep_pairs
from punchout.adapters.oci.options import OciOptions
from punchout.adapters.sets import Part
from punchout.documents import ReturnForm, ReturnLine
from punchout.models import PunchoutSession
from tests.factories import ConnectionFactory, ProductFactory

HOOK = "http://srm.example:8000/sap(bD1lbiZjPTEwMA==)/its/?~OkCode=ADDI&sap-client=100&text=50%25+off&flag"
ITS = [["~OkCode", "ADDI"], ["~Target", "_top"], ["~CALLER", "CTLG"]]
LINE = ReturnLine(
    number=1,
    sku="1234567",
    token="t",
    quantity=Decimal("2"),
    unit="C62",
    name="Circuit breaker 1P+N 16 A curve C",
    description="For DIN rail.\nBreaking capacity 6 kA.",
    language="en",
    price=Decimal("12.40"),
    price_unit=1,
    currency="EUR",
    total=Decimal("24.80"),
    lead_time_days=2,
    brand="Hager",
    manufacturer_part_number="MCN516",
    gtin="3250612345678",
    unspsc="39121601",
    etim_class="EC000042",
    eclass="27-14-19-01",
    category="Circuit breakers",
    agreement="Q-2026-7",
    picture_url="https://shop.example/p/1.svg",
)


def form(
    lines: Iterable[ReturnLine] = (LINE,), echo: dict[str, Any] | None = None, **options: Any
) -> ReturnForm:
    kept = {
        "its": ITS,
        "version": "4.0",
        "charset": "iso-8859-1",
        "target": "_top",
        "vendor": "",
        "cancel_url": "",
    }
    return return_form(
        return_url=HOOK,
        echo={**kept, **(echo or {})},
        quote_id="Q" * 22,
        lines=tuple(lines),
        options=OciOptions(**options),
    )


def item(form: ReturnForm, index: int = 1) -> dict[str, str]:
    """The fields of one line by their bare names; LONGTEXT among them."""
    end = f"[{index}]"
    found = {name[9 : -len(end)]: value for name, value in form.fields if name.endswith(end)}
    longtext = [value for name, value in form.fields if name == f"NEW_ITEM-LONGTEXT_{index}:132[]"]
    return found | ({"LONGTEXT": longtext[0]} if longtext else {})


# -- around the items ----------------------------------------------------------------------------------------


def test_the_form_has_the_address_parameters_then_its_fields_then_the_items() -> None:
    built = form()
    assert built.action == "http://srm.example:8000/sap(bD1lbiZjPTEwMA==)/its/"
    assert built.fields[:7] == (
        ("~OkCode", "ADDI"),
        ("sap-client", "100"),
        ("text", "50% off"),
        ("flag", ""),
        ("~Target", "_top"),
        ("~CALLER", "CTLG"),
        ("NEW_ITEM-DESCRIPTION[1]", "Circuit breaker 1P+N 16 A curve C"),
    )
    assert (built.method, built.target, built.charset) == ("post", "_top", "iso-8859-1")


def test_the_query_can_stay_in_the_address_or_be_in_both() -> None:
    kept, both = form(hook_query="keep"), form(hook_query="both")
    assert kept.action == both.action == HOOK
    assert [name for name, _value in kept.fields[:4]] == [
        "~OkCode",
        "~Target",
        "~CALLER",
        "NEW_ITEM-DESCRIPTION[1]",
    ]
    assert both.fields == form().fields


def test_sapevent_is_posted_to_as_it_is() -> None:
    built = return_form(
        return_url="SAPEVENT:POST",
        echo={"its": ITS},
        quote_id="Q",
        lines=(LINE,),
        options=OciOptions(sapevent=True),
    )
    assert built.action == "SAPEVENT:POST"
    assert built.fields[0] == ("~OkCode", "ADDI")


def test_a_line_has_these_fields_and_no_others() -> None:
    assert item(form()) == {
        "DESCRIPTION": "Circuit breaker 1P+N 16 A curve C",
        "QUANTITY": "2.000",
        "UNIT": "PCE",
        "PRICE": "12.400",
        "CURRENCY": "EUR",
        "PRICEUNIT": "1",
        "LEADTIME": "2",
        "VENDORMAT": "1234567",
        "MANUFACTMAT": "MCN516",
        "EXT_QUOTE_ID": "Q" * 22,
        "EXT_QUOTE_ITEM": "1",
        "EXT_PRODUCT_ID": "1234567",
        "EXT_SCHEMA_TYPE": "UNSPSC",
        "EXT_CATEGORY_ID": "39121601",
        "LONGTEXT": "Circuit breaker 1P+N 16 A curve C\nFor DIN rail.\nBreaking capacity 6 kA.",
    }


def test_items_follow_each_other_indexed_from_one_without_a_gap() -> None:
    lines = [replace(LINE, number=number, sku=f"S{number}") for number in range(1, 41)]
    indices = [
        int(name.rpartition("[")[2][:-1])
        for name, _value in form(lines).fields
        if name.startswith("NEW_ITEM-") and not name.endswith("[]")
    ]
    assert indices == sorted(indices)
    assert set(indices) == set(range(1, 41))
    assert [item(form(lines), n)["VENDORMAT"] for n in (1, 40)] == ["S1", "S40"]


# -- numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "price_unit", "sent", "sent_unit"),
    [
        ("12.40", 1, "12.400", "1"),
        ("0.0041", 1, "0.041", "10"),
        ("0.41235", 1, "41.235", "100"),
        ("41.2345", 100, "412.345", "1000"),
        ("41.20", 100, "41.200", "100"),
        ("0", 1, "0.000", "1"),
        ("1.23456789", 1, "12345.679", "10000"),
        ("1.2345", 50000, "1.235", "50000"),
        ("200", 200000, "10.000", "10000"),
    ],
)
def test_a_price_with_more_than_three_decimals_is_scaled_by_its_price_unit(
    price: str, price_unit: int, sent: str, sent_unit: str
) -> None:
    found = item(form([replace(LINE, price=Decimal(price), price_unit=price_unit)]))
    assert (found["PRICE"], found["PRICEUNIT"]) == (sent, sent_unit)


def test_a_price_unit_of_nine_digits_is_used_where_the_version_has_them() -> None:
    line = replace(LINE, price=Decimal("1.23456789"))
    assert item(form([line], {"version": "3.0"}))["PRICEUNIT"] == "100000"
    assert item(form([line], {"version": "5.0"}))["PRICEUNIT"] == "10000"


@settings(max_examples=300)
@given(
    price=st.decimals("0", "99999.9999", places=4),
    price_unit=st.sampled_from((1, 10, 100, 1000)),
    quantity=st.decimals("0.001", "99999.999", places=3),
)
def test_price_times_quantity_is_the_line_total(price: Decimal, price_unit: int, quantity: Decimal) -> None:
    cent = Decimal("0.01")
    total = (price * quantity / price_unit).quantize(cent, ROUND_HALF_UP)
    sent, unit = scale_price(price, price_unit)
    assert sent == sent.quantize(Decimal("0.001"))
    assert (sent * quantity / unit).quantize(cent, ROUND_HALF_UP) == total


@settings(max_examples=300)
@given(
    price=st.decimals("0", "9999999", places=6),
    price_unit=st.integers(1, 10**7),
    decimals=st.integers(0, 3),
    limit=st.sampled_from((99999, 999999999)),
)
def test_a_scaled_price_always_fits_and_is_off_by_half_a_unit_at_most(
    price: Decimal, price_unit: int, decimals: int, limit: int
) -> None:
    sent, unit = scale_price(price, price_unit, decimals=decimals, limit=limit)
    assert 1 <= unit <= limit
    assert len(f"{sent:.{decimals}f}") <= 15
    assert abs(sent - price * unit / price_unit) <= Decimal("0.5").scaleb(-decimals) + Decimal("1e-12")


def test_numbers_have_a_point_and_no_thousands_sign_unless_the_buyer_wants_a_comma() -> None:
    line = replace(LINE, quantity=Decimal("12345.5"), price=Decimal("1234567.89"))
    assert item(form([line]))["QUANTITY"] == "12345.500"
    assert item(form([line]))["PRICE"] == "1234567.890"
    comma = item(form([line], decimal_sign=",", price_decimals=2))
    assert (comma["QUANTITY"], comma["PRICE"]) == ("12345,500", "1234567,89")


# -- texts ---------------------------------------------------------------------------------------------------


def test_a_description_is_cut_at_a_word_within_forty_characters() -> None:
    found = item(form([replace(LINE, name="Installation cable XVB-F2 3G2.5 mm² grey, on a drum of 500 m")]))
    assert found["DESCRIPTION"] == "Installation cable XVB-F2 3G2.5 mm² grey"
    assert found["LONGTEXT"].startswith("Installation cable XVB-F2 3G2.5 mm² grey, on a drum of 500 m\n")
    longer = item(form([replace(LINE, name="Installation cable XVB-F2 3G2.5 mm² greyish on a drum")]))
    assert longer["DESCRIPTION"] == "Installation cable XVB-F2 3G2.5 mm²"
    assert len(item(form([replace(LINE, name="X" * 90)]))["DESCRIPTION"]) == 40


def test_two_articles_never_share_a_description() -> None:
    name = "Installation cable XVB-F2 3G2.5 mm² grey on a drum of "
    lines = [
        replace(LINE, name=name + "100 m", sku="A100"),
        replace(LINE, number=2, name=name + "500 m", sku="A500"),
    ]
    texts = [item(form(lines), n)["DESCRIPTION"] for n in (1, 2)]
    assert texts == ["Installation cable XVB-F2 3G2.5 mm² A100", "Installation cable XVB-F2 3G2.5 mm² A500"]
    assert all(len(text) <= 40 for text in texts)


def test_texts_are_spelled_in_the_buyers_charset() -> None:
    line = replace(LINE, name="Kabel 5 € – 10 Ω ≤ 2,5 mm² Ø 8", description="„Über“ ✓ 😀")
    latin = item(form([line]))
    assert latin["DESCRIPTION"] == "Kabel 5 EUR - 10 Ohm <= 2,5 mm² Ø 8"
    assert latin["LONGTEXT"].endswith('\n"Über" ? ?')
    utf8 = item(form([line], {"charset": "utf-8"}))
    assert utf8["DESCRIPTION"] == line.name
    assert utf8["LONGTEXT"].endswith("„Über“ ✓ 😀")


def test_texts_are_plain() -> None:
    line = replace(
        LINE, name="A <b>B</b>\tC\nD", description="<p>one &amp; two</p><ul><li>three</li></ul>\x07"
    )
    found = item(form([line]))
    assert found["DESCRIPTION"] == "A B C D"
    assert found["LONGTEXT"] == "A B C D\none & two\nthree"


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


# -- leaving -------------------------------------------------------------------------------------------------


def leaving(echo: dict[str, Any] | None = None, **options: Any) -> ReturnForm | None:
    return leave_form(return_url=HOOK, echo={"its": ITS, **(echo or {})}, options=OciOptions(**options))


def test_leaving_posts_the_address_parameters_without_an_article() -> None:
    left = leaving()
    assert left is not None
    assert left.fields == form([]).fields
    assert left.method == "post"
    assert not any(name.startswith("NEW_ITEM") for name, _value in left.fields)


def test_leaving_goes_to_the_cancel_address_when_there_is_one() -> None:
    left = leaving({"cancel_url": "https://ifs.example/cancel?id=1"}, on_leave="close")
    assert left is not None
    assert (left.action, left.fields, left.method) == ("https://ifs.example/cancel", (("id", "1"),), "get")


def test_leaving_can_send_nothing() -> None:
    assert leaving(on_leave="close") is None


# -- sets ----------------------------------------------------------------------------------------------------

PARTS = (
    Part("PART-1", "Box", Decimal(1), "C62", "", "Boxes"),
    Part("PART-2", "Cable of a set with a name that is longer than forty", Decimal("2.5"), "MTR", "", ""),
)


def hierarchy(found: ReturnForm) -> list[tuple[str | None, ...]]:
    fields = dict(found.fields)
    names = ("VENDORMAT", "ITEM_TYPE", "PARENT_ID", "QUANTITY", "PRICE")
    count = sum(name.startswith("NEW_ITEM-VENDORMAT[") for name in fields)
    return [tuple(fields.get(f"NEW_ITEM-{name}[{n}]") for name in names) for n in range(1, count + 1)]


def test_the_parts_of_a_set_follow_its_line_and_name_its_index() -> None:
    surcharge = replace(LINE, number=3, sku="SURCHARGE-CU", parent=2, token="s")
    lines = (replace(LINE, sku="A"), replace(LINE, number=2, sku="SET"), surcharge, replace(LINE, number=4))
    found = return_form(
        return_url=HOOK,
        echo={"version": "5.0"},
        quote_id="",
        lines=lines,
        options=OciOptions(version="5.0", surcharge_hierarchy=True, components=True),
        sets={2: PARTS},
    )
    assert hierarchy(found) == [
        ("A", None, None, "2.000", "12.400"),
        ("SET", "R", None, "2.000", "12.400"),
        ("PART-1", "O", "2", "2.000", "0.000"),
        ("PART-2", "O", "2", "5.000", "0.000"),
        ("SURCHARGE-CU", "O", "2", "2.000", "12.400"),
        ("1234567", None, None, "2.000", "12.400"),
    ]
    assert len(item(found, 4)["DESCRIPTION"]) <= 40


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("version", "components", "count"), [("5.0", True, 2), ("5.0", False, 1), ("4.0", True, 1)]
)
def test_the_parts_of_the_catalogs_sets_go_to_buyers_of_5_0_where_agreed(
    version: str, components: bool, count: int
) -> None:
    connection = ConnectionFactory(options={"version": version, "components": components}, secret="s")
    whole, part = ProductFactory(sku="SET"), ProductFactory(sku="PART-1")
    ProductReference.objects.create(product=whole, target=part, kind="consists of")
    session = PunchoutSession(
        connection=connection, organisation=connection.organisation, echo={"version": version}, language="en"
    )
    found = get_adapter("oci").return_form(session, (replace(LINE, sku="SET"),))
    assert found is not None
    assert len(hierarchy(found)) == count
