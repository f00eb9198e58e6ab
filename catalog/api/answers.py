"""What is answered: the shapes of the OpenAPI document. Answers themselves are plain dicts, for speed.

Quantities and amounts are decimal numbers as text, so that no binary rounding gets in between.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Decimal = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", examples=["12.40"])]
Unit = Annotated[str, Field(description="UN/CEFACT Recommendation 20, such as C62 or MTR.", examples=["C62"])]


class Brand(BaseModel):
    code: str
    name: str


class CategoryName(BaseModel):
    code: str
    name: str


class Content(BaseModel):
    quantity: Decimal
    unit: Unit


class Classification(BaseModel):
    unspsc: str | None
    etim: str | None
    eclass: str | None


class Attribute(BaseModel):
    code: str = Field(description="The ETIM feature where there is one.")
    name: str
    kind: Literal["number", "choice"]
    value: str = Field(description="The number, or the code of the choice.")
    text: str = Field(description="The value as it is shown, without its unit.")
    unit: str | None


class Medium(BaseModel):
    kind: Literal["picture", "document"]
    title: str
    url: str


class Article(BaseModel):
    sku: str
    gtin: str | None
    manufacturer_number: str | None
    customer_number: str | None = Field(description="Your own number, where we know it.")
    brand: Brand
    category: CategoryName
    status: Literal["active", "run-out", "discontinued"]
    name: str
    description: str
    order_unit: Unit
    content: Content | None = Field(description="What one order unit holds.")
    price_unit: int = Field(description="Prices are usually per this many order units.")
    minimum_quantity: Decimal
    quantity_step: Decimal = Field(description="Sold in multiples of this.")
    lead_time_days: int = Field(description="Working days when it is not in stock.")
    classification: Classification
    replaced_by: str | None = Field(description="The article number of the successor.")
    attributes: list[Attribute]
    media: list[Medium]
    updated_at: datetime


class NotFound(BaseModel):
    """The numbers that no article of yours has."""

    skus: list[str]
    gtins: list[str]
    manufacturer_numbers: list[str]
    customer_numbers: list[str]


class Articles(BaseModel):
    language: str
    articles: list[Article]
    not_found: NotFound


class FacetValue(BaseModel):
    code: str
    label: str
    count: int
    selected: bool


class Facet(BaseModel):
    code: str = Field(description="category, brand, stock, or the code of an attribute.")
    label: str
    unit: str | None
    values: list[FacetValue]


class Total(BaseModel):
    count: int
    exact: bool = Field(description="False: there are more than this.")


class SearchResults(BaseModel):
    language: str
    articles: list[Article]
    total: Total
    facets: list[Facet]
    facets_exact: bool = Field(
        description="False when very many articles fit: the counts are then of a sample, and rounded."
    )
    corrected: str | None = Field(description="What was searched for instead of words no article has.")
    next: str | None
    previous: str | None


class Step(BaseModel):
    kind: str = Field(description="What happened: list, net, discount, promotion, rounding.")
    text: str
    amount: Decimal
    price_unit: int


class Surcharge(BaseModel):
    """Beside the price, without VAT, per ``price_unit`` order units."""

    kind: Literal["metal", "levy"]
    code: str = Field(description="The chemical symbol of the metal, or the scheme such as Recupel.")
    text: str = Field(description="How it comes about; a metal with the day of its quotation.")
    amount: Decimal
    price_unit: int
    total: Decimal = Field(description="For the quantity, rounded on its own.")


class Promotion(BaseModel):
    label: str
    valid_until: date


class Break(BaseModel):
    quantity: Decimal
    amount: Decimal
    price_unit: int


class NetPrice(BaseModel):
    """Without VAT, per ``price_unit`` order units, and how it came about.

    ``amount`` is the goods alone; surcharges stand beside it, and ``total`` has both.
    """

    amount: Decimal
    price_unit: int
    unit: Unit
    currency: str
    total: Decimal = Field(
        description="For the quantity, with its surcharges; each rounded to the smallest coin."
    )
    surcharges: list[Surcharge] = Field(description="Metal and eco-contributions; mostly none.")
    promotion: Promotion | None = Field(description="The promotion that made the price, if one did.")
    list_amount: Decimal | None
    reference: str | None = Field(description="The agreement that made the price.")
    valid_until: date | None
    steps: list[Step]
    breaks: list[Break] = Field(description="Where the price changes; empty when it never does.")


class PriceProblem(BaseModel):
    code: Literal["unknown-article", "not-orderable", "price-on-request", "quantity-not-sold"]
    detail: str
    suggested_quantity: Decimal | None


class PricedItem(BaseModel):
    sku: str
    quantity: Decimal | None
    unit: Unit | None
    price: NetPrice | None
    problem: PriceProblem | None


class Prices(BaseModel):
    """One entry for each that was asked, in the same order."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "currency": "EUR",
                "language": "en",
                "items": [
                    {
                        "sku": "10001234",
                        "quantity": "12",
                        "unit": "C62",
                        "price": {
                            "amount": "8.37",
                            "price_unit": 1,
                            "unit": "C62",
                            "currency": "EUR",
                            "total": "101.04",
                            "surcharges": [
                                {
                                    "kind": "levy",
                                    "code": "Recupel",
                                    "text": "Recupel (0101)",
                                    "amount": "0.05",
                                    "price_unit": 1,
                                    "total": "0.60",
                                }
                            ],
                            "promotion": None,
                            "list_amount": "9.30",
                            "reference": "C-2026-14",
                            "valid_until": "2026-12-31",
                            "steps": [
                                {
                                    "kind": "list",
                                    "text": "List price Trade 2026",
                                    "amount": "9.30",
                                    "price_unit": 1,
                                },
                                {
                                    "kind": "discount",
                                    "text": "10 % discount agreed for this brand (C-2026-14)",
                                    "amount": "8.37",
                                    "price_unit": 1,
                                },
                            ],
                            "breaks": [],
                        },
                        "problem": None,
                    }
                ],
            }
        }
    )

    currency: str
    language: str
    items: list[PricedItem]


