"""What a CIF does not say of itself."""

from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from catalog.imports.registry import ReaderOptions


class CifOptions(ReaderOptions):
    """How one supplier's CIF is read."""

    unit_price: Literal["list", "net"] = Field(
        "list",
        title=str(_("Unit Price is")),
        description=str(_("The list price, or the net price of the profile's customer.")),
    )
    market_price: Literal["ignore", "list"] = Field(
        "ignore",
        title=str(_("Market Price is")),
        description=str(_("Where Unit Price is a net price, Market Price often is the list price.")),
    )
