"""What the buyer's system said of the order: sent back with the cart, and kept with an order placed here.

IDS-Connect 2.0 and 2.5, ``OrderInfo`` and ``DeliveryPlaceInfo``. A connection's mapping wins over what came.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from punchout.adapters.ids.fields import ADDRESS, IDENTITY_LENGTH, NUMBERS, REMARKS, SHIPMENTS
from punchout.documents import OrderDetails

DELIVERY = ("DeliveryDate", "DeliveryWeek", "DeliveryYear")
PICKUP = SHIPMENTS[1]
_LENGTHS: Mapping[str, int] = {"IDNo": IDENTITY_LENGTH, **ADDRESS}
# Parts of an address that stand together on one line; the identity is the client's own number of the place.
_ADDRESS_LINES = (
    ("Name1",), ("Name2",), ("Name3",), ("Name4",), ("Street",), ("PCode", "City"), ("Country",),
    ("Contact", "Phone", "Fax", "Email"), ("ILN",), ("IDNo",),
)  # fmt: skip
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_WEEK, _YEAR = re.compile(r"[0-9]{1,3}\Z"), re.compile(r"[0-9]{4}\Z")
_NAMED = {"ILN": "ILN/GLN", "IDNo": "ID"}


def order_fields(echo: Mapping[str, Any], mapped: Mapping[str, str]) -> dict[str, str]:
    """The fields of ``OrderInfo`` as they go back."""
    sent = dict(echo.get("order") or {})
    if any(name in mapped for name in DELIVERY):
        # One of day and week is sent: what is mapped stands in place of either.
        sent = {name: text for name, text in sent.items() if name not in DELIVERY}
    return {**sent, **mapped}


def party_fields(
    party: str, sent: Mapping[str, Mapping[str, str]], mapped: Mapping[str, str]
) -> dict[str, str]:
    """Identity and address of one party, as long as the schema lets them be."""
    own = sent.get(party, {})
    return {
        part: text[:length]
        for part, length in _LENGTHS.items()
        if (text := mapped.get(f"{party} {part}", own.get(part, "")))
    }


def order_details(echo: Mapping[str, Any], mapped: Mapping[str, str]) -> OrderDetails:
    """The same as the order keeps it: what the returned cart says and what is ordered never differ."""
    fields = order_fields(echo, mapped)
    # Cut as they go back: a mapping may give more than the schema takes.
    said = {name: fields.get(name, "")[:length] for name, length in {**NUMBERS, **REMARKS}.items()}
    day, week = fields.get("DeliveryDate", ""), fields.get("DeliveryWeek", "")
    place = party_fields("DeliveryPlaceInfo", echo.get("parties") or {}, mapped)
    return OrderDetails(
        commission=said["Kommission"],
        inquiry_number=said["InquiryNo"],
        offer_number=said["OfferNo"],
        part_number=said["PartNo"],
        remark=said["ZusatzText"],
        requested_day=day if is_day(day) else "",
        requested_week="" if day else _week(week, fields.get("DeliveryYear", "")),
        pickup=fields.get("ModeOfShipment") == PICKUP,
        delivery_address="\n".join(_lines(place)),
    )


def is_day(text: str) -> bool:
    """Whether the text is a day as the schema writes it, and there is such a day."""
    try:
        return bool(_DAY.match(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _week(week: str, year: str) -> str:
    """``2026-W48``; a week without a year is one of this year, as it goes back; empty: no such week."""
    year = year or str(timezone.localdate().year)
    if not (_WEEK.match(week) and 1 <= int(week) <= 53 and _YEAR.match(year)):
        return ""
    return f"{year}-W{int(week):02}"


def _lines(place: Mapping[str, str]) -> Iterator[str]:
    for parts in _ADDRESS_LINES:
        texts = [
            f"{_NAMED[part]} {place[part]}" if part in _NAMED else place[part]
            for part in parts
            if part in place
        ]
        if texts:
            yield (", " if len(parts) > 2 else " ").join(texts)
