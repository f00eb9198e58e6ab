"""What differs between cXML buyers; every option changes what we send or accept."""

from decimal import Decimal
from functools import cached_property
from typing import Literal

from pydantic import Field, field_validator

from punchout.adapters.registry import AdapterOptions

# Values of a returned line that may travel as Extrinsic.
EXTRINSIC_VALUES = (
    "gtin",
    "brand",
    "category",
    "agreement",
    "etim_class",
    "eclass",
    "picture_url",
    "page_url",
)


class CxmlOptions(AdapterOptions):
    """The options of a cXML connection; with the defaults all we send is valid from cXML 1.2.014 on."""

    dtd_version: str = Field(
        default="1.2.014",
        pattern=r"^1\.[0-2]\.[0-9]{3}$",
        title="cXML version",
        description="The version named in the DOCTYPE of what we send. 1.2.014 is understood by all buyers.",
    )
    return_encoding: Literal["cXML-urlencoded", "cXML-base64"] = Field(
        default="cXML-urlencoded",
        title="Cart encoding",
        description="Name of the form field that carries the cart, and how it is encoded.",
    )
    operation_allowed: Literal["create", "inspect", "edit"] = Field(
        default="edit",
        title="Operation allowed later",
        description="What the buyer may do with a returned cart. Dynamics 365 knows only create.",
    )
    leave: Literal["empty", "close"] = Field(
        default="empty",
        title="Leaving without a cart",
        description="empty: send an empty cart, which means “nothing to add”. close: send nothing (Oracle "
        "iProcurement fails on an empty cart). An edited cart is always left with Status 204.",
    )
    check_to: bool = Field(
        default=False,
        title="To must be us",
        description="Refuse messages whose To is none of this connection's To identities (Status 417); "
        "otherwise it is only noted.",
    )
    language: Literal["message", "customer"] = Field(
        default="message",
        title="Language of the shop",
        description="message: as the launch asks for (xml:lang). customer: the person's or the customer's "
        "own, for systems that always write en-US.",
    )
    strict: bool = Field(
        default=False,
        title="Strict",
        description="Refuse what is not valid for the newest cXML DTD (Status 406). Otherwise it is read as "
        "far as possible, and noted in the wire log. Needs the DTDs (CXML_DTD_DIR).",
    )
    direct: bool = Field(
        default=False,
        title="Direct punch-out",
        description="Take a CredentialMac, by which the network vouches for the buyer's system, in place of "
        "the secret itself, and say so in the profile. Needs a secret that is kept readable.",
    )
    units: dict[str, str] = Field(
        default_factory=dict,
        title="Units",
        description="UN/CEFACT code = what the buyer's system calls it, such as MTR=M. C62 is sent as EA.",
    )
    price_basis: bool = Field(
        default=False,
        title="Send PriceBasisQuantity",
        description="Send the price per price unit, as in “12.40 per 100”, to buyers above cXML 1.2.020; "
        "otherwise the price of one order unit is sent, with as many decimals as it needs.",
    )
    price_decimals: int | None = Field(
        default=None,
        ge=2,
        le=12,
        title="Decimals of a price",
        description="At most as many; JAGGAER takes four. A price of one order unit that needs more is sent "
        "per price unit where the version has PriceBasisQuantity, otherwise it is rounded, and the total of "
        "the cart is what the buyer's system will calculate. Empty: as many as it needs.",
    )
    components: bool = Field(
        default=False,
        title="Parts of a set",
        description="Send the articles that a set consists of as parts of its line (composite lines), to "
        "buyers from cXML 1.2.037 on.",
    )
    comments: Literal["", "price", "delivery"] = Field(
        default="",
        title="Comments of a line",
        description="price: the agreement and the list price. delivery: the delivery time. Sent to buyers "
        "above cXML 1.2.020.",
    )
    freight: Decimal | None = Field(
        default=None,
        ge=0,
        le=99999,
        decimal_places=2,
        title="Freight",
        description="Sent as Shipping of the whole cart, without VAT, in the customer's currency; the shop "
        "itself shows no freight. Empty: none is sent.",
    )
    freight_free_from: Decimal | None = Field(
        default=None,
        ge=0,
        le=99999999,
        decimal_places=2,
        title="Free delivery from",
        description="Value of the cart without VAT from which the freight is 0.00.",
    )
    tax: Literal["", "cart", "lines"] = Field(
        default="",
        title="Tax",
        description="Send the VAT of the whole cart, or that of each line and of the cart. Most buyers "
        "work it out themselves.",
    )
    tax_rate: Decimal = Field(
        default=Decimal(21),
        ge=0,
        le=100,
        decimal_places=2,
        title="VAT in per cent",
        description="The rate of all articles and of the freight.",
    )
    description: Literal["name", "name_and_text"] = Field(
        default="name_and_text",
        title="Description",
        description="The article's name alone, or with its text behind it.",
    )
    description_length: int = Field(
        default=255,
        ge=30,
        le=2000,
        title="Length of the description",
        description="Characters; longer texts are cut at a word. Ariba shows 255, JAGGAER takes 256.",
    )
    short_name: bool = Field(
        default=False,
        title="Send ShortName",
        description="Put the name, cut to 50 characters, in front of the description.",
    )
    classification: Literal["UNSPSC", "all"] = Field(
        default="UNSPSC",
        title="Classification",
        description="UNSPSC alone, or also ECLASS and ETIM where the article has them.",
    )
    default_unspsc: str = Field(
        default="",
        pattern=r"^([0-9]{8})?$",
        title="UNSPSC for articles without one",
        description="Eight digits. Empty: the name of our category is sent in the domain “custom”.",
    )
    extrinsics: dict[str, str] = Field(
        default_factory=dict,
        title="Extrinsics of a line",
        description="Name of the Extrinsic = what it holds, one of:",
        json_schema_extra={"words": list(EXTRINSIC_VALUES)},
    )

    @field_validator("extrinsics")
    @classmethod
    def _known_values(cls, value: dict[str, str]) -> dict[str, str]:
        unknown = sorted(set(value.values()) - set(EXTRINSIC_VALUES))
        if unknown:
            raise ValueError(f"unknown: {', '.join(unknown)}; possible: {', '.join(EXTRINSIC_VALUES)}")
        return value

    @cached_property
    def version(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.dtd_version.split("."))

    @property
    def sends_buyer_part_number(self) -> bool:
        """BuyerPartID is not in the DTD 1.2.014; 1.2.037 is the oldest one known to have it."""
        return self.version >= (1, 2, 37)

    @property
    def knows_price_basis(self) -> bool:
        """PriceBasisQuantity is not in the DTD up to 1.2.020 (cXML Reference Guide 1.2.051, p. 361)."""
        return self.version > (1, 2, 20)

    @property
    def sends_price_basis(self) -> bool:
        return self.price_basis and self.knows_price_basis

    @property
    def knows_comments(self) -> bool:
        """Comments of an ItemIn are not in the DTD up to 1.2.020."""
        return self.version > (1, 2, 20)

    @property
    def sends_components(self) -> bool:
        """itemType and its like are not in the DTDs 1.2.014 and 1.2.020, they are from 1.2.037 on."""
        return self.components and self.version >= (1, 2, 37)
