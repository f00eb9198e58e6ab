"""The fields of a returned OCI line, with their lengths per version (OCI 2.0B, 3.0, 4.0, 5.0).

All are ``NEW_ITEM-<name>[n]`` of type CHAR; lengths are characters. PRICEUNIT shrank from 9 to 5 with 4.0,
MATNR and VENDORMAT grew, so the table hangs on the version that the buyer's system reads.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

Version = Literal["2.0", "3.0", "4.0", "5.0"]
VERSIONS: tuple[Version, ...] = get_args(Version)
DEFAULT_VERSION: Version = "4.0"

# As OCI_VERSION is met in the wild; no text of SAP on 3.5 was found, it is treated as 4.0.
SPELLINGS: dict[str, Version] = {
    "2": "2.0",
    "2.0": "2.0",
    "2.0B": "2.0",
    "3": "3.0",
    "3.0": "3.0",
    "3.5": "4.0",
    "4": "4.0",
    "4.0": "4.0",
    "5": "5.0",
    "5.0": "5.0",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its length per version (in the order of ``VERSIONS``; 0: not in that version).

    A text that is too long is cut at a blank. A code that is too long is left out: cut, it would be the
    code of something else.
    """

    lengths: tuple[int, int, int, int]
    text: bool = False

    def length(self, version: Version) -> int:
        return self.lengths[VERSIONS.index(version)]


#                                    2.0 3.0  4.0  5.0
FIELDS: dict[str, Field] = {
    "DESCRIPTION": Field((40, 40, 40, 40), text=True),
    "MATNR": Field((18, 18, 40, 40)),
    "QUANTITY": Field((15, 15, 15, 15)),
    "UNIT": Field((3, 3, 3, 3)),
    "PRICE": Field((15, 15, 15, 15)),
    "CURRENCY": Field((5, 5, 5, 5)),
    "PRICEUNIT": Field((9, 9, 5, 5)),
    "LEADTIME": Field((5, 5, 5, 5)),
    "VENDOR": Field((10, 10, 10, 10)),
    "VENDORMAT": Field((22, 22, 40, 40)),
    "MANUFACTCODE": Field((10, 10, 10, 10)),
    "MANUFACTMAT": Field((40, 40, 40, 40)),
    "MATGROUP": Field((10, 10, 10, 10)),
    "SERVICE": Field((1, 1, 1, 1)),
    "CONTRACT": Field((10, 10, 10, 10)),
    "CONTRACT_ITEM": Field((5, 5, 5, 5)),
    "EXT_QUOTE_ID": Field((35, 35, 35, 35)),
    "EXT_QUOTE_ITEM": Field((10, 10, 10, 10)),
    "EXT_PRODUCT_ID": Field((40, 40, 40, 40)),
    "ATTACHMENT": Field((255, 255, 255, 255)),
    "ATTACHMENT_TITLE": Field((255, 255, 255, 255), text=True),
    "ATTACHMENT_PURPOSE": Field((1, 1, 1, 1)),
    "EXT_SCHEMA_TYPE": Field((10, 10, 10, 10)),
    "EXT_CATEGORY_ID": Field((60, 60, 60, 60)),
    "EXT_CATEGORY": Field((40, 40, 40, 40), text=True),
    "SLD_SYS_NAME": Field((0, 0, 60, 60)),
    "CUST_FIELD1": Field((0, 0, 10, 10)),
    "CUST_FIELD2": Field((0, 0, 10, 10)),
    "CUST_FIELD3": Field((0, 0, 10, 10)),
    "CUST_FIELD4": Field((0, 0, 20, 20)),
    "CUST_FIELD5": Field((0, 0, 50, 50)),
    "ITEM_TYPE": Field((0, 0, 0, 1)),
    "PARENT_ID": Field((0, 0, 0, 5)),
}
# A field that says nothing on its own, and those of which at least one must stand beside it.
NEEDS: dict[str, tuple[str, ...]] = {
    "PRICE": ("CURRENCY",),
    "PRICEUNIT": ("PRICE",),
    "CONTRACT_ITEM": ("CONTRACT",),
    "EXT_QUOTE_ITEM": ("EXT_QUOTE_ID",),
    "EXT_SCHEMA_TYPE": ("EXT_CATEGORY_ID", "EXT_CATEGORY"),
    "EXT_CATEGORY_ID": ("EXT_SCHEMA_TYPE",),
    "EXT_CATEGORY": ("EXT_SCHEMA_TYPE",),
    "ATTACHMENT_TITLE": ("ATTACHMENT",),
    "ATTACHMENT_PURPOSE": ("ATTACHMENT",),
    "PARENT_ID": ("ITEM_TYPE",),
}
# A dialect's own field (GTIN, TAX_RATE, CUST_FIELD6 …), added by a connection's options: most platforms
# keep 255 characters.
DIALECT_FIELD = Field((255, 255, 255, 255))


# The lengths of each version by name: a cart of 500 lines asks 9,000 times.
LENGTHS: dict[Version, dict[str, int]] = {
    version: {name: field.length(version) for name, field in FIELDS.items()} for version in VERSIONS
}


def fit(name: str, value: str, version: Version) -> str | None:
    """``value`` as it fits the field in that version; ``None``: leave the field out."""
    length = LENGTHS[version].get(name)
    if length is None:
        length = DIALECT_FIELD.length(version)
    if not value or not length:
        return None
    if len(value) <= length:
        return value
    return cut(value, length) if name in FIELDS and FIELDS[name].text else None


def keep_pairs(values: dict[str, str]) -> None:
    """Takes out of one line's fields those whose partner (``NEEDS``) is missing; SAP would drop the line."""
    for name in values.keys() - kept_pairs(tuple(values)):
        del values[name]


# Most lines of a cart have the same fields.
@lru_cache(maxsize=512)
def kept_pairs(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of one line's fields whose partner is there."""
    left = set(names)
    while alone := [name for name, partners in NEEDS.items() if name in left and left.isdisjoint(partners)]:
        left.difference_update(alone)
    return tuple(name for name in names if name in left)


def cut(text: str, length: int) -> str:
    """At most ``length`` characters of a text, ending with a whole word where that keeps most of it."""
    if len(text) <= length:
        return text
    head = text[:length]
    # A comma ends a word only with a blank behind it: 2,5 is one number.
    if text[length] != " " and text[length : length + 2] not in (", ", "; ", ": "):
        words = head.rpartition(" ")[0]
        # One very long word is cut within: a stump says more than nothing.
        head = words if len(words) > length // 2 else head
    return head.rstrip(" ,;:.-/(+&")


def price_unit_limit(version: Version) -> int:
    """The largest PRICEUNIT that fits."""
    return int("9" * FIELDS["PRICEUNIT"].length(version))


def agreed_version(sent: str, ceiling: Version) -> tuple[Version, str]:
    """The version to answer in, and what to note: never above the connection's, below it if asked."""
    wanted = SPELLINGS.get(sent.strip().upper())
    if wanted is None:
        return ceiling, f"OCI_VERSION {sent[:10]!r} is not known; {ceiling} is used." if sent.strip() else ""
    if wanted > ceiling:
        return ceiling, f"OCI_VERSION {wanted} was asked for; this connection is set to {ceiling}."
    return wanted, ""
