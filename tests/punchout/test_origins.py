"""Which return addresses are taken, whatever a browser or urlsplit would make of them."""

import pytest

from punchout.origins import (
    Origin,
    allowed_address,
    frame_sources,
    parse_address,
    parse_origin,
    parse_return_origins,
)

LISTED = parse_return_origins(
    "https://sap.buyer.example\nhttps://ariba.example/return/\nhttps://*.coupa.example\nhttp://localhost:*"
)


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("https://sap.buyer.example", "https://sap.buyer.example/"),
        ("HTTPS://SAP.Buyer.Example:443/x?a=1&b=%20c", "https://sap.buyer.example/x?a=1&b=%20c"),
        (
            "https://sap.buyer.example/sap(bD1lbiZjPTEwMA==)/bc/gui/sap/its/bbpsc02/?~OkCode=ADDI",
            "https://sap.buyer.example/sap(bD1lbiZjPTEwMA==)/bc/gui/sap/its/bbpsc02/?~OkCode=ADDI",
        ),
        ("https://sap.buyer.example/é?ü=1#top", "https://sap.buyer.example/%C3%A9?%C3%BC=1"),
        ("https://ariba.example/return/42", "https://ariba.example/return/42"),
        (
            "https://acme.coupa.example/punchout/checkout?id=7",
            "https://acme.coupa.example/punchout/checkout?id=7",
        ),
        ("http://localhost:8123/sandbox/receive/x", "http://localhost:8123/sandbox/receive/x"),
    ],
)
def test_a_listed_address_is_written_anew(given: str, written: str) -> None:
    assert str(allowed_address(given, LISTED)) == written


@pytest.mark.parametrize(
    "hostile",
    [
        "javascript:alert(1)",
        "http\u017f://sap.buyer.example/",  # the long s is an s to whoever ignores case
        "https://\u017fap.buyer.example/",
        "https://loo\u212aup.coupa.example/",  # the Kelvin sign is a k
        "data:text/html,x",
        "//sap.buyer.example/",
        "/sap.buyer.example",
        "https:/sap.buyer.example/",
        "https:sap.buyer.example",
        "http://sap.buyer.example/",
        "https://sap.buyer.example:8443/",
        "https://sap.buyer.example:0/",
        "https://sap.buyer.example:99999/",
        "https://sap.buyer.example.evil.example/",
        "https://evil.example/https://sap.buyer.example/",
        "https://evil.example#@sap.buyer.example/",
        "https://evil.example\\@sap.buyer.example/",
        "https://sap.buyer.example\\.evil.example/",
        "https://user:pw@sap.buyer.example/",
        "https://sap.buyer.example@evil.example/",
        "https://sap.buyer.example%2eevil.example/",
        "https://sap.buyer.example\t/",
        "https://sap.buyer.example/\r\nSet-Cookie: a=b",
        "https://sap.buyer.example/\x00",
        "https://sap．buyer．example/",
        "https://ѕap.buyer.example/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://0x7f.1/",
        "https://coupa.example/",
        "https://evilcoupa.example/",
        "https://ariba.example/",
        "https://ariba.example/returned",
        "https://ariba.example/return/../admin",
        "https://ariba.example/return/..;a=b/admin",
        "https://ariba.example/return/%2e%2e/admin",
        "https://ariba.example/return/%252e%252e/admin",
        "https://ariba.example/return/..%5cadmin",
        "http://127.0.0.1:8000/",
        "http://localhost.evil.example:8000/",
        "https://sap.buyer.example/" + "x" * 5000,
        "",
    ],
)
def test_a_hostile_address_is_refused(hostile: str) -> None:
    with pytest.raises(ValueError):
        allowed_address(hostile, LISTED)


@pytest.mark.parametrize(
    "line",
    ["*", "https://*", "https://*.com", "https://*:443", "ftp://x.example", "https://a.example;script-src *",
     "https://a.example\nhttps://b.example", "https://buyer.example:*", "sap.example", "https://*.10.0.0.1"],
)  # fmt: skip
def test_an_origin_that_is_too_wide_or_no_origin_cannot_be_listed(line: str) -> None:
    with pytest.raises(ValueError):
        parse_origin(line, path_allowed=True)


def test_a_frame_origin_has_no_path() -> None:
    with pytest.raises(ValueError):
        parse_origin("https://buyer.example/path", path_allowed=False)


def test_frame_sources_are_what_csp_understands() -> None:
    assert frame_sources(
        "https://sap.example\nhttps://*.ariba.com\n\nhttp://localhost:*\nhttp://[::1]:*\nhttps://b.example:8443"
    ) == (
        "https://sap.example",
        "https://*.ariba.com",
        "http://localhost:*",
        "https://b.example:8443",
    )


def test_nothing_is_allowed_when_nothing_is_listed() -> None:
    with pytest.raises(ValueError):
        allowed_address("https://sap.buyer.example/", ())


def test_a_port_belongs_to_the_origin() -> None:
    origin = Origin("https", "buyer.example", 8443)
    assert origin.allows(parse_address("https://buyer.example:8443/"))
    assert not origin.allows(parse_address("https://buyer.example/"))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://ariba.example/elsewhere", "below none of the paths"),
        ("https://ariba.example/return/../elsewhere", "below none of the paths"),
        ("https://ariba.example:8443/return/", "not on the list"),
        ("http://ariba.example/return/", "not on the list"),
        ("https://www.ariba.example/return/", "not on the list"),
    ],
)
def test_a_refusal_says_whether_it_was_the_host_or_the_path(address: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        allowed_address(address, LISTED)
