"""IDS-Connect of ITEK, versions 2.0 and 2.5, for the building trades (see README.md in this folder)."""

from collections.abc import Mapping
from typing import Any, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from punchout import origins, wire
from punchout.adapters.ids import build
from punchout.adapters.ids.fields import OLDEST, UNITS
from punchout.adapters.ids.launch import QUESTIONS, authenticate, read_action, read_launch
from punchout.adapters.ids.options import IdsOptions
from punchout.adapters.ids.order import order_details
from punchout.adapters.ids.outgoing import field_table
from punchout.adapters.ids.parse import read_parameters, redact_body, redact_form
from punchout.adapters.ids.questions import interface_versions, login_information
from punchout.adapters.ids.refusal import MethodRefused, refusal
from punchout.adapters.outgoing import FieldTable
from punchout.adapters.registry import Adapter, AdapterOptions, register
from punchout.documents import Answer, InboundMessage, OrderDetails, ReturnForm, ReturnLine
from punchout.errors import AuthenticationFailed, PunchoutError
from punchout.models import Connection, PunchoutSession
from punchout.services import start_session


@register
class IdsAdapter(Adapter):
    """Actions WKE, WKS, ADL, AS, LI and SV."""

    slug = "ids"
    label = gettext_lazy("IDS-Connect (building trades)")
    Options = IdsOptions
    UNITS = UNITS

    def options(self, connection: Connection) -> IdsOptions:
        return cast(IdsOptions, super().options(connection))

    def outgoing_fields(self, options: AdapterOptions) -> FieldTable:
        return field_table(cast(IdsOptions, options).article_number_length)

    def return_charset(self, options: AdapterOptions, echo: Mapping[str, Any]) -> str:
        return cast(IdsOptions, options).charset

    def handle(self, inbound: InboundMessage) -> Answer:
        """Answers a question (LI, SV), or opens a session and sends the browser to its start page."""
        record = inbound.record
        record.kind = "IDS launch"
        if inbound.method not in ("GET", "POST"):
            raise MethodRefused(_("The launch came by %(method)s.") % {"method": inbound.method[:10]})
        parameters, notes = read_parameters(inbound)
        action, note = read_action(parameters)
        connection = inbound.connection
        options = self.options(connection) if connection is not None else IdsOptions.model_validate({})
        if action in QUESTIONS:
            record.kind = f"IDS {action}"
            return self._answer_question(action, connection, options)
        if inbound.method != "POST" and not options.accept_get:
            raise MethodRefused(_("IDS-Connect sends its form by POST; this launch came by GET."))
        secret = authenticate(connection, parameters, options)
        setup = read_launch(secret.connection, action, parameters, options)
        record.kind = f"IDS {action}"
        for text in (*notes, note):
            if text:
                wire.note(inbound, text)
        started = start_session(setup=setup, message=record)
        wire.touch_secret(secret)
        return Answer(
            303,
            headers={
                "Location": f"{inbound.base_url}/start/{started.start_token}",
                "Referrer-Policy": "no-referrer",
            },
            log_body="",
            frame_ancestors=origins.frame_sources(setup.connection.frame_origins),
        )

    @staticmethod
    def _answer_question(action: str, connection: Connection | None, options: IdsOptions) -> Answer:
        if connection is None or not (connection.active and connection.organisation.active):
            raise AuthenticationFailed(
                _("There is no such address."), detail="The connection is off or none."
            )
        return login_information(connection, options) if action == "LI" else interface_versions(options)

    def refuse(self, inbound: InboundMessage, error: PunchoutError | None) -> Answer:
        return refusal(inbound, error)

    def redact(self, inbound: InboundMessage) -> tuple[str, str]:
        try:
            return redact_form(inbound.query), redact_body(inbound)
        except Exception:  # whatever it is, it must be recorded, and nothing unchecked may be
            return "", f"[not kept: {len(inbound.body)} bytes that could not be searched for secrets]"

    def return_form(self, session: PunchoutSession, lines: tuple[ReturnLine, ...]) -> ReturnForm:
        return build.cart_form(
            return_url=session.return_url,
            echo=session.echo,
            currency=lines[0].currency if lines else session.organisation.currency,
            lines=lines,
            options=self.options(session.connection),
            mapped=session.mapped,
            order_number=session.order_number,
        )

    def takes_orders(self, options: AdapterOptions) -> bool:
        return cast(IdsOptions, options).may_order

    def order_details(self, session: PunchoutSession) -> OrderDetails:
        return order_details(session.echo, session.mapped)

    def leave_form(self, session: PunchoutSession) -> ReturnForm | None:
        """An empty cart where the version has one and the client sent none that it would empty."""
        options = self.options(session.connection)
        sent = session.operation != PunchoutSession.Operation.CREATE
        if sent or options.on_leave == "nothing" or session.echo.get("version", OLDEST) == OLDEST:
            return None
        return self.return_form(session, ())
