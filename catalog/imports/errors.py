"""Why a file is not imported, in words for the operator; what one record lacks is a ``Refusal`` instead."""


class FileRefused(ValueError):
    """The file as a whole is not taken: hostile, cut off, of another format, for another customer.

    ``reason`` is said by ``catalog.wording``, so that every reader reads it in his language.
    """

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Cancelled(Exception):
    """Somebody asked the import to stop."""
