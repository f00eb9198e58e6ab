"""What the HEADER says for every article: languages, currency, buyer, where the pictures are."""

from dataclasses import dataclass

from catalog.imports.formats.bmecat.nodes import Node, child, child_text, children, text
from catalog.imports.formats.bmecat.options import BmecatOptions
from catalog.imports.registry import Reading
from catalog.imports.values import language


@dataclass(frozen=True, slots=True)
class Header:
    catalog: str = ""
    version: str = ""
    language: str = ""  # of texts that do not say theirs
    languages: tuple[str, ...] = ()
    currency: str = ""
    mime_root: str = ""
    buyer: str = ""
    etim: str = ""  # version of ETIM's guideline that it says to follow


def read_header(node: Node | None, reading: Reading, options: BmecatOptions) -> Header:
    """The profile fills in what is missing; only its customer and ``mime_root`` win over the file."""
    catalog = child(node, "CATALOG")
    spoken: dict[str, bool] = {}
    for each in children(catalog, "LANGUAGE"):
        code = language(text(each))
        if code:
            spoken[code] = each.get("default", "").lower() == "true"
    default = next((code for code, chosen in spoken.items() if chosen), next(iter(spoken), ""))
    extensions = child(node, "USER_DEFINED_EXTENSIONS")
    return Header(
        catalog=child_text(catalog, "CATALOG_ID"),
        version=child_text(catalog, "CATALOG_VERSION"),
        language=default or reading.language,
        languages=tuple(spoken) or (reading.language,),
        currency=child_text(catalog, "CURRENCY").upper() or reading.currency,
        mime_root=options.mime_root or child_text(catalog, "MIME_ROOT"),
        buyer=reading.customer or _buyer(node),
        etim=child_text(extensions, "UDX.EDXF.VERSION"),
    )


def _buyer(node: Node | None) -> str:
    """Our number of the buyer. 2005 names him by BUYER_IDREF, or by BUYER with a PARTY_ID of that type."""
    buyer = child(node, "BUYER")
    if buyer is not None:
        return child_text(buyer, "BUYER_ID", "PARTY_ID")
    return child_text(node, "BUYER_IDREF")
