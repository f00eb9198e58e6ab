"""Basket JSON 1.0: a launch from server to server, a basket back by the browser (see README.md)."""

from functools import partial
from typing import cast

from django.utils import translation

from basket_json import build
from basket_json.launch import authenticate, read_setup
from basket_json.options import BasketOptions
from basket_json.outgoing import FIELDS
from basket_json.parse import Launch, read_launch, redacted_body
from punchout import wire
from punchout.adapters import Adapter, register
from punchout.adapters.outgoing import FieldTable
from punchout.adapters.registry import AdapterOptions
from punchout.documents import Answer, InboundMessage, ReturnForm, ReturnLine, SetupRequest
from punchout.duplicates import Acted, MessageKey, act_once
from punchout.errors import Conflict, PunchoutError
from punchout.models import Connection, PunchoutSession, WireMessage
from punchout.services import start_session

# Servers read the answers, and programmers their logs.
ANSWER_LANGUAGE = "en"


@register
class BasketJsonAdapter(Adapter):
    slug = "basket-json"
    label = "Basket JSON (example)"
    Options = BasketOptions
    UNITS = {"C62": "pc", "MTR": "m"}

    def options(self, connection: Connection) -> BasketOptions:
        return cast(BasketOptions, super().options(connection))

    def outgoing_fields(self, options: AdapterOptions) -> FieldTable:
        return FIELDS

    def handle(self, inbound: InboundMessage) -> Answer:
        """Opens a session and answers with its start address; the buyer's browser opens that."""
        inbound.record.kind = "Basket JSON launch"
        with translation.override(ANSWER_LANGUAGE):
            launch = read_launch(inbound)
            secret = authenticate(inbound.connection, launch)
            answer = self._open_shop(inbound, secret.connection, launch)
        wire.touch_secret(secret)
        return answer

    def _open_shop(self, inbound: InboundMessage, connection: Connection, launch: Launch) -> Answer:
        record = inbound.record
        record.payload_id = launch.message_id[:255]
        setup = read_setup(connection, launch)
        key = MessageKey(connection, launch.message_id, record.body_sha256)
        try:
            acted, repeated = act_once(key, partial(self._start, inbound, setup))
        except Conflict:
            record.session = None  # the session it would have opened was undone
            raise
        if repeated:
            record.verdict = WireMessage.Verdict.DUPLICATE
            record.session = acted.session
        return build.accepted(acted.answer)

    @staticmethod
    def _start(inbound: InboundMessage, setup: SetupRequest) -> Acted:
        started = start_session(setup=setup, message=inbound.record)
        url = f"{inbound.base_url}/start/{started.start_token}"
        return Acted(build.start_document(url), started.session)

    def refuse(self, inbound: InboundMessage, error: PunchoutError | None) -> Answer:
        return build.refusal(inbound, error)

    def redact(self, inbound: InboundMessage) -> tuple[str, str]:
        query = wire.REDACTED if inbound.query else ""
        try:
            return query, redacted_body(inbound.body)
        except Exception:  # whatever it is, it must be recorded, and nothing unchecked may be
            return query, f"[not kept: {len(inbound.body)} bytes that could not be searched for secrets]"

    def return_form(self, session: PunchoutSession, lines: tuple[ReturnLine, ...]) -> ReturnForm:
        options = self.options(session.connection)
        unit = partial(self.unit_sent, options)
        return build.basket_form(
            return_url=session.return_url,
            state=session.echo["state"],
            basket=build.basket(lines, session.key, unit, options),
            options=options,
        )

    def leave_form(self, session: PunchoutSession) -> ReturnForm | None:
        """No lines; a basket that came in for editing stays as the buyer's system has it."""
        editing = session.operation == PunchoutSession.Operation.EDIT
        return build.basket_form(
            return_url=session.return_url,
            state=session.echo["state"],
            basket={"status": "unchanged" if editing else "cancelled", "lines": []},
            options=self.options(session.connection),
        )
