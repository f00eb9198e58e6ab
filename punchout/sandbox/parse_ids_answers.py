"""Reads what a shop answers to the questions LI and SV of IDS-Connect, and says what a trade ERP makes of it.

IDS-Connect 2.0 and 2.5: XML without a namespace, credentials as ``true`` or ``false``, an element a version.
Never raises for what a shop answers.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from django.utils.translation import gettext as _
from lxml import etree

from punchout.sandbox.dialects import IdsDialect
from punchout.sandbox.received import ReceivedCart, Remark
from punchout.sandbox.xml_reading import XmlRefused, inner_text, parse_xml

VERSIONS = frozenset({"1.3", "2.0", "2.1", "2.2", "2.3", "2.5"})
# What LI asks about, and the attribute of the dialect that a launch would send for it.
_CREDENTIALS = MappingProxyType(
    {
        "Kundennummer_erforderlich": "customer_number",
        "Benutzername_erforderlich": "user",
        "Passwort_erforderlich": "secret",
    }
)
_SHOWN = 200_000
_MOST_FACTS = 50

Facts = tuple[tuple[str, str], ...]


def read_answer(action: str, raw: bytes, dialect: IdsDialect) -> ReceivedCart:
    """What the answer says, as facts; outcome ``answered`` or ``unreadable``."""
    expected, remarks_on = _QUESTIONS[action]
    try:
        root = parse_xml(raw)
    except XmlRefused as refused:
        return _unreadable(raw, _("The answer is not XML: %(reason)s") % {"reason": str(refused)[:200]})
    name = etree.QName(root)
    if name.localname != expected:
        return _unreadable(raw, _("The answer is not a %(name)s.") % {"name": expected})
    children = [child for child in root if isinstance(child.tag, str)][:_MOST_FACTS]
    facts = tuple((etree.QName(child).localname[:60], inner_text(child)[:200]) for child in children)
    remarks = list(remarks_on(facts, dialect))
    if name.namespace:
        text = _("The answer is in a namespace; the specification has none here.")
        remarks.insert(0, Remark("wrong", "xmlns", text))
    shown = etree.tostring(root.getroottree(), encoding="unicode", pretty_print=True)
    return ReceivedCart(
        outcome="answered", remarks=tuple(remarks), extra_fields=facts, document=shown[:_SHOWN]
    )


def _unreadable(raw: bytes, text: str) -> ReceivedCart:
    document = raw[:_SHOWN].decode("utf-8", "replace")
    return ReceivedCart(outcome="unreadable", remarks=(Remark("lost", "answer", text),), document=document)


def _on_credentials(facts: Facts, dialect: IdsDialect) -> Iterator[Remark]:
    said = dict(facts)
    for name, attribute in _CREDENTIALS.items():
        if name not in said:
            yield Remark("wrong", name, _("Missing; the user is asked for it as if it were needed."))
        elif said[name] not in {"true", "false"}:
            yield Remark("wrong", name, _("Must be true or false."))
        elif said[name] == "true" and not getattr(dialect, attribute):
            yield Remark("note", name, _("Asked for, and this client has none to send."))


def _on_versions(facts: Facts, dialect: IdsDialect) -> Iterator[Remark]:
    versions = [value for name, value in facts if name == "Version"]
    if not versions:
        yield Remark("wrong", "Version", _("The answer names no version."))
        return
    unknown = [version for version in versions if version not in VERSIONS]
    if unknown:
        text = _("Not a version of IDS-Connect: %(versions)s.")
        yield Remark("wrong", "Version", text % {"versions": ", ".join(unknown)[:200]})
    if dialect.version not in versions:
        text = _("This client speaks %(version)s, which is not among them.")
        yield Remark("note", "Version", text % {"version": dialect.version})


# The root element of the answer to a question, and who judges what is in it.
_QUESTIONS: Mapping[str, tuple[str, Callable[[Facts, IdsDialect], Iterator[Remark]]]] = MappingProxyType(
    {"LI": ("Logininformationen", _on_credentials), "SV": ("Schnittstellenversionen", _on_versions)}
)
