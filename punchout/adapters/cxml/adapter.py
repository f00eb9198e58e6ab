"""The cXML adapter: one address for all requests of all buyers (see README.md in this folder)."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.utils import translation

from punchout.adapters.cxml import build, profile, setup  # noqa: F401  (register their requests)
from punchout.adapters.cxml.authenticate import authenticate
from punchout.adapters.cxml.dtd import insist_on_valid
from punchout.adapters.cxml.forgiven import review
from punchout.adapters.cxml.options import CxmlOptions
from punchout.adapters.cxml.order_message import order_form
from punchout.adapters.cxml.outgoing import field_table
from punchout.adapters.cxml.parse import kind_of, parse_document, read_envelope
from punchout.adapters.cxml.parts import missing_attachments, unpack
from punchout.adapters.cxml.redact import redacted_body, redacted_query, with_shared_secret
from punchout.adapters.cxml.requests import Exchange, find_handler, registered_name
from punchout.adapters.cxml.spelling import renamed
from punchout.adapters.cxml.status import CustomerUnknown, status_of
from punchout.adapters.outgoing import FieldTable
from punchout.adapters.registry import Adapter, AdapterOptions, register
from punchout.adapters.units import CXML_UNITS
from punchout.documents import Answer, InboundMessage, ReturnForm, ReturnLine
from punchout.errors import OperationUnsupported, PunchoutError
from punchout.models import Connection, PunchoutSession

# What we say is English, as the Status declares, whatever language the client asks for.
STATUS_LANGUAGE = "en"


def _in_status_language() -> AbstractContextManager[None]:
    """Nearly every request is in that language already, and to change it and back takes its time."""
    if translation.get_language() == STATUS_LANGUAGE:
        return nullcontext()
    return translation.override(STATUS_LANGUAGE)


@register
class CxmlAdapter(Adapter):
    """cXML 1.2: Profile, PunchOutSetupRequest (create, edit, inspect) and PunchOutOrderMessage."""

    slug = "cxml"
    label = "cXML"
    Options = CxmlOptions
    UNITS = CXML_UNITS
    endpoint_per_connection = False
    has_username = False
    has_hubs = True

    def handle(self, inbound: InboundMessage) -> Answer:
        """GET is a ping (cXML Reference Guide 1.2.051, p. 41); POST is a request for a handler."""
        with _in_status_language():
            if inbound.method in ("GET", "HEAD"):
                inbound.record.kind = "ping"
                document = build.response(inbound, CxmlOptions(), explanation="Ping Response Message")
                return build.answer(document)
            if inbound.method != "POST":
                raise OperationUnsupported("Send cXML requests by POST.")
            return self._request(inbound)

    def _request(self, inbound: InboundMessage) -> Answer:
        record = inbound.record
        package = unpack(inbound.body, inbound.content_type)
        record.body_sha256 = package.digest or record.body_sha256
        root, notes = parse_document(package.body, package.content_type)
        notes[:0] = [*record.notes, *package.notes]
        record.kind = kind_of(root)
        record.payload_id = (root.get("payloadID") or "").strip()[:255]
        record.notes = notes
        envelope = read_envelope(root, notes, package.attachments)
        request = envelope.request
        request.tag = registered_name(envelope.kind)
        if request.tag != record.kind:
            notes.append(f"The request is written {record.kind}.")
        notes.extend(renamed(request))
        notes.extend(review(root, request))
        for address in missing_attachments(request, package.attachments):
            notes.append(f"The attachment {address[:80]} is named but did not come along.")
        named = inbound.path.rstrip("/").rpartition("/")[2] != self.slug
        try:
            caller = authenticate(envelope, inbound, adapter=self.slug, named=named)
        except CustomerUnknown:
            if envelope.kind != profile.REQUEST:
                raise
            # A network asks for itself what it then keeps for all its customers (p. 46-47).
            notes.append("From is none of our customers; the profile is the same for all.")
            return profile.profile_of(inbound, CxmlOptions())
        handler = find_handler(envelope.kind)
        if handler is None:
            raise OperationUnsupported(f"The request {envelope.kind[:60]} is not supported here.")
        options = self._options(caller.connection)
        if options.strict:
            insist_on_valid(root, notes)
        return handler(Exchange(inbound, envelope, caller, options))

    def _options(self, connection: Connection) -> CxmlOptions:
        options: Any = self.options(connection)
        assert isinstance(options, CxmlOptions)
        return options

    def keys_messages(self, options: AdapterOptions) -> bool:
        assert isinstance(options, CxmlOptions)
        return options.direct

    def outgoing_fields(self, options: AdapterOptions) -> FieldTable:
        assert isinstance(options, CxmlOptions)
        return field_table(
            options.description_length,
            has_buyer_part=options.sends_buyer_part_number,
            has_price_basis=options.sends_price_basis,
            has_comments=options.knows_comments,
            has_parts=options.sends_components,
        )

    def refuse(self, inbound: InboundMessage, error: PunchoutError | None) -> Answer:
        """A Status in HTTP 200, also for a body over the limit (499): HTTP errors would be retried."""
        with _in_status_language():
            code, text, explanation = status_of(error)
            # The options may be what is wrong, so the answer does not depend on them.
            document = build.response(inbound, CxmlOptions(), code=code, text=text, explanation=explanation)
            return build.answer(document)

    def redact(self, inbound: InboundMessage) -> tuple[str, str]:
        return redacted_query(inbound.query), redacted_body(inbound.body, inbound.content_type)

    def with_secret(self, stored: str, secret: str) -> str:
        return with_shared_secret(stored, secret)

    def return_form(self, session: PunchoutSession, lines: tuple[ReturnLine, ...]) -> ReturnForm:
        return order_form(session, self._options(session.connection), lines, "cart")

    def leave_form(self, session: PunchoutSession) -> ReturnForm | None:
        """Status 204 keeps what an edit session was opened with; otherwise an empty cart, or nothing."""
        options = self._options(session.connection)
        if session.operation == PunchoutSession.Operation.EDIT:
            return order_form(session, options, (), "unchanged")
        return order_form(session, options, (), "empty") if options.leave == "empty" else None
