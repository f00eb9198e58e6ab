"""The cart for Oracle: ``OrderLinesDataElements`` in one form field, within the lengths of the route.

Oracle Procurement Supplier's Guide to Punchout and Transparent Punchout 11i, order lines; Oracle Fusion
Procurement, attributes supported in Oracle XML punch-out. Prices are without VAT, of one order unit.
"""

from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _
from lxml import etree

from punchout.adapters.oraclexml.fields import LENGTHS, MOST_DECIMALS
from punchout.adapters.oraclexml.options import OracleOptions
from punchout.adapters.oraclexml.outgoing import ATTRIBUTES
from punchout.adapters.texts import one_line, shortened
from punchout.adapters.units import CXML_UNITS, translate_unit
from punchout.adapters.xml import xml_text
from punchout.documents import ReturnForm, ReturnLine
from punchout.errors import Conflict

LEAST_DECIMALS = 2
CENT = Decimal("0.01")
NAME_AND_TEXT = " – "


def cart_form(
    *, return_url: str, lines: tuple[ReturnLine, ...], options: OracleOptions, partner: str | None = None
) -> ReturnForm:
    """The form with its one field, to the whole return address.

    ``partner`` is the catalog trading partner, in place of the options'.
    Raises ``Conflict`` for a line that Oracle cannot take, saying which and why, and for an empty cart:
    Oracle stops with a null pointer when one arrives.
    """
    document = etree.tostring(cart_document(lines, options, partner), encoding="UTF-8", xml_declaration=True)
    assert isinstance(document, bytes)
    value = document.decode("utf-8")
    return ReturnForm(
        action=return_url,
        fields=((options.cart_field, value if options.cart_encoding == "plain" else quote(value, safe="")),),
        target=options.target,
    )


def cart_document(
    lines: tuple[ReturnLine, ...], options: OracleOptions, partner: str | None = None
) -> etree._Element:
    """The document ``response`` with one ``orderLine`` a line."""
    if not lines:
        raise Conflict(_("Oracle cannot take an empty cart."))
    root = etree.Element("response")
    etree.SubElement(etree.SubElement(root, "header", version="1.0"), "return", returnCode="S")
    order = etree.SubElement(etree.SubElement(root, "body"), "OrderLinesDataElements")
    partner = options.catalog_trading_partner if partner is None else partner
    if partner:
        _text(order, "catalogTradingPartner", partner)
    for line in lines:
        _order_line(etree.SubElement(order, "orderLine"), line, options)
    return root


def _order_line(element: etree._Element, line: ReturnLine, options: OracleOptions) -> None:
    _contract(element, line, options)
    _item(element, line, options)
    _category(etree.SubElement(element, "category"), line, options)
    price = etree.SubElement(element, "price")
    _text(price, "currency", line.sent("currency", line.currency))
    mapped_price = line.mapped.get("unitPrice")
    _text(price, "unitPrice", f"{unit_price(line):f}" if mapped_price is None else mapped_price)
    supplier = etree.SubElement(element, "supplier")
    if options.trading_partner_code:
        _text(supplier, "supplierTradingPartnerCode", options.trading_partner_code)
    elif options.duns:
        _text(supplier, "supplierDUNS", options.duns)
    name = options.supplier_name or settings.SUPPLIER_NAME
    _text(supplier, "supplierName", line.sent("supplierName", name))
    _attributes(element, line, options)


def _contract(element: etree._Element, line: ReturnLine, options: OracleOptions) -> None:
    """Without catalogType CONTRACTED Oracle ignores the contract."""
    number = line.sent("contractNumber", line.agreement or options.contract_number)
    # A number that somebody maps is meant to be sent, whatever the option says of our agreements.
    kind = "buyer" if options.contract == "none" and "contractNumber" in line.mapped else options.contract
    if kind == "none" or not number:
        return
    contract = etree.SubElement(element, "contract")
    _text(etree.SubElement(contract, f"{kind}Contract"), "contractNumber", number)
    _text(contract, "catalogType", "CONTRACTED")