class SiteStock(BaseModel):
    code: str
    name: str
    quantity: Decimal
    next_date: date | None = Field(description="When more comes; never a day that has passed.")
    next_quantity: Decimal | None


class ArticleStock(BaseModel):
    sku: str
    unit: Unit
    quantity: Decimal = Field(description="Over all sites, in order units.")
    next_date: date | None = Field(description="The nearest of all sites.")
    lead_time_days: int
    sites: list[SiteStock]


class Stock(BaseModel):
    articles: list[ArticleStock]
    not_found: list[str]


class Category(BaseModel):
    code: str
    name: str
    children: list["Category"]


class Categories(BaseModel):
    language: str
    categories: list[Category]


class Change(BaseModel):
    sku: str
    what: Literal["article", "stock", "price"] = Field(
        description="What to read again: the article itself, what lies in stock, or your net price."
    )
    status: Literal["active", "run-out", "discontinued", "removed"] = Field(
        description="removed: it is no longer in the assortment; take it out of yours."
    )
    updated_at: datetime = Field(
        description="Of a price that began or ended by its dates: the beginning of that day."
    )


class PricesOf(BaseModel):
    kind: Literal["everything", "category", "brand", "discount-group", "metal"]
    code: str | None = Field(
        description="Of the category (with all below it), brand, discount group or metal; none of everything."
    )


class ChangeOfPrices(BaseModel):
    """Your net prices of many articles may be others: fetch them, or take a price file."""

    what: Literal["prices"]
    of: PricesOf
    updated_at: datetime


class Changes(BaseModel):
    """Each article of a page once, at the place of its last change; what happened to it beside each other."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "changes": [
                    {
                        "sku": "10001234",
                        "what": "article",
                        "status": "active",
                        "updated_at": "2026-11-21T09:30:00.000000+00:00",
                    },
                    {
                        "sku": "10001234",
                        "what": "price",
                        "status": "active",
                        "updated_at": "2026-11-21T09:31:12.000000+00:00",
                    },
                    {
                        "what": "prices",
                        "of": {"kind": "brand", "code": "siemens"},
                        "updated_at": "2026-11-21T09:45:00.000000+00:00",
                    },
                    {
                        "what": "prices",
                        "of": {"kind": "metal", "code": "CU"},
                        "updated_at": "2026-11-21T10:02:30.000000+00:00",
                    },
                ],
                "next": "MTc2MzcxOTM1MDAwMDAwMC45Ljcx",
                "more": False,
            }
        }
    )

    changes: list[Annotated[Change | ChangeOfPrices, Field(discriminator="what")]]
    next: str = Field(description="The cursor for the next call, now or later.")
    more: bool = Field(description="There are more right now.")


class FieldError(BaseModel):
    pointer: str | None = Field(None, description="JSON pointer (RFC 6901) of the field in the body.")
    parameter: str | None = Field(None, description="The parameter in the address.")
    detail: str


class Problem(BaseModel):
    """RFC 9457."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "/api/v1/docs/#problem-invalid",
                "title": "A field is not right",
                "status": 422,
                "detail": "One field is not right.",
                "errors": [{"pointer": "#/items/3/quantity", "detail": "Input should be greater than 0"}],
            }
        }
    )

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = None


class ExportFile(BaseModel):
    """A file that was made by a schedule."""

    name: str
    format: str
    bytes: int
    complete: bool = Field(description="Whether it has everything; else what changed since the file before.")
    finished_at: datetime | None
    expires_at: datetime
    url: str = Field(description="Where to fetch it, without a key, until it expires.")


class ExportFiles(BaseModel):
    files: list[ExportFile]
