"""A saved payload run as a test: the connection it came over, the message or the cart, the answer."""

import json
from pathlib import Path
from typing import Any

from django.test import Client
from django.utils import timezone, translation

from punchout.adapters import get_adapter
from punchout.models import Connection, PunchoutSession, ReturnedCart, WireMessage
from punchout.replay.compare import answer_lines, form_lines, steadied
from punchout.replay.payload import PAYLOAD_SECRET
from punchout.replay.service import rendered
from shop.models import Cart
from tests.factories import ConnectionFactory, OrganisationFactory, PartyCredentialFactory


def read(folder: Path, name: str) -> dict[str, Any]:
    return json.loads((folder / name).read_text("utf-8"))


def make_connection(about: dict[str, Any]) -> Connection | None:
    if about["connection"] is None:
        return None
    organisation = OrganisationFactory(**about["customer"])
    connection = ConnectionFactory(organisation=organisation, secret=PAYLOAD_SECRET, **about["connection"])
    for party, domain, identity in about["credentials"]:
        PartyCredentialFactory(connection=connection, party=party, domain=domain, identity=identity)
    return connection


def answered(folder: Path, about: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What ``expected.json`` and ``expected-body.txt`` would say of the answer that the message gets now."""
    (body,) = folder.glob("body.*")
    headers = dict(about["headers"])
    content_type = headers.pop("Content-Type", "application/octet-stream")
    address = about["path"] + (f"?{about['query']}" if about["query"] else "")
    Client().generic(about["method"], address, body.read_bytes(), content_type=content_type, headers=headers)
    record = WireMessage.objects.latest("id")
    day = timezone.localdate()
    names = {record.session.key: "[session]"} if record.session else {}
    kind = record.answer_headers.get("Content-Type", "")
    got = {
        "verdict": record.verdict,
        "status": record.answer_status,
        "headers": {k: steadied(v, day=day, names=names) for k, v in record.answer_headers.items()},
    }
    return got, [steadied(line, day=day, names=names) for line in answer_lines(record.answer_body, kind)]


def handed_over(about: dict[str, Any]) -> list[str]:
    """What ``expected-form.txt`` would say of the form that the cart becomes now."""
    connection = make_connection(about)
    assert connection is not None
    now = timezone.now()
    session = PunchoutSession.objects.create(
        **about["session"],
        connection=connection,
        organisation=connection.organisation,
        cart=Cart.objects.create(organisation=connection.organisation),
        state=PunchoutSession.State.RETURNED,
        start_digest="0" * 64,
        start_expires_at=now,
    )
    returned = ReturnedCart.objects.create(
        session=session,
        outcome=about["outcome"],
        currency=about["currency"],
        total=about["total"],
        lines=about["lines"],
        order_number=about.get("order_number", ""),
    )
    with translation.override(session.language):
        form = rendered(returned, get_adapter(connection.adapter))
    return [steadied(line, day=timezone.localdate()) for line in form_lines(form)]
