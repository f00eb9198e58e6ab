"""The wire log: every message is stored, without its secrets, before anybody acts on it."""

import hashlib
import time
from collections.abc import Mapping, Sequence

import structlog
from django.http import HttpRequest
from django.utils import timezone

from punchout.credentials import SharedSecret
from punchout.documents import Answer, InboundMessage
from punchout.models import Connection, WireMessage
from punchout.rows import insert_row, update_row
from shop.logs import redact_path

log = structlog.get_logger(__name__)

REDACTED = "[redacted]"
# Headers worth keeping; what authenticates (Authorization, Cookie) never is.
KEPT_HEADERS = (
    "Content-Type", "Content-Length", "Content-Encoding", "User-Agent", "Accept-Language", "Origin",
    "Referer", "Host", "X-Forwarded-For", "X-Request-Id",
)  # fmt: skip
WITHOUT_QUERY = frozenset({"Referer"})
# Servers let no longer address through.
LONGEST_PATH = 8_000
# What is known of a message once it was answered.
ANSWERED = (
    "verdict", "error", "credentials_refused", "answer_status", "answer_headers", "answer_body",
    "duration_ms", "kind", "payload_id", "notes", "connection", "session", "body_sha256",
)  # fmt: skip


def kept_headers(request: HttpRequest) -> dict[str, str]:
    kept = {}
    for name in KEPT_HEADERS:
        value = request.headers.get(name)
        if value:
            # A page of ours may have been the referrer, and the address of one can hold its session.
            kept[name] = redact_path(value.partition("?")[0] if name in WITHOUT_QUERY else value)[:500]
    return kept


def record_inbound(request: HttpRequest, inbound: InboundMessage, *, query: str, text: str) -> None:
    """Stores what came in as ``inbound.record``; ``query`` and ``text`` are redacted by the adapter."""
    record = inbound.record
    record.direction = WireMessage.Direction.IN
    record.method = inbound.method[:8]  # anybody may send a method of any length
    record.path = (f"{inbound.path}?{query}" if query else inbound.path)[:LONGEST_PATH]
    record.remote_address = inbound.remote_address
    record.headers = kept_headers(request)
    record.body = text.replace("\x00", "\ufffd")
    record.body_sha256 = hashlib.sha256(inbound.body).hexdigest()
    record.correlation_id = _correlation_id()
    insert_row(record)


def _correlation_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64]


def finish(record: WireMessage, answer: Answer, *, verdict: str, error: str, began: float) -> None:
    """Completes the row with our answer; what the handler learnt (kind, notes, links) is on ``record``."""
    record.verdict = verdict
    record.error = error
    record.answer_status = answer.status
    record.answer_headers, record.answer_body = answer_as_logged(answer)
    record.duration_ms = round((time.perf_counter() - began) * 1000, 2)
    update_row(record, *ANSWERED)
    log.info(
        "punchout_message",
        adapter=record.adapter,
        kind=record.kind,
        verdict=verdict,
        status=answer.status,
        error=error,
        connection=record.connection.slug if record.connection else None,
        message=record.pk,
        milliseconds=record.duration_ms,
    )


def answer_as_logged(answer: Answer) -> tuple[dict[str, str], str]:
    """Headers and body of an answer as the wire log keeps them, without what would open a session."""
    # A redirect to the start page carries its one-time token.
    headers = {name: redact_path(value) for name, value in answer.headers.items()}
    body = answer.log_body if answer.log_body is not None else answer.body.decode("utf-8", "replace")
    return headers | {"Content-Type": answer.content_type}, body


def record_outbound(
    *,
    connection: Connection,
    session_id: int,
    adapter: str,
    kind: str,
    host: str,
    body: str,
    headers: Mapping[str, str],
    notes: Sequence[str] = (),
) -> WireMessage:
    """Stores what the buyer's browser was given to post: there is no answer to log."""
    record = WireMessage(
        direction=WireMessage.Direction.OUT,
        adapter=adapter,
        kind=kind,
        connection=connection,
        session_id=session_id,
        method="POST",
        path=host[:LONGEST_PATH],
        headers=dict(headers),
        body=body,
        notes=list(notes),
        verdict=WireMessage.Verdict.ACCEPTED,
        correlation_id=_correlation_id(),
    )
    insert_row(record)
    return record


def note(inbound: InboundMessage, text: str) -> None:
    """Adds what was forgiven to the message's row (stored when it is finished)."""
    inbound.record.notes.append(text)


def touch_secret(secret: SharedSecret) -> None:
    """Remembers that a secret was used, at most once a minute."""
    if secret.use_is_due:
        type(secret)._default_manager.filter(pk=secret.pk).update(last_used_at=timezone.now())
