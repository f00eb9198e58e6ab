"""The return form of OCI: order, texts, and how one leaves without a cart."""

from dataclasses import replace
from typing import Any

from punchout.adapters.oci.build import leave_form, return_form
from punchout.adapters.oci.options import OciOptions
from punchout.documents import ReturnForm
from tests.punchout.oci.returning import HOOK, ITS, LINE, form, item

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
