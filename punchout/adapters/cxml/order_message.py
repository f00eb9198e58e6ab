"""PunchOutOrderMessage: the cart on its way back, as the form field that the buyer's browser posts.

cXML Reference Guide 1.2.051, p. 26-28, 39-41, 84-96. From and To are swapped; there is never a secret in
it, because the browser shows it. Only what the DTD 1.2.014 has is sent unless an option says otherwise.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from decimal import Decimal
from html import unescape
from typing import Any, Literal

from django.conf import settings
from lxml import etree

from punchout.adapters.cxml.build import USER_AGENT, child, envelope, serialise
from punchout.adapters.cxml.options import CxmlOptions
from punchout.adapters.cxml.outgoing import CLASSIFICATION, EXTRINSIC
from punchout.adapters.cxml.parse import LANGUAGE, set_inner_xml
from punchout.adapters.units import CXML_UNITS, translate_unit
from punchout.adapters.xml import xml_text
from punchout.documents import ReturnForm, ReturnLine
from punchout.models import PunchoutSession

SHORT_NAME_LENGTH = 50
# A price per order unit that does not end (price unit 3) is cut so late that no line total notices.
PRICE_DECIMALS = 12
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
# Unicode's format characters: soft hyphen, zero widths, direction marks, byte order mark, annotations.
_FORMAT = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FRAME_NAME = re.compile(r"\A[A-Za-z_][\w.-]{0,60}\Z")

Outcome = Literal["cart", "empty", "unchanged"]


def order_form(
    session: PunchoutSession, options: CxmlOptions, lines: tuple[ReturnLine, ...], outcome: Outcome
) -> ReturnForm:
    """The form with one field, named after its encoding, to the whole BrowserFormPost address."""
    root = order_message(session, options, lines, outcome)
    if options.return_encoding == "cXML-base64":
        document = serialise(root, options)
        value = base64.b64encode(document.encode()).decode("ascii")
    else:
        # A receiver reads the field as us-ascii, whatever the declaration says (p. 40).
        value = serialise(root, options, encoding="us-ascii")
    frame = str(session.echo.get("frame", ""))
    target = frame if _FRAME_NAME.match(frame) else "_top"
    return ReturnForm(session.return_url, ((options.return_encoding, value),), target=target)


def order_message(
    session: PunchoutSession, options: CxmlOptions, lines: tuple[ReturnLine, ...], outcome: Outcome
) -> etree._Element:
    """The document. ``unchanged`` carries Status 204: without it an empty edit would delete lines (p. 86)."""
    echo = session.echo
    root = envelope(str(echo.get("host", "")), session.key)
    _header(root, echo)
    mode = "test" if session.connection.test or echo.get("test") else "production"
    message = child(root, "Message", deploymentMode=mode)
    if echo.get("in_reply_to"):
        message.set("inReplyTo", xml_text(str(echo["in_reply_to"])))
    if outcome == "unchanged":
        child(message, "Status", code="204", text="No Content")
    order = child(message, "PunchOutOrderMessage")
    set_inner_xml(child(order, "BuyerCookie"), str(echo.get("buyer_cookie", "")))
    header = child(order, "PunchOutOrderMessageHeader", operationAllowed=options.operation_allowed)
    currency = lines[0].currency if lines else session.organisation.currency
    total = sum((line.total for line in lines), Decimal(0))
    _money(child(header, "Total"), amount_text(total), currency)
    for line in lines:
        _item(order, line, options)
    return root


def _header(root: etree._Element, echo: Mapping[str, Any]) -> None:
    header = child(root, "Header")
    # Somebody must be named even when the setup request named nobody.
    ours = echo.get("supplier") or [["SupplierName", settings.SUPPLIER_NAME or USER_AGENT]]
    theirs = echo.get("buyer") or [["CustomerName", "unknown"]]
    for party, credentials in (("From", ours), ("To", theirs), ("Sender", ours)):
        element = child(header, party)
        for domain, identity in credentials:
            child(child(element, "Credential", domain=xml_text(domain)), "Identity", identity)
    child(header.find("Sender"), "UserAgent", settings.SUPPLIER_NAME or USER_AGENT)  # type: ignore[arg-type]


def _item(order: etree._Element, line: ReturnLine, options: CxmlOptions) -> None:
    sent = line.sent
    item = child(order, "ItemIn", quantity=sent("quantity", number_text(line.quantity)))
    item_id = child(item, "ItemID")
    child(item_id, "SupplierPartID", sent("SupplierPartID", line.sku))
    if token := sent("SupplierPartAuxiliaryID", line.token):
        set_inner_xml(child(item_id, "SupplierPartAuxiliaryID"), xml_text(token))
    buyers = sent("BuyerPartID", line.buyer_part_number)
    if buyers and options.sends_buyer_part_number:
        child(item_id, "BuyerPartID", buyers)
    detail = child(item, "ItemDetail")
    unit = sent("UnitOfMeasure", translate_unit(line.unit, options.units, CXML_UNITS))
    basis_quantity = sent("PriceBasisQuantity", str(line.price_unit))
    based = options.sends_price_basis and basis_quantity not in ("", "1")
    price = line.price if based else line.price / line.price_unit
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


def _description(detail: etree._Element, line: ReturnLine, options: CxmlOptions) -> None:
    name = plain_text(line.name)
    details = plain_text(line.description) if options.description == "name_and_text" else ""
    text = line.sent("Description", f"{name}. {details}" if details else name)
    description = child(detail, "Description")
    description.set(LANGUAGE, line.language)
    shortened = shorten(text, options.description_length)
    if options.short_name:
        child(description, "ShortName", shorten(name, SHORT_NAME_LENGTH)).tail = shortened
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


def plain_text(text: str) -> str:
    """``text`` on one line, without HTML, control characters and marks that turn the writing direction."""
    if "&" in text or "<" in text:
        text = _TAG.sub(" ", unescape(text))
    return " ".join(_CONTROL.sub(" ", _FORMAT.sub("", xml_text(text))).split())


def shorten(text: str, length: int) -> str:
    """``text`` in at most ``length`` characters, cut between words where that is possible."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    if text[length - 1] != " " and " " in cut[length // 2 :]:
        cut = cut.rpartition(" ")[0]
    return cut.rstrip(" ,;:-") + "…"


def number_text(number: Decimal) -> str:
    """Without exponent and without zeros at the end."""
    return f"{number.normalize():f}"


def amount_text(amount: Decimal) -> str:
    """An amount as it is, with at least the decimals it came with; never a thousands sign."""
    return f"{amount:f}"


def price_text(price: Decimal) -> str:
    """A price with at least two decimals, and as many more as it needs to stay exact."""
    exact = price.quantize(Decimal(1).scaleb(-PRICE_DECIMALS)).normalize()
    return f"{exact:.2f}" if exact == exact.quantize(Decimal("0.01")) else f"{exact:f}"
