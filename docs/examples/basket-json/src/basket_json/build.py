"""Everything that we send: the answer to a launch, a refusal, and the basket in its form.

Basket JSON 1.0, "Answer", "Refusal" and "Basket" (see README.md). Amounts and quantities are texts, so that
no reader makes binary fractions of them.
"""

import json
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

from django.utils.html import strip_tags
from django.utils.text import Truncator

from basket_json.launch import ConnectionClosed
from basket_json.options import BasketOptions
from basket_json.outgoing import OWN
from punchout.documents import Answer, InboundMessage, ReturnForm, ReturnLine
from punchout.errors import (
    AuthenticationFailed,
    Conflict,
    MessageInvalid,
    MessageTooLarge,
    OperationUnsupported,
    PunchoutError,
    RateLimited,
)
from punchout.services import START_TOKEN_LIFE
from punchout.wire import REDACTED

CONTENT_TYPE = "application/json; charset=utf-8"
# HTTP status and code of a refusal by kind of error. The first class that fits.
REFUSALS: tuple[tuple[type[PunchoutError], int, str], ...] = (
    (ConnectionClosed, 403, "inactive"),
    (AuthenticationFailed, 401, "credentials"),
    (MessageTooLarge, 413, "too-large"),
    (RateLimited, 429, "too-many"),
    (Conflict, 409, "conflict"),
    (OperationUnsupported, 405, "method"),
    (MessageInvalid, 400, "invalid"),
)
OTHER = (400, "refused")
FAULT = (500, "fault")
# Unicode categories that no reader sees and that can turn around what he reads.
NOT_TEXT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def start_document(start_url: str) -> str:
    """The answer to a launch: the address that the buyer's browser opens, and for how many seconds."""
    return _json({"startUrl": start_url, "validSeconds": int(START_TOKEN_LIFE.total_seconds())})


def accepted(document: str) -> Answer:
    """The answer, which the wire log must not keep: the address opens a session."""
    return Answer(201, document.encode(), CONTENT_TYPE, log_body=start_document(REDACTED))


def refusal(inbound: InboundMessage, error: PunchoutError | None) -> Answer:
    """Why it was refused, what to correct, and the number of the message in the wire log."""
    status, code = FAULT
    text = "Something went wrong on our side. It was recorded; please try again."
    if error is not None:
        found = ((status, code) for kind, status, code in REFUSALS if isinstance(error, kind))
        status, code = next(found, OTHER)
        text = error.message
    reason: dict[str, Any] = {"code": code, "message": text, "reference": inbound.record.pk}
    if isinstance(error, MessageInvalid) and error.path:
        reason["path"] = error.path
    headers = {"Allow": "POST"} if status == 405 else {}
    return Answer(status, _json({"error": reason}).encode(), CONTENT_TYPE, headers)


def basket_form(*, return_url: str, state: str, basket: dict[str, Any], options: BasketOptions) -> ReturnForm:
    """The form with its one field: ``basket``, and the state of the launch as it came."""
    return ReturnForm(
        action=return_url,
        fields=((options.basket_field, _json({**basket, "state": state})),),
        target=options.target,
    )


def basket(
    lines: tuple[ReturnLine, ...], basket_id: str, unit: Callable[[str], str], options: BasketOptions
) -> dict[str, Any]:
    """The basket with its lines; ``unit`` gives the buyer's word for a unit code of the catalog."""
    return {
        "status": "basket",
        "basketId": basket_id,
        "currency": lines[0].currency,
        "total": _number(sum((line.total for line in lines), Decimal(0))),
        "lines": [_line(line, unit(line.unit), options) for line in lines],
    }


def _line(line: ReturnLine, unit: str, options: BasketOptions) -> dict[str, Any]:
    name = line.sent("name", plain(line.name).replace("\n", " ")) or line.sku
    always = {
        "lineId": line.token,
        "sku": line.sent("sku", line.sku),
        "name": Truncator(name).chars(options.name_length),
        "quantity": _number(line.quantity),
        "unit": unit,
        "price": _number(line.price),
        "priceUnit": line.price_unit,
        "total": _number(line.total),
        "leadTimeDays": line.lead_time_days,
    }
    known = {
        "description": line.sent("description", plain(line.description)),
        "brand": line.sent("brand", plain(line.brand)),
        "manufacturerPartNumber": line.manufacturer_part_number,
        "gtin": line.gtin,
        "unspsc": line.sent("unspsc", line.unspsc),
        "yourSku": line.buyer_part_number,
        "agreement": line.sent("agreement", line.agreement),
        **{name: text for name, text in line.mapped.items() if name.startswith(OWN)},
    }
    return always | {key: value for key, value in known.items() if value}


def plain(text: str) -> str:
    """Text without markup and control characters; its lines stay lines."""
    lines = (_visible(line) for line in unescape(strip_tags(text)).splitlines())
    return "\n".join(line for line in lines if line)


def _visible(line: str) -> str:
    kept = (char for char in line.expandtabs(1) if unicodedata.category(char) not in NOT_TEXT)
    return " ".join("".join(kept).split())


def _number(value: Decimal) -> str:
    return f"{value:f}"


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
