"""From an error to the page that the craftsman and his software house can act on. Never with a credential."""

from django.utils.translation import gettext as _

from punchout.adapters.password import ConnectionClosed
from punchout.adapters.refused_page import refused_page
from punchout.documents import Answer, InboundMessage
from punchout.errors import (
    AuthenticationFailed,
    Conflict,
    MessageTooLarge,
    OperationUnsupported,
    PunchoutError,
    RateLimited,
)

FAULT = 500


class MethodRefused(OperationUnsupported):
    """IDS-Connect is spoken by POST only."""


# The first that fits; whatever is not here is a parameter or a cart that cannot be used.
STATUS: tuple[tuple[type[PunchoutError], int], ...] = (
    (ConnectionClosed, 403),
    (AuthenticationFailed, 401),
    (MethodRefused, 405),
    (MessageTooLarge, 413),
    (RateLimited, 429),
    (Conflict, 409),
)


def status_of(error: PunchoutError | None) -> int:
    if error is None:
        return FAULT
    return next((status for kind, status in STATUS if isinstance(error, kind)), 400)


def refusal(inbound: InboundMessage, error: PunchoutError | None) -> Answer:
    """The page of a refused launch; ``None`` is a fault of ours."""
    status = status_of(error)
    reason = error.message if error else _("Something went wrong on our side. It was recorded.")
    headers = {"Allow": "POST"} if status == 405 else {}
    return refused_page(inbound, status, reason=reason, advice=_advice(error, status), headers=headers)


def _advice(error: PunchoutError | None, status: int) -> str:
    if error is None:
        return _("Open the shop again from your software. If it fails again, tell us the reference.")
    if status == 403:
        return _("The user name and the password are right. Ask us to switch the connection on.")
    if status == 401:
        return _(
            "Compare the address of the shop, the customer number, the user name and the password in your "
            "software with the sheet you got from us. Capitals count in the password."
        )
    if status == 405:
        return _("Set your software to send the form by POST, or ask us to accept GET.")
    if status == 413:
        return _("Send a smaller cart, in several parts.")
    if status == 429:
        return _("Wait a few minutes, then open the shop again.")
    return _(
        "Correct this in the IDS settings of your software or in the cart it sends, or ask us to add the "
        "address of your system to this connection."
    )
