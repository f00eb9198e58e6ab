"""Why a file is not imported, in words for the operator; what one record lacks is a ``Refusal`` instead."""

from django.utils.functional import Promise


class FileRefused(ValueError):
    """The file as a whole is not taken: hostile, cut off, of another format, for another customer."""

    def __init__(self, reason: str | Promise, line: int | None = None) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.line = line


class Cancelled(Exception):
    """Somebody asked the import to stop."""
