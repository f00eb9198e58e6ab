"""Functions with what nobody should send: each is answered or refused, and none is a fault of ours."""

from typing import get_args

import pytest

from punchout.adapters.oci.options import Function
from punchout.models import Connection, WireMessage
from tests.punchout.oci.launching import FORM, GOOD, article, get, make_connection, post

pytestmark = pytest.mark.django_db

FUNCTIONS = get_args(Function)
ODD = (
    "%00",
    "%ff%fe",
    "%ED%A0%80",
    "%F0%9F%98%80",
    "%E2%80%AE4711",
    "../../../etc/passwd",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "4711'%20OR%201=1--",
    "x" * 5000,
    "%C3%89" * 2000,
    "+*%25%22(",
    "-0",
    "1e999",
    "Infinity",
)


@pytest.fixture
def connection() -> Connection:
    made = make_connection(options={"functions": list(FUNCTIONS)})
    article(name_en="Kabel")
    return made


@pytest.mark.parametrize("function", ["", *FUNCTIONS])
@pytest.mark.parametrize("value", ODD)
def test_odd_values_are_answered_or_refused(connection: Connection, function: str, value: str) -> None:
    names = ("PRODUCTID", "QUANTITY", "SEARCHSTRING", "pagesize", "requestedpage", "transactionid", "cti")
    known = "&".join(f"{name}={text}" for name, text in GOOD.items())
    body = f"{known}&FUNCTION={function}&" + "&".join(f"{name}={value}" for name in (*names, "VENDOR"))
    response = post(body.encode(), FORM)
    assert response.status_code in (200, 303, 400, 404)
    if response["Content-Type"] == "application/json":
        assert response["X-Content-Type-Options"] == "nosniff"
    else:
        assert b"<script>alert" not in response.content
    assert WireMessage.objects.filter(direction="in").latest("id").verdict != WireMessage.Verdict.FAILED


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_works_without_the_password(connection: Connection, function: str) -> None:
    for sent in ("", "&PASSWORD=", "&PASSWORD=wrong"):
        response = get(f"USERNAME=buyer&HOOK_URL={GOOD['HOOK_URL']}&FUNCTION={function}&PRODUCTID=4711{sent}")
        assert response.status_code == 401
        assert b"10.00" not in response.content


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_password_is_in_no_answer_and_in_no_record(connection: Connection, function: str) -> None:
    query = "&".join(f"{name}={text}" for name, text in GOOD.items())
    response = get(f"{query}&FUNCTION={function}&PRODUCTID=4711&QUANTITY=1&SEARCHSTRING=kabel")
    assert response.status_code in (200, 303)
    assert GOOD["PASSWORD"].encode() not in response.serialize()
    for record in WireMessage.objects.all():
        assert GOOD["PASSWORD"] not in repr((record.path, record.body, record.answer_body, record.notes))
