"""Errors as cXML Status: one table, one function (cXML Reference Guide 1.2.051, p. 35-37)."""

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


class Forbidden(AccessClosed):
    """The sender is who he says, but may not: the customer is unknown to us or the connection is closed."""


class CustomerUnknown(Forbidden):
    """The sender proved who he is, and From names nobody that we know."""


class SupplierUnknown(PunchoutError):
    """The message is addressed to somebody else, and the connection insists (option ``check_to``)."""


TEXTS = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    406: "Not Acceptable",
    409: "Conflict",
    417: "Expectation Failed",
    450: "Not Implemented",
    499: "Document Size Error",
    500: "Internal Server Error",
    560: "Temporary server error",
}
# The first class that fits wins, so a subclass stands before its base.
CODES: tuple[tuple[type[PunchoutError], int], ...] = (
    (Forbidden, 403),
    (AuthenticationFailed, 401),
    (SupplierUnknown, 417),
    (MessageUnreadable, 406),
    (MessageInvalid, 400),
    (MessageTooLarge, 499),
    (OperationUnsupported, 450),
    (Conflict, 409),
    (RateLimited, 560),  # 4xx would be final: a client may only repeat after 5xx (p. 34)
)


def status_of(error: PunchoutError | None) -> tuple[int, str, str]:
    """Code, text and explanation of an error; ``None`` is a fault of ours, which the client may repeat."""
    if error is None:
        return 500, TEXTS[500], "Something went wrong on our side. Please try again later."
    code = next((code for kind, code in CODES if isinstance(error, kind)), 400)
    return code, TEXTS[code], error.message
