"""cebeoXML 2.0.0 as a web service, and the browser launch that fills its open order (see README.md)."""

from dataclasses import replace
from typing import cast

from django.utils import translation
from django.utils.translation import gettext_lazy

from punchout import origins, wire
from punchout.adapters.cebeoxml import articles, build
from punchout.adapters.cebeoxml.authenticate import authenticate
from punchout.adapters.cebeoxml.open_order import (
    continue_open_order,
    delete_open_order,
    open_order,
    require_number,
)
from punchout.adapters.cebeoxml.options import CebeoOptions
from punchout.adapters.cebeoxml.outgoing import FIELDS
from punchout.adapters.cebeoxml.parse import (
    Credentials,
    WebRequest,
    kind_of,
    read_credentials,
    read_document,
    read_request,
)
from punchout.adapters.cebeoxml.redact import is_document, redacted
from punchout.adapters.cebeoxml.refusal import refusal
from punchout.adapters.outgoing import FieldTable
from punchout.adapters.parameters import Parameters, read_parameters
from punchout.adapters.registry import Adapter, AdapterOptions, register
from punchout.documents import Answer, InboundMessage, ReturnForm, ReturnLine, SetupRequest, Shopper
from punchout.errors import MessageInvalid, PunchoutError
from punchout.mapping.apply import apply_mapping
from punchout.models import Connection, PunchoutSession

# What a launch of another protocol would call its return address.
RETURN_ADDRESSES = ("hook_url", "hookurl", "returnurl", "return_url")
LANGUAGES = ("language", "lang")


@register
class CebeoAdapter(Adapter):
    """Article Get and Search, Order Get and Delete of the open order."""

    slug = "cebeoxml"
    label = gettext_lazy("cebeoXML (web service)")
    Options = CebeoOptions
    UNITS = build.UNITS
    endpoint_per_connection = False
    cart_is_fetched = True

    def options(self, connection: Connection) -> CebeoOptions:
        return cast(CebeoOptions, super().options(connection))

    def outgoing_fields(self, options: AdapterOptions) -> FieldTable:
        return FIELDS

    def handle(self, inbound: InboundMessage) -> Answer:
        """Answers a document; lets a browser in with the same credentials as form or query parameters."""
        return self._serve(inbound) if is_document(inbound) else self._launch(inbound)

    # -- the web service -------------------------------------------------------------------------------------

    def _serve(self, inbound: InboundMessage) -> Answer:
        record = inbound.record
        record.kind = "cebeoXML"
        if inbound.method != "POST":
            raise MessageInvalid("The document has to come by POST.")
        root, notes = read_document(inbound.body, inbound.content_type)
        record.kind = f"cebeoXML {kind_of(root)}".strip()
        presented = read_credentials(root)
        secret = authenticate(inbound, presented, adapter=self.slug, named=_is_named(inbound))
        request = read_request(root, notes)
        for text in request.notes:
            wire.note(inbound, text)
        wire.touch_secret(secret)
        with translation.override(secret.connection.organisation.language):
            body = self._answer(inbound, request, secret.connection)
        return Answer(200, body, content_type=build.CONTENT_TYPE)

    def _answer(self, inbound: InboundMessage, request: WebRequest, connection: Connection) -> bytes:
        options = self.options(connection)
        if request.action == "Order/Get":
            return self._order(inbound, request, connection, options)
        if request.action == "Order/Delete":
            session, count = delete_open_order(connection, request.number)
            inbound.record.session = session
            return build.message(0, f"The open order is empty; {count} lines were deleted.")
        organisation = connection.organisation
        if request.action == "Article/Search":
            found = articles.search_articles(
                organisation, request.keywords, request.brands, organisation.language, options.search_hits
            )
            text = f"{len(found)} articles found."
        else:
            found, unknown = articles.find_articles(organisation, request.articles)
            text = f"{len(found)} of {len(request.articles)} articles found."
            text += f" Not known: {build.listed(unknown)}" if unknown else ""
        facts = articles.facts_of(organisation, found)
        return build.article_answer(text, request.response_type, facts, options)

    def _order(
        self, inbound: InboundMessage, request: WebRequest, connection: Connection, options: CebeoOptions
    ) -> bytes:
        order = open_order(connection, inbound.base_url)
        require_number(order.session if order else None, request.number)
        if order is None:
            return build.message(0, "The open order is empty.")
        inbound.record.session = order.session
        text = f"The open order has {len(order.lines)} lines."
        if order.left_out:
            text += f" Left out: {build.listed(order.left_out)}"
        if not order.lines:
            return build.message(0, text)
        mapped = apply_mapping(order.session, self, options, order.lines)
        sent = replace(order, lines=mapped.onto(order.session))
        return build.order_answer(text, request.response_type, sent, options)

    # -- the browser -----------------------------------------------------------------------------------------

    def _launch(self, inbound: InboundMessage) -> Answer:
        record = inbound.record
        record.kind = "cebeoXML launch"
        if inbound.method not in ("GET", "POST"):
            raise MessageInvalid(f"The launch came by {inbound.method[:10]}; GET and POST are possible.")
        parameters = read_parameters(inbound)
        presented = _presented(parameters)
        secret = authenticate(inbound, presented, adapter=self.slug, named=_is_named(inbound))
        connection = secret.connection
        notes = list(parameters.notes)
        if parameters.get(*RETURN_ADDRESSES):
            notes.append("The return address is not used: the cart is fetched by the web service.")
        setup = SetupRequest(
            connection=connection,
            language=parameters.get(*LANGUAGES),
            shopper=Shopper(identifier=connection.username),
            notes=tuple(notes),
        )
        started = continue_open_order(setup, record)
        wire.touch_secret(secret)
        return Answer(
            303,
            headers={
                "Location": f"{inbound.base_url}/start/{started.start_token}",
                "Referrer-Policy": "no-referrer",
            },
            log_body="",
            frame_ancestors=origins.frame_sources(connection.frame_origins),
        )

    # -- the contract ----------------------------------------------------------------------------------------

    def refuse(self, inbound: InboundMessage, error: PunchoutError | None) -> Answer:
        return refusal(inbound, error)

    def redact(self, inbound: InboundMessage) -> tuple[str, str]:
        try:
            return redacted(inbound)
        except Exception:  # whatever it is, it must be recorded, and nothing unchecked may be
            return "", f"[not kept: {len(inbound.body)} bytes that could not be searched for secrets]"

    def return_form(self, session: PunchoutSession, lines: tuple[ReturnLine, ...]) -> ReturnForm | None:
        return None

    def leave_form(self, session: PunchoutSession) -> ReturnForm | None:
        return None


def _is_named(inbound: InboundMessage) -> bool:
    """Whether the address is that of one connection, known or not."""
    return not inbound.path.rstrip("/").endswith(f"/punchout/{CebeoAdapter.slug}")


def _presented(parameters: Parameters) -> Credentials:
    return Credentials(
        customer_number=parameters.get("CustomerNumber"),
        user_name=parameters.get("UserName"),
        password=parameters.raw("Password") or "",
    )
