"""What can go wrong in a conversation with a buyer's system. Each protocol has one function to its answer."""


class PunchoutError(Exception):
    """The message could not be honoured; ``message`` is for the partner, never with a secret in it."""

    verdict = "refused"

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        # For the operator's wire log only: what exactly did not match.
        self.detail = detail


class AuthenticationFailed(PunchoutError):
    """Who sent it is not known, or the secret is wrong. The message never says which of the two."""


class AccessClosed(AuthenticationFailed):
    """The sender proved who he is, but the way in is closed: connection or customer switched off, unknown."""


class MessageInvalid(PunchoutError):
    """The message cannot be read, or a value in it cannot be used."""

    def __init__(self, message: str, *, path: str = "", line: int | None = None, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.path = path
        self.line = line


class MessageUnreadable(MessageInvalid):
    """Not even the outer form is right: not well-formed, wrong root, forbidden construct (cXML 406)."""


class MessageTooLarge(PunchoutError):
    """The body is over ``settings.MESSAGE_LIMIT`` (HTTP 413, cXML 499)."""


class OperationUnsupported(PunchoutError):
    """A request or operation this connection does not offer (cXML 450)."""


class Conflict(PunchoutError):
    """The state forbids it: a message id used again with another body, a session already ended (cXML 409)."""


class RateLimited(PunchoutError):
    """Too many failed attempts from one address (HTTP 429)."""
