"""ItemOut: the lines of a cart that comes back, as far as they can be read; what was forgiven is noted.

cXML Reference Guide 1.2.051, p. 65-84. Nothing is guessed where the buyer could be charged for it: a quantity
that is no number refuses the cart and says where. With a buyer who agreed on strict documents nothing is
forgiven at all.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from lxml import etree

from catalog.models import CustomerArticle
from catalog.quantities import LARGEST
from customers.models import Organisation
from punchout.adapters.cxml.composite import without_parts
from punchout.adapters.cxml.parse import inner_xml, text_of
from punchout.documents import RequestedItem
from punchout.errors import MessageInvalid

LONGEST_TOKEN = 255  # what a cart line keeps
QUANTUM = Decimal("0.001")
NAMELESS = "–"  # an article without any number
# The guide lets amounts have commas in groups of three (1,000.5); some systems write a decimal comma.
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?\Z")
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]+\Z")


def read_items(
    request: etree._Element, operation: str, organisation: Organisation, notes: list[str], *, strict: bool
) -> tuple[RequestedItem, ...]:
    """The lines for the cart; none for a new one. ``MessageInvalid`` names the line that cannot be used."""
    elements = request.findall("ItemOut")
    if operation == "create":
        if elements:
            notes.append(f"{len(elements)} ItemOut of a create request were ignored.")
        return ()
    positions = {element: position for position, element in enumerate(elements, start=1)}
    kept = without_parts(elements, organisation, notes)
    found = [_item(element, positions[element], notes, strict=strict) for element in kept]
    items = [(item, element) for item, element in zip(found, kept, strict=True) if item is not None]
    if any(not item.sku for item, _element in items):
        items = _named(items, positions, organisation, notes)
    return tuple(item for item, _element in items)


def _item(element: etree._Element, position: int, notes: list[str], *, strict: bool) -> RequestedItem | None:
    """The line; ``None`` for one that asks for nothing. Its article number may be empty."""
    name = f"ItemOut {position}"
    sku = text_of(element, "ItemID/SupplierPartID")
    if not sku and strict:
        raise MessageInvalid(f"{name} has no SupplierPartID.", path="ItemOut/ItemID", line=position)
    name += f" ({sku[:60]})" if sku else ""
    quantity = _quantity(element.get("quantity") or "", name, position, notes, strict=strict)
    if not quantity:
        notes.append(f"{name}: the quantity is zero, so it was left out.")
        return None
    token = token_of(element)
    if token is None:
        notes.append(f"ItemOut {position}: the SupplierPartAuxiliaryID is not one of ours, it was replaced.")
    return RequestedItem(
        sku=sku,
        quantity=quantity,
        token=token or "",
        description=_description(element),
    )


def _description(element: etree._Element) -> str:
    """In one line; a ShortName stands before the rest."""
    found = element.find("ItemDetail/Description")
    words = " ".join(str(part) for part in found.itertext()).split() if found is not None else ()
    return " ".join(words)[:255]


def token_of(element: etree._Element) -> str | None:
    """The identity of a line of ours, text or a subtree; ``None`` for one longer than we make or keep."""
    auxiliary = element.find("ItemID/SupplierPartAuxiliaryID")
    if auxiliary is None:
        return ""
    try:
        token = inner_xml(auxiliary).strip()
    except MessageInvalid:
        return None
    return token if len(token) <= LONGEST_TOKEN else None


def _named(
    items: list[tuple[RequestedItem, etree._Element]],
    positions: dict[etree._Element, int],
    organisation: Organisation,
    notes: list[str],
) -> list[tuple[RequestedItem, etree._Element]]:
    """The lines, each with an article number.

    One without ours is found by the customer's own number, where we know that; else it is shown to the buyer
    as an article that we do not know. Another number it has is only shown: it may be that of one of ours.
    """
    theirs = {element: text_of(element, "ItemID/BuyerPartID")[:40] for item, element in items if not item.sku}
    rows = CustomerArticle.objects.filter(organisation=organisation, number__in=set(theirs.values()) - {""})
    ours: dict[str, set[str]] = {}
    for number, sku in rows.values_list("number", "product__sku"):
        ours.setdefault(number, set()).add(sku)
    done = []
    for item, element in items:
        if not item.sku:
            name, number = f"ItemOut {positions[element]}", theirs[element]
            known = ours.get(number, set())
            if len(known) == 1:
                sku = next(iter(known))
                notes.append(f"{name} has no SupplierPartID; BuyerPartID {number} is our {sku[:60]}.")
            else:
                sku = NAMELESS
                notes.append(f"{name} has no SupplierPartID; the buyer is shown that we do not know it.")
                number = number or text_of(element, "ItemDetail/ManufacturerPartID")
                item = replace(item, description=" ".join(filter(None, (number, item.description)))[:255])
            item = replace(item, sku=sku)
        done.append((item, element))
    return done


def _quantity(text: str, name: str, position: int, notes: list[str], *, strict: bool) -> Decimal:
    """Zero or more, fractions allowed; more than three decimals are rounded, commas read, both noted."""
    written = text.strip()
    plain = written
    if not strict and "," in written:
        plain = _without_commas(written)
        if plain != written:
            notes.append(f"{name}: the quantity is written {written[:40]}; it was read as {plain[:40]}.")
    try:
        # Python also reads 1_000, and the digits of every script.
        quantity = Decimal(plain if plain.isascii() and "_" not in plain else "none")
    except InvalidOperation:
        raise MessageInvalid(
            f"{name}: the quantity is not a number.", path="ItemOut", line=position
        ) from None
    if quantity.is_finite() and quantity > LARGEST:
        raise MessageInvalid(f"{name}: the quantity is too large.", path="ItemOut", line=position)
    if not quantity.is_finite() or quantity < 0 or (strict and not quantity):
        raise MessageInvalid(f"{name}: the quantity must be more than zero.", path="ItemOut", line=position)
    if not quantity:
        return Decimal(0)
    rounded = quantity.quantize(QUANTUM)
    if rounded != quantity:
        notes.append(f"{name}: the quantity {written[:40]} was rounded to three decimals.")
    return max(rounded, QUANTUM)


def _without_commas(written: str) -> str:
    """With the point as decimal sign and no commas, where it is clear what they are."""
    if _THOUSANDS.match(written):
        return written.replace(",", "")
    return written.replace(",", ".") if _DECIMAL_COMMA.match(written) else written
