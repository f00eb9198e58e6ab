"""The returned cart of IDS-Connect 2.0 and 2.5: elements in schema order, texts cut to their lengths.

``OfferPrice`` is the list price per ``PriceBasis``; ``NetPrice`` is the total of the line, after discount
and with metal. All amounts are without VAT, in the currency of the order (``Cur``).
"""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from lxml import etree

from punchout.adapters.ids.fields import (
    ADDRESS,
    AMOUNT_DECIMALS,
    LARGEST_AMOUNT,
    LARGEST_QUANTITY,
    METAL_SHARE,
    NAMESPACE,
    NUMBERS,
    OLDEST,
    ORDER_NUMBER,
    PARTIES,
    QUANTITY_DECIMALS,
    REFERENCES,
    REMARKS,
    SHIPMENTS,
    SHORT_TEXT_LENGTH,
    UNIT_LENGTH,
    UNITS,
)
from punchout.adapters.ids.metals import metal_name, metals
from punchout.adapters.ids.options import IdsOptions
from punchout.adapters.ids.order import order_fields, party_fields
from punchout.adapters.ids.outgoing import REFERENCE, SHARE
from punchout.adapters.ids.positions import Placed, placed
from punchout.adapters.markup import content, in_charset, with_lines
from punchout.adapters.texts import one_line, plain_text, shortened
from punchout.adapters.units import translate_unit
from punchout.documents import LineSurcharge, ReturnForm, ReturnLine
from punchout.errors import Conflict

FIELD = "warenkorb"
RETURN_MARK = "Warenkorbrückgabe"
# The order was placed in the shop: the client books it as ordered, under the number in OrderConfNo.
ORDER_MARK = "Warenkorbrückgabe mit Bestellung"
NOTHING: Mapping[str, str] = {}
# The elements that the document ends with; the lines stand last in the first of them.
_AROUND = ("Order", "Warenkorb")
_SMALLEST_AMOUNT = Decimal(1).scaleb(-AMOUNT_DECIMALS)
_SMALLEST_QUANTITY = Decimal(1).scaleb(-QUANTITY_DECIMALS)


def cart_form(
    *,
    return_url: str,
    echo: Mapping[str, Any],
    currency: str,
    lines: tuple[ReturnLine, ...],
    options: IdsOptions,
    mapped: Mapping[str, str] = NOTHING,
    order_number: str = "",
) -> ReturnForm:
    """The form with its one field, to the whole return address: its query is the client's session.

    ``mapped`` are fields of ``OrderInfo``; with ``order_number`` the cart was ordered under it. Raises
    ``Conflict`` for a line that IDS-Connect cannot carry, saying which and why.
    """
    version = echo.get("version") or OLDEST
    if not lines and version == OLDEST:
        raise Conflict(_("An empty cart cannot be returned in this version of IDS-Connect."))
    root = _order(echo, version, currency, mapped, order_number)
    written = etree.tostring(root, encoding=options.charset, xml_declaration=True)
    assert isinstance(written, bytes)
    items = "".join([_item(item, options) for item in placed(lines, echo.get("positions") or ())])
    document = with_lines(written.decode(options.charset), in_charset(items, options.charset), *_AROUND)
    return ReturnForm(
        action=return_url,
        fields=((FIELD, document),),
        target=echo.get("target") or "_top",
        charset=options.charset,
        enctype=options.return_encoding,
    )


