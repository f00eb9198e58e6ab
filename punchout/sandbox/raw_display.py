"""Shows a message as coloured text; every character of it is escaped, whatever it contains."""

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SHOWN_CHARACTERS = 120_000
_SECRET = re.compile(
    r"(<(?:SharedSecret|password)>)[^<]*(</(?:SharedSecret|password)>)"
    r"|^((?:password|pw_kunde) = ).*$",
    re.MULTILINE | re.IGNORECASE,
)
_HIDDEN = "••••••••"
_TAG = re.compile(r"<[^<>]*>")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)(\s*=\s*)("[^"]*"|'[^']*')""")
_TAG_NAME = re.compile(r"<[/?!]?[\w:.-]*")


def without_secrets(text: str, secret: str = "") -> str:
    """The text without the values of secrets and passwords, and without ``secret`` wherever it stands."""
    if secret:
        for written in (secret, escape(secret)):
            text = text.replace(written, _HIDDEN)
    return _SECRET.sub(lambda match: f"{match[1] or match[3]}{_HIDDEN}{match[2] or ''}", text)


def highlight(text: str) -> SafeString:
    """Safe HTML of an XML document, or of ``name = value`` lines if it is none; a long text is shortened."""
    shown = text[:SHOWN_CHARACTERS]
    if shown.lstrip().startswith("<"):
        return format_html_join("", "{}", ((piece,) for piece in _xml_pieces(shown)))
    return format_html_join("\n", "{}", ((_field(line),) for line in shown.splitlines()))


def _field(line: str) -> SafeString:
    name, separator, value = line.partition(" = ")
    if not separator:
        return format_html("{}", line)
    return format_html('<span class="x-attribute">{}</span> = <span class="x-value">{}</span>', name, value)


def _xml_pieces(text: str) -> Iterator[SafeString]:
    position = 0
    for match in _TAG.finditer(text):
        yield format_html("{}", text[position : match.start()])
        yield _tag(match.group())
        position = match.end()
    yield format_html("{}", text[position:])


def _tag(tag: str) -> SafeString:
    if tag.startswith(("<!", "<?")):
        return format_html('<span class="x-declaration">{}</span>', tag)
    name = _TAG_NAME.match(tag)
    end = name.end() if name else 1
    pieces = [format_html('<span class="x-tag">{}</span>', tag[:end])]
    position = end
    for match in _ATTRIBUTE.finditer(tag, end):
        pieces.append(format_html("{}", tag[position : match.start()]))
        pieces.append(
            format_html(
                '<span class="x-attribute">{}</span>{}<span class="x-value">{}</span>', *match.groups()
            )
        )
        position = match.end()
    pieces.append(format_html('<span class="x-tag">{}</span>', tag[position:]))
    return format_html_join("", "{}", ((piece,) for piece in pieces))
