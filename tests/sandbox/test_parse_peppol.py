"""A Peppol cart as a buyer's portal reads it: every rule that is broken is named, nothing raises."""

import base64
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

import pytest

from punchout.sandbox.counterparty import Counterparty
from punchout.sandbox.launching import Memory
from punchout.sandbox.received import ReceivedCart, cart_from_json

FORM = "application/x-www-form-urlencoded"
BROKEN = Path(__file__).parents[1] / "punchout" / "peppol" / "payloads" / "every_rule_broken.xml"


def read(document: bytes, memory: Memory | None = None, query: str = "") -> ReceivedCart:
    body = urlencode({"punchout": base64.b64encode(document).decode()}).encode()
    return Counterparty("peppol", memory=memory).receive(body, FORM, query)


def test_every_broken_rule_is_named() -> None:
    said = " ".join(f"{remark.field} {remark.text}" for remark in read(BROKEN.read_bytes()).all_remarks)
    for number in range(1, 11):
        assert f"R{number:03}" in said, number


def test_a_line_with_a_broken_price_is_not_transferred() -> None:
    cart = read(BROKEN.read_bytes())
    assert [line.transferred for line in cart.lines] == [False, True]
    assert cart.total == Decimal(1)


def test_the_buyers_reference_must_come_back() -> None:
    memory = Memory(reference="REQ-1", hook_fields=(("rid", "abc"),))
    fields = {remark.field for remark in read(BROKEN.read_bytes(), memory).remarks}
    assert {"ReceiverParty/Contact/ID", "rid"} <= fields
    assert "rid" not in {remark.field for remark in read(BROKEN.read_bytes(), memory, "rid=abc").remarks}


def test_the_document_is_read_as_it_is_too() -> None:
    body = urlencode({"punchout": BROKEN.read_text()}).encode()
    assert len(Counterparty("peppol").receive(body, FORM).lines) == 2


def test_what_was_read_survives_storage() -> None:
    cart = read(BROKEN.read_bytes())
    assert cart_from_json(cart.as_json()) == cart


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"punchout=",
        b"punchout=%%%",
        b"punchout=PHg",
        b"other=1",
        b"punchout=%3C!DOCTYPE+x+%5B%3C!ENTITY+a+%22b%22%3E%5D%3E%3Cx%3E%26a%3B%3C%2Fx%3E",
        b"punchout=%3CCatalogue%2F%3E",
        b"a=1&" * 300_000,
    ],
    ids=range(8),
)
def test_garbage_is_unreadable_and_nothing_more(body: bytes) -> None:
    cart = Counterparty("peppol").receive(body, FORM)
    assert (cart.outcome, cart.lines) == ("unreadable", ())
    assert cart.remarks
