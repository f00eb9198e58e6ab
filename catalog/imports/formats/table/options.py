"""How a table is written and what its columns are: shown to the operator, guessed for him, never assumed."""

from typing import Literal

from django.utils.translation import gettext_noop as _
from pydantic import Field, field_validator

from catalog.imports.formats.table.columns import is_field
from catalog.imports.registry import ReaderOptions

Delimiter = Literal[";", ",", "tab", "|"]
Charset = Literal["utf-8", "cp1252", "iso-8859-15", "cp850", "utf-16"]
Days = Literal["%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%Y%m%d", "%m/%d/%Y"]


class TableOptions(ReaderOptions):
    """Of both kinds of table."""

    header_row: int = Field(
        1, ge=0, le=100, title=_("row with the headings"),
        description=_("0 when there is none; columns are then #1, #2 …"),
    )  # fmt: skip
    columns: dict[str, str] = Field(
        default_factory=dict, title=_("columns"), description=_("Heading or #number = what the column holds.")
    )
    decimal_sign: Literal[",", "."] = Field(
        ",", title=_("decimal sign"), description=_("The other one may stand between thousands.")
    )
    day_format: Days = Field("%d/%m/%Y", title=_("dates"))
    full: bool = Field(
        False, title=_("whole assortment"), description=_("An article that is not in the file is gone.")
    )
    replace: bool = Field(
        False,
        title=_("empty cells make empty"),
        description=_("Otherwise an empty cell, and a column that is not there, leave the shop as it is."),
    )

    @field_validator("columns")
    @classmethod
    def _known(cls, columns: dict[str, str]) -> dict[str, str]:
        for heading, name in columns.items():
            if not is_field(name):
                raise ValueError(f"{heading}: there is no field {name}")
        double = {name for name in columns.values() if list(columns.values()).count(name) > 1}
        if double:
            raise ValueError(f"twice: {', '.join(sorted(double))}")
        return columns


class CsvOptions(TableOptions):
    charset: Charset = Field("utf-8", title=_("character set"))
    delimiter: Delimiter = Field(";", title=_("between columns"))
    quote: Literal['"', "'", "none"] = Field('"', title=_("around texts"))


class XlsxOptions(TableOptions):
    sheet: str = Field("", title=_("sheet"), description=_("The first one that is not hidden when empty."))
