"""ItemIn: one line of the cart as the connection's version and options let it be (cXML 1.2.051, p. 86-96)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any, NamedTuple

from lxml import etree

from punchout.adapters import sets as catalog_sets
from punchout.adapters.cxml.charges import in_language, line_charges, money, remarks
from punchout.adapters.cxml.options import CxmlOptions
from punchout.adapters.cxml.outgoing import CLASSIFICATION, EXTRINSIC, SHORT_NAME_LENGTH, SUPPLIER
from punchout.adapters.cxml.parse import set_inner_xml
from punchout.adapters.cxml.wording import number_text, plain_text, price_text, shorten
from punchout.adapters.markup import attribute, content, element
from punchout.adapters.sets import PART, Part
from punchout.adapters.units import CXML_UNITS, translate_unit
from punchout.adapters.xml import xml_text
from punchout.documents import ReturnLine
from punchout.models import PunchoutSession


@dataclass(frozen=True, slots=True)
class Sets:
    """The parts of those lines that are sets, and the line numbers that are left for them."""

    parts: catalog_sets.Sets
    numbers: Iterator[int]

    @classmethod
    def of(cls, lines: tuple[ReturnLine, ...], session: PunchoutSession, options: CxmlOptions) -> Sets:
        if not options.sends_components:
            return cls({}, count())
        last = max((line.number for line in lines), default=0)
        mapped = session.mapped_parts
        parts = catalog_sets.sets_in(lines, session.organisation) if mapped is None else mapped
        return cls(parts, count(last + 1))


class Sent(NamedTuple):
    """What a line of the document amounts to, as the buyer's system will calculate it."""

    total: Decimal
    tax: Decimal
    currency: str


def item_in(
    line: ReturnLine, options: CxmlOptions, path: list[dict[str, Any]], sets: Sets
) -> tuple[str, Sent]:
    """``ItemIn`` of a line with those of its parts behind it, as text, and what the line amounts to."""
    sent = line.mapped.get
    parts = sets.parts.get(line.number, ())
    quantity = sent("quantity", number_text(line.quantity))
    place = f' lineNumber="{line.number}"' if sets.parts else ""
    kind = ' itemType="composite" compositeItemType="groupLevel"' if parts else ""
    written = [f'<ItemIn quantity="{attribute(quantity)}"{place}{kind}>', _item_id(line, options)]
    if path:
        written.append(_path(path))
    unit = element(
        "UnitOfMeasure", sent("UnitOfMeasure", translate_unit(line.unit, options.units, CXML_UNITS))
    )
    basis = sent("PriceBasisQuantity", str(line.price_unit))
    based = basis not in ("", "1") and (
        options.sends_price_basis or (options.knows_price_basis and _is_too_fine(line, options))
    )
    price = line.price if based or line.price_unit == 1 else line.price / line.price_unit
    if options.price_decimals is not None:
        price = price.quantize(Decimal(1).scaleb(-options.price_decimals), ROUND_HALF_UP)
    currency = sent("currency", line.currency)
    written += (
        f"<ItemDetail><UnitPrice>{money(sent('UnitPrice', price_text(price)), currency)}</UnitPrice>",
        _description(line, options),
        unit,
    )
    if based:
        given = f'quantity="{attribute(basis)}" conversionFactor="1"'
        written.append(f"<PriceBasisQuantity {given}>{unit}</PriceBasisQuantity>")
    for domain, code in _classifications(line, options):
        written.append(f'<Classification domain="{attribute(domain)}">{content(code)}</Classification>')
    for tag, own in (
        ("ManufacturerPartID", line.manufacturer_part_number),
        ("ManufacturerName", line.brand),
        ("URL", line.page_url),
        ("LeadTime", str(line.lead_time_days or "")),
    ):
        if text := sent(tag, own):
            written.append(element(tag, text))
    extrinsics = {name: str(getattr(line, field)) for name, field in options.extrinsics.items()}
    for name, text in line.mapped.items():
        if name.startswith(EXTRINSIC):
            extrinsics[name.removeprefix(EXTRINSIC)] = text
    for name, value in extrinsics.items():
        if value:
            written.append(element("Extrinsic", value, name=name))
    written.append("</ItemDetail>")
    total = line.total
    if options.price_decimals is not None:
        per_unit = price / line.price_unit if based else price
        total = (line.quantity * per_unit).quantize(Decimal("0.01"), ROUND_HALF_UP)
    tax = Decimal(0)
    if line.mapped or options.tax == "lines":
        # In the order of the DTD: SupplierID, Shipping, Tax.
        charges, tax = line_charges(line, total, options, currency)
        written += (_supplier(line), charges)
    if options.knows_comments and (text := sent("Comments", remarks(line, options))):
        written.append(in_language("Comments", text, line.language))
    written.append("</ItemIn>")
    written += [_part(line, part, options, next(sets.numbers)) for part in parts]
    return "".join(written), Sent(total, tax, currency)


