"""What may be asked: every field with its limits, once for validation and for the OpenAPI document."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Literal, Self, get_args, get_origin

from django.http import QueryDict
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)

from catalog.api.problems import NamesNothing, QuestionInvalid
from catalog.quantities import LARGEST

MOST = 500
NO_NUMBER = "Name at least one article, by sku, GTIN, manufacturer or customer number."
LARGEST_PAGE = 100
LARGEST_CHANGE_PAGE = 1_000
# No control characters: they are in no number of ours, and PostgreSQL refuses a NUL in a text.
PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
PRINTABLE_OR_EMPTY = r"^[^\x00-\x1f\x7f]*$"
THOUSANDTH = Decimal("0.001")
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _as_decimal(value: Any) -> Any:
    """A JSON number is binary: what is left of it behind the third decimal is no intention."""
    if isinstance(value, float):
        value = Decimal(repr(value))
        return (
            value.quantize(THOUSANDTH, ROUND_HALF_UP) if value.is_finite() and abs(value) < 10**12 else value
        )
    return value


# What was understood of a quantity: the same few texts stand in every question, hundreds of times.
_UNDERSTOOD: dict[str, Decimal] = {}
_MOST_UNDERSTOOD, _LONGEST_UNDERSTOOD = 4_096, 12


def _remembered(given: Any, understand: Callable[[Any], Decimal]) -> Decimal:
    # A text of a megabyte may be a quantity too.
    if not isinstance(given, str) or len(given) > _LONGEST_UNDERSTOOD:
        return understand(given)
    known = _UNDERSTOOD.get(given)
    if known is None:
        known = understand(given)
        if len(_UNDERSTOOD) >= _MOST_UNDERSTOOD:
            _UNDERSTOOD.clear()
        _UNDERSTOOD[given] = known
    return known


def _written_out(given: object) -> object:
    """A bare number would be taken for seconds, which nobody who writes one can have meant for certain."""
    if isinstance(given, str) and not given[:5].endswith("-"):
        raise ValueError("Write date, time and offset, such as 2026-05-04T08:00:00Z.")
    return given


def _within_reach(moment: datetime) -> datetime:
    """Far away enough for everybody, and near enough for every database."""
    try:
        return min(max(moment, EARLIEST), LATEST).astimezone(UTC)
    except OverflowError:
        return EARLIEST if moment.year < EARLIEST.year else LATEST


Number = Annotated[str, Field(min_length=1, max_length=50, pattern=PRINTABLE)]
Sku = Annotated[str, Field(min_length=1, max_length=40, pattern=PRINTABLE)]
Gtin = Annotated[str, Field(pattern=r"^[0-9]{8,14}$")]
Language = Literal["en", "nl", "fr", "de"]
Quantity = Annotated[
    Decimal,
    Field(gt=0, le=LARGEST, decimal_places=3),
    BeforeValidator(_as_decimal),
    WrapValidator(_remembered),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^(?=.*[1-9])[0-9]{1,8}(\.[0-9]{1,3})?$"},
                {"type": "number", "minimum": 0.001, "maximum": 99999999},
            ]
        }
    ),
]
Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_within_reach)]
LANGUAGE: Any = Field(None, description="Language of texts; the customer's own when left out.")
BY_SKU = {"min_length": 1, "max_length": MOST}


class Question(BaseModel):
    """Names that are not known are refused, so that a misspelt one is not silently without effect."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def in_address(cls, parameters: QueryDict) -> Self:
        """From the query of an address; raises ``QuestionInvalid``."""
        values: dict[str, Any] = {}
        for name, given in parameters.lists():
            field = cls.model_fields.get(name)
            if field is not None and _is_list(field.annotation):
                values[name] = given
            elif len(given) > 1:
                raise QuestionInvalid.parameter(name[:40], "May be given once.")
            else:
                values[name] = given[0]
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise QuestionInvalid.of(error, in_body=False) from None


class InLanguage(Question):
    language: Language | None = LANGUAGE


class ManufacturerNumber(Question):
    number: Number
    brand: Annotated[str, Field(max_length=40, pattern=PRINTABLE)] | None = Field(
        None, description="Code of the brand, when the number alone may be somebody else's too."
    )


