"""The smallest adapter there can be, for tests of what all adapters share."""

from punchout.adapters import Adapter
from punchout.adapters.registry import AdapterOptions
from punchout.documents import Answer, InboundMessage, ReturnForm, ReturnLine, SetupRequest
from punchout.errors import PunchoutError
from punchout.models import PunchoutSession
from punchout.services import start_session


class PlainAdapter(Adapter):
    slug = "plain"
    label = "Plain"
    Options = AdapterOptions

    def handle(self, inbound: InboundMessage) -> Answer:
        if inbound.body == b"fault":
            raise ZeroDivisionError("a fault of ours")
        if inbound.connection is None:
            raise PunchoutError("No connection.", detail="only the operator reads this")
        setup = SetupRequest(connection=inbound.connection, return_url="https://buyer.example/return")
        started = start_session(setup=setup, message=inbound.record)
        return Answer(200, started.start_token.encode(), "text/plain", log_body="[start token]")

    def refuse(self, inbound: InboundMessage, error: PunchoutError | None) -> Answer:
        return Answer(400 if error else 500, (error.message if error else "fault").encode(), "text/plain")

    def redact(self, inbound: InboundMessage) -> tuple[str, str]:
        return inbound.query, inbound.body.decode("utf-8", "replace")

    def return_form(self, session: PunchoutSession, lines: tuple[ReturnLine, ...]) -> ReturnForm:
        fields = tuple((f"item-{line.number}", f"{line.quantity} {line.sku}") for line in lines)
        return ReturnForm(session.return_url, fields, charset="iso-8859-1")

    def leave_form(self, session: PunchoutSession) -> ReturnForm | None:
        return ReturnForm(session.return_url, (("left", session.operation),))
