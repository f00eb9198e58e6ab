"""A launch out of its bytes, complete or refused; and as text for the wire log, without its secret.

Basket JSON 1.0, "Launch" (see README.md). UTF-8 as RFC 8259 wants it; a name that is there twice is refused,
because two readers would not agree on which one counts.
"""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from punchout.documents import InboundMessage, RequestedItem, Shopper
from punchout.errors import MessageInvalid, MessageUnreadable, OperationUnsupported
from punchout.wire import REDACTED

LONGEST_TEXT = 4000
LARGEST_QUANTITY = Decimal("99999999.999")
THREE_DECIMALS = Decimal("0.001")
KNOWN = frozenset(
    {"messageId", "user", "secret", "returnUrl", "language", "buyer", "state", "basket"},
)
# No database and no other system stores these: NUL, and halves of a character.
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")
# secret is the specification's; the others are what somebody may call it by mistake.
_SECRET_NAME = re.compile(r"secret|passw|pwd|token|apikey|authorization", re.IGNORECASE)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Launch:
    """What was sent; only its shape was looked at. ``secret`` is exact, the other texts are trimmed."""

    message_id: str
    user: str
    secret: str
    return_url: str
    language: str
    shopper: Shopper
    state: str
    basket: tuple[RequestedItem, ...]
    notes: tuple[str, ...]


def read_launch(inbound: InboundMessage) -> Launch:
    """The launch; ``MessageUnreadable`` when it is no JSON object, ``MessageInvalid`` names a wrong value."""
    if inbound.method != "POST":
        raise OperationUnsupported("Send the launch by POST.")
    document = read_document(inbound.body)
    buyer = _object(document, "buyer")
    notes: list[str] = []
    if unknown := sorted(document.keys() - KNOWN):
        notes.append(f"Not read: {', '.join(repr(name[:40]) for name in unknown[:10])}.")
    return Launch(
        message_id=_text(document, "messageId"),
        user=_text(document, "user"),
        secret=_exact(document, "secret"),
        return_url=_exact(document, "returnUrl"),
        language=_text(document, "language"),
        shopper=Shopper(
            identifier=_text(buyer, "id", "buyer."),
            name=_text(buyer, "name", "buyer."),
            email=_text(buyer, "email", "buyer."),
        ),
        state=_text(document, "state"),
        basket=tuple(_item(entry, number, notes) for number, entry in enumerate(_basket(document), start=1)),
        notes=tuple(notes),
    )


def read_document(body: bytes) -> Document:
    """The body as JSON object, its numbers exact; ``MessageUnreadable`` otherwise."""
    try:
        document = json.loads(
            body.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_int=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_each_name_once,
        )
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise MessageUnreadable("The body is not valid JSON in UTF-8.", detail=str(error)[:200]) from None
    if not isinstance(document, dict):
        raise MessageUnreadable("The body is not a JSON object.")
    return document


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _each_name_once(pairs: list[tuple[str, Any]]) -> Document:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError("a name is there twice")
    return names


def _exact(values: Document, name: str, where: str = "") -> str:
    value = values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise MessageInvalid(f"{where}{name} is not a text.", path=where + name)
    if len(value) > LONGEST_TEXT or _UNUSABLE.search(value):
        raise MessageInvalid(
            f"{where}{name} is too long, or has a character without a meaning.", path=where + name
        )
    return value


def _text(values: Document, name: str, where: str = "") -> str:
    return _exact(values, name, where).strip()


def _object(values: Document, name: str) -> Document:
    value = values.get(name) or {}
    if not isinstance(value, dict):
        raise MessageInvalid(f"{name} is not an object.", path=name)
    return value


def _basket(values: Document) -> list[Any]:
    value = values.get("basket") or []
    if not isinstance(value, list):
        raise MessageInvalid("basket is not a list.", path="basket")
    return value


def _item(entry: Any, number: int, notes: list[str]) -> RequestedItem:
    where = f"basket[{number}]"
    if not isinstance(entry, dict):
        raise MessageInvalid(f"{where} is not an object.", path=where, line=number)
    sku = _text(entry, "sku", f"{where}.")
    if not sku:
        raise MessageInvalid(f"{where} has no sku.", path=where, line=number)
    return RequestedItem(
        sku=sku,
        quantity=_quantity(entry.get("quantity"), where, number, notes),
        token=_text(entry, "lineId", f"{where}."),
        description=_text(entry, "name", f"{where}."),
    )


def _quantity(value: Any, where: str, number: int, notes: list[str]) -> Decimal:
    """More than zero; a text is understood too, and more than three decimals are rounded."""
    try:
        quantity = Decimal(value if isinstance(value, str | Decimal) else "")
    except ArithmeticError:
        raise MessageInvalid(f"{where}.quantity is not a number.", path=where, line=number) from None
    if not quantity.is_finite() or not THREE_DECIMALS <= quantity <= LARGEST_QUANTITY:
        raise MessageInvalid(f"{where}.quantity is not a quantity.", path=where, line=number)
    rounded = quantity.quantize(THREE_DECIMALS)
    if rounded != quantity:
        notes.append(f"{where}: the quantity was rounded to {rounded}.")
    return rounded


def redacted_body(body: bytes) -> str:
    """The launch with every secret replaced; what cannot be searched for secrets is not kept."""
    if not body:
        return ""
    try:
        document = json.loads(body.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return f"[{len(body)} bytes not kept: not JSON]"
    text = json.dumps(_without_secrets(document), ensure_ascii=False, indent=2)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: REDACTED if _SECRET_NAME.search(name) else _without_secrets(inner)
            for name, inner in value.items()
        }
    return [_without_secrets(inner) for inner in value] if isinstance(value, list) else value
