"""Elements by their local names: BMEcat 1.2 says ARTICLE and SUPPLIER_AID, 2005 PRODUCT and SUPPLIER_PID."""

import re
from html.entities import html5

from lxml import etree

from catalog.imports.markup import characters

Node = etree._Element
# A name is taken apart once; BMEcat has 450 of them, a hostile file as many as it likes.
MOST_NAMES = 5_000
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LOCAL: dict[object, str] = {}
_ENTITY = re.compile(r"\s?&([A-Za-z0-9]+);\s?")


def name(node: Node) -> str:
    """The local name; empty for comments, processing instructions and references to entities.

    A prefix that nobody declared stays in libxml2's name, and is not taken for a part of it here.
    """
    tag = node.tag
    try:
        return _LOCAL[tag]
    except KeyError:
        local = tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""
        if len(_LOCAL) < MOST_NAMES:
            _LOCAL[tag] = local
        return local


def children(node: Node | None, *names: str) -> list[Node]:
    return [each for each in node if name(each) in names] if node is not None else []


def child(node: Node | None, *names: str) -> Node | None:
    if node is not None:
        for each in node:
            if name(each) in names:
                return each
    return None


def by_name(node: Node) -> dict[str, list[Node]]:
    """All children at once, for elements of which many are read."""
    found: dict[str, list[Node]] = {}
    for each in node:
        found.setdefault(name(each), []).append(each)
    return found


def text(node: Node | None) -> str:
    """The text of an element without its blanks at both ends; characters named as in HTML are resolved.

    Any other entity was never defined for us and becomes nothing.
    """
    if node is None:
        return ""
    if len(node) == 0:
        return characters(node.text or "").strip()  # some exports escape twice: &amp;plusmn;
    # Markup inside a text, as some write descriptions: its words, without the marks.
    whole = " ".join(str(part) for part in node.itertext())
    return _ENTITY.sub(lambda found: html5.get(f"{found[1]};", ""), characters(whole)).strip()


def child_text(node: Node | None, *names: str) -> str:
    return text(child(node, *names))


def language_said(node: Node) -> str:
    """The language of a text as the file names it; empty when it names none."""
    return node.get("lang") or node.get(_XML_LANG) or ""


def line(node: Node) -> int:
    return int(node.sourceline or 0)  # type: ignore[call-overload]  # the stubs say "..."
