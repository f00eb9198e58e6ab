"""ItemIn: one line of the cart as the connection's version and options let it be (cXML 1.2.051, p. 86-96)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any, NamedTuple

from lxml import etree

from punchout.adapters.cxml.build import child
from punchout.adapters.cxml.charges import add_tax, remarks, tax_on
from punchout.adapters.cxml.options import CxmlOptions
from punchout.adapters.cxml.outgoing import CLASSIFICATION, EXTRINSIC, SHORT_NAME_LENGTH
from punchout.adapters.cxml.parse import LANGUAGE, set_inner_xml
from punchout.adapters.cxml.wording import number_text, plain_text, price_text, shorten
from punchout.adapters.sets import Part, parts_of
from punchout.adapters.units import CXML_UNITS, translate_unit
from punchout.adapters.xml import xml_text
from punchout.documents import ReturnLine
from punchout.models import PunchoutSession


@dataclass(frozen=True, slots=True)
class Sets:
    """The parts of those lines that are sets, and the line numbers that are left for them."""

    parts: Mapping[str, tuple[Part, ...]]
    numbers: Iterator[int]

    @classmethod
    def of(cls, lines: tuple[ReturnLine, ...], session: PunchoutSession, options: CxmlOptions) -> Sets:
        if not options.sends_components:
            return cls({}, count())
        last = max((line.number for line in lines), default=0)
        return cls(parts_of((line.sku for line in lines), session.organisation), count(last + 1))


class Sent(NamedTuple):
    """What a line of the document amounts to, as the buyer's system will calculate it."""

    total: Decimal
    tax: Decimal
    currency: str


def add_item(
    order: etree._Element,
    line: ReturnLine,
    options: CxmlOptions,
    path: list[dict[str, Any]],
    sets: Sets,
) -> Sent:
    sent = line.sent
    item = child(order, "ItemIn", quantity=sent("quantity", number_text(line.quantity)))
    if sets.parts:
        item.set("lineNumber", str(line.number))
    parts = sets.parts.get(line.sku, ())
    if parts:
        item.set("itemType", "composite")
        item.set("compositeItemType", "groupLevel")
    item_id = child(item, "ItemID")
    child(item_id, "SupplierPartID", sent("SupplierPartID", line.sku))
    if token := sent("SupplierPartAuxiliaryID", line.token):
        set_inner_xml(child(item_id, "SupplierPartAuxiliaryID"), xml_text(token))
    buyers = sent("BuyerPartID", line.buyer_part_number)
    if buyers and options.sends_buyer_part_number:
        child(item_id, "BuyerPartID", buyers)
    if path:
        _path(item, path)
    detail = child(item, "ItemDetail")
    unit = sent("UnitOfMeasure", translate_unit(line.unit, options.units, CXML_UNITS))
    basis_quantity = sent("PriceBasisQuantity", str(line.price_unit))
    based = basis_quantity not in ("", "1") and (
        options.sends_price_basis or (options.knows_price_basis and _is_too_fine(line, options))
    )
    price = line.price if based else line.price / line.price_unit
    if options.price_decimals is not None:
        price = price.quantize(Decimal(1).scaleb(-options.price_decimals), ROUND_HALF_UP)
    _money(child(detail, "UnitPrice"), sent("UnitPrice", price_text(price)), sent("currency", line.currency))
    _description(detail, line, options)
    child(detail, "UnitOfMeasure", unit)
    if based:
        basis = child(detail, "PriceBasisQuantity", quantity=basis_quantity, conversionFactor="1")
        child(basis, "UnitOfMeasure", unit)
    for domain, code in _classifications(line, options):
        child(detail, "Classification", code, domain=domain)
    for tag, own in (
        ("ManufacturerPartID", line.manufacturer_part_number),
        ("ManufacturerName", line.brand),
        ("URL", line.page_url),
        ("LeadTime", str(line.lead_time_days or "")),
    ):
        if text := sent(tag, own):
            child(detail, tag, text)
    extrinsics = {name: str(getattr(line, field)) for name, field in options.extrinsics.items()}
    for name, text in line.mapped.items():
        if name.startswith(EXTRINSIC):
            extrinsics[name.removeprefix(EXTRINSIC)] = text
    for name, value in extrinsics.items():
        if value:
            child(detail, "Extrinsic", value, name=xml_text(name))
    total = line.total
    if options.price_decimals is not None:
        per_unit = price / line.price_unit if based else price
        total = (line.quantity * per_unit).quantize(Decimal("0.01"), ROUND_HALF_UP)
    tax = tax_on(total, options)
    if options.tax == "lines":
        add_tax(item, {"tax": total}, {"tax": tax}, options, line.currency, line.language)
    if options.knows_comments and (text := sent("Comments", remarks(line, options))):
        child(item, "Comments", text).set(LANGUAGE, line.language)
    for part in parts:
        _part(order, line, part, options, next(sets.numbers))
    return Sent(total, tax, sent("currency", line.currency))


