"""Raw messages made readable: indented, split into rows, coloured by spans. The result is always escaped.

Whatever a stranger sent is shown, so nothing here trusts it: the XML parser expands no entity and fetches
nothing, what cannot be parsed is shown as it came, and very long texts are cut for the page (the raw
message can be downloaded whole).
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from html import escape
from urllib.parse import parse_qsl

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from punchout.adapters.multipart import MULTIPART, multipart_pairs
from punchout.readable import indented

LONGEST = 200_000
MOST_ROWS = 5_000
_PIECE = re.compile(r"<![^<>]*>|</?[^<>]+>|[^<]+|<")
# What may hold angle brackets, with its end; sought by hand, because a hostile text has many beginnings.
_WHOLE = {"<!--": "-->", "<?": "?>", "<![CDATA[": "]]>"}
_TAG = re.compile(r"(</?)([^\s/>]+)(.*?)(/?>)\Z", re.DOTALL)
_ATTRIBUTE = re.compile(r"""(?<=\s)([^\s=<>"']{1,100})(\s{0,5}=\s{0,5})("[^"]*"|'[^']*')""")
# A line that begins a new field in an outbound form, which is kept as "name=value" lines.
_FIELD_LINE = re.compile(r"\A([~A-Za-z][\w.~:\[\]%-]*)=(.*)\Z", re.DOTALL)


def pretty(text: str, content_type: str = "") -> SafeString:
    """``text`` as safe HTML, by its content type or, where that says nothing, by its look."""
    if not text.strip():
        return format_html('<p class="inside quiet-text">{}</p>', _("Empty."))
    cut = text[:LONGEST]
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded" and not cut.lstrip().startswith("<"):
        shown = _rows(parse_qsl(cut, keep_blank_values=True, max_num_fields=None)[:MOST_ROWS])
    elif kind == MULTIPART and (pairs := multipart_pairs(cut, content_type)):
        shown = _rows(pairs[:MOST_ROWS])
    elif cut.lstrip("\ufeff \r\n\t").startswith("<"):
        shown = _block(_markup(cut if len(text) > LONGEST else indented(cut, html="html" in kind)))
    elif kind == "application/json":
        shown = _block(conditional_escape(_json(cut)))
    else:
        shown = _block(conditional_escape(cut))
    if len(text) > LONGEST:
        note = format_html(
            '<p class="inside quiet-text">{}</p>', _("Cut for this page; download it to see all.")
        )
        return shown + note
    return shown


def pretty_fields(text: str) -> SafeString:
    """A form that we gave to a browser, kept as ``name=value`` lines, as rows."""
    fields: list[tuple[str, list[str]]] = []
    for line in text[:LONGEST].split("\n"):
        found = _FIELD_LINE.match(line)
        if found and not (fields and _inside_markup(fields[-1][1])):
            fields.append((found[1], [found[2]]))
        elif fields:
            fields[-1][1].append(line)
        else:
            fields.append(("", [line]))
    return _rows([(name, "\n".join(lines)) for name, lines in fields[:MOST_ROWS]])


def _inside_markup(lines: list[str]) -> bool:
    """An XML document goes on until a line ends with a tag, whatever its lines look like."""
    return lines[0].startswith("<") and not lines[-1].rstrip().endswith(">")


def _json(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text


def _block(safe: SafeString) -> SafeString:
    return format_html('<pre class="raw">{}</pre>', safe)


def _rows(pairs: list[tuple[str, str]]) -> SafeString:
    body = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td>{}</td></tr>',
        ((name, _value(name, value)) for name, value in pairs),
    )
    return format_html('<div class="panel"><table class="rows"><tbody>{}</tbody></table></div>', body)


def _value(name: str, value: str) -> SafeString:
    """A field's value; a cXML document in it (plain or as base64) is shown as one."""
    folded = name.casefold()
    if folded == "cxml-base64":
        try:
            value = base64.b64decode(value, validate=False).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return conditional_escape(value)
    if folded.startswith("cxml") and value.lstrip().startswith("<"):
        return _block(_markup(indented(value)))
    return conditional_escape(value)


def _markup(text: str) -> SafeString:
    """Tags, attributes and values in spans of their own; every piece is escaped."""
    return mark_safe("".join(map(_piece, _pieces(text))))  # noqa: S308 - every piece is escaped below


def _pieces(text: str) -> Iterator[str]:
    """The text in tags, comments and runs of text, in linear time whatever it is."""
    unclosed: set[str] = set()
    at = 0
    while at < len(text):
        for begin, close in _WHOLE.items():
            if begin not in unclosed and text.startswith(begin, at):
                end = text.find(close, at + len(begin))
                if end >= 0:
                    yield text[at : end + len(close)]
                    at = end + len(close)
                    break
                unclosed.add(begin)
        else:
            found = _PIECE.match(text, at)
            assert found is not None
            yield found[0]
            at = found.end()


def _piece(piece: str) -> str:
    if not piece.startswith("<") or piece == "<":
        return escape(piece)
    if piece.startswith(("<!", "<?")):
        return _span("x-faint", piece)
    tag = _TAG.match(piece)
    if tag is None:
        return escape(piece)
    opening, name, attributes, closing = tag.groups()
    parts = [escape(opening), _span("x-name", name)]
    at = 0
    for found in _ATTRIBUTE.finditer(attributes):
        parts.append(escape(attributes[at : found.start()]))
        parts += [_span("x-attribute", found[1]), escape(found[2]), _span("x-value", found[3])]
        at = found.end()
    parts += [escape(attributes[at:]), escape(closing)]
    return "".join(parts)


def _span(name: str, text: str) -> str:
    return f'<span class="{name}">{escape(text)}</span>'
