"""What people and systems write in one line: searches, addresses, networks, certificates."""

import time
from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from catalog import search
from catalog.search.analysis import analyse
from punchout import client_access
from punchout.documents import InboundMessage
from punchout.models import Connection, WireMessage
from punchout.origins import parse_address, parse_frame_origins, parse_origin, parse_return_origins
from tests.factories import ProductFactory
from tests.fuzz.damage import LONGEST_SECONDS, damaged, fuzzed

ADDRESSES = st.lists(
    st.sampled_from(
        [
            "https://", "http://", "HTTPS:", "//", "/", "\\", "@", ":", ":443", ":0", ":99999", "?", "#", ";",
            "..", "%2e%2e", "%", "%00", "[::1]", "[", "]", "127.0.0.1", "0x7f.1", "2130706433", "localhost",
            "buyer.example", "evil.example", "*.", "*", "xn--bcher-kva.example", "bücher.example", "。", "．",
            "\t", "\n", "\r", "\x00", " ", "\u200b", "\u202e", "a", "javascript:", "data:", "user:pw",
            "http\u017f://", "\u212a", "\u017f",
        ]
    ),
    max_size=12,
).map("".join)  # fmt: skip
SEARCHES = st.one_of(
    st.text(max_size=120),
    st.lists(
        st.sampled_from(
            [
                "kabel", "3G1,5", "A-1", "5412345678908", "*", "?", '"', "(", ")", "AND", "OR", "NOT", "-",
                "+", "~2", "^9", ":", "/", "\\", "[a TO b]", "{", "}", "é", "ß", "ﬁ", "Ⅳ", "½", "\ud800",
                "\x00", "x" * 300, "1" * 300, " ", "\n", "<b>", "sku:A", "title:", "10²",
            ]
        ),
        max_size=15,
    ).map(" ".join),
)  # fmt: skip


@fuzzed
@given(text=st.one_of(ADDRESSES, st.text(max_size=80)))
def test_any_address_is_refused_or_stays_what_it_is_when_it_is_read_again(text: str) -> None:
    try:
        address = parse_address(text)
    except ValueError:
        return
    written = str(address)
    assert written.isascii()
    assert str(parse_address(written)) == written
    read = urlsplit(written)
    assert (read.scheme, read.username, read.fragment) == (address.scheme, None, "")
    assert read.netloc.rpartition(":")[0] in (address.host, "") or read.netloc == address.host
    assert not set("\\ \t\r\n\x00").intersection(written)


@fuzzed
@given(text=st.one_of(ADDRESSES, st.text(max_size=80)))
def test_any_line_of_a_list_is_refused_or_says_one_thing_to_a_browser(text: str) -> None:
    for lines in (parse_return_origins, parse_frame_origins):
        with suppress(ValueError):
            lines(text)
    with suppress(ValueError):
        source = parse_origin(text, path_allowed=True).source
        assert not set(" ;,'\"\r\n").intersection(source)
        assert source.startswith(("https://", "http://"))


@fuzzed
@given(text=SEARCHES, language=st.sampled_from(["en", "nl", "fr", "de"]))
def test_any_text_is_taken_apart(text: str, language: str) -> None:
    began = time.perf_counter()
    analyse(text, language)
    assert time.perf_counter() - began < LONGEST_SECONDS


@pytest.mark.django_db
def test_any_search_is_answered() -> None:
    for sku in ("A-1", "3G1,5"):
        ProductFactory(sku=sku)
    search.rebuild()

    @fuzzed
    @given(text=SEARCHES, after=st.one_of(st.none(), st.text(max_size=12)), more=SEARCHES)
    def check(text: str, after: str | None, more: str) -> None:
        search.search(search.Query(text=text, after=after, category=more or None, brands=(more,)))
        found = search.search(search.Query(text=text, attributes={more: (text,)}))
        assert found.total >= len(found.product_ids)
        search.suggest(text, "nl")

    check()


def certificate() -> bytes:
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "buyer.example")])
    began = datetime(2025, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, began, began + timedelta(days=9))
    return made.sign(key, None).public_bytes(Encoding.DER)


def test_any_certificate_of_a_proxy_is_another_ones(settings) -> None:
    settings.BEHIND_PROXY, settings.CLIENT_CERTIFICATE_HEADER = True, "X-Client-Cert"
    connection = Connection(client_certificates="CN=buyer.example,O=Buyer", client_networks="192.0.2.0/24")

    @fuzzed
    @given(
        shown=st.one_of(
            damaged(certificate()).map(lambda der: b64encode(der).decode()), st.text(max_size=200)
        ),
        address=st.one_of(st.just("192.0.2.7"), st.text(max_size=40)),
    )
    def check(shown: str, address: str) -> None:
        inbound = InboundMessage(
            method="POST", path="/", query="", headers={"X-Client-Cert": shown}, content_type="", body=b"",
            remote_address=address, base_url="https://shop.example", connection=connection,
            record=WireMessage(),
        )  # fmt: skip
        assert client_access.why_not(connection, inbound)

    check()


@fuzzed
@given(text=st.text(max_size=80))
def test_any_list_of_networks_or_certificates_is_read_or_refused_by_line(text: str) -> None:
    for parse in (client_access.parse_networks, client_access.parse_certificates):
        with suppress(ValueError):
            parse(text)
