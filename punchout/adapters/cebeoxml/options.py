"""What may differ between two systems that both speak cebeoXML; stored on the connection."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from punchout.adapters.registry import AdapterOptions

UnitCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,4}$")]


class CebeoOptions(AdapterOptions):
    surcharges: Literal["field"] = Field(  # type: ignore[assignment]
        "field",
        title="Metal surcharges and eco-contributions",
        description="Contributions are Recupel, Sabam and Ecotax of UnitPrice; metal is part of NetPrice.",
    )
    customer_number: str = Field(
        "",
        max_length=50,
        title="Customer number",
        description="What the buyer's system sends as CustomerNumber. Empty: the number of the customer.",
    )
    search_hits: int = Field(
        50,
        ge=1,
        le=200,
        title="Hits of a search",
        description="At most so many articles answer Article/Search.",
    )
    units: dict[str, UnitCode] = Field(
        default_factory=dict,
        title="Units",
        description="Ours to the buyer's, such as RO=ROL. A piece is sent as PCE, others as is.",
    )
    price_decimals: int = Field(
        6,
        ge=2,
        le=8,
        title="Decimals of a price",
        description=(
            "Prices are per unit of measure, so a cable at 41.2345 per 100 m costs 0.412345 a metre. With "
            "fewer decimals, quantity times price may differ from our total."
        ),
    )
