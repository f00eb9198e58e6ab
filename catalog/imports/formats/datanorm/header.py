"""The first records of a file: its version and currency (V), and for which customer it was made (K)."""

import re
from dataclasses import dataclass, field

from catalog.imports.errors import FileRefused
from catalog.imports.formats.datanorm.lines import Line
from catalog.wording import said as _

# Version 4: 128 columns, the last of them version and currency.
_FIXED = re.compile(r"(0[3-9])([A-Z]{3})?\s*\Z")
VERSIONS = (4, 5)


@dataclass(frozen=True, slots=True)
class Header:
    version: int
    currency: str
    title: str = ""
    customer: str = field(default="")


def read_header(beginning: list[Line]) -> Header:
    """From the first lines of a file; raises ``FileRefused`` for what has no V record of version 4 or 5."""
    if not beginning or beginning[0].kind != "V":
        raise FileRefused(_("The file is no Datanorm 4 or 5: it does not begin with a V record."), 1)
    first = beginning[0]
    if len(first.fields) == 2:
        text = first.fields[1]
        found = _FIXED.search(text)
        version, currency = (int(found[1]), found[2] or "") if found else (0, "")
        title = " ".join(text[8:123].split())
    else:
        said = first.field(2)
        version = int(said) // 10 if said.isascii() and said.isdigit() and len(said) == 3 else 0
        currency, title = first.field(5), f"{first.field(6)} {first.field(7)}".strip()
    if version not in VERSIONS:
        raise FileRefused(_("Only Datanorm 4 and 5 are read, not version %s.") % (version or "?"), 1)
    control = next((line for line in beginning if line.kind == "K"), None)
    customer = control.field(3 if version == 4 else 2) if control else ""
    return Header(version, currency, title, customer)
