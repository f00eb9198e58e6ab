"""Which announced charsets a form is read in: those of real systems, none that garbles what is plain.

Python also knows ``unicode_escape`` and UTF-7, which make characters that no database keeps.
"""

import codecs
import re

_READ = re.compile(r"utf-8|ascii|iso8859-\d+|cp125\d|cp85\d|koi8-r|mac-roman")


def read_charset(announced: str | None) -> str:
    """The charset by Python's name; empty when none was announced, or one that is not read."""
    try:
        name = codecs.lookup(announced).name if announced else ""
    except (LookupError, ValueError):
        return ""
    return name if _READ.fullmatch(name) else ""
