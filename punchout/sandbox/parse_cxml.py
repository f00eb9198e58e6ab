"""Reads what a cXML catalog answers and returns: the setup response and the PunchOutOrderMessage.

cXML Reference Guide 1.2.051: Response and Status p. 34-37, PunchOutSetupResponse p. 74, return encoding
p. 39-41, PunchOutOrderMessage and its empty carts p. 84-96. Nothing here raises for what a peer sends.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _
from lxml import etree

from punchout.sandbox.cxml_lines import read_decimal, read_item, text_of
from punchout.sandbox.dialects import CxmlDialect
from punchout.sandbox.form_body import TooManyFields, media_type, read_form
from punchout.sandbox.received import Line, Outcome, ReceivedCart, Remark
from punchout.sandbox.xml_reading import (
    XmlRefused,
    canonical_content,
    inner_text,
    parse_xml,
    without_declaration,
)

_XML_TYPES = frozenset({"text/xml", "application/xml", "application/cxml+xml"})
_FIELD_NAMES = frozenset({"cxml-base64", "cxml-urlencoded"})
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]")


@dataclass(frozen=True)
class SetupAnswer:
    """The answer to a setup request; ``start_url`` is empty unless the session was granted."""

    code: str = ""
    text: str = ""
    detail: str = ""
    start_url: str = ""
    # Why the answer cannot be used although it may be a success; empty when it can.
    flaw: str = ""

    @property
    def granted(self) -> bool:
        return bool(self.start_url) and not self.flaw


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the system remembers of its own request when the cart comes back."""

    operation: str = "create"
    buyer_cookie: bytes | None = None
    payload_id: str = ""
    language: str = "en"


def read_setup_answer(raw: bytes) -> SetupAnswer:
    """Status and start page of a cXML Response; an answer that is no cXML is a transport error (p. 34)."""
    root, answer = read_status(raw)
    if root is None or not answer.code.startswith("2"):
        return answer
    url = text_of(root, "Response/PunchOutSetupResponse/StartPage/URL")
    if not url:
        return replace(answer, flaw=_("The answer has no StartPage/URL to open."))
    if not url.lower().startswith(("https://", "http://")):
        return replace(answer, flaw=_("StartPage/URL is not a web address."))
    return replace(answer, start_url=url)


def read_status(raw: bytes) -> tuple[etree._Element | None, SetupAnswer]:
    """The document of a Response with its Status; no document where the answer is no cXML Response."""
    try:
        root = parse_xml(raw)
    except XmlRefused as error:
        return None, SetupAnswer(flaw=_("The answer is not cXML: %(reason)s") % {"reason": error})
    status = root.find("Response/Status")
    if root.tag.lower() != "cxml" or status is None:
        return None, SetupAnswer(flaw=_("The answer is XML, but no cXML Response with a Status."))
    return root, SetupAnswer(status.get("code", ""), status.get("text", ""), inner_text(status))


def read_order_message(
    raw: bytes, content_type: str, dialect: CxmlDialect, expected: Expected | None = None
) -> ReceivedCart:
    """The cart in a returned PunchOutOrderMessage: posted in a form field, or bare XML."""
    expected = expected or Expected()
    remarks: list[Remark] = []
    try:
        document, encoding = _unwrap(raw, content_type, remarks)
        root = parse_xml(document)
    except XmlRefused as error:
        text = _("The message cannot be read: %(reason)s") % {"reason": error}
        return ReceivedCart(
            outcome="unreadable",
            remarks=(*remarks, Remark("lost", "cXML", text)),
            document=raw[:200_000].decode("utf-8", "replace"),
        )
    shown = etree.tostring(root.getroottree(), encoding="unicode", pretty_print=True)
    message = root.find("Message/PunchOutOrderMessage")
    if root.tag.lower() != "cxml" or message is None:
        text = _("The document holds no PunchOutOrderMessage.")
        remarks.append(Remark("lost", "Message", text))
        return ReceivedCart(outcome="unreadable", remarks=tuple(remarks), encoding=encoding, document=shown)
    lines = tuple(
        read_item(number, item, dialect, expected.language)
        for number, item in enumerate(message.findall("ItemIn"), start=1)
    )
    status = root.find("Message/Status")
    code = "" if status is None else status.get("code", "")
    outcome = _outcome(code, lines, expected.operation)
    header = message.find("PunchOutOrderMessageHeader")
    total = read_decimal(text_of(header, "Total/Money"))
    remarks += _header_remarks(root, message, dialect, expected)
    remarks += _total_remarks(header, lines, total)
    if outcome == "cancelled" and dialect.empty_cart_warning:
        remarks.append(Remark("note", "ItemIn", str(dialect.empty_cart_warning)))
    money = None if header is None else header.find("Total/Money")
    return ReceivedCart(
        outcome=outcome,
        lines=lines,
        remarks=tuple(remarks),
        stated_total=total,
        currency="" if money is None else money.get("currency", ""),
        operation_allowed="" if header is None else header.get("operationAllowed", ""),
        status_code=code,
        status_text="" if status is None else (status.get("text", "") or inner_text(status)),
        encoding=encoding,
        document=shown,
    )


