"""The form parser: whatever comes is read or refused, and no password is left in what is kept."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from punchout.adapters.ids.adapter import IdsAdapter
from punchout.adapters.ids.parse import read_parameters
from punchout.documents import InboundMessage
from punchout.errors import MessageUnreadable
from punchout.models import WireMessage
from tests.punchout.ids.client import BOUNDARY, FORM, MULTIPART, multipart

CANARY = "canary-77"
MESSAGE = InboundMessage("POST", "/", "", {}, FORM, b"", "", "", None, WireMessage())


def message(body: bytes, content_type: str = FORM, query: str = "") -> InboundMessage:
    return replace(MESSAGE, body=body, content_type=content_type, query=query)


@settings(max_examples=100)
@given(
    body=st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)),
    content_type=st.sampled_from(
        [FORM, MULTIPART, "", "text/plain", "multipart/form-data", "x", f"{FORM}; charset=utf-7"]
    ),
)
def test_whatever_comes_is_read_or_refused_and_kept(body: bytes, content_type: str) -> None:
    part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n'.encode()
    for sent in (body, part + body, b"action=WKE&" + body):
        inbound = message(sent, content_type, body.decode("latin-1"))
        try:
            parameters, _notes = read_parameters(inbound)
            assert "\x00" not in parameters.get("action")
        except MessageUnreadable:
            pass
        query, text = IdsAdapter().redact(inbound)
        assert isinstance(query, str) and isinstance(text, str)


@pytest.mark.parametrize("name", ["pw_kunde", "PW_KUNDE", "p%77_kunde", " pw_kunde ", "Passwort", "kennwort"])
def test_a_password_is_in_nothing_that_is_kept(name: str) -> None:
    pair = f"{name.replace(' ', '+')}={quote(CANARY)}"
    body = f"kndnr=1&{pair}&action=WKE".encode()
    parts = multipart({"kndnr": "1", name: CANARY}, (name,))
    for inbound in (
        message(body),
        message(body, ""),
        message(body, query=pair),
        message(parts, MULTIPART),
        message(multipart({name: CANARY}), MULTIPART),
        message(body.decode().encode("utf-16")),
        message(body, "application/json"),
    ):
        kept = "".join(IdsAdapter().redact(inbound))
        assert CANARY not in kept and "[" in kept


def test_too_many_parameters_are_not_taken_apart() -> None:
    with pytest.raises(MessageUnreadable):
        read_parameters(message(b"a=1&" * 100_000))


def test_what_the_body_says_comes_before_what_the_query_says() -> None:
    parameters, _notes = read_parameters(message(b"Action=WKE", query="ACTION=AS&searchterm=x"))
    assert parameters.get("action") == "WKE"
    assert parameters.get("searchterm") == "x"
