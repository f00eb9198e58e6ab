"""Oracle XML punch-out of iProcurement and Fusion (see README.md in this folder)."""

from typing import cast
from urllib.parse import quote_plus

from django.utils import translation

from punchout import wire
from punchout.adapters.oraclexml import build
from punchout.adapters.oraclexml.launch import authenticate, read_setup
from punchout.adapters.oraclexml.options import OracleOptions
from punchout.adapters.oraclexml.outgoing import field_table
from punchout.adapters.oraclexml.parse import FORM_FIELD, read_login_request
from punchout.adapters.oraclexml.redact import redacted_body, redacted_query
from punchout.adapters.oraclexml.respond import login_answer, refusal
from punchout.adapters.outgoing import FieldTable
from punchout.adapters.registry import Adapter, AdapterOptions, register
from punchout.documents import Answer, InboundMessage, ReturnForm, ReturnLine
from punchout.errors import OperationUnsupported, PunchoutError
from punchout.models import Connection, PunchoutSession
from punchout.services import start_session

# Oracle shows what we answer beside its own messages, and the specification has no language for it.
ANSWER_LANGUAGE = "en"


@register
class OracleXmlAdapter(Adapter):
    """Login request and cart; there is no edit and no inspect."""

    slug = "oraclexml"
    label = "Oracle XML"
    Options = OracleOptions

    def options(self, connection: Connection) -> OracleOptions:
        return cast(OracleOptions, super().options(connection))

    def outgoing_fields(self, options: AdapterOptions) -> FieldTable:
        return field_table(cast(OracleOptions, options).route)

    def handle(self, inbound: InboundMessage) -> Answer:
        """Opens a session and answers with its start address; the browser opens that."""
        inbound.record.kind = "Oracle login"
        with translation.override(ANSWER_LANGUAGE):
            if inbound.method != "POST":
                raise OperationUnsupported("Send the login request by POST.")
            login = read_login_request(inbound.body, inbound.content_type)
            secret = authenticate(inbound, login, self.slug)
            connection = secret.connection
            options = self.options(connection)
            started = start_session(setup=read_setup(connection, login, options), message=inbound.record)
        wire.touch_secret(secret)
        return login_answer(f"{inbound.base_url}/start/{started.start_token}", options)

    def refuse(self, inbound: InboundMessage, error: PunchoutError | None) -> Answer:
        return refusal(error)

    def redact(self, inbound: InboundMessage) -> tuple[str, str]:
        try:
            return redacted_query(inbound.query), redacted_body(inbound)
        except Exception:  # whatever it is, it must be recorded, and nothing unchecked may be
            return "", f"[not kept: {len(inbound.body)} bytes that could not be searched for secrets]"

    def with_secret(self, stored: str, secret: str) -> str:
        """Of a form the document is kept as text, and has to be written as a field again."""
        text = super().with_secret(stored, secret)
        name, field, document = text.partition(f"{FORM_FIELD}=<")
        return text if name or not field else f"{FORM_FIELD}={quote_plus('<' + document)}"

    def return_form(self, session: PunchoutSession, lines: tuple[ReturnLine, ...]) -> ReturnForm:
        return build.cart_form(
            return_url=session.return_url,
            lines=lines,
            options=self.options(session.connection),
            partner=session.mapped.get("catalogTradingPartner"),
        )

    def leave_form(self, session: PunchoutSession) -> ReturnForm | None:
        """Nothing: Oracle stops with an error when a cart comes back empty."""
        return None
