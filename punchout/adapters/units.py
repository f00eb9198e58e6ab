"""Units on the wire: from the catalog's UN/CEFACT Rec 20 code to the one a buyer's system knows."""

from collections.abc import Mapping

# OCI, NEW_ITEM-UNIT: ISO codes as SAP ships them in T006I; a piece is PCE there, C62 is "one".
OCI_UNITS = {"C62": "PCE"}
# cXML UnitOfMeasure: Ariba, Coupa and Oracle are set up with EA for a piece.
CXML_UNITS = {"C62": "EA"}


def translate_unit(code: str, *tables: Mapping[str, str]) -> str:
    """The code in the first table that has it; a code in none of them stays as it is."""
    return next((table[code] for table in tables if code in table), code)
