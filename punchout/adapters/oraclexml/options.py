"""What may differ between two buyers on Oracle; stored on the connection, its form made from it."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from punchout.adapters.registry import AdapterOptions

# Values of a returned line that may travel as an additional attribute.
LineValue = Literal[
    "agreement",
    "brand",
    "buyer_part_number",
    "category",
    "eclass",
    "etim_class",
    "gtin",
    "manufacturer_part_number",
    "page_url",
    "picture_url",
    "unspsc",
]
Route = Literal["direct", "exchange", "fusion"]
AttributeName = Annotated[str, StringConstraints(pattern=r"^attribute(1[0-5]|[1-9])$")]
UnitCode = Annotated[str, StringConstraints(min_length=1, max_length=80)]
_TARGET = re.compile(r"\A[A-Za-z_][A-Za-z0-9_.:-]{0,59}\Z")


def _target(name: str) -> str:
    if not _TARGET.match(name):
        raise ValueError("A target is a name such as _top, _parent, _self or that of a frame.")
    return name


class OracleOptions(AdapterOptions):
    # -- the login
    login_url: Literal["body", "loginInfo"] = Field(
        "body",
        title="Place of loginURL",
        description=(
            "Where the answer to a login names the address to open: in body, or in body/loginInfo. No "
            "official text on this was found; try the other if Oracle says that it got no address."
        ),
    )
    shopper: Literal["appUserName", "userEmail", "userName"] = Field(
        "appUserName",
        title="Who is shopping",
        description=(
            "The element of userInfo by which a person is known again, with his lists. Another of them is "
            "taken when it is empty."
        ),
    )

    # -- the way back
    route: Route = Field(
        "direct",
        title="Route",
        description=(
            "Which lengths the cart keeps. direct: iProcurement from supplier to buyer. exchange: through "
            "Oracle Exchange. fusion: Oracle Fusion (Cloud) Procurement."
        ),
    )
    cart_field: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,59}$")] = Field(
        "oracleCart", title="Field with the cart", description="Of the form that goes back."
    )
    cart_encoding: Literal["plain", "url"] = Field(
        "plain",
        title="Encoding of the field",
        description=(
            "plain: the document as it is; the browser encodes the form. url: encoded once more before, as "
            "one implementation does it."
        ),
    )
    target: Annotated[str, AfterValidator(_target)] = Field(
        "_top", title="Target of the return", description="The window or frame that the cart is sent in."
    )

    # -- the supplier
    trading_partner_code: str = Field(
        "",
        max_length=25,
        title="Our code at the buyer",
        description="supplierTradingPartnerCode. Wins over the DUNS number.",
    )
    duns: str = Field(
        "", pattern=r"^([0-9]{9})?$", title="Our DUNS number", description="supplierDUNS. Nine digits."
    )
    supplier_name: str = Field(
        "", max_length=240, title="Our name at the buyer", description="Empty: the name of the shop."
    )
    catalog_trading_partner: str = Field(
        "",
        max_length=240,
        title="Catalog trading partner",
        description="catalogTradingPartner, in front of the lines. Empty: not sent.",
    )

    # -- the lines
    contract: Literal["none", "buyer", "supplier"] = Field(
        "none",
        title="Reference of the agreement",
        description=(
            "The agreement of a price as number of the buyer's contract, or of ours; such a line is "
            "CONTRACTED. none: not sent."
        ),
    )
    contract_number: str = Field(
        "",
        max_length=50,
        title="Contract for other prices",
        description="Number of the contract of articles whose price has no agreement.",
    )
    category: Literal["UNSPSC", "SUPPLIER"] = Field(
        "UNSPSC",
        title="Category",
        description=(
            "UNSPSC: the code, or the name of our category for an article without one. SUPPLIER: always "
            "the name of our category. Oracle E-Business Suite stops at a category that is not mapped."
        ),
    )
    units: dict[str, UnitCode] = Field(
        default_factory=dict,
        title="Units",
        description="Ours to the buyer's, such as MTR=M. A piece is sent as EA, others as is.",
    )
    description: Literal["name", "name_and_text"] = Field(
        "name_and_text",
        title="Description",
        description="The article's name alone, or with its text behind it; cut at a word.",
    )
    line_type: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z_]{0,29}$")] = Field(
        "GOODS", title="Line type", description="lineType of every item."
    )
    attributes: dict[AttributeName, LineValue] = Field(
        default_factory=dict,
        title="Additional attributes",
        description="attribute1 to attribute15, such as attribute1=gtin.",
    )
