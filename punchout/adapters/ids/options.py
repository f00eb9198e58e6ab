"""What may differ between two trade ERPs that both speak IDS-Connect; stored on the connection."""

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from punchout.adapters.ids.fields import ARTICLE_NUMBER_LENGTH, Version
from punchout.adapters.registry import AdapterOptions

_TARGET = re.compile(r"\A[A-Za-z_][A-Za-z0-9_.:-]{0,59}\Z")


def is_target(name: str) -> bool:
    """Whether a frame or window may be called that."""
    return bool(_TARGET.match(name))


def _target(name: str) -> str:
    if name and not is_target(name):
        raise ValueError("A target is a name such as _top, _parent, _self or that of a frame.")
    return name


UnitCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,4}$")]


class IdsOptions(AdapterOptions):
    version: Version = Field(
        "2.5",
        title="IDS-Connect version",
        description="The newest version to answer in. A lower one in the launch is obeyed.",
    )

    surcharges: Literal["field"] = Field(  # type: ignore[assignment]
        "field",
        title="Metal surcharges and eco-contributions",
        description="Part of NetPrice, the total of the line; metals are named in Rohstoffanteil.",
    )

    # -- the launch
    customer_number: str = Field(
        "",
        max_length=50,
        title="Customer number",
        description="What the buyer's system sends as kndnr. Empty: the number of the customer.",
    )
    customer_number_required: bool = Field(
        True,
        title="Ask for the customer number",
        description="Off: a launch without kndnr is accepted; one with a wrong kndnr never is.",
    )
    accept_get: bool = Field(
        False,
        title="Accept a launch by GET",
        description=(
            "The specification allows POST only. A few systems log in by GET; the password is then part of "
            "an address, and ends in the logs of whatever lies between."
        ),
    )

    # -- ordering
    may_order: bool = Field(
        False,
        title="May order in the shop",
        description=(
            "The cart then has a second button: it is ordered here and returned as ordered, with the number "
            "of the order, so that the buyer's system does not order it again."
        ),
    )

    # -- the way back
    target: Annotated[str, AfterValidator(_target)] = Field(
        "",
        title="Target of the return",
        description="Empty: the target of the launch, else _top. Wins over the launch.",
    )
    charset: Literal["utf-8", "windows-1252", "iso-8859-1"] = Field(
        "utf-8",
        title="Charset of the return",
        description="Of the form and of the cart document in it.",
    )
    return_encoding: Literal["multipart/form-data", "application/x-www-form-urlencoded"] = Field(
        "multipart/form-data",
        title="Encoding of the return form",
        description="The specification asks for multipart; a system that cannot read it gets the other.",
    )
    on_leave: Literal["version", "nothing"] = Field(
        "version",
        title="Leaving without a cart",
        description=(
            "version: an empty cart in 2.5; nothing in 2.0, which does not know it. nothing: never send "
            "one. A cart that the buyer's system sent is left as it has it either way."
        ),
    )

    # -- the lines
    units: dict[str, UnitCode] = Field(
        default_factory=dict,
        title="Units",
        description="Ours to the buyer's, such as RO=ROL. A piece is sent as PCE, others as is.",
    )
    vat: Decimal = Field(
        Decimal(21),
        ge=0,
        lt=100,
        decimal_places=2,
        title="VAT in percent",
        description="Sent with every line; 2.0 asks for it. The shop keeps no rate of its own.",
    )
    article_number_length: int = Field(
        ARTICLE_NUMBER_LENGTH,
        ge=ARTICLE_NUMBER_LENGTH,
        le=40,
        title="Length of ArtNo",
        description=(
            "The specification allows 15. A longer article number is replaced by the GTIN, which is "
            "understood when it comes back. Raise it for a system that reads more."
        ),
    )
    longtext: bool = Field(True, title="Send Langtext", description="The description in full.")

    @property
    def vat_percent(self) -> str:
        return f"{self.vat.normalize():f}"