def _outcome(code: str, lines: tuple[Line, ...], operation: str) -> Outcome:
    """Empty-cart semantics of p. 86: what no lines mean depends on the operation and on status 204."""
    if code == "204":
        return "unchanged" if operation == "edit" else "cancelled"
    if code and not code.startswith("2"):
        return "refused"
    if operation == "inspect":
        return "inspected"
    if lines:
        return "cart"
    return "emptied" if operation == "edit" else "cancelled"


def _unwrap(raw: bytes, content_type: str, remarks: list[Remark]) -> tuple[bytes, str]:
    """The document's bytes and the encoding it travelled in; base64 is looked for first (p. 40)."""
    if media_type(content_type) in _XML_TYPES or raw.lstrip()[:1] == b"<":
        return raw.strip(), "xml"
    try:
        form = read_form(raw, content_type, "utf-8")
    except TooManyFields:
        raise XmlRefused(_("the form has too many fields")) from None
    fields = {name.lower(): value for name, value in reversed(form.fields)}
    extra = sorted({name for name, _value in form.fields if name.lower() not in _FIELD_NAMES})
    if extra:
        text = _("Other fields came along and are ignored: %(names)s.") % {"names": ", ".join(extra)[:200]}
        remarks.append(Remark("note", "form", text))
    if "cxml-base64" in fields:
        return _from_base64(fields["cxml-base64"], remarks), "cXML-base64"
    if "cxml-urlencoded" in fields:
        return _from_urlencoded(fields["cxml-urlencoded"], remarks), "cXML-urlencoded"
    raise XmlRefused(_("neither cXML-base64 nor cXML-urlencoded was posted"))


def _from_base64(value: str, remarks: list[Remark]) -> bytes:
    compact = "".join(value.replace(" ", "+").split()).encode("ascii", "replace")
    if " " in value.strip():
        text = _("Blanks where the base64 has plus signs: the value was not URL-encoded.")
        remarks.append(Remark("wrong", "cXML-base64", text))
    if _NOT_BASE64.search(compact):
        raise XmlRefused(_("cXML-base64 is not base64"))
    try:
        return base64.b64decode(compact + b"=" * (-len(compact) % 4)).strip()
    except (binascii.Error, ValueError):
        raise XmlRefused(_("cXML-base64 is not base64")) from None


def _from_urlencoded(value: str, remarks: list[Remark]) -> bytes:
    """us-ascii whatever the XML declares; anything else is remarked on and read as Unicode."""
    if not value.isascii():
        text = _("Characters outside us-ascii; write them as character references.")
        remarks.append(Remark("wrong", "cXML-urlencoded", text))
    if value[:1].isspace():
        remarks.append(Remark("wrong", "cXML-urlencoded", _("Blanks before the XML declaration.")))
    return without_declaration(value.strip()).strip().encode("utf-8")


def _header_remarks(
    root: etree._Element, message: etree._Element, dialect: CxmlDialect, expected: Expected
) -> Iterator[Remark]:
    cookie = message.find("BuyerCookie")
    if cookie is None:
        yield Remark("lost", "BuyerCookie", _("Missing; the system cannot tell whose cart this is."))
    elif expected.buyer_cookie is not None and canonical_content(cookie) != expected.buyer_cookie:
        yield Remark("lost", "BuyerCookie", _("Not the one that was sent; the system refuses the cart."))
    answered = root.find("Message")
    if answered is not None and expected.payload_id:
        replied = answered.get("inReplyTo", "")
        if replied and replied != expected.payload_id:
            yield Remark("wrong", "inReplyTo", _("Not the payloadID of the setup request."))
    if root.find("Header/Sender/Credential/SharedSecret") is not None:
        text = _("A SharedSecret in a message that passes through the user's browser.")
        yield Remark("wrong", "SharedSecret", text)
    if expected.buyer_cookie is not None:
        for path, party in (("From", dialect.to), ("To", dialect.from_party)):
            identities = {
                text_of(entry, "Identity").lower() for entry in root.findall(f"Header/{path}/Credential")
            }
            if party.identity.lower() not in identities:
                text = _("%(identity)s was expected here: From and To change places on the way back.")
                yield Remark("wrong", path, text % {"identity": party.identity})
    header = message.find("PunchOutOrderMessageHeader")
    if header is None or header.get("operationAllowed") not in {"create", "inspect", "edit"}:
        yield Remark("wrong", "operationAllowed", _("Must be create, inspect or edit."))
    if not root.get("payloadID") or not root.get("timestamp"):
        yield Remark("wrong", "cXML", _("payloadID and timestamp are required."))


def _total_remarks(
    header: etree._Element | None, lines: tuple[Line, ...], total: Decimal | None
) -> Iterator[Remark]:
    if total is None:
        yield Remark("wrong", "Total", _("The Total is missing or not a number."))
        return
    if len({line.currency for line in lines}) > 1:
        yield Remark("wrong", "Money", _("The lines have different currencies."))
    computed = sum((line.amount or Decimal(0) for line in lines), Decimal(0))
    # Every line may have been rounded to the cent on its own.
    if lines and abs(computed - total) > Decimal("0.005") * (len(lines) + 1):
        text = _("Total says %(total)s, the lines add up to %(sum)s; this system recomputes it.")
        yield Remark("note", "Total", text % {"total": total, "sum": computed.quantize(Decimal("0.01"))})
