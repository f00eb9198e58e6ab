"""What may differ between two buyers who both speak OCI; stored on the connection, its form made from it."""

import re
from typing import Annotated, Literal, Self, get_args

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from punchout.adapters.oci.fields import DEFAULT_VERSION, Version
from punchout.adapters.registry import AdapterOptions
from punchout.adapters.texts import resolve

# What FUNCTION may ask for.
Function = Literal[
    "DETAIL",
    "DETAILADD",
    "VALIDATE",
    "SOURCING",
    "BACKGROUND_SEARCH",
    "DOWNLOADJSON",
    "QUANTITYCHECK",
]
# QUANTITYCHECK is left out: what its answer should look like was found nowhere.
USUAL_FUNCTIONS: tuple[Function, ...] = tuple(name for name in get_args(Function) if name != "QUANTITYCHECK")
# Fields whose value is counted or checked by us; a text in their place would spoil the line.
OWN_FIELDS = frozenset(
    ("QUANTITY", "PRICE", "PRICEUNIT", "CURRENCY", "LONGTEXT", "EXT_PRODUCT_ID", "ITEM_TYPE", "PARENT_ID")
)
# What a field of the operator's choice can be filled with; the names of ``ReturnLine``.
LineValue = Literal[
    "agreement",
    "brand",
    "buyer_part_number",
    "category",
    "description",
    "eclass",
    "etim_class",
    "gtin",
    "language",
    "manufacturer_part_number",
    "name",
    "page_url",
    "picture_url",
    "levies",
    "metal_surcharge",
    "sku",
    "surcharges",
    "tax_rate",
    "token",
    "unspsc",
]

_TARGET = re.compile(r"\A[A-Za-z_][A-Za-z0-9_.:-]{0,59}\Z")


def is_target(name: str) -> bool:
    """Whether a frame or window may be called that."""
    return bool(_TARGET.match(name))


def _charset(name: str) -> str:
    if name and resolve(name) is None:
        raise ValueError("This charset is not one we write; try iso-8859-1, windows-1252 or utf-8.")
    return name


def _target(name: str) -> str:
    if name and not is_target(name):
        raise ValueError("A target is a name such as _top, _parent, _self or that of a frame.")
    return name


ParameterName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
RequiredName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
UnitCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,3}$")]
FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]


