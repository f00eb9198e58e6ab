"""From an error to its answer: a Message with a code for the web service, a page for a browser.

cebeoXML 2.0.0: code 0 is good and 1 to 3 are about the login; what each of the three means was not found. The
codes from 10 on are ours (README.md).
"""

from django.utils.translation import gettext as _

from punchout.adapters.cebeoxml import build
from punchout.adapters.cebeoxml.articles import SearchNotReady
from punchout.adapters.cebeoxml.redact import is_document
from punchout.adapters.refused_page import refused_page
from punchout.documents import Answer, InboundMessage
from punchout.errors import (
    AccessClosed,
    AuthenticationFailed,
    Conflict,
    MessageInvalid,
    MessageTooLarge,
    MessageUnreadable,
    OperationUnsupported,
    PunchoutError,
    RateLimited,
)

FAULT = (99, 500)
# Error to Message/@code and to the HTTP status of a page; the first class that fits wins.
CODES: tuple[tuple[type[PunchoutError], tuple[int, int]], ...] = (
    (AccessClosed, (3, 403)),
    (AuthenticationFailed, (1, 401)),
    (MessageUnreadable, (10, 400)),
    (MessageInvalid, (11, 400)),
    (OperationUnsupported, (12, 400)),
    (MessageTooLarge, (13, 413)),
    (RateLimited, (14, 429)),
    (Conflict, (15, 409)),
    (SearchNotReady, (98, 503)),
)


def codes_of(error: PunchoutError | None) -> tuple[int, int]:
    """Message code and page status; ``None`` is a fault of ours."""
    if error is None:
        return FAULT
    return next((codes for kind, codes in CODES if isinstance(error, kind)), (11, 400))


def refusal(inbound: InboundMessage, error: PunchoutError | None) -> Answer:
    code, status = codes_of(error)
    if is_document(inbound):
        text = error.message if error else "Something went wrong on our side. Please try again later."
        return Answer(200, build.message(code, text), content_type=build.CONTENT_TYPE)
    return refused_page(inbound, status, reason=_reason(error), advice=_advice(status))


def _reason(error: PunchoutError | None) -> str:
    if error is None:
        return _("Something went wrong on our side. It was recorded.")
    if isinstance(error, AccessClosed):
        return _("This connection is switched off.")
    if isinstance(error, AuthenticationFailed):
        return _("The customer number, the user name or the password is not right.")
    return error.message


def _advice(status: int) -> str:
    if status in (500, 503):
        return _("Open the shop again from your software. If it fails again, tell us the reference.")
    if status == 403:
        return _("The user name and the password are right. Ask us to switch the connection on.")
    if status == 401:
        return _(
            "Compare the address of the shop, the customer number, the user name and the password in your "
            "software with the sheet you got from us. Capitals count in the password."
        )
    if status == 429:
        return _("Wait a few minutes, then open the shop again.")
    return _("Correct this in the settings of your software, or ask us.")
