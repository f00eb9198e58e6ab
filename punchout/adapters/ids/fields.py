"""The tables of IDS-Connect 2.0 and 2.5: versions, order and length of elements, code lists.

Lengths are characters. The order within each table is that of the schema and is kept when writing; it is
not asked for when reading, because clients get it wrong.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, get_args

NAMESPACE = "http://www.itek.de/Shop-Anbindung/Warenkorb/"

Version = Literal["2.0", "2.5"]
VERSIONS: tuple[Version, ...] = get_args(Version)
OLDEST: Version = "2.0"

# What clients announce, and which of ours they can read. No field of 2.1 to 2.3 is known that 2.0 lacks;
# 2.5.1 replaced the order numbers by ``Referenz`` in what a shop receives, and takes a 2.5 cart back.
SPELLINGS: Mapping[str, Version] = {
    "1.3": "2.0",
    "2": "2.0",
    "2.0": "2.0",
    "2.1": "2.0",
    "2.2": "2.0",
    "2.3": "2.0",
    "2.5": "2.5",
    "2.5.1": "2.5",
}

# OrderInfo, without the order confirmation number, which only a return with an order has.
ORDER_NUMBER, ORDER_NUMBER_LENGTH = "OrderConfNo", 15  # stands behind the others
NUMBERS: Mapping[str, int] = {"InquiryNo": 15, "OfferNo": 15, "PartNo": 15}
# What a Referenz of 2.5.1 is, by its type (UN/EDIFACT 1001), where an older cart has a field for it.
REFERENCE_TYPES: Mapping[str, str] = {"310": "OfferNo"}
REMARKS: Mapping[str, int] = {"ZusatzText": 100, "Kommission": 80}
SHIPMENTS = ("Lieferung", "Abholung")

PARTIES = ("SupplierInfo", "CustomerInfo", "DeliveryPlaceInfo")
IDENTITY_LENGTH = 40  # IDNo
ADDRESS: Mapping[str, int] = {
    "Name1": 40,
    "Name2": 40,
    "Name3": 40,
    "Name4": 40,
    "Street": 40,
    "PCode": 20,
    "City": 40,
    "Country": 40,
    "ILN": 20,
    "Contact": 40,
    "Phone": 20,
    "Fax": 20,
    "Email": 256,
}

CHARACTERS = ("normal", "alternate", "provis")
REFERENCES: Mapping[str, int] = {"Customer": 35, "CustomerSubNo": 35, "Supplier": 35, "SupplierSubNo": 35}
ARTICLE_NUMBER_LENGTH = 15
SHORT_TEXT_LENGTH = 100
UNIT_LENGTH = 4

# UN/CEFACT Rec 20 to the list of IDS-Connect, where they differ. What is in neither goes as it is.
UNITS: Mapping[str, str] = {"C62": "PCE", "H87": "PCE", "EA": "PCE", "NPR": "PR", "KMT": "KTM"}

# The fraction digits of amounts and quantities, and the digits before the point that we write at most.
AMOUNT_DECIMALS = 4
QUANTITY_DECIMALS = 2
LARGEST_AMOUNT = Decimal(10) ** 10
LARGEST_QUANTITY = Decimal(10) ** 13

# Rohstoff: aluminium, lead, chrome, gold, cadmium, copper, magnesium, nickel, plastic, silver, and so on.
METALS = frozenset(("AL", "PB", "CR", "AU", "CD", "CU", "MG", "NI", "PL", "AG", "W", "ZN", "SN"))
# What a Rohstoffanteil says of its metal, in the order of the schema; two of them are units.
METAL_UNITS = frozenset(("Gewichtsanteilseinheit", "Basiseinheit"))
METAL_SHARE = (
    "Gewichtsanteilswert",
    "Gewichtsanteilseinheit",
    "Basiswert",
    "Basiseinheit",
    "Basisnotierung",
    "NotierungAktuell",
)


def agreed_version(sent: str, ceiling: Version) -> tuple[Version, str]:
    """The version to answer in, and what to note: never above the connection's."""
    sent = sent.strip()
    if not sent:
        return OLDEST, f"No version was sent; {OLDEST} is used."
    wanted = SPELLINGS.get(sent)
    if wanted is None:
        return ceiling, f"Version {sent[:10]!r} is not known; {ceiling} is used."
    if wanted > ceiling:
        return ceiling, f"Version {sent} was asked for; this connection is set to {ceiling}."
    return wanted, "" if sent == wanted else f"Version {sent} is answered as {wanted}."
