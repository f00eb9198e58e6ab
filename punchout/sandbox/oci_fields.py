"""The fields of an OCI return as SAP's table has them, and how SAP reads a number in one.

OCI 4.0 (November 2003) and 5.0, field table; 2.0 and 3.0 differ in the lengths named below.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

# Of a quantity or price.
SAP_DECIMALS = 3
# Longest value in characters (CHAR n), OCI 4.0 and 5.0.
LENGTHS: dict[str, int] = {
    "DESCRIPTION": 40,
    "MATNR": 40,
    "QUANTITY": 15,
    "UNIT": 3,
    "PRICE": 15,
    "CURRENCY": 5,
    "PRICEUNIT": 5,
    "LEADTIME": 5,
    "VENDOR": 10,
    "VENDORMAT": 40,
    "MANUFACTCODE": 10,
    "MANUFACTMAT": 40,
    "MATGROUP": 10,
    "SERVICE": 1,
    "CONTRACT": 10,
    "CONTRACT_ITEM": 5,
    "EXT_QUOTE_ID": 35,
    "EXT_QUOTE_ITEM": 10,
    "EXT_PRODUCT_ID": 40,
    "ATTACHMENT": 255,
    "ATTACHMENT_TITLE": 255,
    "ATTACHMENT_PURPOSE": 1,
    "EXT_SCHEMA_TYPE": 10,
    "EXT_CATEGORY_ID": 60,
    "EXT_CATEGORY": 40,
    "SLD_SYS_NAME": 60,
    "CUST_FIELD1": 10,
    "CUST_FIELD2": 10,
    "CUST_FIELD3": 10,
    "CUST_FIELD4": 20,
    "CUST_FIELD5": 50,
}
# What a version has otherwise; PRICEUNIT shrank from 9 to 5 when the material numbers grew.
_OLDER = {"MATNR": 18, "VENDORMAT": 22, "PRICEUNIT": 9}
LENGTHS_BY_VERSION: dict[str, dict[str, int]] = {
    "2.0": {**LENGTHS, **_OLDER},
    "3.0": {**LENGTHS, **_OLDER},
    "3.5": LENGTHS,
    "4.0": LENGTHS,
    "5.0": {**LENGTHS, "ITEM_TYPE": 1, "PARENT_ID": 5},
}
# A field on the left is only understood together with the one on the right.
DEPENDS_ON: dict[str, str] = {
    "CONTRACT_ITEM": "CONTRACT",
    "EXT_QUOTE_ITEM": "EXT_QUOTE_ID",
    "EXT_CATEGORY_ID": "EXT_SCHEMA_TYPE",
    "EXT_CATEGORY": "EXT_SCHEMA_TYPE",
    "ATTACHMENT_TITLE": "ATTACHMENT",
    "ATTACHMENT_PURPOSE": "ATTACHMENT",
}
# Names outside NEW_ITEM- that belong in a return form (lower case); the catalog echoes them.
ECHOED = frozenset(
    {"~okcode", "~target", "~caller", "~forcetarget", "~xmldocument", "~xml_type", "_charset_"}
)
# Meplato pages its search results with these, a dialect that several suppliers send.
HEADER_PREFIX = "HEADER-"

_PLAIN = re.compile(r"(\d{1,11})(?:\.(\d{1,3}))?\Z")
_LENIENT = re.compile(r"-?\d+(?:\.\d+)?\Z")


@dataclass(frozen=True)
class Number:
    """A number as leniently understood, and what is wrong with the way it is written.

    ``flaws`` holds: empty, comma, thousands, sign, blanks, decimals, digits, padded, unreadable.
    """

    value: Decimal | None
    flaws: frozenset[str]


def read_number(text: str) -> Number:
    """The value of an OCI number (11.3: eleven digits, a dot, three decimals), however it is written."""
    flaws: set[str] = set()
    stripped = text.strip()
    if not stripped:
        return Number(None, frozenset({"empty"}))
    if stripped != text:
        flaws.add("blanks")
    candidate = stripped.replace("\u00a0", "").replace(" ", "")
    if candidate != stripped:
        flaws.add("thousands")
    if "," in candidate:
        flaws.add("comma")
        if "." in candidate:
            flaws.add("thousands")
        if candidate.rfind(",") > candidate.rfind("."):
            candidate = candidate.replace(".", "").replace(",", ".", 1)
        else:
            candidate = candidate.replace(",", "")
    if candidate[:1] in "+-":
        flaws.add("sign")
        candidate = candidate.removeprefix("+")
    if not _LENIENT.match(candidate) or len(candidate) > 24:
        return Number(None, frozenset(flaws | {"unreadable"}))
    try:
        value = Decimal(candidate)
    except InvalidOperation:
        return Number(None, frozenset(flaws | {"unreadable"}))
    whole, _dot, decimals = candidate.lstrip("-").partition(".")
    if len(whole.lstrip("0")) > 11:
        flaws.add("digits")
    if len(decimals) > 3:
        flaws.add("decimals")
    if len(whole) > 1 and whole.startswith("0"):
        flaws.add("padded")
    return Number(value, frozenset(flaws))


def is_plain(text: str) -> bool:
    """Whether SAP's own reading (11.3 with a dot) takes this as it stands."""
    return bool(_PLAIN.match(text))
