"""Whatever comes, reading a login request ends in a request or a refusal, and its log holds no password."""

from hypothesis import given, settings
from hypothesis import strategies as st

from punchout.adapters.oraclexml.parse import read_login_request
from punchout.adapters.oraclexml.redact import redact_xml, redacted_query
from punchout.errors import MessageUnreadable
from tests.factories import CANARY_SECRET
from tests.punchout.oraclexml import buyer

GOOD = buyer.document().decode()
KINDS = st.sampled_from(
    ["text/xml", "text/xml; charset=utf-16", "application/x-www-form-urlencoded", "", "text/xml; charset=x"]
)
# Pieces that break a document in the places that matter.
PIECES = st.sampled_from(
    [
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "&x;",
        "<!DOCTYPE request [",
        "]>",
        "<password",
        "</password>",
        '"',
        "\x00",
    ]
)


@settings(max_examples=150)
@given(body=st.binary(max_size=200), kind=KINDS)
def test_any_bytes_are_read_or_refused(body: bytes, kind: str) -> None:
    try:
        read_login_request(body, kind)
    except MessageUnreadable as refused:
        assert refused.message


@settings(max_examples=200)
@given(place=st.integers(0, len(GOOD)), piece=PIECES, cut=st.integers(0, 40))
def test_a_damaged_document_is_read_or_refused_and_its_password_is_not_logged(
    place: int, piece: str, cut: int
) -> None:
    secret = GOOD.index(CANARY_SECRET)
    # Only damage outside of the tag and of the password itself can leave the password whole.
    if secret - 12 < place + cut and place < secret + len(CANARY_SECRET):
        cut = 0
        place = 0
    damaged = GOOD[:place] + piece + GOOD[place + cut :]
    try:
        read_login_request(damaged.encode(), "text/xml")
    except MessageUnreadable as refused:
        assert CANARY_SECRET not in refused.message + refused.detail
    assert CANARY_SECRET not in redact_xml(damaged)


@settings(max_examples=100)
@given(query=st.text(max_size=80))
def test_any_query_can_be_logged(query: str) -> None:
    assert CANARY_SECRET not in redacted_query(f"password={CANARY_SECRET}&{query}")
