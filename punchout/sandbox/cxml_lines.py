"""One ItemIn as a cXML procurement system reads it, with what that system minds.

cXML Reference Guide 1.2.051, "PunchOutOrderMessage" and "ItemIn"; the systems' own limits come from their
entry in ``systems``. Elements are found by name, since several catalogs send them out of order.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.translation import gettext as _
from lxml import etree

from punchout.sandbox.dialects import CxmlDialect
from punchout.sandbox.received import Line, Remark, Severity
from punchout.sandbox.xml_reading import element_xml, inner_text

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,9})?\Z")
_UNSPSC = re.compile(r"\d{8}\Z")


def text_of(parent: etree._Element | None, path: str) -> str:
    """The text below the first element at this path, blanks at its ends removed; empty if there is none."""
    return "" if parent is None else inner_text(parent.find(path))


def read_decimal(text: str) -> Decimal | None:
    """A cXML number: a decimal point, and thousands commas as the Guide allows; None if it is not one."""
    candidate = text.strip().replace(",", "").removeprefix("+")
    if not _NUMBER.match(candidate):
        return None
    try:
        return Decimal(candidate)
    except InvalidOperation:
        return None


def read_item(number: int, item: etree._Element, dialect: CxmlDialect, language: str) -> Line:
    """The line that the system makes of this ItemIn."""
    detail = item.find("ItemDetail")
    money = None if detail is None else detail.find("UnitPrice/Money")
    basis = None if detail is None else detail.find("PriceBasisQuantity")
    auxiliary = item.find("ItemID/SupplierPartAuxiliaryID")
    price = read_decimal(text_of(detail, "UnitPrice/Money"))
    line = Line(
        number=number,
        part_id=text_of(item, "ItemID/SupplierPartID"),
        description=_description(detail, language),
        quantity=read_decimal(item.get("quantity", "")),
        unit=text_of(detail, "UnitOfMeasure"),
        price=price,
        price_unit=_positive(basis, "quantity"),
        price_factor=_positive(basis, "conversionFactor"),
        currency="" if money is None else money.get("currency", ""),
        lead_time=text_of(detail, "LeadTime"),
        manufacturer=text_of(detail, "ManufacturerName"),
        manufacturer_part_id=text_of(detail, "ManufacturerPartID"),
        classifications=tuple(
            (entry.get("domain", ""), (entry.text or "").strip())
            for entry in ([] if detail is None else detail.findall("Classification"))
        ),
        auxiliary_id_xml=element_xml(auxiliary),
        fields=tuple(_extrinsics(item, detail)),
    )
    return _as_kept(line, dialect).with_remarks(*_remarks(line, item, dialect))


def _as_kept(line: Line, dialect: CxmlDialect) -> Line:
    """The line with its values cut, rounded and converted as the system stores them."""
    changes: dict[str, object] = {}
    if dialect.lengths.get("Description"):
        changes["description"] = _cut(line.description, dialect.lengths["Description"], dialect)
    if dialect.lengths.get("SupplierPartID"):
        changes["part_id"] = _cut(line.part_id, dialect.lengths["SupplierPartID"], dialect)
    if _is_converted(line.unit, dialect):
        changes["unit"] = dialect.unknown_unit_becomes
    if line.price is not None and dialect.price_decimals is not None:
        changes["price"] = _rounded(line.price, dialect.price_decimals)
    if dialect.reads is not None and "PriceBasisQuantity" not in dialect.reads:
        changes |= {"price_unit": Decimal(1), "price_factor": Decimal(1)}
    return replace(line, **changes)  # type: ignore[arg-type]


def _cut(text: str, limit: int, dialect: CxmlDialect) -> str:
    if not dialect.lengths_in_bytes:
        return text[:limit]
    return text.encode()[:limit].decode("utf-8", "ignore")


def _is_converted(unit: str, dialect: CxmlDialect) -> bool:
    known = dialect.known_units
    return bool(unit and dialect.unknown_unit_becomes and known is not None and unit not in known)


def _rounded(price: Decimal, decimals: int) -> Decimal:
    exponent = price.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > decimals:
        return price.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return price


def _description(detail: etree._Element | None, language: str) -> str:
    """The description in the buyer's language, else the first; a ShortName counts when it stands alone."""
    if detail is None:
        return ""
    texts = detail.findall("Description")
    wanted = language.partition("-")[0].lower()
    chosen = next((text for text in texts if text.get(_XML_LANG, "").lower().startswith(wanted)), None)
    if chosen is None:
        if not texts:
            return ""
        chosen = texts[0]
    own = "".join([chosen.text or "", *(child.tail or "" for child in chosen)]).strip()
    return " ".join((own or text_of(chosen, "ShortName")).split())


