"""What a client asks before it logs in: which credentials we want (LI) and which versions we speak (SV).

IDS-Connect 2.0 and 2.5, actions LI and SV: only ``action`` is sent, the answer is XML without a namespace.
"""

from lxml import etree

from punchout.adapters.ids.fields import VERSIONS
from punchout.adapters.ids.options import IdsOptions
from punchout.documents import Answer
from punchout.models import Connection

XML = "text/xml; charset=utf-8"


def login_information(connection: Connection, options: IdsOptions) -> Answer:
    """Which of customer number, user name and password a launch must send."""
    root = etree.Element("Logininformationen")
    wanted = {
        "Kundennummer_erforderlich": options.customer_number_required,
        "Benutzername_erforderlich": bool(connection.username),
        "Passwort_erforderlich": True,
    }
    for name, needed in wanted.items():
        etree.SubElement(root, name).text = "true" if needed else "false"
    return _answer(root)


def interface_versions(options: IdsOptions) -> Answer:
    """The versions up to the connection's."""
    root = etree.Element("Schnittstellenversionen")
    for version in VERSIONS:
        if version <= options.version:
            etree.SubElement(root, "Version").text = version
    return _answer(root)


def _answer(root: etree._Element) -> Answer:
    return Answer(200, etree.tostring(root, encoding="utf-8", xml_declaration=True), XML)
