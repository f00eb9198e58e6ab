"""One visit as a file for the partner: every message as it was stored, its answer, and what came of it."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from punchout.following import following
from punchout.models import PunchoutSession, ReturnedCart, WireMessage

# Endings by what a body is; a partner opens the file with what he has.
ENDINGS = {"xml": "xml", "json": "json", "html": "html"}


def trace_zip(session: PunchoutSession) -> bytes:
    """A zip with ``trace.json`` (who, when, verdicts, notes), and a file for each message and each answer.

    Behind them the returned cart, and what follows it (``punchout.following``).

    The messages are those of the wire log, where secrets were redacted before they were stored.
    """
    messages = list(session.messages.order_by("id"))
    returned = ReturnedCart.objects.filter(session=session).first()
    return _zip(_summary(session, messages), messages, returned)


def message_zip(message: WireMessage) -> bytes:
    """The same for one message that opened no visit: a launch that was refused, a question, a ping."""
    connection = message.connection
    summary = {
        "connection": connection.slug if connection else None,
        "customer": connection.organisation.number if connection else None,
        "messages": [_message(message)],
    }
    return _zip(summary, [message], None)


def _zip(summary: dict[str, Any], messages: list[WireMessage], returned: ReturnedCart | None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("trace.json", _json(summary))
        for number, message in enumerate(messages, start=1):
            stem = f"{number:02}-{message.direction}"
            archive.writestr(_name(f"{stem}-message", message.headers, message.body), message.body)
            if message.answer_body:
                name = _name(f"{stem}-answer", message.answer_headers, message.answer_body)
                archive.writestr(name, message.answer_body)
        if returned is not None:
            archive.writestr("returned-cart.json", _json(_cart(returned)))
        for document in following(returned):
            archive.writestr(document.file_name, _json(document.content()))
    return buffer.getvalue()


def _name(stem: str, headers: dict[str, str], text: str) -> str:
    kind = next((value for name, value in headers.items() if name.casefold() == "content-type"), "")
    ending = next((ending for part, ending in ENDINGS.items() if part in kind), "")
    return f"{stem}.{ending or ('xml' if text.lstrip().startswith('<?xml') else 'txt')}"


def _summary(session: PunchoutSession, messages: list[WireMessage]) -> dict[str, Any]:
    return {
        "session": session.key,
        "connection": session.connection.slug,
        "customer": session.organisation.number,
        "operation": session.operation,
        "state": session.state,
        "carried by": session.embedding,
        "language": session.language,
        "launched at": session.created_at,
        "started at": session.started_at,
        "ended at": session.ended_at,
        "messages": [_message(message) for message in messages],
    }


def _message(message: WireMessage) -> dict[str, Any]:
    return {
        "at": message.received_at,
        "direction": message.direction,
        "kind": message.kind,
        "method": message.method,
        "path": message.path,
        "headers": message.headers,
        "message id": message.payload_id,
        "verdict": message.verdict,
        "why": message.error,
        "forgiven": message.notes,
        "answer status": message.answer_status,
        "answer headers": message.answer_headers,
        "milliseconds": message.duration_ms,
        "correlation id": message.correlation_id,
    }


def _cart(returned: ReturnedCart) -> dict[str, Any]:
    return {
        "outcome": returned.outcome,
        "at": returned.created_at,
        "sent to": returned.return_host,
        "currency": returned.currency,
        "total without VAT": str(returned.total),
        "lines": returned.lines,
    }


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2, default=lambda value: value.isoformat())
