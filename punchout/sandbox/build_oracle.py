"""Writes Oracle's login request and reads the answer to it, with code of its own.

Oracle Procurement Supplier's Guide to Punchout and Transparent Punchout 11i, ``request`` and ``response``.
"""

from dataclasses import dataclass

from lxml import etree

from punchout.sandbox.dialects import PERSON, OracleDialect
from punchout.sandbox.xml_reading import XmlRefused, inner_text, parse_xml

# header/language and userArea/language: Oracle's own codes and names.
LANGUAGES = {"en": ("US", "AMERICAN"), "nl": ("NL", "DUTCH"), "fr": ("F", "FRENCH"), "de": ("D", "GERMAN")}
# Where a supplier may put the address; the order in which this system looks.
LOGIN_URL_PLACES = ("body/loginURL", "body/loginInfo/loginURL")
SUCCESS = "S"


@dataclass(frozen=True, kw_only=True)
class LoginAnswer:
    """What the supplier answered; ``flaw`` says why it could not be read."""

    start_url: str = ""
    code: str = ""
    text: str = ""
    flaw: str = ""

    @property
    def granted(self) -> bool:
        return self.code == SUCCESS and bool(self.start_url)


def build_login(dialect: OracleDialect, *, return_url: str, language: str, keywords: str = "") -> bytes:
    """The document, in UTF-8; ``keywords`` make it a transparent punch-out."""
    code, name = LANGUAGES.get(language, LANGUAGES["en"])
    root = etree.Element("request")
    header = etree.SubElement(root, "header", version="1.0")
    login = etree.SubElement(header, "login")
    _add(login, "username", dialect.user)
    _add(login, "password", dialect.secret)
    _add(header, "action", "shopping")
    _add(header, "language", code)
    _add(header, "searchLanguage")
    area = etree.SubElement(header, "userArea")
    for part, text in (
        ("operatingUnit", "204"),
        ("shipTo", "V1-GENT"),
        ("deliverTo", "V1-GENT"),
        ("fullName", f"{PERSON.first_name} {PERSON.last_name}"),
        ("language", name),
        ("currency", "EUR"),
        ("dateFormat", "DD-MON-RRRR"),
    ):
        _add(area, part, text)
    body = etree.SubElement(root, "body")
    info = etree.SubElement(body, "loginInfo")
    _add(etree.SubElement(info, "exchangeInfo"), "exchangeName", "Oracle iProcurement")
    user = etree.SubElement(info, "userInfo")
    _add(user, "userName", f"{PERSON.last_name}, {PERSON.first_name}")
    contact = etree.SubElement(user, "userContactInfo")
    _add(contact, "userPhone")
    _add(contact, "userEmail", PERSON.email)
    _add(user, "appUserName", PERSON.user)
    _add(info, "returnURL", return_url)
    _add(body, "partySiteId")
    _add(body, "searchKeywords", keywords)
    _add(body, "icxSessionCallBackURL")
    document = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    assert isinstance(document, bytes)
    return document


def read_login_answer(raw: bytes) -> LoginAnswer:
    """The address to open, or why there is none; never raises for what a shop sends."""
    try:
        root = parse_xml(raw)
    except XmlRefused as refused:
        return LoginAnswer(flaw=str(refused)[:300])
    outcome = root.find("header/return")
    if root.tag != "response" or outcome is None:
        return LoginAnswer(flaw=f"{str(root.tag)[:60]}: no response/header/return")
    urls = (inner_text(root.find(place)) for place in LOGIN_URL_PLACES)
    return LoginAnswer(
        start_url=next((url for url in urls if url), ""),
        code=outcome.get("returnCode", ""),
        text=inner_text(outcome.find("returnMessage")),
    )


def _add(parent: etree._Element, name: str, text: str = "") -> None:
    etree.SubElement(parent, name).text = text or None
