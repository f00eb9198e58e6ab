"""Reads an OCI return the way SAP does, and says of each line what SAP would drop, cut or stumble over.

OCI 4.0/5.0, "inbound" interface. Accepts the posted form, or a captured page that holds it; the index forms
that catalogs get wrong are read leniently and remarked on.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from punchout.sandbox.dialects import OciDialect
from punchout.sandbox.form_body import (
    PostedForm,
    TooManyFields,
    charset_of,
    looks_like_page,
    read_form,
    read_page,
)
from punchout.sandbox.oci_fields import ECHOED, HEADER_PREFIX
from punchout.sandbox.oci_lines import judge_line
from punchout.sandbox.oci_quirks import as_taken
from punchout.sandbox.received import Line, ReceivedCart, Remark

_PREFIX = "NEW_ITEM-"
_FIELD = re.compile(r"NEW_ITEM-([A-Z0-9_]+?)(?:\[(\d{0,6})\])?\Z", re.IGNORECASE)
# NEW_ITEM-LONGTEXT_1:132[] is right; without the underscore, with the index in the brackets, without the
# brackets, or with the letter n for the index it is what catalogs were seen to send.
_LONG_TEXT = re.compile(r"NEW_ITEM-LONGTEXT(_?)(\d{0,6}|n)(:132)?(?:\[(\d{0,6})\])?\Z", re.IGNORECASE)
_CHARACTER_REFERENCE = re.compile(r"&#(?:\d{2,7}|x[0-9a-f]{2,6});", re.IGNORECASE)


@dataclass
class _Draft:
    """The fields of one index while the form is read."""

    fields: dict[str, str] = field(default_factory=dict)
    long_texts: list[str] = field(default_factory=list)
    raw: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def read_return(
    raw: bytes,
    content_type: str,
    dialect: OciDialect,
    hook_fields: Mapping[str, str] | None = None,
    address_fields: Mapping[str, str] | None = None,
) -> ReceivedCart:
    """The cart in a posted return form or in a captured page with one; never raises for its content.

    ``hook_fields`` are the parameters of the return address, which must come back; ``address_fields`` are
    those that were found in the address instead of in the form.
    """
    if looks_like_page(raw, content_type):
        page = read_page(raw, content_type, dialect.charset, _PREFIX)
        if page is None:
            text = _("The page has no form with OCI fields.")
            return ReceivedCart(
                outcome="unreadable", remarks=(Remark("lost", "form", text),), document=raw.decode("latin-1")
            )
        form = page
    else:
        try:
            form = read_form(raw, content_type, dialect.charset)
        except TooManyFields:
            text = _("The form has too many fields to be a cart.")
            return ReceivedCart(outcome="unreadable", remarks=(Remark("lost", "form", text),))
    drafts, others = _collect(form.fields)
    lines = as_taken(_lines(drafts, dialect), dialect)
    remarks = [
        *_form_remarks(form, dialect),
        *_echo_remarks(others, dialect, hook_fields or {}, address_fields),
    ]
    remarks += _foreign_fields(others, hook_fields or {})
    currencies = {line.currency for line in lines if line.currency}
    return ReceivedCart(
        outcome="cart" if lines else "cancelled",
        lines=lines,
        remarks=tuple(remarks),
        currency=currencies.pop() if len(currencies) == 1 else "",
        encoding=form.charset if form.action or charset_of(content_type) else dialect.charset,
        document="\n".join(f"{name} = {value}" for name, value in form.fields),
        extra_fields=tuple(others),
    )


def _collect(fields: Iterable[tuple[str, str]]) -> tuple[dict[int, _Draft], list[tuple[str, str]]]:
    drafts: dict[int, _Draft] = {}
    long_texts: list[tuple[int, str, str, bool]] = []
    others: list[tuple[str, str]] = []
    for name, value in fields:
        long_text = _LONG_TEXT.match(name)
        if long_text:
            index, well_formed = _long_text_index(long_text)
            long_texts.append((index, name, value, well_formed))
            continue
        match = _FIELD.match(name)
        if not match:
            others.append((name, value))
            continue
        key, index_text = match.group(1).upper(), match.group(2)
        draft = drafts.setdefault(int(index_text) if index_text else 1, _Draft())
        draft.raw.append((name, value))
        if not index_text:
            draft.remarks.append(Remark("wrong", key, _("The field has no index; read as line 1.")))
        if key in draft.fields:
            draft.remarks.append(Remark("wrong", key, _("The field comes twice; the first value is used.")))
        else:
            draft.fields[key] = value
    _add_long_texts(drafts, long_texts)
    return drafts, others


def _long_text_index(match: re.Match[str]) -> tuple[int, bool]:
    underscore, before, colon, inside = match.groups()
    well_formed = bool(underscore and before.isdigit() and colon and inside == "")
    digits = before if before.isdigit() else (inside or "")
    return (int(digits) if digits else 1), well_formed


def _add_long_texts(drafts: dict[int, _Draft], texts: list[tuple[int, str, str, bool]]) -> None:
    """Long texts join their lines; those counted from 0 beside lines counted from 1 are shifted by one."""
    if not texts:
        return
    shift = 1 if drafts and 0 not in drafts and min(index for index, *_rest in texts) == 0 else 0
    remarked: set[int] = set()
    for index, name, value, well_formed in texts:
        draft = drafts.setdefault(index + shift, _Draft())
        draft.raw.append((name, value))
        draft.long_texts.append(value)
        if (well_formed and not shift) or index in remarked:
            continue
        remarked.add(index)
        if shift:
            text = _("The long text is counted from 0, the lines from 1; SAP puts it on the wrong line.")
        else:
            text = _("%(name)s is not the OCI form NEW_ITEM-LONGTEXT_n:132[]; SAP may lose the text.")
            text %= {"name": name}
        draft.remarks.append(Remark("wrong", "LONGTEXT", text))


def _lines(drafts: dict[int, _Draft], dialect: OciDialect) -> tuple[Line, ...]:
    expected = 1
    lines = []
    for index in sorted(drafts):
        draft = drafts[index]
        line = judge_line(index, draft.fields, "\n".join(draft.long_texts), draft.raw, dialect)
        remarks = list(draft.remarks)
        if index == 0:
            remarks.append(
                Remark("lost", "index", _("Counted from 0; SAP counts from 1 and never sees this line."))
            )
        elif index != expected:
            text = _("Line %(expected)s is missing before this one; SAP stops reading at a gap.")
            remarks.append(Remark("lost", "index", text % {"expected": expected}))
        else:
            expected += 1
        lines.append(line.with_remarks(*remarks))
    return tuple(lines)


def _form_remarks(form: PostedForm, dialect: OciDialect) -> list[Remark]:
    remarks = []
    if form.undecodable:
        text = _("Some characters do not exist in %(charset)s, the charset that the launch asked for.")
        remarks.append(Remark("wrong", "http_content_charset", text % {"charset": dialect.charset}))
    foreign = sorted({char for _name, value in form.fields for char in _foreign(value, dialect)})
    if foreign and not form.undecodable:
        text = _("%(characters)s does not exist in %(charset)s, the charset that the launch asked for.")
        values = {"characters": " ".join(foreign[:8]), "charset": dialect.charset}
        remarks.append(Remark("wrong", "http_content_charset", text % values))
    if any(_CHARACTER_REFERENCE.search(value) for _name, value in form.fields):
        text = _(
            "A text holds a character reference such as &#8364;: it was not transliterated into %(charset)s."
        )
        remarks.append(Remark("wrong", "http_content_charset", text % {"charset": dialect.charset}))
    return remarks


def _foreign(text: str, dialect: OciDialect) -> set[str]:
    """What the asked charset lacks, such as the euro sign that browsers write in Windows-1252 instead."""
    kept = text.encode(dialect.charset, "ignore").decode(dialect.charset)
    return set() if len(kept) == len(text) else set(text) - set(kept)


def _echo_remarks(
    others: list[tuple[str, str]],
    dialect: OciDialect,
    hook_fields: Mapping[str, str],
    address_fields: Mapping[str, str] | None,
) -> list[Remark]:
    if address_fields is None and not hook_fields:
        return []
    posted = {name.lower(): value for name, value in others}
    in_address = {name.lower() for name in address_fields or {}}
    remarks = []
    if dialect.hook_in == "address":
        text = _("Must stand in the address: this system finds the transaction by it.")
        found = address_fields or {}
        return [Remark("lost", name, text) for name, value in hook_fields.items() if found.get(name) != value]
    for name, value in hook_fields.items():
        if posted.get(name.lower()) == value:
            continue
        if name.lower() not in in_address:
            text = _("This parameter of the return address did not come back.")
            remarks.append(Remark("wrong", name, text))
        elif dialect.hook_in == "body" and name.lower() not in posted:
            text = _("Came back in the address only; SAP's ITS reads the posted fields.")
            remarks.append(Remark("wrong", name, text))
    for name, value in dialect.its_fields:
        if name.lower() in {"~okcode", "~caller"} and posted.get(name.lower()) != value:
            text = _("The launch sent %(value)s and it must come back unchanged.") % {"value": value}
            remarks.append(Remark("wrong", name, text))
    return remarks


def _foreign_fields(others: list[tuple[str, str]], hook_fields: Mapping[str, str]) -> list[Remark]:
    known = ECHOED | {name.lower() for name in hook_fields}
    text = _("Not a field of OCI and not a parameter of the return address; SAP ignores it.")
    names = dict.fromkeys(name for name, _value in others)
    return [
        Remark("note", name[:80], text)
        for name in names
        if name.lower() not in known and not name.upper().startswith(HEADER_PREFIX)
    ]