def _item_id(line: ReturnLine, options: CxmlOptions) -> str:
    sent = line.mapped.get
    numbers = element("SupplierPartID", sent("SupplierPartID", line.sku))
    if token := sent("SupplierPartAuxiliaryID", line.token):
        numbers += _auxiliary(token)
    buyers = sent("BuyerPartID", line.buyer_part_number)
    if buyers and options.sends_buyer_part_number:
        numbers += element("BuyerPartID", buyers)
    return f"<ItemID>{numbers}</ItemID>"


def _auxiliary(token: str) -> str:
    if "<" not in token and "&" not in token:
        return element("SupplierPartAuxiliaryID", token)
    # What a line of an earlier cart had there may be elements.
    kept = etree.Element("SupplierPartAuxiliaryID")
    set_inner_xml(kept, xml_text(token))
    return etree.tostring(kept, encoding="unicode")


def _supplier(line: ReturnLine) -> str:
    """Our number at the buyer, where it is mapped; there can be one."""
    for name, text in line.mapped.items():
        if text and name.startswith(SUPPLIER):
            return element("SupplierID", text, domain=name.removeprefix(SUPPLIER))
    return ""


def _is_too_fine(line: ReturnLine, options: CxmlOptions) -> bool:
    """True when the price of one order unit needs more decimals than the buyer's system keeps."""
    if options.price_decimals is None:
        return False
    quantum = Decimal(1).scaleb(-options.price_decimals)
    return (line.price / line.price_unit).quantize(quantum, ROUND_HALF_UP) * line.price_unit != line.price


def _path(path: list[dict[str, Any]]) -> str:
    """The marketplaces a line came through, given back so that the order finds its way (p. 192-198)."""
    nodes = []
    for node in path:
        details = ' itemDetailsRequired="yes"' if node["details"] else ""
        named = [
            f'<Credential domain="{attribute(domain)}">{element("Identity", identity)}</Credential>'
            for domain, identity in node["credentials"]
        ]
        nodes.append(f'<Node type="{attribute(node["type"])}"{details}>{"".join(named)}</Node>')
    return f"<Path>{''.join(nodes)}</Path>"


def _part(line: ReturnLine, part: Part, options: CxmlOptions, number: int) -> str:
    """An article of a set: below the set's line, which has the price of all."""
    sent = part.sent
    quantity = attribute(sent("quantity", number_text(line.quantity * part.quantity)))
    numbers = element("SupplierPartID", sent("SupplierPartID", part.sku))
    numbers += "".join(
        element(tag, text) for tag in ("SupplierPartAuxiliaryID", "BuyerPartID") if (text := sent(tag, ""))
    )
    price = money(sent("UnitPrice", "0.00"), sent("currency", line.currency))
    text = shorten(plain_text(sent("Description", part.name)), options.description_length)
    unit = sent("UnitOfMeasure", translate_unit(part.unit, options.units, CXML_UNITS))
    codes = {"UNSPSC": part.unspsc or options.default_unspsc, **_free(part, CLASSIFICATION)}
    found = [(domain, code) for domain, code in codes.items() if code]
    detail = [
        f"<UnitPrice>{price}</UnitPrice>",
        in_language("Description", text, line.language),
        element("UnitOfMeasure", unit),
        *(
            element("Classification", code, domain=domain)
            for domain, code in found or [("custom", part.category or part.sku)]
        ),
        *(
            element(tag, text)
            for tag in ("ManufacturerPartID", "ManufacturerName")
            if (text := sent(tag, ""))
        ),
        *(element("Extrinsic", text, name=name) for name, text in _free(part, EXTRINSIC).items() if text),
    ]
    place = f'lineNumber="{number}" itemType="item" parentLineNumber="{line.number}"'
    return (
        f'<ItemIn quantity="{quantity}" {place}><ItemID>{numbers}</ItemID>'
        f"<ItemDetail>{''.join(detail)}</ItemDetail></ItemIn>"
    )


def _free(part: Part, kind: str) -> dict[str, str]:
    """The mapped fields of a part whose names the buyer chose, without what stands in front of them."""
    prefix = PART + kind
    return {name.removeprefix(prefix): text for name, text in part.mapped.items() if name.startswith(prefix)}


def _description(line: ReturnLine, options: CxmlOptions) -> str:
    name = plain_text(line.name)
    details = plain_text(line.description) if options.description == "name_and_text" else ""
    text = line.sent("Description", f"{name}. {details}" if details else name)
    shortened = shorten(text, options.description_length)
    short_name = line.sent("ShortName", name if options.short_name else "")
    if not short_name:
        return in_language("Description", shortened, line.language)
    short = element("ShortName", shorten(short_name, SHORT_NAME_LENGTH))
    return f'<Description xml:lang="{attribute(line.language)}">{short}{content(shortened)}</Description>'


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
