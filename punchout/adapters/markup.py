"""XML written as text: what the lines of a cart become, well-formed whatever is in them.

A cart of 500 lines has up to fifteen thousand elements. As a tree they take longer than all else that a
return does, as text a fifth of that. What stands around the lines is a tree: ``with_lines`` puts them into
it. All that is not ours goes through ``content`` or ``attribute``.
"""

from punchout.adapters.xml import xml_text

_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_ATTRIBUTE = _IN_TEXT | str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


def content(text: str) -> str:
    """``text`` as it stands between two tags; characters that XML cannot hold are left out."""
    # Nearly every text is printable and has no sign: to look is quicker than to replace.
    if not text.isprintable():
        return xml_text(text).translate(_IN_TEXT)
    return text.translate(_IN_TEXT) if "&" in text or "<" in text or ">" in text else text


def attribute(text: str) -> str:
    """``text`` as it stands between the quotes of an attribute; cleaned as ``content`` is."""
    if not text.isprintable():
        return xml_text(text).translate(_IN_ATTRIBUTE)
    plain = not ("&" in text or "<" in text or ">" in text or '"' in text)
    return text if plain else text.translate(_IN_ATTRIBUTE)


def element(name: str, text: str = "", /, **attributes: str) -> str:
    """An element of our own name with a text, or an empty one."""
    if attributes:
        written = "".join([f' {key}="{attribute(value)}"' for key, value in attributes.items()])
        return f"<{name}{written}>{content(text)}</{name}>" if text else f"<{name}{written}/>"
    return f"<{name}>{content(text)}</{name}>" if text else f"<{name}/>"


def in_charset(markup: str, charset: str) -> str:
    """The same with a numeric reference for every character that the charset does not have."""
    return markup if markup.isascii() else markup.encode(charset, "xmlcharrefreplace").decode(charset)


def with_lines(document: str, lines: str, *around: str) -> str:
    """``document`` with ``lines`` as last children of the first of ``around``: what it ends with."""
    end = "".join([f"</{name}>" for name in around])
    assert document.endswith(end)
    return document.removesuffix(end) + lines + end
