"""A stored message, or a returned cart, as files of a test: what came, what it depends on, what is expected.

The layout is documented in ``docs/testing-messages.md``; ``tests/punchout/replayed`` runs every folder of it.
Secrets are not in it: where one was, there is ``PAYLOAD_SECRET``.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from django.db.models import Field
from django.utils import timezone
from django.utils.translation import gettext as _

from punchout.adapters import get_adapter
from punchout.handed_over import form_of
from punchout.models import Connection, ReturnedCart, WireMessage
from punchout.replay.compare import answer_lines, form_lines, steadied
from punchout.replay.rebuild import ReplayImpossible, header, rebuild

# What the connection's secret is in a test that runs a payload.
PAYLOAD_SECRET = "payload-secret-of-the-tests"  # noqa: S105 - published on purpose
# What decides about the answer; the rest says from where it came.
SENT_HEADERS = ("Content-Type", "Accept-Language", "Origin", "User-Agent")
_ENDINGS = (("xml", "xml"), ("json", "json"), ("html", "html"))
Files = dict[str, bytes]


def payload_files(message: WireMessage) -> Files:
    """The files of a message by name. Raises ``ReplayImpossible`` where its body was not kept."""
    if message.direction == WireMessage.Direction.OUT:
        returned = ReturnedCart.objects.filter(session=message.session_id).first()
        if returned is None:
            raise ReplayImpossible(_("There is no returned cart to this form."))
        return return_files(returned)
    try:
        adapter = get_adapter(message.adapter)
    except KeyError:
        raise ReplayImpossible(
            _("The protocol “%(slug)s” is not installed.") % {"slug": message.adapter}
        ) from None
    secret = "" if message.credentials_refused else PAYLOAD_SECRET
    inbound = rebuild(message, adapter, secret)
    about = {
        "kind": message.kind,
        "adapter": message.adapter,
        "method": message.method,
        "path": inbound.path,
        "query": inbound.query,
        "headers": {name: value for name, value in message.headers.items() if name in SENT_HEADERS},
        "base_url": inbound.base_url,
        **_surroundings(message.connection),
    }
    day = timezone.localdate(message.received_at)
    names = {message.session.key: "[session]"} if message.session else {}
    content_type = header(message.answer_headers, "Content-Type")
    expected = {
        "verdict": message.verdict,
        "status": message.answer_status,
        "headers": {
            name: steadied(value, day=day, names=names) for name, value in message.answer_headers.items()
        },
    }
    body = "\n".join(
        steadied(line, day=day, names=names) for line in answer_lines(message.answer_body, content_type)
    )
    return {
        "message.json": _json(about),
        f"body.{_ending(inbound.content_type)}": inbound.body,
        "expected.json": _json(expected),
        "expected-body.txt": f"{body}\n".encode() if body else b"",
    }


def return_files(returned: ReturnedCart) -> Files:
    """The files of a returned cart: its frozen lines, its session, and the form that was handed over."""
    form = form_of(returned)
    if form is None:
        raise ReplayImpossible(_("No form was handed over, or it was cleaned up."))
    session = returned.session
    about = {
        "adapter": session.connection.adapter,
        "outcome": returned.outcome,
        "currency": returned.currency,
        "total": str(returned.total),
        **({"order_number": returned.order_number} if returned.order_number else {}),
        "session": {
            "key": session.key,
            "operation": session.operation,
            "language": session.language,
            "return_url": session.return_url,
            "echo": session.echo,
        },
        "lines": returned.lines,
        **_surroundings(session.connection),
    }
    day = timezone.localdate(returned.created_at)
    lines = [steadied(line, day=day) for line in form_lines(form)]
    return {"return.json": _json(about), "expected-form.txt": ("\n".join(lines) + "\n").encode()}


def zipped(files: Mapping[str, bytes], folder: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{folder}/{name}", content)
    return buffer.getvalue()


def _surroundings(connection: Connection | None) -> dict[str, Any]:
    """The connection and its customer, which the answer depends on."""
    if connection is None:
        return {"connection": None}
    customer = connection.organisation
    return {
        "connection": _plain_fields(connection),
        "credentials": [
            list(row) for row in connection.credentials.values_list("party", "domain", "identity")
        ],
        "customer": {
            "number": customer.number,
            "name": customer.name,
            "language": customer.language,
            "currency": customer.currency,
        },
    }


def _plain_fields(connection: Connection) -> dict[str, Any]:
    """What a form of the connection has, without what belongs to this database."""
    kept: dict[str, Any] = {}
    for field in connection._meta.concrete_fields:
        assert isinstance(field, Field)
        if field.editable and not field.primary_key and not field.is_relation:
            kept[field.name] = field.value_from_object(connection)
    return kept


def _ending(content_type: str) -> str:
    return next((ending for part, ending in _ENDINGS if part in content_type), "txt")


def _json(data: Mapping[str, Any]) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n").encode()
