"""From a cebeoXML document to a frozen request: who asks, what for, how much of it to answer.

cebeoXML 2.0.0, Request. Elements are read by local name, whatever their case and namespace: the schema is not
public, and the two clients that were seen do not agree on a prefix.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from punchout.adapters.xml import NotXml, document_text, parse_xml
from punchout.errors import MessageInvalid, MessageUnreadable, OperationUnsupported

ROOT = "cebeoXML"
VERSION = "2.0.0"
MOST_ARTICLES = 50
MOST_KEYWORDS = 20
LONGEST_VALUE = 190
RESPONSE_TYPES = ("List", "Detail", "Message")
OPEN_ORDER = "OpenOrder"
ORDER_NUMBER = "SupplierOrderID"
# What an Order can be named by; its number is that of the open order, as its header says.
ORDER_NAMES = (OPEN_ORDER, ORDER_NUMBER, "CustomerOrderID")
ACTIONS = {"Article": ("Get", "Search"), "Order": ("Create", "Get", "Delete")}
# How much is answered when the request does not say.
USUAL_RESPONSE = {"Article": "List", "Order": "Detail"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Element ``Customer``; a password keeps every blank it has."""

    customer_number: str
    user_name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WebRequest:
    """One request; ``action`` is such as ``Article/Get``. Names and keywords are in the order they came."""

    credentials: Credentials
    action: str
    response_type: str
    articles: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    # The number that the open order has to have; empty: whatever it has.
    number: str = ""
    notes: tuple[str, ...] = ()


def read_document(body: bytes, content_type: str) -> tuple[etree._Element, list[str]]:
    """The root element ``cebeoXML`` and what was forgiven; ``MessageUnreadable`` for everything else."""
    if not body.strip():
        raise MessageUnreadable("The request has no body; a cebeoXML document is expected.")
    text, notes = document_text(body, content_type)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise MessageUnreadable("The document must not have a DOCTYPE or an ENTITY.")
    declared = text.find("?>") + 2 if text.startswith("<?xml") else 0
    try:
        root = parse_xml(text, skipped=declared, notes=notes)
    except NotXml as error:
        said = f"The document {error}{error.where}."
        raise MessageUnreadable(said, line=error.line, detail=error.detail) from None
    if _name(root).casefold() != ROOT.casefold():
        raise MessageUnreadable(f"The root element is {_name(root)[:60]}; {ROOT} is expected.")
    version = (root.get("version") or "").strip()
    if version != VERSION:
        notes.append(f"The version is {version[:20] or 'not said'}; it was read as {VERSION}.")
    return root, notes


def read_credentials(root: etree._Element) -> Credentials:
    """Who asks; whatever is missing is empty."""
    customer = _child(_child(root, "Request"), "Customer")
    password = _child(customer, "Password")
    return Credentials(
        customer_number=_text(_child(customer, "CustomerNumber")),
        user_name=_text(_child(customer, "UserName")),
        password="".join(str(part) for part in password.itertext()) if password is not None else "",
    )


def kind_of(root: etree._Element) -> str:
    """What is asked for, for the wire log, whether or not it can be honoured."""
    request = _child(root, "Request")
    for outer, known in ACTIONS.items():
        element = _child(request, outer)
        inner = next((name for name in known if _child(element, name) is not None), "")
        if element is not None:
            return f"{outer}/{inner}" if inner else outer
    return ""


