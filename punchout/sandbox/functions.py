"""What a procurement system can ask of a catalog beside opening it, by protocol.

OCI 4.0 and 5.0, FUNCTION; IDS-Connect 2.5, actions; cebeoXML 2.0.0, requests; cXML, SelectedItem and
ProfileRequest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from django.utils.translation import gettext_lazy as _

from punchout.sandbox.dialects import Protocol, Text

Need = Literal["product", "quantity", "search"]


@dataclass(frozen=True, kw_only=True)
class Function:
    """One function: what it needs, and whether the buyer's browser or his server calls it."""

    name: str
    caller: Literal["browser", "server"]
    needs: tuple[Need, ...] = ()
    text: Text


FUNCTIONS: Mapping[Protocol, tuple[Function, ...]] = MappingProxyType(
    {
        "oci": (
            Function(
                name="DETAIL",
                caller="browser",
                needs=("product",),
                text=_("The page of an article, only to look at."),
            ),
            Function(
                name="DETAILADD",
                caller="browser",
                needs=("product",),
                text=_("The page of an article, to order it."),
            ),
            Function(
                name="SOURCING",
                caller="browser",
                needs=("search",),
                text=_("The catalog with a search already made."),
            ),
            Function(
                name="VALIDATE",
                caller="browser",
                needs=("product", "quantity"),
                text=_("Today's price of an article, without a page to see."),
            ),
            Function(
                name="BACKGROUND_SEARCH",
                caller="server",
                needs=("search",),
                text=_("The hits of a search across catalogs."),
            ),
            Function(
                name="QUANTITYCHECK",
                caller="server",
                needs=("product", "quantity"),
                text=_("Whether a quantity is in stock."),
            ),
            Function(name="DOWNLOADJSON", caller="server", text=_("The first page of the whole catalog.")),
        ),
        "cxml": (
            Function(
                name="SelectedItem",
                caller="browser",
                needs=("product",),
                text=_("The page of an article, to order it."),
            ),
            Function(
                name="ProfileRequest",
                caller="server",
                text=_("Which requests the catalog takes, where, and with which options."),
            ),
        ),
        "ids": (
            Function(
                name="ADL",
                caller="browser",
                needs=("product",),
                text=_("The page of an article, to order it."),
            ),
            Function(
                name="AS",
                caller="browser",
                needs=("search",),
                text=_("The catalog with a search already made."),
            ),
            Function(name="LI", caller="server", text=_("Which credentials a launch has to bring.")),
            Function(name="SV", caller="server", text=_("Which versions of IDS-Connect the catalog speaks.")),
        ),
        "oraclexml": (
            Function(
                name="searchKeywords",
                caller="browser",
                needs=("search",),
                text=_("The catalog with a search already made."),
            ),
        ),
        "peppol": (),
        "cebeoxml": (
            Function(
                name="Order/Get",
                caller="server",
                text=_("Fetches the open order: the cart that the buyer filled."),
            ),
            Function(name="Order/Delete", caller="server", text=_("Empties the open order.")),
            Function(
                name="Article/Get",
                caller="server",
                needs=("product",),
                text=_("Net price and stock of an article."),
            ),
            Function(
                name="Article/Search",
                caller="server",
                needs=("search",),
                text=_("Net prices and stock of what a search finds."),
            ),
        ),
    }
)


def find_function(protocol: Protocol, name: str) -> Function | None:
    return next((function for function in FUNCTIONS[protocol] if function.name == name), None)


def needs_of(protocol: Protocol) -> frozenset[Need]:
    """All that the functions of this protocol ask the buyer for."""
    return frozenset(need for function in FUNCTIONS[protocol] for need in function.needs)
