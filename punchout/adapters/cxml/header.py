"""PunchOutOrderMessageHeader: what is said of the whole cart, as agreed and as the mapping has it.

cXML Reference Guide 1.2.051, p. 84-86. ``Total`` holds neither freight nor tax. A field of the mapping is
called after its element, with ``HEADER`` in front; of an address nothing is sent unless somebody maps it.
"""

from __future__ import annotations

from decimal import Decimal

from punchout.adapters.cxml.charges import (
    Wording,
    freight_as_sent,
    freight_of,
    in_language,
    money,
    tax_as_sent,
    tax_on,
)
from punchout.adapters.cxml.item import Sent
from punchout.adapters.cxml.options import CxmlOptions
from punchout.adapters.cxml.outgoing import ADDRESS, HEADER, OPERATIONS, QUOTE_STATUS, SOURCING_ACTIONS
from punchout.adapters.cxml.wording import amount_text
from punchout.adapters.markup import attribute, content, element
from punchout.adapters.outgoing import number_of
from punchout.models import PunchoutSession


def header_as_sent(session: PunchoutSession, options: CxmlOptions, sent: list[Sent]) -> str:
    """The header as text: Total, and of a cart with lines also freight, taxes and what is mapped."""
    wording = Wording(session.mapped if sent else {}, HEADER, session.language or "en")
    allowed = _one_of(wording, "operationAllowed", OPERATIONS) or options.operation_allowed
    status = _one_of(wording, "quoteStatus", QUOTE_STATUS)
    inside = "".join(_children(session, options, sent, wording))
    is_final = f' quoteStatus="{status}"' if status else ""
    return (
        f'<PunchOutOrderMessageHeader operationAllowed="{allowed}"{is_final}>{inside}'
        "</PunchOutOrderMessageHeader>"
    )


def _one_of(wording: Wording, name: str, known: tuple[str, ...]) -> str:
    text = wording.text(name)
    return text if text in known else ""


def _children(
    session: PunchoutSession, options: CxmlOptions, sent: list[Sent], wording: Wording
) -> list[str]:
    """In the order of the DTD; nothing is added to a cart without lines."""
    currency = wording.text("currency") or (sent[0].currency if sent else session.organisation.currency)
    goods = sum((line.total for line in sent), Decimal(0))
    total = f"<Total>{money(wording.text('Total', amount_text(goods)), currency)}</Total>"
    if not sent:
        return [total]
    freight = freight_of(goods, options)
    charged = wording.text("Shipping", "" if freight is None else f"{freight:.2f}")
    return [
        _sourcing(wording),
        total,
        _address(wording),
        freight_as_sent(charged, currency, wording) if charged else "",
        _tax(wording, options, goods, number_of(charged) if charged else None, sent, currency),
        element("SupplierOrderInfo", orderID=order)
        if (order := wording.text("SupplierOrderInfo orderID"))
        else "",
    ]


def _tax(
    wording: Wording,
    options: CxmlOptions,
    goods: Decimal,
    freight: Decimal | None,
    sent: list[Sent],
    currency: str,
) -> str:
    bases, taxes = {"tax": goods}, {"tax": tax_on(goods, options)}
    if options.tax == "lines":
        taxes["tax"] = sum((line.tax for line in sent), Decimal(0))
    if freight is not None:
        bases["shippingTax"], taxes["shippingTax"] = freight, tax_on(freight, options)
    mapped = wording.mapped.get(HEADER + "Tax")
    if mapped is None:
        return tax_as_sent(bases, taxes, options, currency, wording) if options.tax else ""
    if not mapped:
        return ""
    # Whoever says what all taxes come to cannot be held to what we make of each.
    whole, amount = {"tax": sum(bases.values(), Decimal(0))}, number_of(mapped) or Decimal(0)
    return tax_as_sent(whole, {"tax": amount}, options, currency, wording, amount=mapped)


def _sourcing(wording: Wording) -> str:
    text, action = wording.text("SourcingStatus"), _one_of(wording, "SourcingStatus action", SOURCING_ACTIONS)
    if not text and not action:
        return ""
    done = f' action="{action}"' if action else ""
    language = attribute(wording.language)
    return f'<SourcingStatus{done} xml:lang="{language}">{content(text)}</SourcingStatus>'


def _address(wording: Wording) -> str:
    """ShipTo, as far as it is mapped; a PostalAddress only with all that it must have."""
    found = {name: text for name in ADDRESS if (text := wording.text(f"ShipTo {name}"))}
    if not found:
        return ""
    named = "".join(
        f' {name}="{attribute(found[name])}"' for name in ("isoCountryCode", "addressID") if name in found
    )
    inside = in_language("Name", found.get("Name") or found.get("addressID", ""), wording.language)
    if found.get("Street") and found.get("City") and found.get("isoCountryCode"):
        code = found["isoCountryCode"]
        postal = "".join(
            element(name, found[name])
            for name in ("DeliverTo", "Street", "City", "State", "PostalCode")
            if name in found
        )
        country = element("Country", found.get("Country", code), isoCountryCode=code)
        inside += f"<PostalAddress>{postal}{country}</PostalAddress>"
    if "Email" in found:
        inside += element("Email", found["Email"])
    return f"<ShipTo><Address{named}>{inside}</Address></ShipTo>"