def _is_too_fine(line: ReturnLine, options: CxmlOptions) -> bool:
    """True when the price of one order unit needs more decimals than the buyer's system keeps."""
    if options.price_decimals is None:
        return False
    quantum = Decimal(1).scaleb(-options.price_decimals)
    return (line.price / line.price_unit).quantize(quantum, ROUND_HALF_UP) * line.price_unit != line.price


def _path(item: etree._Element, path: list[dict[str, Any]]) -> None:
    """The marketplaces a line came through, given back so that the order finds its way (p. 192-198)."""
    element = child(item, "Path")
    for node in path:
        named = child(element, "Node", type=node["type"])
        if node["details"]:
            named.set("itemDetailsRequired", "yes")
        for domain, identity in node["credentials"]:
            child(child(named, "Credential", domain=xml_text(domain)), "Identity", identity)


def _part(order: etree._Element, line: ReturnLine, part: Part, options: CxmlOptions, number: int) -> None:
    """An article of a set: below the set's line, which has the price of all."""
    item = child(order, "ItemIn", quantity=number_text(line.quantity * part.quantity))
    item.set("lineNumber", str(number))
    item.set("itemType", "item")
    item.set("parentLineNumber", str(line.number))
    child(child(item, "ItemID"), "SupplierPartID", part.sku)
    detail = child(item, "ItemDetail")
    _money(child(detail, "UnitPrice"), "0.00", line.currency)
    text = shorten(plain_text(part.name), options.description_length)
    child(detail, "Description", text).set(LANGUAGE, line.language)
    child(detail, "UnitOfMeasure", translate_unit(part.unit, options.units, CXML_UNITS))
    code = part.unspsc or options.default_unspsc
    domain, code = ("UNSPSC", code) if code else ("custom", part.category or part.sku)
    child(detail, "Classification", code, domain=domain)


def _description(detail: etree._Element, line: ReturnLine, options: CxmlOptions) -> None:
    name = plain_text(line.name)
    details = plain_text(line.description) if options.description == "name_and_text" else ""
    text = line.sent("Description", f"{name}. {details}" if details else name)
    description = child(detail, "Description")
    description.set(LANGUAGE, line.language)
    shortened = shorten(text, options.description_length)
    short_name = line.sent("ShortName", name if options.short_name else "")
    if short_name:
        child(description, "ShortName", shorten(short_name, SHORT_NAME_LENGTH)).tail = shortened
    else:
        description.text = shortened


def _classifications(line: ReturnLine, options: CxmlOptions) -> list[tuple[str, str]]:
    """At least one, the DTD asks for it."""
    codes = [("UNSPSC", line.unspsc or options.default_unspsc)]
    if options.classification == "all":
        codes += [("ECLASS", line.eclass), ("ETIM", line.etim_class)]
    by_domain = dict(codes)
    for name, code in line.mapped.items():
        if name.startswith(CLASSIFICATION):
            by_domain[name.removeprefix(CLASSIFICATION)] = code
    present = [(domain, code) for domain, code in by_domain.items() if code]
    return present or [("custom", line.category or line.sku)]


def _money(parent: etree._Element, amount: str, currency: str) -> None:
    child(parent, "Money", amount, currency=currency)
