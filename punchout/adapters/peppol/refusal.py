"""From an error to the page that the buyer and his IT can act on. Never with a credential in it."""

from django.utils.translation import gettext as _

from punchout.adapters.password import ConnectionClosed
from punchout.adapters.refused_page import refused_page
from punchout.documents import Answer, InboundMessage
from punchout.errors import AuthenticationFailed, Conflict, MessageTooLarge, PunchoutError, RateLimited

# The first that fits; whatever is not here is a parameter that cannot be used.
STATUS: tuple[tuple[type[PunchoutError], int], ...] = (
    (ConnectionClosed, 403),
    (AuthenticationFailed, 401),
    (MessageTooLarge, 413),
    (RateLimited, 429),
    (Conflict, 409),
)
FAULT = 500


def refusal(inbound: InboundMessage, error: PunchoutError | None) -> Answer:
    """The page of a refused launch; ``None`` is a fault of ours."""
    status = FAULT if error is None else next((code for kind, code in STATUS if isinstance(error, kind)), 400)
    reason = error.message if error else _("Something went wrong on our side. It was recorded.")
    return refused_page(inbound, status, reason=reason, advice=_advice(status))


def _advice(status: int) -> str:
    if status == FAULT:
        return _(
            "Open the catalog again from your procurement system. If it fails again, tell us the reference."
        )
    if status == 403:
        return _("The user name and the password are right. Ask us to switch the connection on.")
    if status == 401:
        return _(
            "Compare the address of the catalog, and the names and values of the parameters for user name "
            "and password, with the sheet you got from us. Capitals count in the password."
        )
    if status == 413:
        return _("Send only the launch parameters.")
    if status == 429:
        return _("Wait a few minutes, then open the catalog again.")
    return _(
        "Correct this parameter in your procurement system, or ask us to add the address of your system to "
        "this connection."
    )
