"""PunchOutSetupRequest: reads it into a ``SetupRequest``, starts the session, answers with its StartPage.

cXML Reference Guide 1.2.051, p. 65-84. Nothing but the operation and the return address can make it fail;
the rest is taken as far as it is there.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from lxml import etree

from punchout import duplicates, origins, services
from punchout.adapters.cxml import build
from punchout.adapters.cxml.authenticate import is_addressed
from punchout.adapters.cxml.items import read_items, token_of
from punchout.adapters.cxml.landing import read_landing
from punchout.adapters.cxml.parse import Credential, domain_of, inner_xml, text_of
from punchout.adapters.cxml.requests import Exchange, handles
from punchout.adapters.cxml.shopper import (
    extrinsics_of,
    kept_extrinsics,
    read_delivery,
    read_language,
    read_shopper,
)
from punchout.adapters.cxml.status import SupplierUnknown
from punchout.adapters.return_address import decoded
from punchout.documents import Answer, SetupRequest
from punchout.duplicates import Acted, MessageKey
from punchout.errors import Conflict, MessageInvalid, OperationUnsupported
from punchout.models import Connection, PartyCredential, WireMessage

OPERATIONS = ("create", "inspect", "edit")
_HOST = re.compile(r"https?://[^\s/?#\\]+/", re.IGNORECASE)
MOST_NODES = 20  # marketplaces that one line passed through


@handles("PunchOutSetupRequest", profile_options={"operationAllowed": " ".join(OPERATIONS)})
def answer_setup(exchange: Exchange) -> Answer:
    """Opens one session per message: the same message again gets the same answer (``duplicates``)."""
    record = exchange.inbound.record
    key = MessageKey(exchange.connection, exchange.envelope.payload_id, record.body_sha256)
    try:
        acted, repeated = duplicates.act_once(key, partial(_start, exchange, read_setup(exchange)))
    except Conflict:
        record.session = None  # the session it would have opened was undone
        raise
    if repeated:
        record.verdict = WireMessage.Verdict.DUPLICATE
        record.session = acted.session
    return build.answer(acted.answer)


def _start(exchange: Exchange, setup: SetupRequest) -> Acted:
    started = services.start_session(setup=setup, message=exchange.inbound.record)
    payload = etree.Element("PunchOutSetupResponse")
    url = f"{exchange.inbound.base_url}/start/{started.start_token}"
    build.child(build.child(payload, "StartPage"), "URL", url)
    return Acted(build.response(exchange.inbound, exchange.options, payload), started.session)


def read_setup(exchange: Exchange) -> SetupRequest:
    """The request as the shop understands it; what was forgiven is in its notes."""
    envelope, connection = exchange.envelope, exchange.connection
    request = envelope.request
    notes: list[str] = []
    operation = _operation(request, notes)
    if not is_addressed(exchange.caller, envelope.supplier):
        if exchange.options.check_to:
            raise SupplierUnknown("This message is addressed to somebody else; check To.")
        notes.append("To is none of this connection's identities.")
    if connection.test != (envelope.deployment_mode == "test"):
        kind = "a test" if connection.test else "in use"
        notes.append(f"The message says {envelope.deployment_mode[:20]}, and the connection is {kind}.")
    extrinsics = extrinsics_of(request)
    delivery_code, delivery_address = read_delivery(request, extrinsics)
    language = read_language(envelope.language, request, extrinsics)
    return SetupRequest(
        connection=connection,
        operation=operation,
        return_url=_return_url(request, connection, notes),
        language="" if exchange.options.language == "customer" else language,
        shopper=read_shopper(request, extrinsics),
        delivery_code=delivery_code,
        delivery_address=delivery_address,
        landing=read_landing(request, connection.organisation, notes),
        items=read_items(request, operation, connection.organisation, notes, strict=exchange.options.strict),
        echo=_echo(exchange, extrinsics),
        notes=tuple(notes),
    )


def _operation(request: etree._Element, notes: list[str]) -> str:
    written = (request.get("operation") or "").strip()
    operation = written.lower()
    if not written:
        notes.append("There is no operation; create was assumed.")
        return "create"
    if operation not in OPERATIONS:
        raise OperationUnsupported(
            f"The operation {written[:40]} is not offered; create, edit and inspect are.",
            detail=written[:100],
        )
    return operation


def _return_url(request: etree._Element, connection: Connection, notes: list[str]) -> str:
    """Where the cart goes, written anew; one that is not on the connection's list is refused by name."""
    addresses = {text_of(url) for url in request.findall("BrowserFormPost/URL")} - {""}
    if not addresses and (bare := text_of(request, "BrowserFormPost")):
        notes.append("The address of BrowserFormPost is not in an element URL.")
        addresses = {bare}
    if len(addresses) > 1:
        raise MessageInvalid("There is more than one BrowserFormPost.", path="BrowserFormPost/URL")
    if not addresses:
        if not connection.default_return_url:
            notes.append("There is no BrowserFormPost: the buyer can look, but not return a cart.")
            return ""
        addresses = {connection.default_return_url}
    try:
        allowed = origins.parse_return_origins(connection.return_origins)
        written = addresses.pop()
        lines = re.split(r"[\r\n]+", written)
        if len(lines) > 1 and _HOST.match(lines[0]):
            # As editors break it; never inside of the host, which somebody else may put together otherwise.
            written = "".join(line.strip(" \t") for line in lines)
            notes.append(
                "BrowserFormPost is broken over lines, as an editor does it; they were put together."
            )
        if "#" in written:
            notes.append("BrowserFormPost has a fragment, which is nothing to post to; it was left out.")
        return str(origins.allowed_address(decoded(written, notes), allowed))
    except ValueError as error:
        raise MessageInvalid(f"BrowserFormPost: {error}", path="BrowserFormPost/URL") from error


