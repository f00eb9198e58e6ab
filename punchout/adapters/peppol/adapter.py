"""Peppol BIS Punch Out 3 (see README.md in this folder)."""

from typing import cast

from django.utils.translation import gettext_lazy as _

from punchout import origins, wire
from punchout.adapters.outgoing import FieldTable
from punchout.adapters.parameters import read_parameters, redact_body, redact_form
from punchout.adapters.password import authenticate
from punchout.adapters.peppol import build
from punchout.adapters.peppol.launch import read_launch
from punchout.adapters.peppol.options import PeppolOptions
from punchout.adapters.peppol.outgoing import FIELDS
from punchout.adapters.peppol.refusal import refusal
from punchout.adapters.peppol.units import peppol_unit
from punchout.adapters.registry import Adapter, AdapterOptions, register
from punchout.documents import Answer, InboundMessage, ReturnForm, ReturnLine
from punchout.errors import PunchoutError
from punchout.models import Connection, PunchoutSession, WireMessage
from punchout.services import start_session

METHODS = ("GET", "POST")


@register
class PeppolAdapter(Adapter):
    """A launch like OCI's, and the shopping cart message."""

    slug = "peppol"
    label = _("Peppol Punch Out")
    Options = PeppolOptions

    def options(self, connection: Connection) -> PeppolOptions:
        return cast(PeppolOptions, super().options(connection))

    def outgoing_fields(self, options: AdapterOptions) -> FieldTable:
        return FIELDS

    def unit_sent(self, options: AdapterOptions, code: str) -> str:
        return options.units.get(code) or peppol_unit(code)

    def handle(self, inbound: InboundMessage) -> Answer:
        """Opens a session and sends the browser to an address without credentials."""
        inbound.record.kind = "Peppol launch"
        if inbound.method not in METHODS:
            inbound.record.verdict = WireMessage.Verdict.REFUSED
            return Answer(405, headers={"Allow": ", ".join(METHODS)}, log_body="")
        known = inbound.connection
        options = self.options(known) if known is not None else PeppolOptions.model_validate({})
        parameters = read_parameters(inbound)
        secret = authenticate(
            known,
            parameters,
            username_parameter=options.username_parameter,
            password_parameter=options.password_parameter,
        )
        connection = secret.connection
        setup = read_launch(connection, parameters, options)
        started = start_session(setup=setup, message=inbound.record)
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

    def refuse(self, inbound: InboundMessage, error: PunchoutError | None) -> Answer:
        return refusal(inbound, error)

    def redact(self, inbound: InboundMessage) -> tuple[str, str]:
        try:
            stored = inbound.connection.options if inbound.connection is not None else None
            name = str((stored or {}).get("password_parameter", ""))
            return redact_form(inbound.query, name), redact_body(inbound, name)
        except Exception:  # whatever it is, it must be recorded, and nothing unchecked may be
            return "", f"[not kept: {len(inbound.body)} bytes that could not be searched for secrets]"

    def return_form(self, session: PunchoutSession, lines: tuple[ReturnLine, ...]) -> ReturnForm:
        return build.cart_form(
            return_url=session.return_url,
            cart_id=session.key,
            echo=session.echo,
            receiver_name=session.organisation.name,
            lines=lines,
            options=self.options(session.connection),
            mapped=session.mapped,
        )

    def leave_form(self, session: PunchoutSession) -> ReturnForm | None:
        """Nothing: a cancelled cart has no message (use case 2)."""
        return None
