"""What a Datanorm file does not say of itself."""

from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from catalog.imports.registry import ReaderOptions


class DatanormOptions(ReaderOptions):
    """How one supplier's Datanorm is read."""

    encoding: Literal["", "cp850", "cp1252", "latin-1", "utf-8"] = Field(
        "",
        title=str(_("Code page")),
        description=str(_("850 by rule, others in practice. Empty: only files that are the same in all.")),
    )
    copper_weight: Literal["", "kg", "g"] = Field(
        "",
        title=str(_("Copper weight in")),
        description=str(_("Unit of the copper weight in B records, per price unit. Empty: not taken.")),
    )
    customer_number: str = Field(
        "",
        title=str(_("Customer number")),
        description=str(_("What the K record must say: the supplier's number for us. Empty: the profile's.")),
    )
    full: bool = Field(
        False,
        title=str(_("Whole catalog")),
        description=str(_("Articles that are not in the file are gone. Datanorm has no sign for it.")),
    )
    any_customer: bool = Field(
        False,
        title=str(_("Any customer")),
        description=str(_("Take a file although it was made for another customer.")),
    )
