"""SAP's Open Catalog Interface, versions 2.0B to 5.0 (see README.md for what is not supported)."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from punchout import origins, wire
from punchout.adapters.oci import build
from punchout.adapters.oci.article import check_quantity, validate
from punchout.adapters.oci.background_search import background_search
from punchout.adapters.oci.download import download_page
from punchout.adapters.oci.functions import Asked, asked_function, visit
from punchout.adapters.oci.launch import read_launch
from punchout.adapters.oci.options import OciOptions
from punchout.adapters.oci.outgoing import field_table
from punchout.adapters.oci.refusal import refusal
from punchout.adapters.outgoing import FieldTable
from punchout.adapters.parameters import read_parameters, redact_body, redact_form
from punchout.adapters.password import authenticate
from punchout.adapters.registry import Adapter, AdapterOptions, register
from punchout.adapters.sets import sets_in
from punchout.adapters.texts import DEFAULT
from punchout.adapters.units import OCI_UNITS
from punchout.documents import Answer, InboundMessage, ReturnForm, ReturnLine
from punchout.errors import PunchoutError
from punchout.models import Connection, PunchoutSession, WireMessage
from punchout.services import start_session

METHODS = ("GET", "POST")
PACKAGES = "5.0"  # the version from which lines can belong to another
# Functions that are answered at once; every other call opens the shop.
ANSWERS: dict[str, Callable[[Asked], Answer]] = {
    "VALIDATE": validate,
    "QUANTITYCHECK": check_quantity,
    "BACKGROUND_SEARCH": background_search,
    "DOWNLOADJSON": download_page,
}


@register
class OciAdapter(Adapter):
    slug = "oci"
    label = _("OCI (SAP Open Catalog Interface)")
    Options = OciOptions
    UNITS = OCI_UNITS

    def options(self, connection: Connection) -> OciOptions:
        return cast(OciOptions, super().options(connection))

    def outgoing_fields(self, options: AdapterOptions) -> FieldTable:
        oci = cast(OciOptions, options)
        return field_table(oci.version, has_parts=oci.components)

    def return_charset(self, options: AdapterOptions, echo: Mapping[str, Any]) -> str:
        return str(echo.get("charset") or DEFAULT)

    def most_fields(self, options: AdapterOptions) -> int | None:
        return cast(OciOptions, options).most_fields

    def handle(self, inbound: InboundMessage) -> Answer:
        """Answers a function, or opens a session and sends the browser to an address without credentials."""
        inbound.record.kind = "OCI launch"
        connection = inbound.connection
        options = self.options(connection) if connection is not None else OciOptions.model_validate({})
        methods = METHODS if options.accept_get else ("POST",)
        if inbound.method not in methods:
            inbound.record.verdict = WireMessage.Verdict.REFUSED
            return Answer(405, headers={"Allow": ", ".join(methods)}, log_body="")
        parameters = read_parameters(inbound)
        secret = authenticate(
            connection,
            parameters,
            username_parameter=options.username_parameter,
            password_parameter=options.password_parameter,
        )
        function, notes = asked_function(parameters, options)
        if function:
            inbound.record.kind = f"OCI {function}"
        inbound.record.notes.extend(notes)
        asked = Asked(inbound, secret.connection, parameters, options, function)
        answer = ANSWERS.get(function, open_shop)(asked)
        wire.touch_secret(secret)
        return answer

    def refuse(self, inbound: InboundMessage, error: PunchoutError | None) -> Answer:
        return refusal(inbound, error)

    def redact(self, inbound: InboundMessage) -> tuple[str, str]:
        try:
            name = (
                str((inbound.connection.options or {}).get("password_parameter", ""))
                if inbound.connection is not None
                else None
            )
            return redact_form(inbound.query, name), redact_body(inbound, name)
        except Exception:  # whatever it is, it must be recorded, and nothing unchecked may be
            return "", f"[not kept: {len(inbound.body)} bytes that could not be searched for secrets]"

    def return_form(self, session: PunchoutSession, lines: tuple[ReturnLine, ...]) -> ReturnForm:
        options = self.options(session.connection)
        sets = build.NO_SETS
        if (
            options.components
            and session.echo.get("version") == PACKAGES
            and not session.echo.get(build.VALIDATES)
        ):
            with translation.override(session.language or None):
                mapped = session.mapped_parts
                sets = sets_in(lines, session.organisation) if mapped is None else mapped
        return build.return_form(
            return_url=session.return_url,
            echo=session.echo,
            quote_id=session.key,
            lines=lines,
            options=options,
            sets=sets,
        )

    def leave_form(self, session: PunchoutSession) -> ReturnForm | None:
        return build.leave_form(
            return_url=session.return_url, echo=session.echo, options=self.options(session.connection)
        )


def open_shop(asked: Asked) -> Answer:
    """A session, and the way to its start page."""
    connection = asked.connection
    setup = read_launch(connection, asked.parameters, asked.options, visit(asked))
    started = start_session(setup=setup, message=asked.inbound.record)
    return Answer(
        303,
        headers={
            "Location": f"{asked.inbound.base_url}/start/{started.start_token}",
            "Referrer-Policy": "no-referrer",
        },
        log_body="",
        frame_ancestors=origins.frame_sources(connection.frame_origins),
    )