def _item(element: etree._Element, line: ReturnLine, options: OracleOptions) -> None:
    lengths = LENGTHS[options.route]
    quantity = line.sent("quantity", f"{line.quantity.normalize():f}")
    item = etree.SubElement(element, "item", lineType=options.line_type, quantity=quantity)
    numbers = etree.SubElement(item, "itemNumber")
    own = etree.SubElement(numbers, "supplierItemNumber")
    _text(own, "itemID", _whole(line.sent("itemID", line.sku), lengths["itemID"], line))
    reference = line.sent("supplierReferenceNumber", line.token)
    if len(reference) <= lengths["supplierReferenceNumber"]:
        _text(own, "supplierReferenceNumber", reference)
    # A number that does not fit is left out: cut, it would be the number of something else.
    number = line.sent("manufacturerItemID", line.manufacturer_part_number)
    brand = line.sent("manufacturerName", one_line(line.brand))
    if 0 < len(number) <= lengths["manufacturerItemID"]:
        maker = etree.SubElement(numbers, "manufacturerItemNumber")
        _text(maker, "itemID", number)
        if brand:
            _text(maker, "manufacturerName", shortened(brand, lengths["manufacturerName"]))
    if buyers := line.sent("buyerItemID", line.buyer_part_number):
        _text(etree.SubElement(numbers, "buyerItemNumber"), "itemID", buyers)
    description = line.sent("itemDescription", _description(line, options))
    _text(item, "itemDescription", shortened(description, lengths["itemDescription"]))
    unit = etree.SubElement(etree.SubElement(item, "unitOfMeasure"), "supplierUnitOfMeasure")
    code = line.sent("supplierUOMType", translate_unit(line.unit, options.units, CXML_UNITS))
    _text(unit, "supplierUOMType", _whole(code, lengths["supplierUOMType"], line))
    etree.SubElement(unit, "supplierUOMQuantity")


def _description(line: ReturnLine, options: OracleOptions) -> str:
    name, text = one_line(line.name) or line.sku, one_line(line.description)
    both = options.description == "name_and_text" and text and text != name
    return f"{name}{NAME_AND_TEXT}{text}" if both else name


def _category(element: etree._Element, line: ReturnLine, options: OracleOptions) -> None:
    by_code = options.category == "UNSPSC" and line.unspsc
    ours = shortened(one_line(line.category), LENGTHS[options.route]["categoryCode"])
    category = line.sent("categoryCode", line.unspsc if by_code else ours)
    code = _text(element, "categoryCode", category)
    kind = line.sent("categoryCodeIdentifier", "UNSPSC" if by_code else "SUPPLIER")
    code.set("categoryCodeIdentifier", kind)


def _attributes(element: etree._Element, line: ReturnLine, options: OracleOptions) -> None:
    own = {name: one_line(str(getattr(line, source))) for name, source in options.attributes.items()}
    # In the order of their numbers, which the schema asks for.
    found = ((name, line.sent(name, own.get(name, ""))) for name in ATTRIBUTES)
    values = {name: text for name, text in found if text}
    if values:
        attributes = etree.SubElement(element, "additionalAttributes")
        for name, text in values.items():
            _text(attributes, name, text)


def unit_price(line: ReturnLine) -> Decimal:
    """The price of one order unit: Oracle XML has no price unit, so it is divided out.

    Exact where ten decimals are enough; quantity times it is the total of the line, rounded to cents.
    """
    exact = line.price / line.price_unit
    unit = exact.quantize(Decimal(1).scaleb(-MOST_DECIMALS), ROUND_HALF_UP)
    if (unit * line.quantity).quantize(CENT, ROUND_HALF_UP) != line.total:
        raise Conflict(
            _("The price of %(sku)s cannot be written per %(unit)s for Oracle. Remove it, or ask us.")
            % {"sku": line.sku, "unit": line.unit}
        )
    short = unit.normalize()
    exponent = short.as_tuple().exponent
    assert isinstance(exponent, int)
    return short if -exponent >= LEAST_DECIMALS else short.quantize(Decimal(1).scaleb(-LEAST_DECIMALS))


def _whole(text: str, length: int, line: ReturnLine) -> str:
    if len(text) > length:
        raise Conflict(
            _("“%(text)s” of %(sku)s is longer than the %(length)s characters that Oracle takes. Ask us.")
            % {"text": text, "sku": line.sku, "length": length}
        )
    return text


def _text(parent: etree._Element, name: str, text: str) -> etree._Element:
    """A new last child with ``text`` in a CDATA section, or escaped where that cannot hold it."""
    element = etree.SubElement(parent, name)
    possible = xml_text(text)
    element.text = possible if "]]>" in possible else etree.CDATA(possible)
    return element