def read_request(root: etree._Element, notes: list[str]) -> WebRequest:
    """What is asked for; ``MessageInvalid`` or ``OperationUnsupported`` say what cannot be used."""
    request = _child(root, "Request")
    if request is None:
        raise MessageInvalid("There is no Request.", path="Request")
    action = kind_of(root)
    outer, _slash, inner = action.partition("/")
    if not action:
        raise MessageInvalid("The Request has neither an Article nor an Order.", path="Request")
    if not inner:
        known = ", ".join(ACTIONS[outer])
        raise MessageInvalid(f"{outer} has none of {known}.", path=f"Request/{outer}")
    if action == "Order/Create":
        raise OperationUnsupported("Order/Create is not taken here; fill the open order in the shop.")
    element = _child(_child(request, outer), inner)
    return WebRequest(
        credentials=read_credentials(root),
        action=action,
        response_type=_response_type(request, outer, notes),
        articles=_all_materials(element) if action == "Article/Get" else (),
        keywords=_words(element, "SearchKeywords", required=action == "Article/Search"),
        brands=_words(element, "BrandKeywords"),
        number=_number(element, action) if outer == "Order" else "",
        notes=tuple(notes),
    )


def _response_type(request: etree._Element, outer: str, notes: list[str]) -> str:
    sent = _text(_child(request, "ResponseType"))
    usual = USUAL_RESPONSE[outer]
    if not sent:
        notes.append(f"There is no ResponseType; answered as {usual}.")
        return usual
    known = {name.casefold(): name for name in RESPONSE_TYPES}
    if sent.casefold() not in known:
        raise MessageInvalid(
            f"The ResponseType {sent[:20]!r} is none of {', '.join(RESPONSE_TYPES)}.", path="ResponseType"
        )
    return known[sent.casefold()]


def _all_materials(element: etree._Element | None) -> tuple[str, ...]:
    """The article numbers of one Material with several, or of several with one; each once."""
    found = list(_values(element, "SupplierItemID"))
    for material in _children(element, "Material"):
        found += _values(material, "SupplierItemID")
    path = "Request/Article/Get/Material/SupplierItemID"
    if not found:
        raise MessageInvalid("Article/Get names no SupplierItemID.", path=path)
    if len(found) > MOST_ARTICLES:
        raise MessageInvalid(
            f"Article/Get names {len(found)} articles; {MOST_ARTICLES} are possible.", path=path
        )
    return tuple(dict.fromkeys(found))


def _words(element: etree._Element | None, name: str, *, required: bool = False) -> tuple[str, ...]:
    words = tuple(_values(_child(element, name), "Keyword"))
    if required and not words:
        raise MessageInvalid(f"{name} has no Keyword.", path=f"Request/Article/Search/{name}")
    if len(words) > MOST_KEYWORDS:
        raise MessageInvalid(f"{name} has more than {MOST_KEYWORDS} keywords.", path=name)
    return words


def _number(element: etree._Element | None, action: str) -> str:
    """Which order is meant: the open one, or the open one if it has this number."""
    named = next((name for name in ORDER_NAMES if _child(element, name) is not None), "")
    if not named:
        raise MessageInvalid(f"{action} names no order: {OPEN_ORDER} is missing.", path=f"Request/{action}")
    number = _text(_child(element, ORDER_NUMBER)) if named == ORDER_NUMBER else ""
    if named == ORDER_NUMBER and not number:
        raise MessageInvalid(f"{action} has an empty {ORDER_NUMBER}.", path=f"Request/{action}")
    if named not in (OPEN_ORDER, ORDER_NUMBER):
        raise OperationUnsupported(f"{action} is possible for the {OPEN_ORDER} only, not by {named}.")
    return number


def _values(element: etree._Element | None, name: str) -> Iterator[str]:
    return (value for child in _children(element, name) if (value := _text(child)))


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _children(element: etree._Element | None, name: str) -> Iterator[etree._Element]:
    wanted = name.casefold()
    for child in element if element is not None else ():
        if isinstance(child.tag, str) and _name(child).casefold() == wanted:
            yield child


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return next(_children(element, name), None)


def _text(element: etree._Element | None) -> str:
    """The text of an element in one line, at most ``LONGEST_VALUE`` characters."""
    if element is None:
        return ""
    return " ".join("".join(str(part) for part in element.itertext()).split())[:LONGEST_VALUE]
