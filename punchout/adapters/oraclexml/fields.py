"""How long the elements of an Oracle order line may be, by route."""

from collections.abc import Mapping

from punchout.adapters.oraclexml.options import Route

# Characters by element and route; an element that is not listed has no known limit.
DIRECT = {
    "itemID": 25,
    "supplierReferenceNumber": 255,
    "manufacturerItemID": 30,
    "manufacturerName": 30,
    "supplierUOMType": 80,
    "categoryCode": 80,
    "itemDescription": 240,
}
LENGTHS: dict[Route, Mapping[str, int]] = {
    "direct": DIRECT,
    "exchange": DIRECT
    | {
        "itemID": 740,
        "manufacturerItemID": 740,
        "manufacturerName": 255,
        "supplierUOMType": 3,
        "categoryCode": 250,
    },
    "fusion": DIRECT | {"itemID": 300},
}
# Decimals of unitPrice.
MOST_DECIMALS = 10
