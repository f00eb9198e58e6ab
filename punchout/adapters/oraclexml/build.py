"""The cart for Oracle: ``OrderLinesDataElements`` in one form field, within the lengths of the route.

Oracle Procurement Supplier's Guide to Punchout and Transparent Punchout 11i, order lines; Oracle Fusion
Procurement, attributes supported in Oracle XML punch-out. Prices are without VAT, of one order unit.
"""

from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _

from punchout.adapters.markup import attribute, content
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
# The document around its lines.
_BEFORE = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    '<response><header version="1.0"><return returnCode="S"/></header><body><OrderLinesDataElements>'
)
_BEHIND = "</OrderLinesDataElements></body></response>"
_FINEST, _COARSEST = Decimal(1).scaleb(-MOST_DECIMALS), Decimal(1).scaleb(-LEAST_DECIMALS)
NAME_AND_TEXT = " – "


def cart_form(
    *, return_url: str, lines: tuple[ReturnLine, ...], options: OracleOptions, partner: str | None = None
) -> ReturnForm:
    """The form with its one field, to the whole return address.

    ``partner`` is the catalog trading partner, in place of the options'.
    Raises ``Conflict`` for a line that Oracle cannot take, saying which and why, and for an empty cart:
    Oracle stops with a null pointer when one arrives.
    """
    if not lines:
        raise Conflict(_("Oracle cannot take an empty cart."))
    partner = options.catalog_trading_partner if partner is None else partner
    before = _text("catalogTradingPartner", partner) if partner else ""
    value = _BEFORE + before + "".join([_order_line(line, options) for line in lines]) + _BEHIND
    return ReturnForm(
        action=return_url,
        fields=((options.cart_field, value if options.cart_encoding == "plain" else quote(value, safe="")),),
        target=options.target,
    )


def _order_line(line: ReturnLine, options: OracleOptions) -> str:
    """``orderLine`` with all that it holds, as text."""
    sent = line.mapped.get
    contract, item, category = _contract(line, options), _item(line, options), _category(line, options)
    price = line.mapped["unitPrice"] if "unitPrice" in line.mapped else f"{unit_price(line):f}"
    code = sent("supplierTradingPartnerCode", options.trading_partner_code)
    duns = sent("supplierDUNS", "" if options.trading_partner_code else options.duns)
    partner = _text("supplierTradingPartnerCode", code) if code else ""
    if duns and not code:
        partner = _text("supplierDUNS", duns)
    name = sent("supplierName", options.supplier_name or settings.SUPPLIER_NAME)
    return (
        f"<orderLine>{contract}{item}{category}"
        f"<price>{_text('currency', sent('currency', line.currency))}{_text('unitPrice', price)}</price>"
        f"<supplier>{partner}{_text('supplierName', name)}</supplier>{_attributes(line, options)}</orderLine>"
    )


def _contract(line: ReturnLine, options: OracleOptions) -> str:
    """Without catalogType CONTRACTED Oracle ignores the contract; CATALOG can be said without one."""
    number = line.sent("contractNumber", line.agreement or options.contract_number)
    # A number that somebody maps is meant to be sent, whatever the option says of our agreements.
    kind = "buyer" if options.contract == "none" and "contractNumber" in line.mapped else options.contract
    catalog = line.sent("catalogType", "CONTRACTED")
    if kind == "none" or not number:
        return f"<contract>{_text('catalogType', catalog)}</contract>" if catalog == "CATALOG" else ""
    named = _text("contractNumber", number)
    if kind == "buyer" and (place := line.mapped.get("buyerContractLineNumber")):
        named += _text("buyerContractLineNumber", place)
    kind_of_catalog = _text("catalogType", catalog) if catalog else ""
    return f"<contract><{kind}Contract>{named}</{kind}Contract>{kind_of_catalog}</contract>"


