"""What may differ between two buyers that both speak Basket JSON; stored on the connection."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from punchout.adapters.registry import AdapterOptions

FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,59}$")]
UnitCode = Annotated[str, StringConstraints(min_length=1, max_length=20)]


class BasketOptions(AdapterOptions):
    basket_field: FieldName = Field(
        "basket", title="Field with the basket", description="Of the form that goes back."
    )
    target: Literal["_top", "_parent", "_self"] = Field(
        "_top", title="Target of the return", description="The window or frame that the basket is sent in."
    )
    units: dict[str, UnitCode] = Field(
        default_factory=dict,
        title="Units",
        description='Ours to the buyer\'s, such as {"C62": "Stk"}. A piece is pc, a metre m, others as is.',
    )
    name_length: int = Field(
        80, ge=20, le=255, title="Length of a name", description="A longer one is cut, and ends with …"
    )
