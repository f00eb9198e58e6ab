"""The lines of a CIF before DATA: ``KEY: value`` in any order and case, with or without a blank.

Many a CIF went through a spreadsheet: then a comma, semicolon or tab stands between key and value, commas
fill every line up to the longest, and the names of the fields are a row like the others. CIF 2.1 has the
first twelve fields of CIF 3.0 and is read as one.
"""

import re
from dataclasses import dataclass, field
from typing import IO

from catalog.imports.errors import FileRefused
from catalog.wording import said as _

# The twelve that stand in every row when FIELDNAMES is missing, in the specification's order.
BASE_FIELDS = (
    "Supplier ID", "Supplier Part ID", "Manufacturer Part ID", "Item Description", "SPSC Code", "Unit Price",
    "Unit of Measure", "Lead Time", "Manufacturer Name", "Supplier URL", "Manufacturer URL", "Market Price",
)  # fmt: skip
# An old text of the specification says Units.
SAME_FIELD = {"units of measure": "unit of measure"}
CHARSETS = {
    "": "utf-8", "utf-8": "utf-8", "utf8": "utf-8", "8859_1": "iso-8859-1", "iso-8859-1": "iso-8859-1",
    "latin-1": "iso-8859-1", "cp1252": "cp1252", "windows-1252": "cp1252", "8859_15": "iso-8859-15",
    "us-ascii": "ascii", "ascii": "ascii", "utf-16": "utf-16",
}  # fmt: skip
MARK = b"\xef\xbb\xbf"
VERSIONS = {b"CIF_I_V3": "3.0", b"CIF_I_V2": "2.1"}
# What a spreadsheet puts between cells, in whatever country.
_BETWEEN = ",;\t"
LONGEST_HEADER = 200
KEYS = frozenset(
    [
        "charset", "loadmode", "codeformat", "currency", "supplierid_domain", "itemcount", "timestamp",
        "unuom", "comments", "fieldnames", "duns",
    ]
)  # fmt: skip
TRUE = ("t", "true", "yes", "y", "1")
FALSE = ("", "f", "false", "no", "n", "0")
# What a line that names the fields has among its cells.
NUMBER = "supplier part id"


@dataclass(frozen=True, slots=True)
class Header:
    lines: int  # before the first row
    values: dict[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    charset: str = "utf-8"
    separator: str = ","
    version: str = "3.0"
    notes: tuple[str, ...] = ()  # what was forgiven

    def __getitem__(self, key: str) -> str:
        return self.values.get(key, "")

    @property
    def full(self) -> bool:
        """``F`` or ``Full``; a file without LOADMODE is full (Ariba's default)."""
        return not self["loadmode"].upper().startswith("I")

    @property
    def un_units(self) -> bool | None:
        """Units of UN/CEFACT, or of ANSI X12; ``None`` when the file does not say."""
        said = self["unuom"].lower()
        return said in TRUE if said else None


def read_header(stream: IO[bytes]) -> Header:
    """Reads as far as DATA; raises ``FileRefused`` for what is no CIF 3.0."""
    first = stream.readline(1024).removeprefix(MARK).strip()
    version = VERSIONS.get(first[:8].upper())
    if version is None:
        raise FileRefused(_("The file is no CIF 3.0: it does not begin with CIF_I_V3.0."), 1)
    values: dict[str, str] = {}
    notes: dict[str, None] = {}
    last = ""
    for number in range(2, LONGEST_HEADER):
        raw = stream.readline(64 * 1024)
        line = _line(raw)
        bare = line.rstrip(f"{_BETWEEN} ")
        if bare.upper() == "DATA":
            following = stream.readline(64 * 1024)
            named = _names_fields(_line(following))
            if named:
                values["fieldnames"] = _line(following)
                notes[_("The names of the fields are a row of DATA; FIELDNAMES is expected.")] = None
            separator = _separator(values, _line(following))
            return _header(number + named, values, separator, version, tuple(notes))
        if not raw:
            break
        key, colon, value = line.partition(":")
        if _names_fields(line) and not _known(key):
            values["fieldnames"], last = line, "fieldnames"
            notes[_("A line names the fields without the word FIELDNAMES.")] = None
        elif bare and not colon and last != "comments":
            reason = _("Neither a line “KEY: value” nor DATA: %s") % line[:40]
            raise FileRefused(reason, number)
        elif colon and not (last == "comments" and not _known(key)):
            # A remark may go on over further lines, and have colons in it.
            last = key.strip().lower()
            values[last] = value.strip()
            if last != "comments" and (kept := values[last].strip(f"{_BETWEEN} ")) != values[last]:
                values[last] = kept
                notes[_("A spreadsheet wrote the file: commas or tabs are around its values.")] = None
    raise FileRefused(_("The file has no DATA line, so it has no items."))


def _line(raw: bytes) -> str:
    # Field names beyond ASCII are customers' own (cus_*); their letters do not matter here.
    return raw.decode("utf-8", "replace").strip()


def _known(key: str) -> bool:
    return key.strip().lower() in KEYS


def _cells(line: str) -> list[str]:
    return [cell.strip().strip('"').lower() for cell in re.split(f"[{_BETWEEN}]", line)]


def _names_fields(line: str) -> bool:
    cells = _cells(line)
    return len(cells) > 3 and NUMBER in cells


def _separator(values: dict[str, str], first: str) -> str:
    """A tab or semicolon where neither the names of the fields nor else the first row have a comma."""
    shown = values.get("fieldnames") or first
    return next((sign for sign in "\t;" if sign in shown and "," not in shown), ",")


def _header(
    lines: int, values: dict[str, str], separator: str, version: str, notes: tuple[str, ...]
) -> Header:
    said = values.get("fieldnames", "")
    names = _cells(said) if said else []
    names = [SAME_FIELD.get(name, name) for name in names]
    charset = CHARSETS.get(values.get("charset", "").strip('"').lower())
    if charset is None:
        reason = _("The file says that its encoding is “%(name)s”, which is unknown.")
        raise FileRefused(reason % {"name": values["charset"]})
    return Header(
        lines,
        values,
        tuple(names or (name.lower() for name in BASE_FIELDS)),
        charset,
        separator,
        version,
        notes,
    )