def _order(
    echo: Mapping[str, Any], version: str, currency: str, mapped: Mapping[str, str], order_number: str
) -> etree._Element:
    """The document ``Warenkorb`` without its lines; an empty cart is one that only 2.5 knows."""
    root = etree.Element(f"{{{NAMESPACE}}}Warenkorb", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    now = timezone.localtime()
    info = _child(root, "WarenkorbInfo")
    _child(info, "Date", mapped.get("Date") or f"{now:%Y-%m-%d}")
    _child(info, "Time", mapped.get("Time") or f"{now:%H:%M:%S}")
    _child(info, "RueckgabeKZ", ORDER_MARK if order_number else RETURN_MARK)
    _child(info, "Version", version)
    order = _child(root, "Order")
    said = {**order_fields(echo, mapped), ORDER_NUMBER: order_number}
    _order_info(_child(order, "OrderInfo"), said, mapped.get("Cur", currency))
    _parties(order, echo.get("parties") or {}, mapped)
    return root


def _order_info(element: etree._Element, sent: Mapping[str, str], currency: str) -> None:
    for name, length in NUMBERS.items():
        _optional(element, name, sent.get(name, "")[:length])
    _optional(element, ORDER_NUMBER, sent[ORDER_NUMBER])
    if sent.get("DeliveryDate"):
        _child(element, "DeliveryDate", sent["DeliveryDate"])
    elif sent.get("DeliveryWeek"):
        _child(element, "DeliveryWeek", sent["DeliveryWeek"])
        _child(element, "DeliveryYear", sent.get("DeliveryYear") or f"{timezone.localdate():%Y}")
    _child(element, "ModeOfShipment", sent.get("ModeOfShipment") or SHIPMENTS[0])
    _child(element, "Cur", currency)
    for name, length in REMARKS.items():
        _optional(element, name, sent.get(name, "")[:length])


def _parties(order: etree._Element, sent: Mapping[str, Mapping[str, str]], mapped: Mapping[str, str]) -> None:
    for name in PARTIES:
        values = party_fields(name, sent, mapped)
        if not values:
            continue
        party = _child(order, name)
        _optional(party, "IDNo", values.get("IDNo", ""))
        if any(values.get(part) for part in ADDRESS):
            address = _child(party, "Address")
            for part in ADDRESS:
                _optional(address, part, values.get(part, ""))


def _item(item: Placed, options: IdsOptions) -> str:
    """``OrderItem``, as text."""
    line = item.line
    sent = line.mapped.get
    unit = translate_unit(line.unit, options.units, UNITS)
    # Only what is sent is held against the lengths: a mapping may be the way around them.
    number = line.mapped["ArtNo"] if "ArtNo" in line.mapped else _article_number(line, options)
    quantity = line.mapped["Qty"] if "Qty" in line.mapped else _quantity(line)
    short = sent("Kurztext", one_line(line.name) or line.sku)
    longtext = plain_text(line.description) if options.longtext else ""
    listed, basis = _per_basis(
        line.list_price if line.list_price is not None else line.price, line.price_unit
    )
    written = [
        f"<OrderItem>{_value('ItemChara', sent('ItemChara') or item.character or 'normal')}",
        _references(item),
        _if_any("EAN", sent("EAN", _ean13(line.gtin))),
        _value("ArtNo", number),
        _value("Qty", quantity),
        _value("QU", sent("QU", unit)[:UNIT_LENGTH]),
        _if_any("Kurztext", shortened(short, SHORT_TEXT_LENGTH)),
        _if_any("Langtext", sent("Langtext", longtext)),
        _value("OfferPrice", sent("OfferPrice", _amount(listed, line))),
        _value("NetPrice", sent("NetPrice", _amount(line.total, line))),
        _value("PriceBasis", sent("PriceBasis", str(basis))),
        _value("VAT", sent("VAT", f"{options.vat:.2f}")),
        *(_metals(line, unit)),
        "</OrderItem>",
    ]
    return "".join(written)


def _references(item: Placed) -> str:
    """The position numbers as they came; both sides' are mandatory, ours is the number of the line."""
    mapped = item.line.mapped
    if not item.references and not mapped:
        return ""
    found = dict(item.references)
    found |= {name: mapped[REFERENCE + name] for name in REFERENCES if REFERENCE + name in mapped}
    if not any(found.values()):
        return ""
    values = {"Customer": "", "Supplier": str(item.line.number), **found}
    numbers = "".join([_value(name, values[name]) for name in REFERENCES if name in values])
    return f"<RefItems>{numbers}</RefItems>"


def _metals(line: ReturnLine, unit: str) -> Iterator[str]:
    """The metal shares of a line, and those that only the mapping knows of."""
    shares = {metal_name(metal.code): _share(metal, unit) for metal in metals(line)}
    for name, text in line.mapped.items():
        if name.startswith(SHARE):
            metal, _blank, part = name.removeprefix(SHARE).partition(" ")
            shares.setdefault(metal, {"Gewichtsanteilseinheit": "KGM", "Basiseinheit": unit})[part] = text
    for metal, share in shares.items():
        # All parts are mandatory: without a weight there is nothing to say.
        if share.get("Gewichtsanteilswert"):
            parts = "".join([_value(part, share.get(part) or "0") for part in METAL_SHARE])
            yield f"<Rohstoffanteil>{_value('Rohstoff', metal)}{parts}</Rohstoffanteil>"


def _share(metal: LineSurcharge, unit: str) -> dict[str, str]:
    return {
        "Gewichtsanteilswert": _plain(metal.weight or Decimal(0)),
        "Gewichtsanteilseinheit": "KGM",
        "Basiswert": str(metal.per),
        "Basiseinheit": unit,
        "Basisnotierung": _plain(metal.base or Decimal(0)),
        "NotierungAktuell": _plain(metal.quotation or Decimal(0)),
    }


def _article_number(line: ReturnLine, options: IdsOptions) -> str:
    """ArtNo; one that is too long is never cut, as it would be the number of something else."""
    if len(line.sku) <= options.article_number_length:
        return line.sku
    if line.gtin:
        return line.gtin
    raise Conflict(
        _(
            "The article number %(sku)s is longer than the %(length)s characters of IDS-Connect, and the "
            "article has no GTIN to stand for it. Remove the article, or ask us."
        )
        % {"sku": line.sku, "length": options.article_number_length}
    )


def _quantity(line: ReturnLine) -> str:
    rounded = line.quantity.quantize(_SMALLEST_QUANTITY)
    if rounded != line.quantity or rounded >= LARGEST_QUANTITY:
        raise Conflict(
            _("IDS-Connect carries quantities with two decimals; %(sku)s has %(quantity)s. Please change it.")
            % {"sku": line.sku, "quantity": _plain(line.quantity)}
        )
    return f"{rounded:f}"


def _per_basis(price: Decimal, price_unit: int) -> tuple[Decimal, int]:
    """The price with at most four decimals, per a larger basis where that keeps it exact."""
    for power in range(5):
        scaled = price * 10**power
        if scaled == _round(scaled):
            return scaled, price_unit * 10**power
    return price, price_unit


def _round(amount: Decimal) -> Decimal:
    return amount.quantize(_SMALLEST_AMOUNT, ROUND_HALF_UP)


def _amount(amount: Decimal, line: ReturnLine) -> str:
    if abs(amount) >= LARGEST_AMOUNT:
        raise Conflict(_("The amount of %(sku)s is too large for IDS-Connect.") % {"sku": line.sku})
    return f"{_round(amount):f}"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _ean13(gtin: str) -> str:
    """A GTIN in the 13 digits of EAN; one of a larger packaging (GTIN-14) has no such form."""
    bare = gtin.lstrip("0")
    return bare.zfill(13) if gtin and len(bare) <= 13 else ""


def _value(name: str, text: str) -> str:
    return f"<{name}>{content(text)}</{name}>"


def _if_any(name: str, text: str) -> str:
    return f"<{name}>{content(text)}</{name}>" if text else ""


def _child(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = text
    return child


def _optional(parent: etree._Element, name: str, text: str) -> None:
    if text:
        _child(parent, name, text)
