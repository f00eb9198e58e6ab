"""Under which identity a buyer's network knows us, and where its users punch out to.

This room does not know connections: whoever does registers a source.
"""

from collections.abc import Callable
from typing import NamedTuple

from catalog.exports.errors import ExportRefused
from customers.models import Organisation


class Supplier(NamedTuple):
    """``domain`` and ``identity`` as in a cXML credential; ``path`` of the punch-out address, from the root.

    ``unit`` turns a unit of the catalog into the one this buyer's system reads in a cart.
    """

    domain: str
    identity: str
    path: str
    default_unspsc: str = ""
    unit: Callable[[str], str] = str


Source = Callable[[Organisation], Supplier | None]
_sources: list[Source] = []


def register_source(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def supplier_for(organisation: Organisation) -> Supplier:
    """What the first source says that knows this customer; raises ``ExportRefused``."""
    for source in _sources:
        found = source(organisation)
        if found is not None:
            return found
    raise ExportRefused(
        "A level-2 catalog needs an active cXML connection of this customer with a To credential: "
        "it says under which identity his network knows us."
    )


def punchout_url(supplier: Supplier, origin: str) -> str:
    """The whole address; raises ``ExportRefused`` when it is not known on which host we are."""
    if not origin:
        raise ExportRefused("A level-2 catalog needs the address of the shop: set PUBLIC_URL.")
    return origin + supplier.path
