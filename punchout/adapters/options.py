"""The options that every protocol has; an adapter's own are a subclass (``registry.Adapter.Options``).

Stored as JSON on the connection. All that makes one buyer's cart differ from another's is in here, so a
preset is a dictionary, and two versions of a connection can be compared.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from django.utils.functional import Promise
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from punchout.mapping.expressions import LONGEST_EXPRESSION, compile_expression

# Edited on the mapping's page, not among the other options.
TABLES = ("units", "currencies", "taxes", "classifications", "constants")
ON_MAPPING_PAGE = (*TABLES, "mapping")
MOST_ROWS = 200
MOST_ENTRIES = 2_000

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
TableValue = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Table = dict[Code, TableValue]
ConstantName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
ConstantText = Annotated[str, StringConstraints(max_length=1000)]


class MappingRow(BaseModel):
    """One outgoing field and the expression that fills it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    expression: Annotated[str, StringConstraints(max_length=LONGEST_EXPRESSION)] = ""

    @field_validator("expression")
    @classmethod
    def _compiles(cls, source: str) -> str:
        compile_expression(source)
        return source


class AdapterOptions(BaseModel):
    """What differs between buyers of one protocol; kept as JSON on the connection, its form made from it."""

    model_config = ConfigDict(extra="forbid", validate_default=True)

    # Where a part of the form begins, by its first option, and what it is called; the first of an adapter's
    # own options begins one in any case.
    SECTIONS: ClassVar[Mapping[str, str | Promise]] = {}

    # -- what the buyer's system takes
    accepted_units: list[str] = Field(
        default_factory=list,
        title="Units the buyer accepts",
        description="In the buyer's own codes, such as PCE and MTR. A cart with another unit is stopped while"
        " the buyer can still change it. Empty: all.",
    )
    accepted_currencies: list[str] = Field(
        default_factory=list,
        title="Currencies the buyer accepts",
        description="As they are sent, such as EUR. Empty: all.",
    )
    required_fields: list[Literal["gtin", "unspsc", "manufacturer_part_number", "buyer_part_number"]] = Field(
        default_factory=list,
        title="What every line must have",
        description="A line without it is stopped while the buyer can still change the cart.",
    )
    required_outgoing: list[str] = Field(
        default_factory=list,
        title="Fields that must be filled",
        description="Outgoing fields by name, one a line, after the mapping. A cart in which one is empty is"
        " stopped while the buyer can still change it.",
    )
    field_lengths: dict[Code, Annotated[int, Field(ge=1)]] = Field(
        default_factory=dict,
        max_length=MOST_ROWS,
        title="Longest values of fields",
        description="Where the buyer's system keeps less than the protocol allows: outgoing field=characters,"
        " such as SupplierPartID=25. A cart with a longer code is stopped; a longer text is remarked.",
    )
    refused_characters: str = Field(
        default="",
        max_length=40,
        title="Characters refused in article numbers",
        description="Such as ?{} (Ariba). A cart in which our article number or the identity of a line has"
        " one is stopped.",
    )
    # An adapter that can say them in fields of its protocol adds "field"; its lines then have them beside
    # the price (``punchout.surcharges``).
    surcharges: Literal["in_price", "own_line"] = Field(
        default="in_price",
        title="Metal surcharges and eco-contributions",
        description="in_price: part of the price. own_line: a line of its own after that of its article.",
    )
    most_lines: int | None = Field(
        default=None,
        ge=1,
        le=10000,
        title="Most lines of a cart",
        description="What the buyer takes at once. Empty: any.",
    )
    quantity_decimals: int | None = Field(
        default=None,
        ge=0,
        le=3,
        title="Decimals of a quantity",
        description="What the buyer's system keeps; 0 for whole numbers only. Empty: three.",
    )

    # -- what our values are called there
    units: Table = Field(
        default_factory=dict,
        max_length=MOST_ENTRIES,
        title="Units",
        description="Ours to the buyer's, such as C62=EA.",
    )
    currencies: Table = Field(
        default_factory=dict,
        max_length=MOST_ENTRIES,
        title="Currencies",
        description="Ours to the buyer's, where it has codes of its own.",
    )
    taxes: Table = Field(
        default_factory=dict,
        max_length=MOST_ENTRIES,
        title="Tax",
        description="The rate, or the code of articles that have another one, to the buyer's tax code.",
    )
    classifications: Table = Field(
        default_factory=dict,
        max_length=MOST_ENTRIES,
        title="Classification",
        description="ETIM class, eCl@ss, beginning of UNSPSC or category to the buyer's material group.",
    )
    constants: dict[ConstantName, ConstantText] = Field(
        default_factory=dict,
        max_length=MOST_ROWS,
        title="Constants",
        description="Texts of this connection, for expressions: plant=1000 is constant.plant.",
    )
    mapping: list[MappingRow] = Field(
        default_factory=list,
        max_length=MOST_ROWS,
        title="Mapping",
        description="Outgoing fields that are filled by an expression.",
    )

    @field_validator("mapping")
    @classmethod
    def _each_field_once(cls, rows: list[MappingRow]) -> list[MappingRow]:
        seen: set[str] = set()
        for row in rows:
            if row.field in seen:
                raise ValueError(f"{row.field} is there twice.")
            seen.add(row.field)
        return rows

    @property
    def vat_percent(self) -> str:
        """The VAT rate as the protocol's own options have it; empty where none is known."""
        return ""
