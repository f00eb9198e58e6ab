"""The public protocol addresses: read, store, hand to the adapter, answer. The only CSRF-exempt door in."""

import time
from contextlib import nullcontext
from dataclasses import replace

import structlog
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from customers.senders import remote_address
from punchout import client_access, pending_origins, throttle, wire
from punchout.adapters import Adapter, get_adapter
from punchout.bodies import read_body
from punchout.documents import Answer, InboundMessage
from punchout.errors import AccessClosed, AuthenticationFailed, PunchoutError, RateLimited
from punchout.lookup import find_by_slug
from punchout.models import Connection, WireMessage

log = structlog.get_logger(__name__)


def base_url(request: HttpRequest) -> str:
    """The shop's own address for use in messages: configured, or (demo) as the request reached us."""
    return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


@csrf_exempt
def receive(request: HttpRequest, adapter: str, connection: str = "") -> HttpResponse:
    """One exchange with a buyer's system or browser. Whatever happens, it is in the wire log and answered."""
    began = time.perf_counter()
    try:
        found = get_adapter(adapter)
    except KeyError:
        raise Http404 from None
    linked = find_by_slug(adapter, connection) if connection else None
    failure: PunchoutError | None = None
    body: bytes = b""
    notes: list[str] = []
    try:
        body, notes = read_body(request)
    except PunchoutError as unreadable:
        failure = unreadable
    inbound = _inbound(request, found, linked, body)
    inbound.record.notes = notes
    answer, verdict, error = answer_message(found, inbound, failure)
    wire.finish(inbound.record, answer, verdict=verdict, error=error, began=began)
    return _response(answer)


def _inbound(
    request: HttpRequest, adapter: Adapter, connection: Connection | None, body: bytes
) -> InboundMessage:
    inbound = InboundMessage(
        method=request.method or "",
        path=request.path,
        query=request.META.get("QUERY_STRING", ""),
        headers=dict(request.headers),
        content_type=request.META.get("CONTENT_TYPE", ""),
        body=body,
        remote_address=remote_address(request),
        base_url=base_url(request),
        connection=connection,
        record=WireMessage(adapter=adapter.slug, connection=connection),
    )
    query, text = adapter.redact(inbound)
    wire.record_inbound(request, inbound, query=query, text=text)
    return inbound


def answer_message(
    adapter: Adapter, inbound: InboundMessage, failure: PunchoutError | None = None
) -> tuple[Answer, str, str]:
    """The adapter's answer, the verdict for the wire log, and why. ``failure``: it could not even be read."""
    elsewhere = ""
    try:
        if failure is not None:
            raise failure
        if inbound.connection is not None:
            throttle.check(inbound)
            elsewhere = client_access.why_not(inbound.connection, inbound)
        if elsewhere:
            # Whatever is sent, it gets the answer of an address that names no connection.
            inbound = replace(inbound, connection=None)
        return _handled(adapter, inbound), _verdict(inbound.record), ""
    except PunchoutError as error:
        if isinstance(error, AuthenticationFailed):
            throttle.count_failure(inbound)
        inbound.record.credentials_refused = _is_unproven(error)
        pending_origins.remember(inbound, error)
        why = f"{error.message} {elsewhere or error.detail}".strip()
        return adapter.refuse(inbound, error), WireMessage.Verdict.REFUSED, why
    except Exception as fault:
        log.exception("punchout_fault", adapter=adapter.slug, message=inbound.record.pk)
        return adapter.refuse(inbound, None), WireMessage.Verdict.FAILED, f"{type(fault).__name__}"


def _handled(adapter: Adapter, inbound: InboundMessage) -> Answer:
    """In a replay all is one transaction, and that has to outlive what fails in it."""
    with transaction.atomic() if inbound.replayed else nullcontext():
        return adapter.handle(inbound)


def _is_unproven(error: PunchoutError) -> bool:
    """Whether the sender did not prove who he is, or was not let try."""
    return isinstance(error, AuthenticationFailed | RateLimited) and not isinstance(error, AccessClosed)


def _verdict(record: WireMessage) -> str:
    """What the handler set on the record, else: accepted."""
    pending = record.verdict == WireMessage.Verdict.PENDING
    return WireMessage.Verdict.ACCEPTED if pending else record.verdict


def _response(answer: Answer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)
    for name, value in answer.headers.items():
        response[name] = value
    response.setdefault("Cache-Control", "no-store")
    if answer.csp:
        replaced = {directive: list(sources) for directive, sources in answer.csp.items()}
        response._csp_replace = replaced  # type: ignore[attr-defined]
    if answer.frame_ancestors:
        response.frame_ancestors = answer.frame_ancestors  # type: ignore[attr-defined]
    return response
