"""SAP's Open Catalog Interface, versions 2.0B to 5.0 (see README.md for what is not supported)."""

from typing import cast

from django.utils.translation import gettext_lazy as _

from punchout import origins, wire
from punchout.adapters.oci import build
from punchout.adapters.oci.launch import authenticate, read_launch
from punchout.adapters.oci.options import OciOptions
from punchout.adapters.oci.parse import read_parameters, redact_body, redact_form
from punchout.adapters.oci.refusal import refusal
from punchout.adapters.registry import Adapter, register
from punchout.documents import Answer, InboundMessage, ReturnForm, ReturnLine
from punchout.errors import PunchoutError
from punchout.models import Connection, PunchoutSession, WireMessage
from punchout.services import start_session

METHODS = ("GET", "POST")


@register
class OciAdapter(Adapter):
    slug = "oci"
    label = _("OCI (SAP Open Catalog Interface)")
    Options = OciOptions

    def options(self, connection: Connection) -> OciOptions:
        return cast(OciOptions, super().options(connection))

    def handle(self, inbound: InboundMessage) -> Answer:
        """Opens a session and sends the browser to its start page: an address without credentials."""
        inbound.record.kind = "OCI launch"
        if inbound.method not in METHODS:
            inbound.record.verdict = WireMessage.Verdict.REFUSED
            return Answer(405, headers={"Allow": ", ".join(METHODS)}, log_body="")
        connection = inbound.connection
        options = self.options(connection) if connection is not None else OciOptions.model_validate({})
        parameters = read_parameters(inbound)
        secret = authenticate(connection, parameters, options)
        setup = read_launch(secret.connection, parameters, options)
        started = start_session(setup=setup, message=inbound.record)
        wire.touch_secret(secret.pk)
        return Answer(
            303,
            headers={
                "Location": f"{inbound.base_url}/start/{started.start_token}",
                "Referrer-Policy": "no-referrer",
            },
            log_body="",
            frame_ancestors=origins.frame_sources(setup.connection.frame_origins),
        )

    def refuse(self, inbound: InboundMessage, error: PunchoutError | None) -> Answer:
        return refusal(inbound, error)

    def redact(self, inbound: InboundMessage) -> tuple[str, str]:
        try:
            name = (
                str((inbound.connection.options or {}).get("password_parameter", ""))
                if inbound.connection
                else ""
            )
            return redact_form(inbound.query, name), redact_body(inbound, name)
        except Exception:  # whatever it is, it must be recorded, and nothing unchecked may be
            return "", f"[not kept: {len(inbound.body)} bytes that could not be searched for secrets]"

    def return_form(self, session: PunchoutSession, lines: tuple[ReturnLine, ...]) -> ReturnForm:
        return build.return_form(
            return_url=session.return_url,
            echo=session.echo,
            quote_id=session.key,
            lines=lines,
            options=self.options(session.connection),
        )

    def leave_form(self, session: PunchoutSession) -> ReturnForm | None:
        return build.leave_form(
            return_url=session.return_url, echo=session.echo, options=self.options(session.connection)
        )