class ArticleNumbers(InLanguage):
    """Articles by any of their numbers, up to 500 of each kind."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": [name]} for name in ("skus", "gtins", "manufacturer_numbers", "customer_numbers")
            ],
            "example": {
                "skus": ["10001234"],
                "gtins": ["5410000012345"],
                "manufacturer_numbers": [{"number": "5SL6116-7", "brand": "siemens"}],
                "customer_numbers": ["MAT-000123"],
                "language": "nl",
            },
        }
    )

    skus: Annotated[list[Sku], Field(**BY_SKU)] = []
    gtins: Annotated[list[Gtin], Field(**BY_SKU)] = []
    manufacturer_numbers: Annotated[list[ManufacturerNumber], Field(**BY_SKU)] = []
    customer_numbers: Annotated[list[Number], Field(**BY_SKU)] = []

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not (self.skus or self.gtins or self.manufacturer_numbers or self.customer_numbers):
            raise ValueError(NO_NUMBER)
        return self


class ArticleQuery(InLanguage):
    """The same in an address: each parameter may be repeated."""

    sku: Annotated[list[Sku], Field(max_length=MOST, description="Our article number.")] = []
    gtin: Annotated[list[Gtin], Field(max_length=MOST, description="With or without leading zeros.")] = []
    manufacturer_number: Annotated[
        list[Number], Field(max_length=MOST, description="The manufacturer's part number, exactly.")
    ] = []
    brand: Annotated[str, Field(max_length=40, pattern=PRINTABLE)] | None = Field(
        None, description="Code of the brand of the manufacturer numbers."
    )
    customer_number: Annotated[
        list[Number], Field(max_length=MOST, description="Your own number, where we know it.")
    ] = []

    def numbers(self) -> ArticleNumbers:
        parts = [{"number": number, "brand": self.brand} for number in self.manufacturer_number]
        lists = {
            "skus": self.sku,
            "gtins": self.gtin,
            "manufacturer_numbers": parts,
            "customer_numbers": self.customer_number,
        }
        given = {name: numbers for name, numbers in lists.items() if numbers}
        if not given:
            raise NamesNothing.parameter("sku", NO_NUMBER)
        return ArticleNumbers.model_validate({**given, "language": self.language})


class SearchQuery(InLanguage):
    q: str = Field("", max_length=200, pattern=PRINTABLE_OR_EMPTY, description="Words or numbers, as typed.")
    category: str | None = Field(None, max_length=60, pattern=PRINTABLE, description="Code of a category.")
    brand: Annotated[
        list[Annotated[str, Field(max_length=40, pattern=PRINTABLE)]],
        Field(max_length=50, description="Codes of brands; one of them must fit."),
    ] = []
    attribute: Annotated[
        list[Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f:]+:[^\x00-\x1f\x7f]+$")]],
        Field(max_length=50, description="code:value of a facet; values of one code are alternatives."),
    ] = []
    in_stock: bool = Field(False, description="Only what is in stock.")
    sort: Literal["relevance", "name", "sku", "stock"] = "relevance"
    limit: int = Field(50, ge=1, le=LARGEST_PAGE)
    cursor: str | None = Field(
        None, max_length=60, pattern=PRINTABLE, description="next or previous of an earlier answer."
    )

    def ticked(self) -> dict[str, tuple[str, ...]]:
        chosen: dict[str, tuple[str, ...]] = {}
        for pair in self.attribute:
            code, _colon, value = pair.partition(":")
            chosen[code] = (*chosen.get(code, ()), value)
        return chosen


class PriceItem(Question):
    sku: Sku
    quantity: Quantity | None = Field(
        None, description="In order units, best as text; the smallest that is sold when left out."
    )


class PriceList(InLanguage):
    """Net prices of up to 500 articles for the quantities that are needed."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "items": [{"sku": "10001234", "quantity": "12"}, {"sku": "10005678", "quantity": "150.5"}],
                "language": "en",
            }
        }
    )

    items: Annotated[list[PriceItem], Field(**BY_SKU)]


class PriceQuery(InLanguage):
    """The same in an address, for a few articles and one quantity."""

    sku: Annotated[list[Sku], Field(min_length=1, max_length=MOST, description="Our article number.")]
    quantity: Quantity | None = Field(
        None, description="In order units, for each article; the smallest that is sold when left out."
    )

    def price_list(self) -> PriceList:
        items = [PriceItem(sku=sku, quantity=self.quantity) for sku in self.sku]
        return PriceList(items=items, language=self.language)


class StockList(Question):
    """Stock of up to 500 articles."""

    model_config = ConfigDict(json_schema_extra={"example": {"skus": ["10001234", "10005678"]}})

    skus: Annotated[list[Sku], Field(**BY_SKU)]


class StockQuery(Question):
    sku: Annotated[list[Sku], Field(min_length=1, max_length=MOST, description="Our article number.")]


class ChangesQuery(Question):
    cursor: str | None = Field(
        None,
        max_length=60,
        pattern=PRINTABLE,
        description="next of the answer before; without, from the start.",
    )
    since: Moment | None = Field(None, description="Begin at this moment; only looked at without a cursor.")
    limit: int = Field(500, ge=1, le=LARGEST_CHANGE_PAGE)
    stock: bool = Field(False, description="Changes of stock too, if the key may read it.")
    prices: bool = Field(
        False, description="Articles that may have another net price for you too, if the key may read prices."
    )


class ExportQuery(InLanguage):
    """Which part of the assortment, and how it is written."""

    category: Annotated[
        list[Annotated[str, Field(max_length=60, pattern=PRINTABLE)]],
        Field(max_length=50, description="Codes of categories, with what is below them; all when left out."),
    ] = []
    brand: Annotated[
        list[Annotated[str, Field(max_length=40, pattern=PRINTABLE)]],
        Field(max_length=50, description="Codes of brands; all when left out."),
    ] = []
    since: Moment | None = Field(None, description="Only what changed at this moment or later.")
    bom: bool = Field(False, description="CSV: begin with a byte order mark, as Excel wants it.")
    decimal: Literal["point", "comma"] = Field("point", description="CSV: the decimal sign.")
    agreed: bool = Field(False, description="Only articles for which a net price was agreed with you.")
    levels: bool = Field(
        False, description="CIF and cXML Index: entries for the shop and its categories too; complete files."
    )
    every_language: bool = Field(
        False, description="BMEcat: texts in every language of the shop; `lang` or your own is the default."
    )


def _is_list(annotation: Any) -> bool:
    return any(get_origin(part) in (list, Sequence) for part in (annotation, *get_args(annotation)))
