"""Sets: an article that consists of others goes as one priced line with its parts below it, and comes back.

cXML Reference Guide 1.2.051, ``ItemIn``: the set is ``composite`` with its price at group level, so its parts
cost nothing; known from 1.2.037 on. The parts are those of the catalog (``ProductReference``).
"""

from __future__ import annotations

from lxml import etree

from customers.models import Organisation
from punchout.adapters.cxml.parse import text_of
from punchout.adapters.sets import parts_of


def without_parts(
    elements: list[etree._Element], organisation: Organisation, notes: list[str]
) -> list[etree._Element]:
    """The lines of a cart that comes back, without the parts of sets: these belong to their set's line.

    A part whose set is not in the cart, or does not consist of it, is kept as a line of its own and noted.
    """
    children = [element for element in elements if element.get("parentLineNumber")]
    if not children:
        return elements
    by_number = {
        element.get("lineNumber"): _sku(element) for element in elements if element.get("lineNumber")
    }
    sets = parts_of({by_number.get(child.get("parentLineNumber"), "") for child in children}, organisation)
    dropped = {
        child
        for child in children
        if any(
            part.sku.casefold() == _sku(child).casefold()
            for part in sets.get(by_number.get(child.get("parentLineNumber"), ""), ())
        )
    }
    if dropped:
        notes.append(f"{len(dropped)} ItemOut are parts of a set and were read with it.")
    if len(dropped) < len(children):
        alone = len(children) - len(dropped)
        notes.append(f"{alone} ItemOut name a parent that is no set of ours; each is a line of its own.")
    return [element for element in elements if element not in dropped]


def _sku(element: etree._Element) -> str:
    return text_of(element, "ItemID/SupplierPartID")
