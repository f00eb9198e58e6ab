"""XML from a stranger with its elements on lines of their own: nothing is expanded, nothing is fetched."""

import re

from lxml import etree

from punchout.adapters.xml import has_too_many_names

_DECLARATION = re.compile(r"\A<\?xml[^>]{0,200}\?>")


def indented(text: str, *, html: bool = False) -> str:
    """The document indented; what is no XML, is HTML or declares an entity stays as it is."""
    if html or "<!ENTITY" in text or has_too_many_names(text):
        return text
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_blank_text=True
    )
    text = text.strip().lstrip("\ufeff")
    # The text was decoded already: what its declaration says of the encoding is no longer true.
    declaration = _DECLARATION.match(text)
    plain = text[declaration.end() :] if declaration else text
    try:
        root = etree.fromstring(plain.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return text
    body = etree.tostring(root.getroottree(), encoding="unicode", pretty_print=True)
    return f"{declaration[0]}\n{body}" if declaration else body
