"""Why a file is not made; the text is for whoever asked for it."""


class ExportRefused(Exception):
    """The file cannot be made as asked; nothing of it was written."""


class FieldUnknown(ExportRefused):
    """A category or brand that does not exist: ``field`` is ``category`` or ``brand``."""

    def __init__(self, field: str, codes: list[str]) -> None:
        super().__init__(f"There is no {field} {', '.join(codes)}.")
        self.field = field
        self.codes = codes
