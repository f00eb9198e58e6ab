"""A stream of XML that a parser can read: bad bytes and control characters replaced and counted.

What a live file of a manufacturer has wrong (invalid UTF-8, 0x0B, ``&#1;``) must not end its import. The
internal subset of a DOCTYPE is blanked out, line by line: BMEcat 1.2 needs one for its extensions, but
nothing in it is executed, so it defines no entity either. Whatever the file's encoding, what comes out is
UTF-8, with as many lines as went in.
"""

import codecs
import re
from html.entities import html5
from typing import IO
from xml.sax.saxutils import escape

from catalog.imports.errors import FileRefused
from catalog.wording import said as _

PIECE = 256 * 1024
# The prologue of a BMEcat is a few lines; whoever writes more wants something else.
LONGEST_PROLOGUE = 512 * 1024
# One element, with all in it, stands in memory; no article is longer than this.
LONGEST_ELEMENT = 64 * 1024 * 1024
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ENCODING = re.compile(rb"""\A\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
# XML 1.0 has no place for these, neither as they are nor as references.
_UNWANTED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
    r"|&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[fF]{3}[eEfF]));"
    # Characters that HTML names and XML does not, and entities of a DTD that nobody reads.
    r"|&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9._-]{0,31});"
)
_REFERENCE_LENGTH = 36
_NOT_A_LINE = re.compile(r"[^\r\n]")


class Repaired:
    """Reads ``source`` from where it stands; ``unreadable`` and ``removed`` count what was replaced."""

    def __init__(self, source: IO[bytes]) -> None:
        self.unreadable = 0
        self.removed = 0
        self._since_taken = 0
        self._source = source
        self._held = ""
        self._ended = False
        beginning = source.read(PIECE)
        self.encoding = _encoding_of(beginning)
        try:
            self._decoder = codecs.getincrementaldecoder(self.encoding)(errors="replace")
        except LookupError:
            raise FileRefused(
                _("The file says that its encoding is “%(name)s”, which is unknown.")
                % {"name": self.encoding}
            ) from None
        self._waiting = self._prologue(self._decode(beginning, final=not beginning)).encode()

    def read(self, size: int = -1) -> bytes:
        """About ``size`` bytes, in whole pieces; nothing at the end."""
        if size < 0:
            pieces = []
            while piece := self.read(PIECE):
                pieces.append(piece)
            return b"".join(pieces)
        while len(self._waiting) == 0 and not self._ended:
            self._waiting = self._repair(self._more()).encode()
        piece, self._waiting = self._waiting[:size], self._waiting[size:]
        self._since_taken += len(piece)
        if self._since_taken > LONGEST_ELEMENT:
            raise FileRefused(_("One element is longer than %s MB.") % (LONGEST_ELEMENT // 2**20))
        return piece

    def taken(self) -> None:
        """What was read so far is no longer in memory."""
        self._since_taken = 0

    def _more(self) -> str:
        data = self._source.read(PIECE)
        self._ended = not data
        return self._decode(data, final=not data)

    def _decode(self, data: bytes, *, final: bool) -> str:
        text = self._decoder.decode(data, final)
        self.unreadable += text.count("\ufffd")
        return text

    def _repair(self, text: str) -> str:
        """Never splits a reference: what may be the beginning of one waits for the next piece."""
        text = self._held + text
        self._held = ""
        if not self._ended:
            start = text.rfind("&", max(0, len(text) - _REFERENCE_LENGTH))
            if start >= 0 and ";" not in text[start:]:
                text, self._held = text[:start], text[start:]
        if _UNWANTED.search(text):
            text = _UNWANTED.sub(self._instead, text)
        return text

    def _instead(self, found: re.Match[str]) -> str:
        """A blank for what may not stand here, the character for what HTML has a name for."""
        named = html5.get(f"{found[1]};", "") if found[1] else ""
        self.removed += not named
        return escape(named) or " "

    def _prologue(self, text: str) -> str:
        """The beginning with the declaration as UTF-8 and without an internal subset."""
        while len(text) < LONGEST_PROLOGUE and not _begun(text):
            more = self._more()
            if not more:
                break
            text += more
        text = _DECLARATION.sub(lambda found: _NOT_A_LINE.sub("", found[0]), text.lstrip("\ufeff"), count=1)
        # Blank lines before the declaration are a common fault; without it nothing must come first.
        start, end = _internal_subset(text)
        if start:
            text = text[:start] + _NOT_A_LINE.sub("", text[start:end]) + text[end:]
        return self._repair(text)


def _encoding_of(beginning: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if beginning.startswith(mark):
            return encoding
    # Without a mark, UTF-16 still shows by its zeros.
    if beginning[:4] == b"<\x00?\x00":
        return "utf-16-le"
    if beginning[:4] == b"\x00<\x00?":
        return "utf-16-be"
    declared = _ENCODING.match(beginning[:1024])
    return declared[1].decode().lower() if declared else "utf-8"


_MARKUP = re.compile(r"<(?![?!])")
_TOKEN = re.compile(r"""<!--.*?-->|<\?.*?\?>|"[^"]*"|'[^']*'|[\[\]<>]""", re.DOTALL)


def _begun(text: str) -> bool:
    """Whether the root element stands in ``text``, so that the prologue is whole."""
    start = text.find("<!DOCTYPE")
    if start < 0:
        return bool(_MARKUP.search(text))
    return _doctype_end(text, start) > 0


def _doctype_end(text: str, start: int) -> int:
    return _scan(text, start)[2]


def _internal_subset(text: str) -> tuple[int, int]:
    """Where ``[…]`` of the DOCTYPE begins and ends, both zero if there is none."""
    start = text.find("<!DOCTYPE")
    root = _MARKUP.search(text)
    if start < 0 or (root and root.start() < start):
        return 0, 0
    opened, closed, end = _scan(text, start)
    if end == 0:
        raise FileRefused(_("The DOCTYPE of the file has no end."), line=text.count("\n", 0, start) + 1)
    return (opened, closed) if opened else (0, 0)


def _scan(text: str, start: int) -> tuple[int, int, int]:
    """Beginning and end of the internal subset, and end of the DOCTYPE; zero for what is not there."""
    opened = closed = depth = 0
    for token in _TOKEN.finditer(text, start + len("<!DOCTYPE")):
        match token[0]:
            case "[":
                opened = opened or token.start()
            case "]":
                closed = token.end()
            case "<":
                depth += 1
            case ">" if depth:
                depth -= 1
            case ">":
                return opened, closed, token.end()
    return opened, closed, 0