class OciOptions(AdapterOptions):
    SECTIONS = {
        "version": _("the launch"),
        "hook_query": _("the way back"),
        "surcharge_hierarchy": _("the lines"),
    }

    version: Version = Field(
        DEFAULT_VERSION,
        title="OCI version",
        description="The newest version the buyer's system reads. A lower one in OCI_VERSION is obeyed.",
    )

    # -- the launch
    username_parameter: RequiredName = Field(
        "USERNAME",
        title="Parameter with the user name",
        description="As it is called in the buyer's Customizing; capitals do not matter.",
    )
    password_parameter: RequiredName = Field(
        "PASSWORD", title="Parameter with the password", description="Never stored, never logged."
    )
    hook_parameter: RequiredName = Field(
        "HOOK_URL",
        title="Parameter with the return address",
        description="HOOK_URL, hookurl and MM_HOOK_URL are understood whatever stands here.",
    )
    language_parameter: ParameterName = Field(
        "",
        title="Parameter with the language",
        description="Empty: SAP-LANGUAGE, LANGUAGE or LANG. Two letters, or SAP's one letter.",
    )
    shopper_parameter: ParameterName = Field(
        "",
        title="Parameter with the user",
        description="Who is shopping, as filled from SY-UNAME: his lists are there again next time.",
    )
    shopper_name_parameter: ParameterName = Field("", title="Parameter with the user's name")
    shopper_email_parameter: ParameterName = Field(
        "",
        title="Parameter with the user's e-mail address",
        description="Also who is shopping, if no user is sent.",
    )

    accept_get: bool = Field(
        True,
        title="Accept launches by GET",
        description=(
            "Many SAP systems are set to it, but an address with a password ends in logs and histories of "
            "whatever lies between. Switch it off for buyers who send by POST."
        ),
    )
    functions: list[Function] = Field(
        list(USUAL_FUNCTIONS),
        title="Functions",
        description=(
            "What FUNCTION in the launch may ask for; another one is refused. BACKGROUND_SEARCH and "
            "DOWNLOADJSON give net prices to whoever has the credentials. QUANTITYCHECK is answered in a "
            "form of our own."
        ),
    )
    search_hits: int = Field(
        50,
        ge=1,
        le=200,
        title="Most hits of a search",
        description="At most so many articles answer a search across all catalogs (BACKGROUND_SEARCH).",
    )

    # -- the way back
    hook_query: Literal["split", "keep", "both"] = Field(
        "split",
        title="Query of the return address",
        description=(
            "split: post its parameters as fields, as SAP wants it. keep: leave them in the address "
            "(systems that read only the query, such as IFS). both: do both."
        ),
    )
    sapevent: bool = Field(
        False,
        title="Accept SAPEVENT:POST",
        description="The return address of SAP GUI's embedded browser. It has no host that could be checked.",
    )
    charset: Annotated[str, AfterValidator(_charset)] = Field(
        "",
        title="Charset of the return",
        description="Empty: what http_content_charset asks for, else ISO-8859-1. Wins over the launch.",
    )
    target: Annotated[str, AfterValidator(_target)] = Field(
        "",
        title="Target of the return",
        description="Empty: returntarget or ~TARGET of the launch, else _top. Wins over the launch.",
    )
    most_fields: int | None = Field(
        None,
        ge=100,
        le=1_000_000,
        title="Most fields of a form",
        description=(
            "How many the buyer's system reads of one form; others are lost there without a word (1000 in "
            "PHP, about 50 lines). A cart with more is stopped while the buyer can still part it. Empty: any."
        ),
    )
    on_leave: Literal["post", "close"] = Field(
        "post",
        title="Leaving without a cart",
        description=(
            "post: send the return address its parameters without any article. close: send nothing. "
            "An OCICANCEL address in the launch wins."
        ),
    )

    # -- the lines
    surcharges: Literal["in_price", "own_line", "field"] = Field(  # type: ignore[assignment]
        "in_price",
        title="Metal surcharges and eco-contributions",
        description=(
            "in_price: part of PRICE. own_line: a line of its own after that of its article. field: in "
            "additional fields, such as CUST_FIELD1=metal_surcharge and CUST_FIELD2=levies, as "
            "amounts per PRICEUNIT; surcharges is the sum of both."
        ),
    )
    surcharge_hierarchy: bool = Field(
        False,
        title="Surcharge lines belong to their article",
        description="OCI 5.0: ITEM_TYPE and PARENT_ID say that such a line is part of the one above it.",
    )
    components: bool = Field(
        False,
        title="Parts of a set",
        description=(
            "OCI 5.0: the articles that a set consists of follow its line without a price of their own; "
            "ITEM_TYPE and PARENT_ID say that they belong to it."
        ),
    )
    surcharge_service: bool = Field(
        False, title="Surcharge lines are services", description="SERVICE is X for them: no goods receipt."
    )
    units: dict[str, UnitCode] = Field(
        default_factory=dict,
        title="Units",
        description="Ours to the buyer's, such as C62=EA. A piece is sent as PCE, others as is.",
    )
    price_decimals: int = Field(
        3,
        ge=0,
        le=3,
        title="Decimals of PRICE",
        description="A price that needs more is sent per 10, 100 … units (PRICEUNIT).",
    )
    decimal_sign: Literal[".", ","] = Field(
        ".", title="Decimal sign", description="OCI asks for the point; a few systems only read the comma."
    )
    vendor: str = Field(
        "",
        max_length=10,
        title="Our number at the buyer",
        description="NEW_ITEM-VENDOR. Empty: what the launch sent as NEW_ITEM-VENDOR, else left out.",
    )
    material_number: Literal["instead", "both", "none"] = Field(
        "instead",
        title="The customer's article number",
        description=(
            "NEW_ITEM-MATNR, for articles that have one. instead: in place of DESCRIPTION, as OCI has it. "
            "both: with DESCRIPTION. none: not sent, for instance because the buyer's SAP does not know it."
        ),
    )
    agreement_field: Literal["none", "CONTRACT", "EXT_QUOTE_ID"] = Field(
        "none",
        title="Reference of the agreement",
        description=(
            "Where the contract or quotation number of the price goes. CONTRACT: 4600001234/10 is sent as "
            "CONTRACT and CONTRACT_ITEM. EXT_QUOTE_ID: in place of the number of the cart, which can then "
            "not be opened again by it."
        ),
    )
    tax_rate: str = Field(
        "",
        pattern=r"^(\d{1,2}(\.\d{1,5})?)?$",
        title="VAT in percent",
        description="TAX of DOWNLOADJSON, and the value tax_rate of an additional field. Such as 21.",
    )
    classification: Literal["unspsc", "eclass", "etim", "none"] = Field(
        "unspsc",
        title="Classification",
        description="What to send as EXT_SCHEMA_TYPE and EXT_CATEGORY_ID; left out for articles without.",
    )
    longtext: bool = Field(True, title="Send LONGTEXT", description="Name and description in full.")
    attachment: bool = Field(
        False,
        title="Send ATTACHMENT",
        description="The address of the picture; the buyer's server fetches it.",
    )
    extra_fields: dict[FieldName, LineValue | Annotated[str, StringConstraints(pattern=r"^=.{0,254}$")]] = (
        Field(
            default_factory=dict,
            title="Additional fields",
            description=(
                "Field to value, such as CUST_FIELD5=gtin; behind a second = a text that is sent as it is, "
                "as in CUST_FIELD1==21, and with nothing behind it (LEADTIME==) the field is left out. A "
                "field of ours is replaced."
            ),
        )
    )

    @model_validator(mode="after")
    def _surcharges_are_sent(self) -> Self:
        """With ``field`` nothing may be lost: both kinds need a field."""
        sources = set(self.extra_fields.values())
        if (
            self.surcharges == "field"
            and "surcharges" not in sources
            and not {"metal_surcharge", "levies"} <= sources
        ):
            raise ValueError(
                "For surcharges in a field, additional fields must be filled with surcharges, or with "
                "metal_surcharge and levies."
            )
        return self

    @property
    def vat_percent(self) -> str:
        return self.tax_rate

    @field_validator("extra_fields")
    @classmethod
    def _not_our_own(cls, value: dict[str, str]) -> dict[str, str]:
        if ours := sorted(OWN_FIELDS & value.keys()):
            raise ValueError(f"{', '.join(ours)} cannot be replaced: the shop calculates it.")
        return value
