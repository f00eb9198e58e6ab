"""Hostile documents: a Status within moments, one row in the wire log, nothing fetched, nothing made."""

import gzip
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from lxml import etree

from punchout.adapters.cxml.parse import parse_document
from punchout.adapters.xml import MOST_NAMES, parse_xml
from punchout.models import PunchoutSession, WireMessage
from tests.punchout.cxml.buyer import PAYLOADS, fill, make_connection, post, status_code

pytestmark = pytest.mark.django_db
FILES = sorted((PAYLOADS / "hostile").glob("*.xml"))
START = b'<cXML payloadID="1"><Header/><Request>'
END = b"</Request></cXML>"

BUILT = {
    "empty": b"",
    "blanks": b" \r\n\t ",
    "nul": START + b"<ProfileRequest>\x00</ProfileRequest>" + END,
    "control character": START + b"<ProfileRequest>&#7;</ProfileRequest>" + END,
    "ten thousand nested tags": START + b"<a>" * 10_000 + b"</a>" * 10_000 + END,
    "two hundred thousand unclosed tags": START + b"<a>" * 200_000,
    "half a million tags in a namespace": b'<cXML xmlns="x">' + b"<a/>" * 500_000 + b"</cXML>",
    "a comment that does not end": b"<!--" + b"x" * 1_000_000,
    "many beginnings of comments": b"<!--" * 400_000,
    "many processing instructions": b"<?a " * 400_000,
    "a doctype that does not end": b"<!DOCTYPE cXML " + b" " * 1_000_000,
    "a doctype full of brackets": b"<!DOCTYPE cXML " + b"[ ] " * 300_000,
    "many secrets that do not end": START + b"<SharedSecret>" * 140_000,
    "many secrets without a bracket": START + b"<SharedSecret " * 140_000,
    "utf-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADw-cXML+AD4-',
    "ebcdic": '<?xml version="1.0" encoding="cp037"?><cXML/>'.encode("cp037"),
    "a charset nobody has": b'<?xml version="1.0" encoding="x-nobody"?><cXML/>',
    "utf-8 with latin bytes": b'<?xml version="1.0" encoding="UTF-8"?><cXML a="\xe9"/>',
    "half of a utf-16 character": b"\xff\xfe<\x00c",
    "a surrogate": b"<cXML a='\xed\xa0\x80'/>",
    "binary": bytes(range(256)) * 40,
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    opened: list[object] = []

    def connect(_self: socket.socket, address: object) -> None:
        opened.append(address)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", connect)
    yield opened
    assert not opened


def assert_refused_at_once(body: bytes, code: int = 406) -> None:
    began = time.perf_counter()
    response = post(body, content_type="text/xml")
    took = time.perf_counter() - began
    assert status_code(response) == code
    # A blow-up takes minutes; a busy machine may take a second.
    assert took < 10, f"took {took:.2f} s"
    record = WireMessage.objects.get()
    assert record.verdict == WireMessage.Verdict.REFUSED
    assert "root:" not in record.body + response.content.decode()
    assert not PunchoutSession.objects.exists()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_hostile_or_broken_document_is_not_acceptable(path: Path) -> None:
    # XInclude is no entity: it is never followed, and then just a request that nobody knows.
    assert_refused_at_once(path.read_bytes(), 401 if path.stem == "xinclude" else 406)


@pytest.mark.parametrize("name", BUILT)
def test_a_hostile_body_is_not_acceptable(name: str) -> None:
    assert_refused_at_once(BUILT[name])


MANY_NAMES = {
    "attributes": START
    + b"<ProfileRequest "
    + b" ".join(b'a%x=""' % number for number in range(190_000))
    + b"/>"
    + END,
    "elements": START + b"".join(b"<e%x/>" % number for number in range(190_000)) + END,
    "a few more than are read": START + b"".join(b"<e%x/>" % number for number in range(MOST_NAMES)) + END,
    "declarations": b"<!DOCTYPE cXML [<!ATTLIST a "
    + b" ".join(b"a%x CDATA #IMPLIED" % number for number in range(50_000))
    + b">]>"
    + START
    + END,
}


@pytest.mark.parametrize("kind", MANY_NAMES)
def test_a_document_of_new_names_is_not_read_because_each_would_stay_in_memory(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    really = etree.fromstring

    def counted(text: bytes, *more: Any) -> etree._Element:
        read.append(len(text))
        return really(text, *more)

    monkeypatch.setattr(etree, "fromstring", counted)
    body = MANY_NAMES[kind]
    assert len(body) < 2 * 1024 * 1024
    assert_refused_at_once(body)
    assert max(read, default=0) < 1_000  # our answer, which is validated


def test_a_large_document_of_few_names_is_read() -> None:
    lines = b"".join(b'<ItemOut quantity="%d" lineNumber="%d"/>' % (n, n) for n in range(3_000))
    root = parse_xml((START + lines + END).decode())
    assert len(root.findall(".//ItemOut")) == 3_000


def test_a_body_over_the_limit_is_a_document_size_error() -> None:
    assert_refused_at_once(START + b"x" * 3_000_000, 499)


def test_an_expansion_of_a_gzip_bomb_is_a_document_size_error() -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    response = Client().generic(
        "POST", "/punchout/cxml", bomb, content_type="text/xml", headers={"content-encoding": "gzip"}
    )
    assert status_code(response) == 499


@pytest.mark.parametrize(
    "doctype", ["<!DOCTYPE cXML SYSTEM 'x.dtd' []>", "<!DOCTYPE cXML>", "<!DOCTYPE cXML [ ]>"]
)
def test_a_doctype_without_declarations_passes(doctype: str) -> None:
    connection = make_connection()
    text = fill("setup_request.xml", connection).decode()
    before, _doctype, after = text.partition("<!DOCTYPE")
    body = before + doctype + after.partition(">")[2]
    assert status_code(post(body.encode())) == 200


def test_nothing_in_a_document_is_expanded_or_included() -> None:
    root, _notes = parse_document((PAYLOADS / "hostile" / "xinclude.xml").read_bytes(), "text/xml")
    assert b"root:" not in etree.tostring(root)


def test_from_with_two_identities_of_one_domain_is_refused() -> None:
    connection = make_connection()
    body = fill("setup_request.xml", connection).decode()
    double = '<From><Credential domain="networkid"><Identity>somebody else</Identity></Credential>'
    assert status_code(post(body.replace("<From>", double).encode())) == 401


@pytest.mark.parametrize(
    "tail",
    ["<SharedSecret><![CDATA[{secret}", "<SharedSecret>{secret}", "<SharedSecret x='1'>{secret}</Shared"],
)
def test_a_document_that_breaks_off_in_its_secret_gives_it_away_nowhere(
    tail: str, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "canary-in-a-broken-document"
    body = f'<cXML payloadID="1"><Header><Sender><Credential domain="DUNS">{tail.format(secret=secret)}'
    response = post(body.encode(), content_type="text/xml")
    assert status_code(response) == 406
    record = WireMessage.objects.get()
    for text in (record.body, record.error, record.answer_body, response.content.decode(), caplog.text):
        assert secret not in text