def _item(line: ReturnLine, options: OracleOptions) -> str:
    sent, lengths = line.mapped.get, LENGTHS[options.route]
    quantity = sent("quantity", f"{line.quantity.normalize():f}")
    numbers = _text("itemID", _whole(sent("itemID", line.sku), lengths["itemID"], line))
    reference = sent("supplierReferenceNumber", line.token)
    if len(reference) <= lengths["supplierReferenceNumber"]:
        numbers += _text("supplierReferenceNumber", reference)
    numbers = f"<supplierItemNumber>{numbers}</supplierItemNumber>"
    # A number that does not fit is left out: cut, it would be the number of something else.
    number = sent("manufacturerItemID", line.manufacturer_part_number)
    brand = sent("manufacturerName", one_line(line.brand))
    if 0 < len(number) <= lengths["manufacturerItemID"]:
        maker = _text("itemID", number)
        if brand:
            maker += _text("manufacturerName", shortened(brand, lengths["manufacturerName"]))
        numbers += f"<manufacturerItemNumber>{maker}</manufacturerItemNumber>"
    if buyers := sent("buyerItemID", line.buyer_part_number):
        numbers += f"<buyerItemNumber>{_text('itemID', buyers)}</buyerItemNumber>"
    description = sent("itemDescription", _description(line, options))
    code = sent("supplierUOMType", translate_unit(line.unit, options.units, CXML_UNITS))
    unit = _text("supplierUOMType", _whole(code, lengths["supplierUOMType"], line))
    content_of_unit = sent("supplierUOMQuantity")
    amount = _text("supplierUOMQuantity", content_of_unit) if content_of_unit else "<supplierUOMQuantity/>"
    hazard = sent("hazardClass")
    return (
        f'<item lineType="{attribute(sent("lineType", options.line_type))}" quantity="{attribute(quantity)}">'
        f"<itemNumber>{numbers}</itemNumber>"
        f"{_text('itemDescription', shortened(description, lengths['itemDescription']))}"
        f"<unitOfMeasure><supplierUnitOfMeasure>{unit}{amount}</supplierUnitOfMeasure></unitOfMeasure>"
        f"{_text('hazardClass', hazard) if hazard else ''}</item>"
    )


def _description(line: ReturnLine, options: OracleOptions) -> str:
    name, text = one_line(line.name) or line.sku, one_line(line.description)
    both = options.description == "name_and_text" and text and text != name
    return f"{name}{NAME_AND_TEXT}{text}" if both else name


def _category(line: ReturnLine, options: OracleOptions) -> str:
    by_code = options.category == "UNSPSC" and line.unspsc
    ours = shortened(one_line(line.category), LENGTHS[options.route]["categoryCode"])
    category = line.sent("categoryCode", line.unspsc if by_code else ours)
    kind = line.sent("categoryCodeIdentifier", "UNSPSC" if by_code else "SUPPLIER")
    code = f'<categoryCode categoryCodeIdentifier="{attribute(kind)}">{_cdata(category)}</categoryCode>'
    return f"<category>{code}</category>"


def _attributes(line: ReturnLine, options: OracleOptions) -> str:
    own = {name: one_line(str(getattr(line, source))) for name, source in options.attributes.items()}
    if not own and not line.mapped:
        return ""
    # In the order of their numbers, which the schema asks for.
    found = ((name, line.sent(name, own.get(name, ""))) for name in ATTRIBUTES)
    written = "".join([_text(name, text) for name, text in found if text])
    return f"<additionalAttributes>{written}</additionalAttributes>" if written else ""


def unit_price(line: ReturnLine) -> Decimal:
    """The price of one order unit: Oracle XML has no price unit, so it is divided out.

    Exact where ten decimals are enough; quantity times it is the total of the line, rounded to cents.
    """
    exact = line.price / line.price_unit
    unit = exact.quantize(_FINEST, ROUND_HALF_UP)
    if (unit * line.quantity).quantize(CENT, ROUND_HALF_UP) != line.total:
        raise Conflict(
            _("The price of %(sku)s cannot be written per %(unit)s for Oracle. Remove it, or ask us.")
            % {"sku": line.sku, "unit": line.unit}
        )
    short = unit.normalize()
    exponent = short.as_tuple().exponent
    assert isinstance(exponent, int)
    return short if -exponent >= LEAST_DECIMALS else short.quantize(_COARSEST)


def _whole(text: str, length: int, line: ReturnLine) -> str:
    if len(text) > length:
        raise Conflict(
            _("“%(text)s” of %(sku)s is longer than the %(length)s characters that Oracle takes. Ask us.")
            % {"text": text, "sku": line.sku, "length": length}
        )
    return text


def _text(name: str, text: str) -> str:
    return f"<{name}>{_cdata(text)}</{name}>"


def _cdata(text: str) -> str:
    """``text`` in a CDATA section, or escaped where that cannot hold it."""
    possible = xml_text(text)
    return content(possible) if "]]>" in possible else f"<![CDATA[{possible}]]>"
