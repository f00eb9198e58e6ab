"""What differs from sender to sender and no file says of itself."""

from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from catalog.imports.registry import ReaderOptions

Use = Literal["list", "net", "ignore"]
# BMEcat 1.2, price_type: only two are prices without VAT that the shop has a place for.
PRICE_TYPES: dict[str, Use] = {
    "net_list": "list",
    "net_customer": "net",
    "gros_list": "ignore",  # with VAT
    "nrp": "ignore",  # recommended retail price
    "net_customer_exp": "ignore",  # express
}


class BmecatOptions(ReaderOptions):
    """How one supplier's BMEcat is read."""

    price_types: dict[str, Use] = Field(
        default_factory=dict,
        title=str(_("Kinds of price")),
        description=str(_("The sender's own price_type with what it is, such as udp_ek = net.")),
    )
    only_texts: bool = Field(
        False,
        title=str(_("Only texts")),
        description=str(_("The file adds a language to an earlier one; nothing but its texts is taken.")),
    )
    mime_root: str = Field(
        "",
        title=str(_("Where pictures are")),
        description=str(_("In place of the file's MIME_ROOT, such as https://media.example/pictures.")),
    )
    any_version: bool = Field(
        False,
        title=str(_("Updates in any order")),
        description=str(_("Take an update although the one before it was not seen.")),
    )
