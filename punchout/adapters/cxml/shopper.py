"""Who shops, from whatever the buyer's system says about him (cXML Reference Guide 1.2.051, p. 80-82, 133).

Nothing is guaranteed there; the tables say in which order the places are believed.
"""

from lxml import etree

from punchout.adapters.cxml.parse import text_of
from punchout.documents import Shopper

# Names of Extrinsics, case-folded. requester-email: SciQuest; email: what Amazon Business also reads.
IDENTIFIERS = ("useremail", "uniquename", "uniqueusername", "user", "requester-email", "email")
EMAILS = ("useremail", "requester-email", "email")
FULL_NAMES = ("userfullname", "fullname", "userprintablename", "name")
# Contact first for the end user, then any (Coupa sends role endUser, Ariba several contacts).
CONTACTS = ("Contact[@role='endUser']", "Contact")


def extrinsics_of(request: etree._Element) -> dict[str, str]:
    """Extrinsics by case-folded name, the first value of a name; nameless ones (PunchOut2Go) are skipped."""
    values: dict[str, str] = {}
    for element in request.findall("Extrinsic"):
        name, value = (element.get("name") or "").strip().casefold(), text_of(element)
        if name and value:
            values.setdefault(name, value)
    return values


def read_shopper(request: etree._Element, extrinsics: dict[str, str]) -> Shopper:
    """The person, all empty when nobody is named."""
    contact_email = _first(request, tuple(f"{contact}/Email" for contact in CONTACTS))
    delivery_email = text_of(request, "ShipTo/Address/Email")
    named = _first_of(extrinsics, IDENTIFIERS)
    identifier = named or contact_email or delivery_email
    email = _first_of(extrinsics, EMAILS) or contact_email or delivery_email
    return Shopper(identifier, _name(request, extrinsics), email or (identifier if "@" in identifier else ""))


def _name(request: etree._Element, extrinsics: dict[str, str]) -> str:
    full = _first_of(extrinsics, FULL_NAMES)
    parts = (extrinsics.get("firstname", ""), extrinsics.get("lastname", ""))
    contact = _first(request, tuple(f"{contact}/Name" for contact in CONTACTS))
    # Oracle iProcurement writes "null First null Last".
    contact = " ".join(word for word in contact.split() if word != "null")
    return " ".join((full or " ".join(parts).strip() or contact).split())


def _first_of(values: dict[str, str], names: tuple[str, ...]) -> str:
    return next((values[name] for name in names if name in values), "")


def _first(request: etree._Element, paths: tuple[str, ...]) -> str:
    return next((text for text in (text_of(request, path) for path in paths) if text), "")
