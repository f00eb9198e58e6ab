"""What may differ between two buyers with Peppol Punch Out; stored on the connection."""

import re
from decimal import Decimal
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from punchout.adapters.peppol import identifiers
from punchout.adapters.registry import AdapterOptions

_TARGET = re.compile(r"\A[A-Za-z_][A-Za-z0-9_.:-]{0,59}\Z")
STANDARD_RATED = "S"


def _target(name: str) -> str:
    if not _TARGET.match(name):
        raise ValueError("A target is a name such as _top, _parent, _self or that of a frame.")
    return name


def _identifier(written: str) -> str:
    if written:
        identifiers.split(written)
    return written


RequiredName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
ParameterName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
Identifier = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_identifier)]
UnitCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,3}$")]


class PeppolOptions(AdapterOptions):
    SECTIONS = {
        "username_parameter": _("the launch"),
        "cart_field": _("the way back"),
        "whole_cart_only": _("the document"),
        "tax_category": _("the lines"),
    }

    # -- the launch, which the specification leaves to the parties
    username_parameter: RequiredName = Field(
        "username", title="Parameter with the user name", description="Capitals do not matter."
    )
    password_parameter: RequiredName = Field(
        "password", title="Parameter with the password", description="Never stored, never logged."
    )
    return_parameter: RequiredName = Field("returnURL", title="Parameter with the return address")
    reference_parameter: ParameterName = Field(
        "reference",
        title="Parameter with the buyer's reference",
        description="Goes back with the cart as ReceiverParty/Contact/ID.",
    )
    language_parameter: ParameterName = Field(
        "language", title="Parameter with the language", description="Two letters, such as nb or nl-BE."
    )
    shopper_parameter: ParameterName = Field(
        "",
        title="Parameter with the user",
        description="Who is shopping: his lists are there again next time.",
    )

    # -- the way back
    cart_field: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,59}$")] = Field(
        "punchout", title="Field with the cart", description="Of the form that goes back."
    )
    cart_encoding: Literal["base64", "plain"] = Field(
        "base64",
        title="Encoding of the field",
        description="base64: of the document in UTF-8. plain: the document as it is.",
    )
    target: Annotated[str, AfterValidator(_target)] = Field(
        "_top", title="Target of the return", description="The window or frame that the cart is sent in."
    )

    # -- the document
    whole_cart_only: bool = Field(
        False,
        title="Prices hold for the whole cart only",
        description="ActionCode true. Off: lines may be ordered singly.",
    )
    validity_days: int = Field(
        30, ge=0, le=3650, title="Validity in days", description="How long the prices hold. 0: until tonight."
    )
    provider: Identifier = Field(
        "",
        title="Our electronic address",
        description="ProviderParty/EndpointID: scheme and number as in Peppol, such as 0208:0123456749.",
    )
    provider_id: Identifier = Field(
        "",
        title="Our identifier",
        description="ProviderParty/PartyIdentification, such as a GLN: 0088:5413736000014.",
    )
    provider_name: str = Field(
        "", max_length=200, title="Our registered name", description="Empty: the name of the shop."
    )
    receiver: Identifier = Field(
        "", title="The buyer's electronic address", description="ReceiverParty/EndpointID."
    )
    receiver_id: Identifier = Field(
        "", title="The buyer's identifier", description="ReceiverParty/PartyIdentification."
    )
    receiver_name: str = Field(
        "",
        max_length=200,
        title="The buyer's registered name",
        description="Empty: the name of the customer.",
    )
    contract: str = Field(
        "",
        max_length=100,
        title="Contract",
        description="ReferencedContract. Empty: the agreement of the prices, when all lines have the same.",
    )

    # -- the lines
    units: dict[str, UnitCode] = Field(
        default_factory=dict,
        title="Units",
        description="Ours to the buyer's, such as C62=H87. A roll (RO) is sent as XRO.",
    )
    tax_category: Literal["S", "Z", "E", "AE", "K", "G", "O"] = Field(
        "S",
        title="VAT category",
        description="S standard, Z zero, E exempt, AE reverse charge, K intra-Community, G export, O none.",
    )
    tax_percent: Decimal = Field(
        Decimal(21),
        ge=0,
        lt=100,
        decimal_places=2,
        title="VAT in percent",
        description="Of category S; the others have 0. The shop keeps no rate of its own.",
    )
    classification: Literal["MP", "TST", "none"] = Field(
        "MP",
        title="UNSPSC",
        description="How the list of a UNSPSC code is called (UNCL 7143), or that the code is not sent.",
    )
    pictures: bool = Field(
        False, title="Send pictures", description="The address of the article's picture, as main image."
    )

    @field_validator("tax_percent")
    @classmethod
    def _standard_rate_is_not_zero(cls, percent: Decimal, info: ValidationInfo) -> Decimal:
        if percent == 0 and info.data.get("tax_category") == STANDARD_RATED:
            raise ValueError("VAT category S has a rate above zero (PEPPOL-T77-R009).")
        return percent

    @property
    def vat_percent(self) -> str:
        percent = self.tax_percent if self.tax_category == STANDARD_RATED else Decimal(0)
        return f"{percent.normalize():f}"
