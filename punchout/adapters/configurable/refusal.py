"""From an error to a page for a browser, or JSON for a server. Never with a credential."""

import json

from django.conf import settings
from django.utils.translation import gettext as _

from punchout.adapters.configurable.parse import MethodRefused
from punchout.adapters.password import ConnectionClosed
from punchout.adapters.refused_page import refused_page
from punchout.documents import Answer, InboundMessage
from punchout.errors import (
    AuthenticationFailed,
    Conflict,
    MessageTooLarge,
    PunchoutError,
    RateLimited,
)

FAULT = 500
# The first that fits; whatever is not here is a parameter that cannot be used.
STATUS: tuple[tuple[type[PunchoutError], int], ...] = (
    (ConnectionClosed, 403),
    (AuthenticationFailed, 401),
    (MethodRefused, 405),
    (MessageTooLarge, 413),
    (RateLimited, 429),
    (Conflict, 409),
)
ALLOW = {"GET": "POST"}


def status_of(error: PunchoutError | None) -> int:
    if error is None:
        return FAULT
    return next((status for kind, status in STATUS if isinstance(error, kind)), 400)


def refusal(inbound: InboundMessage, error: PunchoutError | None, *, as_json: bool) -> Answer:
    """The answer to a refused launch; ``None`` is a fault of ours."""
    status = status_of(error)
    reason = error.message if error else _("Something went wrong on our side. It was recorded.")
    headers = {"Allow": ALLOW.get(inbound.method, "GET, POST")} if status == 405 else {}
    if as_json:
        told = {"error": reason, "reference": inbound.record.pk, "contact": settings.SUPPLIER_EMAIL}
        body = json.dumps(told, ensure_ascii=False).encode()
        return Answer(
            status,
            body,
            content_type="application/json",
            headers={"Referrer-Policy": "no-referrer", **headers},
        )
    return refused_page(inbound, status, reason=reason, advice=_advice(status), headers=headers)


def _advice(status: int) -> str:
    if status == FAULT:
        return _("Open the shop again from your software. If it fails again, tell us the reference.")
    if status == 403:
        return _("The user name and the password are right. Ask us to switch the connection on.")
    if status == 401:
        return _(
            "Compare the address, the user name and the password in your software with the sheet you got "
            "from us. Capitals count in the password."
        )
    if status == 429:
        return _("Wait a few minutes, then open the shop again.")
    return _(
        "Correct this in the settings of your software, or ask us to add the address of your system to this "
        "connection."
    )
