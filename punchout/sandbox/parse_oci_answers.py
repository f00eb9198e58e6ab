"""Reads what OCI functions answer to SAP's server: a page of hits, a catalog as JSON, a stock check.

OCI 4.0, BACKGROUND_SEARCH; OCI 5.0, DOWNLOADJSON. No text on the answer of QUANTITYCHECK was found: whatever
JSON object comes is shown as it is. Never raises for what a shop answers.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from punchout.sandbox.dialects import OciDialect
from punchout.sandbox.form_body import looks_like_page, read_page
from punchout.sandbox.parse_oci import read_return
from punchout.sandbox.received import Line, ReceivedCart, Remark

_SHOWN = 200_000
# NEWITEM without one of them is left out of SAP's index without a word.
NEEDED = ("EXT_PRODUCT_ID", "DESCRIPTION", "PRICE", "CURRENCY", "UNIT")


def read_answer(function: str, raw: bytes, content_type: str, dialect: OciDialect) -> ReceivedCart:
    """The lines in the answer, which are offers and no cart; outcome ``answered`` or ``unreadable``."""
    if function == "BACKGROUND_SEARCH":
        return _read_hits(raw, content_type, dialect)
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError):
        return _unreadable(raw, _("The answer is not JSON."))
    if not isinstance(document, dict):
        return _unreadable(raw, _("The answer is not a JSON object."))
    shown = json.dumps(document, indent=2, ensure_ascii=False)[:_SHOWN]
    if function == "DOWNLOADJSON":
        return _read_catalog(document, shown)
    facts = tuple((str(name)[:60], str(value)[:200]) for name, value in list(document.items())[:50])
    return ReceivedCart(outcome="answered", document=shown, extra_fields=facts, encoding="json")


def _unreadable(raw: bytes, text: str) -> ReceivedCart:
    remark = Remark("lost", "answer", text)
    return ReceivedCart(
        outcome="unreadable", remarks=(remark,), document=raw[:_SHOWN].decode("utf-8", "replace")
    )


def _read_hits(raw: bytes, content_type: str, dialect: OciDialect) -> ReceivedCart:
    if not looks_like_page(raw, content_type):
        return _unreadable(raw, _("The answer is not a page."))
    if read_page(raw, content_type, dialect.charset, "NEW_ITEM-") is None:
        return ReceivedCart(outcome="answered", document=raw[:_SHOWN].decode("utf-8", "replace"))
    found = read_return(raw, content_type, dialect)
    remarks = [
        remark
        for remark in found.remarks
        # SAP's server reads the page and posts nothing, so it needs no parameter of an address back.
        if remark.field in {"http_content_charset", "form"}
    ]
    if b"<script" in raw.lower():
        remarks.append(
            Remark("wrong", "script", _("The page has a script; SAP's server runs none and reads on."))
        )
    return ReceivedCart(
        outcome="answered",
        lines=found.lines,
        remarks=tuple(remarks),
        currency=found.currency,
        encoding=dialect.charset,
        document=found.document,
    )


def _read_catalog(document: dict[str, Any], shown: str) -> ReceivedCart:
    items = document.get("Items")
    remarks = []
    if not isinstance(items, list):
        remarks.append(Remark("lost", "Items", _("Missing; nothing is indexed.")))
        items = []
    for name in ("CURRENTPAGE", "TOTALPAGES", "TOTALITEMS", "TRANSACTIONID"):
        if document.get(name) in (None, ""):
            remarks.append(Remark("wrong", name, _("Missing; the next page cannot be asked for.")))
    lines = tuple(_catalog_line(number, item) for number, item in enumerate(items, start=1))
    facts = tuple(
        (name, str(document[name])[:80])
        for name in ("CURRENTPAGE", "TOTALPAGES", "TOTALITEMS", "TRANSACTIONID")
        if name in document
    )
    return ReceivedCart(
        outcome="answered",
        lines=lines,
        remarks=tuple(remarks),
        currency=next((line.currency for line in lines if line.currency), ""),
        encoding="json",
        document=shown,
        extra_fields=facts,
    )


def _catalog_line(number: int, item: Any) -> Line:
    entry = item.get("NEWITEM", {}) if isinstance(item, dict) else {}
    entry = entry if isinstance(entry, dict) else {}
    remarks = [
        Remark("lost", name, _("Missing; the article is left out of the index."))
        for name in NEEDED
        if entry.get(name) in (None, "", [])
    ]
    price, price_unit = _number(entry.get("PRICE")), _number(entry.get("PRICE_QUANTITY"))
    if price is None and entry.get("PRICE") not in (None, ""):
        remarks.append(Remark("lost", "PRICE", _("Not a number.")))
    unit = str(entry.get("UNIT") or "")
    if len(unit) > 3:
        remarks.append(Remark("lost", "UNIT", _("Longer than 3 characters; the article is left out.")))
    lead_time = entry.get("LEADTIME")
    return Line(
        number=number,
        part_id=str(entry.get("EXT_PRODUCT_ID") or "")[:100],
        description=_text(entry.get("DESCRIPTION")),
        quantity=_number(entry.get("MINORDER_QTY")) or Decimal(1),
        unit=unit,
        price=price,
        price_unit=price_unit if price_unit and price_unit > 0 else Decimal(1),
        currency=str(entry.get("CURRENCY") or "")[:10],
        lead_time="" if lead_time is None else str(lead_time)[:10],
        fields=tuple((str(name)[:60], str(value)[:300]) for name, value in list(entry.items())[:40]),
        remarks=tuple(remarks),
    )


def _text(descriptions: Any) -> str:
    if not isinstance(descriptions, list):
        return str(descriptions or "")[:300]
    texts = [str(entry.get("description", "")) for entry in descriptions if isinstance(entry, dict)]
    return next((text for text in texts if text), "")[:300]


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
