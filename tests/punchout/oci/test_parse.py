"""Reading launch parameters never fails otherwise than with a refusal, and never keeps a secret."""

from time import process_time
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from punchout.adapters import get_adapter
from punchout.adapters.ids.parse import read_parameters as read_ids_parameters
from punchout.adapters.parameters import Parameters, read_parameters, redact_form
from punchout.documents import InboundMessage
from punchout.errors import MessageUnreadable
from punchout.models import WireMessage

CANARY = "canary7f3a"
KINDS = st.sampled_from(
    (
        "",
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; charset=utf-16",
        "application/x-www-form-urlencoded; charset=idna",
        "application/x-www-form-urlencoded; charset=no-such",
        "multipart/form-data",
        "multipart/form-data; boundary=b",
        "multipart/form-data; boundary=\u00e9",
        "text/plain",
        "application/json",
        ";;;",
        "\r\n",
    )
)


def inbound(body: bytes = b"", content_type: str = "", query: str = "") -> InboundMessage:
    return InboundMessage(
        method="POST",
        path="/punchout/oci/srm",
        query=query,
        headers={},
        content_type=content_type,
        body=body,
        remote_address="127.0.0.1",
        base_url="http://testserver",
        connection=None,
        record=WireMessage(),
    )


@settings(max_examples=300)
@given(
    body=st.binary(max_size=300) | st.text(max_size=200).map(str.encode),
    content_type=KINDS | st.text(st.characters(max_codepoint=255), max_size=30),
    query=st.text(st.characters(max_codepoint=255), max_size=100),
)
def test_any_bytes_are_read_or_refused(body: bytes, content_type: str, query: str) -> None:
    message = inbound(body, content_type, query)
    assert all(isinstance(text, str) for text in get_adapter("oci").redact(message))
    try:
        parameters = read_parameters(message)
    except MessageUnreadable:
        return
    for name, value in parameters.pairs:
        # No half characters and no NUL, which a database would refuse.
        f"{name}{value}".encode()
        assert "\x00" not in name + value


@settings(max_examples=200)
@given(
    before=st.text(max_size=30),
    after=st.text(max_size=30),
    name=st.sampled_from(("PASSWORD", "pwd", "Kennwort")),
)
def test_a_secret_is_redacted_wherever_it_stands(before: str, after: str, name: str) -> None:
    form = f"a={quote_plus(before)}&{name}={CANARY}&b={quote_plus(after)}"
    part = f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{CANARY}\r\n--b--\r\n'
    adapter = get_adapter("oci")
    assert CANARY not in "".join(adapter.redact(inbound(form.encode(), "", form)))
    assert CANARY not in "".join(adapter.redact(inbound(part.encode(), "multipart/form-data; boundary=b")))


def test_the_rest_of_a_redacted_form_is_as_it_came() -> None:
    assert redact_form("a=%20&KEY=1&b", "key") == "a=%20&KEY=[redacted]&[redacted]"


@pytest.mark.parametrize(
    ("names", "value"),
    [(("b", "a"), "2"), (("missing", "A"), "1"), (("blank", "a"), "1"), (("missing",), "")],
)
def test_the_first_value_that_is_not_blank_counts(names: tuple[str, ...], value: str) -> None:
    assert Parameters((("blank", " "), ("A", " 1 "), ("a", "3"), ("B", "2"))).get(*names) == value


MANY = {
    "names": (b"a&" * 1_000_000, "application/x-www-form-urlencoded"),
    "names and values": (b"a=&" * 600_000, "application/x-www-form-urlencoded"),
    "escapes": (b"%C3%A9=%C3%A9&" * 140_000, "application/x-www-form-urlencoded; charset=cp1252"),
    "parts": (
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 35_000 + b"--b--",
        "multipart/form-data; boundary=b",
    ),
}


@pytest.mark.parametrize("protocol", ["oci", "ids"])
@pytest.mark.parametrize("name", MANY)
def test_more_parameters_than_any_launch_has_are_refused_quickly(protocol: str, name: str) -> None:
    message = inbound(*MANY[name])
    began = process_time()
    assert len("".join(get_adapter(protocol).redact(message))) < 1000
    read = {"oci": read_parameters, "ids": read_ids_parameters}[protocol]
    with pytest.raises(MessageUnreadable):
        read(message)
    # What grows with the square of their number takes minutes.
    assert process_time() - began < 10
