"""Answers that need no browser, right and wrong: cebeoXML, and the functions of OCI."""

import json
from decimal import Decimal

import httpx
import pytest

from punchout.sandbox.counterparty import Counterparty
from punchout.sandbox.launching import Launch

ORDER = """<cebeoXML version="2.0.0"><Response><Message code="0">ok</Message><Order><Detail>
<OrderHeader><SupplierOrderID>7</SupplierOrderID></OrderHeader>
<OrderLine><Material><SupplierItemID>{number}</SupplierItemID><Description>{text}</Description></Material>
<OrderedQuantity>{quantity}</OrderedQuantity><UnitOfMeasure>{unit}</UnitOfMeasure>
<UnitPrice><NetPrice>{price}</NetPrice><Recupel>0,05</Recupel></UnitPrice></OrderLine>
</Detail></Order></Response></cebeoXML>"""


def answered(
    slug: str, function: str, content: str | bytes, kind: str = "text/xml", status: int = 200
) -> Launch:
    body = content.encode() if isinstance(content, str) else content
    transport = httpx.MockTransport(
        lambda _request: httpx.Response(status, content=body, headers={"Content-Type": kind})
    )
    return Counterparty(slug, client=httpx.Client(transport=transport)).call(
        function, product="A", quantity="1", search="a"
    )


def order(**changes: str) -> Launch:
    values = {"number": "A", "text": "Cable", "quantity": "2,5", "unit": "MTR", "price": "0,412345"} | changes
    return answered("cebeo-erp", "Order/Get", ORDER.format(**values))


def test_an_open_order_is_read_with_its_decimal_comma() -> None:
    found = order().found
    assert found is not None and not found.all_remarks
    (line,) = found.lines
    assert (line.quantity, line.price) == (Decimal("2.5"), Decimal("0.412345"))


@pytest.mark.parametrize(
    ("changes", "field", "severity"),
    [
        ({"price": "0.41"}, "NetPrice", "lost"),
        ({"price": ""}, "NetPrice", "note"),
        ({"quantity": "0"}, "OrderedQuantity", "lost"),
        ({"unit": "XRO"}, "UnitOfMeasure", "wrong"),
        ({"unit": ""}, "UnitOfMeasure", "lost"),
        ({"number": ""}, "SupplierItemID", "lost"),
        ({"text": "x" * 101}, "Description", "cut"),
    ],
)
def test_an_erp_says_what_it_cannot_take(changes: dict[str, str], field: str, severity: str) -> None:
    found = order(**changes).found
    assert found is not None
    assert (severity, field) in {(remark.severity, remark.field) for remark in found.all_remarks}


@pytest.mark.parametrize(
    "body", [b"", b"<html/>", b"<cebeoXML/>", b"\xff\xfe", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"]
)
def test_an_answer_that_is_no_cebeoxml_is_told(body: bytes) -> None:
    launch = answered("cebeo-erp", "Order/Get", body)
    assert launch.problem is not None and "something else" in launch.problem.title


def hits(*lines: str) -> str:
    fields = "".join(f'<input type="hidden" name="{name}" value="1">' for name in lines)
    return f"<html><body><form>{fields}</form></body></html>"


def test_no_hits_are_an_answer_and_no_fault() -> None:
    launch = answered("sap-s4", "BACKGROUND_SEARCH", hits(), "text/html")
    assert launch.problem is None and launch.found is not None
    assert (launch.found.outcome, launch.found.lines) == ("answered", ())


def test_a_page_of_hits_with_a_script_is_against_the_specification() -> None:
    launch = answered(
        "sap-s4", "BACKGROUND_SEARCH", "<script></script>" + hits("NEW_ITEM-UNIT[1]"), "text/html"
    )
    assert launch.found is not None and len(launch.found.lines) == 1
    assert ("wrong", "script") in {(remark.severity, remark.field) for remark in launch.found.remarks}


def test_an_article_without_price_is_left_out_of_the_index() -> None:
    item = {"EXT_PRODUCT_ID": "A", "DESCRIPTION": [{"description": "a"}], "CURRENCY": "EUR", "UNIT": "METRE"}
    catalog = {"CURRENTPAGE": 1, "TOTALPAGES": 1, "TOTALITEMS": 1, "Items": [{"NEWITEM": item}]}
    found = answered("sap-s4", "DOWNLOADJSON", json.dumps(catalog), "application/json").found
    assert found is not None
    (line,) = found.lines
    assert {remark.field for remark in line.remarks} == {"PRICE", "UNIT"} and not line.transferred
    assert [remark.field for remark in found.remarks] == ["TRANSACTIONID"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"1", b"{", b"\xff", b'{"Items": 1}', b'{"Items": [1, null, {"NEWITEM": []}]}',
        b'{"Items": [{"NEWITEM": {"PRICE": "NaN", "DESCRIPTION": 3, "LEADTIME": {}}}]}', b"[" * 100_000,
    ],
    ids=range(9),
)  # fmt: skip
def test_a_strange_catalog_never_raises(body: bytes) -> None:
    launch = answered("sap-s4", "DOWNLOADJSON", body, "application/json")
    assert launch.found is not None
    assert not any(line.transferred for line in launch.found.lines)


def test_a_function_follows_the_shops_redirects_and_nobody_elses() -> None:
    seen = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        target = "/there" if len(seen) == 1 else "http://evil.example/"
        return httpx.Response(302, headers={"Location": target})

    client = httpx.Client(transport=httpx.MockTransport(handle))
    launch = Counterparty("sap-s4", client=client).call("BACKGROUND_SEARCH", search="a")
    assert launch.problem is not None and "another site" in launch.problem.detail
    assert seen == ["http://127.0.0.1:8000/punchout/oci/demo-s4", "http://127.0.0.1:8000/there"]


def test_a_refusal_is_told_in_the_words_of_its_page() -> None:
    page = "<html><body><main><h1>No</h1><p>Not for you.</p></main></body></html>"
    launch = answered("sap-s4", "QUANTITYCHECK", page, "text/html", 403)
    assert launch.problem is not None and "No Not for you." in launch.problem.detail
