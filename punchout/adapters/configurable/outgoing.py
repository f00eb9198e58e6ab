"""What a connection's mapping can fill: the fields that its options name, or the values of its document."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from punchout.adapters.configurable.options import NUMBER, ConfigurableOptions
from punchout.adapters.configurable.templates import pairs_of
from punchout.adapters.configurable.values import CART_VALUES, LINE_VALUES, NUMBERS
from punchout.adapters.outgoing import FieldTable, FreeFields, OutgoingField, Place, Role

# In front of a value of the document: ``document line.sku``, ``document total``.
DOCUMENT = "document "
LINE = "line."
TRUTH = ("true", "false")
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_WORD = re.compile(r"(?<![\w.\"'])[a-z_]+(?:\.[a-z_]+)?")
_KINDS: Mapping[str, Mapping[str, Any]] = {
    "total": {"kind": "number", "required": True},
    "line_count": {"kind": "number", "required": True},
    "date": {"kind": "date", "required": True},
    "test": {"kind": "code", "choices": TRUTH, "required": True},
}
REQUIRED = frozenset(("sku", "quantity"))
ROLES: dict[str, Role] = {"unit": "unit", "currency": "currency", "quantity": "quantity"}
LINE_FIELD, CART_FIELD = _("field of a line"), _("field of the cart")
# Only names that can be written into the options as well; one with the number is of a line.
OF_LINE = FreeFields(r"[^=\s][^=]*\{n\}[^=]*", LINE_FIELD, f"items[{NUMBER}][cost_centre]")
OF_CART = FreeFields(r"(?!document )(?!.*\{n\})[^=\s][^=]{0,119}", CART_FIELD, "cost_centre", of="cart")


def field_table(options: ConfigurableOptions) -> FieldTable:
    """The fields by their names in the form; of a document its values, by their names in the template."""
    if options.return_as == "fields":
        fields = [*_named(options.header_fields, "cart"), *_named(options.line_fields, "line")]
        return FieldTable(fields, (OF_LINE, OF_CART))
    values = list(_spoken_of(options.document_template))
    if options.return_as == "body":  # nothing is sent beside it
        return FieldTable(values)
    return FieldTable([*_named(options.header_fields, "cart"), *values], (OF_CART,))


def _named(entries: Sequence[str], of: Place) -> Iterator[OutgoingField]:
    pairs = list(pairs_of(entries))
    held = {value for _name, value in pairs}
    for name, value in pairs:
        label = LINE_FIELD if of == "line" else CART_FIELD
        yield _field(name, value, of, label, by_price_unit="price_unit" in held)


def _spoken_of(template: str) -> Iterator[OutgoingField]:
    """The values of cart and line that a document has; it has to stay one, so a number is never empty."""
    tags = " ".join(_TAG.findall(template))
    for value in dict.fromkeys(_WORD.findall(tags)):
        name = value.removeprefix(LINE)
        if value in CART_VALUES:
            yield OutgoingField(DOCUMENT + value, CART_FIELD, of="cart", **_KINDS.get(value, {}))
        elif name != value and name in LINE_VALUES:
            field = _field(
                DOCUMENT + value, name, "line", LINE_FIELD, by_price_unit="line.price_unit" in tags
            )
            yield replace(field, required=field.required or field.kind == "number")


def _field(name: str, value: str, of: Place, label: Promise, *, by_price_unit: bool = False) -> OutgoingField:
    if of == "cart":
        return OutgoingField(name, label, of="cart")
    if value not in LINE_VALUES:
        return OutgoingField(name, label)
    # Of two prices the one that goes with the price unit is what the buyer's system calculates with.
    priced: dict[str, Role] = (
        {"price": "price", "price_unit": "price unit"} if by_price_unit else {"unit_price": "price"}
    )
    return OutgoingField(
        name,
        label,
        kind="number" if value in NUMBERS else "text",
        value=f"{LINE}{value}",
        required=value in REQUIRED,
        role={**ROLES, **priced}.get(value, ""),
    )
