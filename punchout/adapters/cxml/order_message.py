"""PunchOutOrderMessage: the cart on its way back, as the form field that the buyer's browser posts.

cXML Reference Guide 1.2.051, p. 26-28, 39-41, 84-96. From and To are swapped; there is never a secret in
it, because the browser shows it. Only what the DTD 1.2.014 has is sent unless an option says otherwise.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any, Literal

from django.conf import settings
from django.utils import translation
from lxml import etree

from punchout.adapters.cxml.build import USER_AGENT, child, envelope, serialise
from punchout.adapters.cxml.header import header_as_sent
from punchout.adapters.cxml.item import Sets, item_in
from punchout.adapters.cxml.options import CxmlOptions
from punchout.adapters.cxml.parse import set_inner_xml
from punchout.adapters.xml import xml_text
from punchout.documents import ReturnForm, ReturnLine
from punchout.models import PunchoutSession

_FRAME_NAME = re.compile(r"\A[A-Za-z_][\w.-]{0,60}\Z")

# The elements that the document ends with; the cart stands last in the first of them.
_AROUND = ("PunchOutOrderMessage", "Message", "cXML")
Outcome = Literal["cart", "empty", "unchanged"]


def order_form(
    session: PunchoutSession, options: CxmlOptions, lines: tuple[ReturnLine, ...], outcome: Outcome
) -> ReturnForm:
    """The form with one field, named after its encoding, to the whole BrowserFormPost address.

    ``unchanged`` carries Status 204: without it an empty edit would delete lines (p. 86).
    """
    root = _envelope(session, outcome)
    cart = _cart(session, options, lines)
    if options.return_encoding == "cXML-base64":
        document = serialise(root, options, inside=cart, around=_AROUND)
        value = base64.b64encode(document.encode()).decode("ascii")
    else:
        # A receiver reads the field as us-ascii, whatever the declaration says (p. 40).
        value = serialise(root, options, encoding="us-ascii", inside=cart, around=_AROUND)
    frame = str(session.echo.get("frame", ""))
    target = frame if _FRAME_NAME.match(frame) else "_top"
    return ReturnForm(session.return_url, ((options.return_encoding, value),), target=target)


def _envelope(session: PunchoutSession, outcome: Outcome) -> etree._Element:
    """The document up to BuyerCookie, which stands first in the message."""
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
    return root


def _cart(session: PunchoutSession, options: CxmlOptions, lines: tuple[ReturnLine, ...]) -> str:
    """The message behind its BuyerCookie: what is said of the whole cart, then its lines."""
    with translation.override(session.language or None):
        sets = Sets.of(lines, session, options)
        paths = session.echo.get("paths") or {}
        items = [item_in(line, options, paths.get(line.token, []), sets) for line in lines]
        header = header_as_sent(session, options, [sent for _item, sent in items])
    return header + "".join([item for item, _sent in items])


def _header(root: etree._Element, echo: Mapping[str, Any]) -> None:
    header = child(root, "Header")
    # Somebody must be named even when the setup request named nobody.
    ours = echo.get("supplier") or [["SupplierName", settings.SUPPLIER_NAME or USER_AGENT]]
    theirs = echo.get("buyer") or [["CustomerName", "unknown"]]
    for party, credentials in (("From", ours), ("To", theirs), ("Sender", ours)):
        element = child(header, party)
        for domain, identity, *kind in credentials:
            named = child(element, "Credential", domain=xml_text(domain))
            if kind:
                named.set("type", kind[0])
            child(named, "Identity", identity)
    child(header.find("Sender"), "UserAgent", settings.SUPPLIER_NAME or USER_AGENT)  # type: ignore[arg-type]
