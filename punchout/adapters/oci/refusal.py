"""From an error to the page that the buyer and his IT can act on. Never with a credential in it."""

from django.utils.translation import gettext as _

from punchout.adapters.oci.functions import ArticleUnknown, SearchNotReady
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

# The first that fits; whatever is not here is a parameter that cannot be used.
STATUS: tuple[tuple[type[PunchoutError], int], ...] = (
    (ConnectionClosed, 403),
    (AuthenticationFailed, 401),
    (MessageTooLarge, 413),
    (RateLimited, 429),
    (Conflict, 409),
    (ArticleUnknown, 404),
    (SearchNotReady, 503),
)
FAULT = 500


def status_of(error: PunchoutError | None) -> int:
    if error is None:
        return FAULT
    return next((status for kind, status in STATUS if isinstance(error, kind)), 400)


def refusal(inbound: InboundMessage, error: PunchoutError | None) -> Answer:
    """The page of a refused launch; ``None`` is a fault of ours."""
    status = status_of(error)
    reason = error.message if error else _("Something went wrong on our side. It was recorded.")
    title = _("We do not have this article") if status == 404 else ""
    return refused_page(inbound, status, reason=reason, advice=_advice(error, status), title=title)


def _advice(error: PunchoutError | None, status: int) -> str:
    if error is None:
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
    if status == 404:
        return _(
            "It is no longer sold, or its number was changed. Open the catalog without it and search for it, "
            "or ask us what replaces it."
        )
    if status == 503:
        return _("Try again in a minute.")
    if status == 413:
        return _("Send only the launch parameters.")
    if status == 429:
        return _("Wait a few minutes, then open the catalog again.")
    if isinstance(error, OperationUnsupported):
        return _("Take FUNCTION out of the call structure, or ask us to switch it on.")
    return _(
        "Correct this parameter in the call structure of the catalog in your procurement system, or ask us "
        "to add the address of your system to this connection."
    )