def _positive(element: etree._Element | None, attribute: str) -> Decimal:
    value = None if element is None else read_decimal(element.get(attribute, ""))
    return value if value is not None and value > 0 else Decimal(1)


def _extrinsics(item: etree._Element, detail: etree._Element | None) -> Iterator[tuple[str, str]]:
    for parent in (item, detail):
        for extrinsic in [] if parent is None else parent.findall("Extrinsic"):
            yield extrinsic.get("name", ""), inner_text(extrinsic)


def _remarks(line: Line, item: etree._Element, dialect: CxmlDialect) -> Iterator[Remark]:
    yield from _missing(line, item)
    yield from _amounts(line, item)
    yield from _identifiers(line, dialect)
    yield from _stored(line, dialect)
    yield from _unread(line, item, dialect)
    codes = [code for domain, code in line.classifications if domain.upper() in {"UNSPSC", "SPSC"}]
    if dialect.needs_unspsc and not codes:
        yield Remark("wrong", "Classification", _("This system needs a Classification of domain UNSPSC."))
    for code in codes:
        if code and not _UNSPSC.match(code):
            text = _("%(code)s is not a UNSPSC code of 8 digits.") % {"code": code[:40]}
            yield Remark("wrong", "Classification", text)
    if line.lead_time and not line.lead_time.isdecimal():
        yield Remark("wrong", "LeadTime", _("LeadTime is a whole number of days."))


def _missing(line: Line, item: etree._Element) -> Iterator[Remark]:
    """Elements that the DTD requires; a system drops a line without part number, quantity or price."""
    fatal: Severity = "lost"
    required: tuple[tuple[str, str, Severity], ...] = (
        ("SupplierPartID", "ItemID/SupplierPartID", fatal),
        ("UnitPrice", "ItemDetail/UnitPrice/Money", fatal),
        ("Description", "ItemDetail/Description", "wrong"),
        ("UnitOfMeasure", "ItemDetail/UnitOfMeasure", fatal),
        ("Classification", "ItemDetail/Classification", "wrong"),
    )
    for name, path, severity in required:
        if item.find(path) is None:
            yield Remark(severity, name, _("Required by the DTD and missing."))
        elif not text_of(item, path):
            yield Remark(severity, name, _("The element is empty."))


def _amounts(line: Line, item: etree._Element) -> Iterator[Remark]:
    if line.quantity is None:
        yield Remark("lost", "quantity", _("The quantity is not a number."))
    elif line.quantity <= 0:
        yield Remark("lost", "quantity", _("The quantity is not above zero."))
    if line.price is None and text_of(item, "ItemDetail/UnitPrice/Money"):
        yield Remark("lost", "UnitPrice", _("The price is not a number."))
    money = item.find("ItemDetail/UnitPrice/Money")
    currency = line.currency
    if money is not None and not (len(currency) == 3 and currency.isalpha() and currency.isupper()):
        text = _("%(value)s is not an ISO 4217 code.") % {"value": currency[:20] or _("An empty value")}
        yield Remark("lost", "Money", text)
    basis = item.find("ItemDetail/PriceBasisQuantity")
    if basis is None:
        return
    for attribute in ("quantity", "conversionFactor"):
        value = read_decimal(basis.get(attribute, ""))
        if value is None or value <= 0:
            text = _("PriceBasisQuantity needs a %(attribute)s above zero; 1 is taken.")
            yield Remark("wrong", "PriceBasisQuantity", text % {"attribute": attribute})