def _echo(exchange: Exchange, extrinsics: dict[str, str]) -> dict[str, Any]:
    """What the return document needs; no secret in it."""
    envelope = exchange.envelope
    cookie = envelope.request.find("BuyerCookie")
    known = exchange.caller.of(PartyCredential.Party.FROM)
    # The identity we know the buyer by comes first: some systems read only one.
    buyer = sorted(envelope.buyer, key=lambda credential: credential.key not in known)
    return {
        "buyer_cookie": inner_xml(cookie) if cookie is not None else "",
        "buyer": _without_secrets(tuple(buyer)),
        "supplier": _without_secrets(envelope.supplier) or _own_identity(exchange.connection),
        "in_reply_to": envelope.payload_id,
        "test": envelope.deployment_mode == "test",
        "frame": extrinsics.get("returnframe", ""),
        "extrinsics": kept_extrinsics(envelope.request),
        "paths": _kept_paths(envelope.request),
        "host": exchange.inbound.base_url.partition("://")[2],
    }


def _kept_paths(request: etree._Element) -> dict[str, list[dict[str, Any]]]:
    """The way that lines of an edited cart took through marketplaces, by their auxiliary id (p. 192-198)."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for element in request.findall("ItemOut"):
        token = token_of(element)
        nodes = [_node(node) for node in element.findall("Path/Node")[:MOST_NODES]]
        if nodes and token:
            kept.setdefault(token, [node for node in nodes if node["credentials"]])
    return kept


def _node(node: etree._Element) -> dict[str, Any]:
    """A marketplace on the way; its credentials without what they prove themselves by."""
    credentials = [
        [domain_of(element)[:255], identity[:255]]
        for element in node.findall("Credential")
        if (identity := text_of(element, "Identity"))
    ]
    kind = "route" if node.get("type") == "route" else "copy"
    return {"type": kind, "details": node.get("itemDetailsRequired") == "yes", "credentials": credentials}


def _without_secrets(credentials: tuple[Credential, ...]) -> list[list[str]]:
    """Domain and identity of each, and the type of those that have one."""
    return [
        [credential.domain, credential.identity, *(["marketplace"] if credential.marketplace else [])]
        for credential in credentials
    ]


def _own_identity(connection: Connection) -> list[list[str]]:
    listed = connection.credentials.filter(party=PartyCredential.Party.TO)
    return [[credential.domain, credential.identity] for credential in listed]
