"""Who shops, in which language and for which site, from whatever the buyer's system says about him.

cXML Reference Guide 1.2.051, p. 80-82, 133. Nothing is guaranteed there; the tables say in which order the
places are believed.
"""

import re

from lxml import etree

from punchout.adapters.cxml.parse import LANGUAGE, text_of
from punchout.documents import Shopper

# Names of Extrinsics as ``plain_name`` makes them: UserEmail, user_email and "User Email" are one. The first
# four are the guide's and Ariba's; requester-email: SciQuest; email: what Amazon Business also reads; the
# rest are what Ivalua, Proactis, Unimarket, Workday and Basware were set up with.
IDENTIFIERS = (
    "useremail", "uniquename", "uniqueusername", "user", "requesteremail", "email", "emailaddress",
    "username", "userid", "loginid", "login", "employeeid",
)  # fmt: skip
EMAILS = ("useremail", "requesteremail", "email", "emailaddress", "useremailaddress")
FULL_NAMES = ("userfullname", "fullname", "userprintablename", "requestername", "name")
FIRST_NAMES = ("firstname", "userfirstname", "givenname")
LAST_NAMES = ("lastname", "userlastname", "surname", "familyname")
LANGUAGES = ("language", "userlanguage", "locale", "preferredlanguage", "lang")
# TradeCentric fills fields it has nothing for with default_street and the like.
NOTHING_SAID = "default_"
DELIVERY_CODES = ("shiptoid", "shiptocode", "addressid", "deliveryaddressid", "plant")
# Whose Contact it is that shops; without one any counts (Coupa sends it, Ariba several contacts).
SHOPS = "enduser"
# Where a language is written as a word or as SAP writes it.
LANGUAGE_WORDS = {
    "english": "en", "dutch": "nl", "nederlands": "nl", "flemish": "nl", "french": "fr", "français": "fr",
    "francais": "fr", "german": "de", "deutsch": "de", "dut": "nl", "ger": "de",
    "e": "en", "n": "nl", "f": "fr", "d": "de",
}  # fmt: skip
_NOT_A_LETTER = re.compile(r"[\W_]+")
# An Extrinsic that sounds like it is not kept with the session.
_SECRET = re.compile(r"pass|secret|token|pwd|credential", re.IGNORECASE)
MOST_KEPT, LONGEST_KEPT = 60, 255


def plain_name(name: str) -> str:
    """The name without case, blanks and punctuation."""
    return _NOT_A_LETTER.sub("", name).casefold()


def extrinsics_of(request: etree._Element) -> dict[str, str]:
    """Extrinsics by plain name, the first value of a name; nameless ones (PunchOut2Go) are skipped."""
    values: dict[str, str] = {}
    for element in request.findall("Extrinsic"):
        name, value = plain_name(element.get("name") or ""), text_of(element)
        if name and value:
            values.setdefault(name, value)
    return values


def kept_extrinsics(request: etree._Element) -> dict[str, str]:
    """Extrinsics by the name they came with, for the way back: bounded, and none that sounds secret."""
    kept: dict[str, str] = {}
    for element in request.findall("Extrinsic"):
        name, value = (element.get("name") or "").strip()[:LONGEST_KEPT], text_of(element)[:LONGEST_KEPT]
        if name and value and len(kept) < MOST_KEPT and not _SECRET.search(name):
            kept.setdefault(name, value)
    return kept


def read_language(envelope_language: str, request: etree._Element, extrinsics: dict[str, str]) -> str:
    """Two letters: of the document, else of an Extrinsic, else of the name of the Contact; may be empty."""
    named = [envelope_language, _first_of(extrinsics, LANGUAGES)]
    named += [element.get(LANGUAGE) or "" for element in request.iterfind("Contact/Name")]
    written = next((text.strip() for text in named if text.strip()), "")
    return LANGUAGE_WORDS.get(written.casefold(), written[:2].lower())


def read_delivery(request: etree._Element, extrinsics: dict[str, str]) -> tuple[str, str]:
    """The buyer's own id of the delivery address, and that address on one line; both may be empty."""
    address = request.find("ShipTo/Address")
    if address is None:
        return _first_of(extrinsics, DELIVERY_CODES), ""
    lines = [text_of(address, "Name")]
    lines += [text_of(street) for street in address.iterfind("PostalAddress/Street")]
    town = [text_of(address, f"PostalAddress/{name}") for name in ("PostalCode", "City")]
    lines.append(" ".join(part for part in town if part))
    told = [" ".join(line.split()) for line in lines if line and not line.startswith(NOTHING_SAID)]
    code = (address.get("addressID") or "").strip()
    if not code or code.startswith(NOTHING_SAID):
        code = _first_of(extrinsics, DELIVERY_CODES)
    return code, ", ".join(told)


def read_shopper(request: etree._Element, extrinsics: dict[str, str]) -> Shopper:
    """The person, all empty when nobody is named."""
    contact_email = _of_contact(request, "Email")
    delivery_email = text_of(request, "ShipTo/Address/Email")
    named = _first_of(extrinsics, IDENTIFIERS)
    identifier = named or contact_email or delivery_email
    email = _first_of(extrinsics, EMAILS) or contact_email or delivery_email
    return Shopper(identifier, _name(request, extrinsics), email or (identifier if "@" in identifier else ""))


def _name(request: etree._Element, extrinsics: dict[str, str]) -> str:
    full = _first_of(extrinsics, FULL_NAMES)
    parts = (_first_of(extrinsics, FIRST_NAMES), _first_of(extrinsics, LAST_NAMES))
    contact = _of_contact(request, "Name")
    # Oracle iProcurement writes "null First null Last".
    contact = " ".join(word for word in contact.split() if word != "null")
    return " ".join((full or " ".join(parts).strip() or contact).split())


def _first_of(values: dict[str, str], names: tuple[str, ...]) -> str:
    return next((values[name] for name in names if name in values), "")


def _of_contact(request: etree._Element, name: str) -> str:
    contacts = request.findall("Contact")
    shops = [contact for contact in contacts if (contact.get("role") or "").strip().casefold() == SHOPS]
    return next((text for contact in shops or contacts if (text := text_of(contact, name))), "")