def _stored(line: Line, dialect: CxmlDialect) -> Iterator[Remark]:
    """What the system changes when it stores the line, or does not store it for."""
    auxiliary = re.sub(r"<[^>]*>", "", line.auxiliary_id_xml)
    for name, value in (
        ("Description", line.description),
        ("SupplierPartID", line.part_id),
        ("SupplierPartAuxiliaryID", auxiliary),
    ):
        limit = dialect.lengths.get(name, 0)
        length = len(value.encode()) if dialect.lengths_in_bytes else len(value)
        if not limit or length <= limit:
            continue
        severity: Severity = "lost" if name in dialect.too_long_is_lost else "cut"
        if dialect.lengths_in_bytes:
            text = _("%(length)s bytes; this system keeps %(limit)s.")
        else:
            text = _("%(length)s characters; this system keeps %(limit)s.")
        kept = "" if severity == "lost" else _cut(value, limit, dialect)
        yield Remark(severity, name, text % {"length": length, "limit": limit}, value, kept)
    if _is_converted(line.unit, dialect):
        text = _("The unit %(unit)s is not set up in this system, which takes %(other)s without a word.")
        values = {"unit": line.unit[:20], "other": dialect.unknown_unit_becomes}
        yield Remark(
            "converted", "UnitOfMeasure", text % values, line.unit[:20], dialect.unknown_unit_becomes
        )
    elif line.unit and dialect.known_units is not None and line.unit not in dialect.known_units:
        text = _("The unit %(unit)s is not set up in this system; the line fails at import.")
        yield Remark("lost", "UnitOfMeasure", text % {"unit": line.unit[:20]}, line.unit[:20])
    decimals = dialect.price_decimals
    if line.price is not None and decimals is not None and _rounded(line.price, decimals) != line.price:
        text = _("This system keeps %(decimals)s decimals of a price.")
        kept_price = _rounded(line.price, decimals)
        yield Remark("cut", "UnitPrice", text % {"decimals": decimals}, f"{line.price:f}", f"{kept_price:f}")


def _unread(line: Line, item: etree._Element, dialect: CxmlDialect) -> Iterator[Remark]:
    """Elements that a system with a fixed list of values passes over."""
    if dialect.reads is None:
        return
    places = (*item.findall("ItemID/*"), *item.findall("ItemDetail/*"))
    names = dict.fromkeys(str(element.tag) for element in places if isinstance(element.tag, str))
    ignored = [name for name in names if name not in dialect.reads and name != "Extrinsic"]
    if "PriceBasisQuantity" in ignored and (line.price_unit != 1 or line.price_factor != 1):
        text = _("Not read by this system: the price counts for one ordered unit.")
        sent = f"{line.price_factor.normalize():f} / {line.price_unit.normalize():f}"
        yield Remark("converted", "PriceBasisQuantity", text, sent, "1")
    if ignored:
        text = _("Not read by this system: %(names)s.")
        yield Remark("note", "ItemIn", text % {"names": ", ".join(ignored)[:200]})


def _identifiers(line: Line, dialect: CxmlDialect) -> Iterator[Remark]:
    for name, value in (("SupplierPartID", line.part_id), ("SupplierPartAuxiliaryID", line.auxiliary_id_xml)):
        found = sorted(set(value) & set(dialect.forbidden_in_ids))
        if found:
            text = _("This system refuses the characters %(found)s here.") % {"found": " ".join(found)}
            yield Remark("lost", name, text)
