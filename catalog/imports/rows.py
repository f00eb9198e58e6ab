"""Turns records into rows for the staging tables; what the shop cannot hold becomes a refusal."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.translation import gettext_noop as _l

from catalog.imports.records import (
    Action,
    ArticleRecord,
    CategoryLink,
    CategoryRecord,
    FeatureValue,
    PriceKind,
    PriceRecord,
    Ready,
    Record,
    Refusal,
    StockRecord,
)
from catalog.imports.refused import refusal_row
from catalog.imports.tables import LANGUAGES, TABLES
from catalog.models import Product
from catalog.models.surcharges import Metal
from catalog.wording import said
from catalog.wording import said as _

# Lengths of the shop's own columns.
SKU, CODE, TITLE = 40, 40, 120
LENGTHS = {
    "name": 160,
    "description": 64_000,
    "manufacturer_part_number": 50,
    "discount_group": 20,
    "unspsc": 8,
    "etim_class": 8,
    "eclass": 14,
    "content_unit": 3,
    "brand": 80,
    "customer_number": 40,
}
# How a refusal calls a column, as its model does.
LABELS = {
    "manufacturer_part_number": _l("manufacturer part number"), "discount_group": _l("discount group"),
    "unspsc": _l("UNSPSC"), "etim_class": _l("ETIM class"), "eclass": _l("eCl@ss"), "brand": _l("brand"),
    "content_quantity": _l("content"), "minimum_quantity": _l("minimum quantity"),
    "quantity_step": _l("sold in multiples of"), "price_unit": _l("price unit"),
    "lead_time_days": _l("lead time in days"), "name_en": _l("name (en)"), "name_nl": _l("name (nl)"),
    "name_fr": _l("name (fr)"), "name_de": _l("name (de)"), "description_en": _l("description (en)"),
    "description_nl": _l("description (nl)"), "description_fr": _l("description (fr)"),
    "description_de": _l("description (de)"),
}  # fmt: skip
GTIN = re.compile(r"\A\d{8}(\d{4,6})?\Z")
UNIT = re.compile(r"\A[A-Z0-9]{2,3}\Z")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# What the columns hold: 14 digits with 4 behind the point, 12 or 14 with 3.
MOST_AMOUNT, AMOUNT_PLACES = Decimal(10) ** 10, -4
MOST_QUANTITY, QUANTITY_PLACES = Decimal(10) ** 9, -3
MOST_PRICE_UNIT = 1_000_000
THOUSANDTH, TEN_THOUSANDTH = Decimal("0.001"), Decimal("0.0001")
STATUSES = frozenset(Product.Status.values)
METALS = frozenset(Metal.values)
Row = tuple[str, tuple[Any, ...]]
ARTICLE_REST = (None,) * (len(TABLES["article"]) - 4)
# An article that replaces: what it does not say gets these. The status is no part of it: an article that an
# operator has hidden stays hidden.
EMPTY = {
    "gtin": "", "manufacturer_part_number": "", "content_quantity": Decimal(1),
    "content_unit": "", "price_unit": 1, "minimum_quantity": Decimal(1), "quantity_step": Decimal(1),
    "discount_group": "", "unspsc": "", "etim_class": "", "eclass": "", "lead_time_days": 1,
}  # fmt: skip


class Defaults(NamedTuple):
    """What the profile and the header give where a record says nothing."""

    language: str
    languages: tuple[str, ...]
    currency: str
    order_unit: str


class RefusedError(ValueError):
    """The whole record is left out."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.value = str(value)
        self.reason = reason


class Rows:
    """Makes rows of records; ``refused`` counts what was left out."""

    def __init__(self, defaults: Defaults) -> None:
        self.defaults = defaults
        self.refused = 0
        self._makers: dict[type, Callable[[Any, int], Iterator[Row]]] = {
            ArticleRecord: self._article,
            StockRecord: self._stock,
            CategoryRecord: self._category,
            CategoryLink: self._link,
        }

    def of(self, record: Record, seq: int) -> Iterable[Row]:
        """The rows of a record by table; a refusal is a row too. What is ``Ready`` needs none of this."""
        made: Iterable[Row]
        assert not isinstance(record, Ready)
        if isinstance(record, Refusal):
            return (self._refusal(record),)
        try:
            # Of these there are many, and each is one row.
            if type(record) is PriceRecord:
                return (self._price_row(record, seq, None),)
            # Made whole before any is handed out: half a record is none.
            made = list(self._makers[type(record)](record, seq))
        except RefusedError as refused:
            what = getattr(record, "sku", "") or getattr(record, "code", "")
            made = (
                self._refusal(Refusal(record.line, str(what), refused.field, refused.value, refused.reason)),
            )
        return made

    def _refusal(self, refusal: Refusal) -> Row:
        self.refused += 1
        return "refusal", refusal_row(
            min(refusal.line, 2**62), clean(refusal.record), refusal.field, clean(refusal.value),
            refusal.reason, fatal=refusal.fatal,
        )  # fmt: skip

    def _note(self, record: Any, field: str, value: object, reason: str) -> Row:
        """A field that is left out of a record that is taken."""
        return self._refusal(Refusal(record.line, record.sku, field, str(value), reason, fatal=False))

    def _article(self, record: ArticleRecord, seq: int) -> Iterator[Row]:
        sku = _sku(record.sku)
        if record.action is Action.DELETE:
            yield "article", (seq, record.line, sku, "delete", *ARTICLE_REST)
            return
        replace = record.action is Action.REPLACE
        values: dict[str, Any] = dict(EMPTY) if replace else {}
        for name in ("manufacturer_part_number", "discount_group", "unspsc", "etim_class", "eclass", "brand"):
            text = getattr(record, name)
            if text is None:
                continue
            text = one_line(text)
            if len(text) > LENGTHS[name]:
                yield self._note(record, label_of(name), text, _too_long(LENGTHS[name]))
            else:
                values[name] = text
        if record.gtin is not None:
            gtin = record.gtin.strip().replace(" ", "").replace("-", "")
            if gtin and not GTIN.match(gtin):
                yield self._note(record, "GTIN", record.gtin, _("A GTIN has 8, 12, 13 or 14 digits."))
            else:
                values["gtin"] = gtin
        if record.status is not None:
            if record.status in STATUSES:
                values["status"] = record.status
            else:
                yield self._note(record, _("status"), record.status, _("There is no such status."))
        for part, texts in (("name", record.names), ("description", record.descriptions)):
            if replace:
                for code in self.defaults.languages:
                    if part == "description":
                        values[f"description_{code}"] = ""
            for code, text in texts.items():
                if code not in LANGUAGES:
                    continue
                text = one_line(text) if part == "name" else clean(text).strip()
                if len(text) > LENGTHS[part]:
                    yield self._note(
                        record, label_of(f"{part}_{code}"), text, _("Cut to %s characters.") % LENGTHS[part]
                    )
                    text = text[: LENGTHS[part]].rstrip()
                values[f"{part}_{code}"] = text or (None if part == "name" else "")
        unit = record.order_unit or (self.defaults.order_unit if replace else None)
        if unit is not None:
            if not UNIT.match(unit):
                raise RefusedError(_("order unit"), unit, _("This is no unit the shop knows."))
            values["order_unit"] = unit
        elif replace:
            raise RefusedError(
                _("order unit"), "", _("The file gives no order unit, and the profile has none either.")
            )
        if record.content_unit:
            if UNIT.match(record.content_unit):
                values["content_unit"] = record.content_unit
            else:
                yield self._note(
                    record, _("content unit"), record.content_unit, _("This is no unit the shop knows.")
                )
        for name in ("content_quantity", "minimum_quantity", "quantity_step"):
            number = getattr(record, name)
            if number is None:
                continue
            quantity = quantity_of(number)
            if quantity is None or quantity <= 0:
                yield self._note(record, label_of(name), number, _("This is no quantity above zero."))
            else:
                values[name] = quantity
        for name, least, most in (("price_unit", 1, MOST_PRICE_UNIT), ("lead_time_days", 0, 32_000)):
            whole = getattr(record, name)
            if whole is None:
                continue
            if least <= whole <= most:
                values[name] = whole
            else:
                yield self._note(record, label_of(name), whole, _("This is outside what the shop can hold."))
        successor = record.successor or next(
            (each.sku for each in record.references or () if each.kind == "successor"), None
        )
        if successor is not None:
            values["successor"] = one_line(successor)[:SKU]
        category = one_line(record.categories[0])[:TITLE] if record.categories else None
        number = one_line(record.customer_number) if record.customer_number else None
        if number and len(number) > LENGTHS["customer_number"]:
            yield self._note(record, _("customer number"), number, _too_long(LENGTHS["customer_number"]))
            number = None
        get = values.get
        yield "article", (
            seq, record.line, sku, "replace" if replace else "change", get("brand") or None, category,
            get("gtin"), get("manufacturer_part_number"), get("status"),
            get("name_en"), get("name_nl"), get("name_fr"), get("name_de"),
            get("description_en"), get("description_nl"), get("description_fr"), get("description_de"),
            get("order_unit"), get("content_quantity"), get("content_unit"), get("price_unit"),
            get("minimum_quantity"), get("quantity_step"), get("discount_group"), get("unspsc"),
            get("etim_class"), get("eclass"), get("lead_time_days"), get("successor"), number,
            int(record.features is not None), int(record.media is not None),
            int(record.references is not None), int(record.metals is not None),
            int(record.levies is not None),
        )  # fmt: skip
        yield from self._parts(record, sku, seq)

    def _parts(self, record: ArticleRecord, sku: str, seq: int) -> Iterator[Row]:
        for feature in record.features or ():
            yield from self._feature(record, feature, sku, seq)
        for position, media in enumerate(record.media or ()):
            address = clean(media.source).strip()
            if not address or len(address) > 255:
                yield self._note(record, _("picture or document"), address, _too_long(255))
            else:
                kind = "picture" if media.kind == "picture" else "document"
                yield "media", (
                    seq, seq, sku, kind, address, one_line(media.title)[:TITLE],
                    min(media.position or position, 32_000),
                )  # fmt: skip
        for position, reference in enumerate(record.references or ()):
            target = one_line(reference.sku)
            if reference.kind == "successor":
                continue
            if target == sku or not target:
                yield self._note(record, _("reference"), target, _("An article does not refer to itself."))
                continue
            quantity = None if reference.quantity is None else quantity_of(reference.quantity)
            yield "reference", (seq, seq, sku, record.line, target, reference.kind, quantity, position)
        for metal in record.metals or ():
            if metal.metal not in METALS or not 0 <= metal.weight < MOST_QUANTITY or metal.per < 1:
                yield self._note(
                    record,
                    _("metal content"),
                    f"{metal.metal} {metal.weight}",
                    _("This metal content cannot be used."),
                )
                continue
            yield "metal", (
                seq, seq, sku, metal.metal, metal.weight.quantize(TEN_THOUSANDTH), metal.per,
                (metal.base or Decimal(0)).quantize(TEN_THOUSANDTH), self.defaults.currency or "EUR",
            )  # fmt: skip
        for levy in record.levies or ():
            if not 0 <= levy.amount < MOST_QUANTITY:
                yield self._note(
                    record, _("eco-contribution"), levy.amount, _("This is outside what the shop can hold.")
                )
                continue
            yield "levy", (
                seq, seq, sku, one_line(levy.scheme)[:40], one_line(levy.code)[:20],
                levy.amount.quantize(TEN_THOUSANDTH), levy.currency or self.defaults.currency,
            )  # fmt: skip
        for price in record.prices or ():
            try:
                yield self._price_row(price, seq, seq)
            except RefusedError as refused:
                yield self._note(record, refused.field, refused.value, refused.reason)

    def _feature(self, record: ArticleRecord, feature: FeatureValue, sku: str, seq: int) -> Iterator[Row]:
        code = one_line(feature.code or feature.name)[:80]
        if not code:
            return
        name, unit = one_line(feature.name)[:TITLE], one_line(feature.unit)[:12]
        if feature.number is not None:
            numbers = [(code, name, feature.number)]
            if feature.upper is not None:
                # A range is two numbers: what is looked for lies between them.
                numbers.append((f"{code}-max", f"{name or code} (max.)", feature.upper))
            for each, title, number in numbers:
                if abs(number) >= MOST_AMOUNT:
                    yield self._note(record, code, number, _("This is outside what the shop can hold."))
                else:
                    number = number.quantize(TEN_THOUSANDTH)
                    # As a text too, for an attribute that is a choice in the shop.
                    label = f"{number.normalize():f} {unit}".strip()
                    yield "feature", (seq, seq, sku, record.line, each, title, label, number, unit)
            return
        value = one_line(feature.value)
        if value:
            yield "feature", (seq, seq, sku, record.line, code, name, value[:TITLE], None, unit)

    def _price_row(self, record: PriceRecord, seq: int, article: int | None) -> Row:
        amount, unit = record.amount, record.price_unit
        if unit is not None and not 1 <= unit <= MOST_PRICE_UNIT:
            raise RefusedError(_("price unit"), unit, _("This is outside what the shop can hold."))
        exponent = amount.as_tuple().exponent
        if not isinstance(exponent, int) or not 0 <= amount < MOST_AMOUNT:
            raise RefusedError(_("price"), amount, _("This is no price."))
        if exponent < AMOUNT_PLACES:
            # 0.00123 for one is 0.123 for 100: no digit is lost.
            amount, unit = _scaled(amount, unit)
        currency = record.currency or self.defaults.currency
        if not currency:
            raise RefusedError(
                _("currency"), "", _("The file gives no currency, and the profile has none either.")
            )
        start, end = record.valid_from, record.valid_until
        if start and end and end < start:
            raise RefusedError(_("valid until"), end.isoformat(), _("The price ends before it begins."))
        customer = None if record.kind is PriceKind.LIST else one_line(record.customer)
        minimum = record.minimum_quantity
        if minimum:
            minimum = quantity_of(minimum)  # type: ignore[assignment]
            if minimum is None or minimum < 0:
                raise RefusedError(_("from quantity"), record.minimum_quantity, _("This is no quantity."))
        return "price", (
            seq, article, record.line, _sku(record.sku), amount, currency, unit, minimum,
            _day(start), _day(end), customer,
        )  # fmt: skip

    def _stock(self, record: StockRecord, seq: int) -> Iterator[Row]:
        quantity = quantity_of(record.quantity)
        if quantity is None:
            raise RefusedError(_("quantity"), record.quantity, _("This is no quantity."))
        coming = None if record.next_quantity is None else quantity_of(record.next_quantity)
        yield "stock", (
            seq, record.line, _sku(record.sku), one_line(record.site), quantity, _day(record.next_date),
            coming,
        )  # fmt: skip

    def _category(self, record: CategoryRecord, seq: int) -> Iterator[Row]:
        code = one_line(record.code)
        if not code or len(code) > TITLE:
            raise RefusedError(_("category"), code, _too_long(TITLE))
        names = [one_line(record.names.get(language, ""))[:TITLE] or None for language in LANGUAGES]
        yield "category", (
            seq, record.line, code, one_line(record.parent)[:TITLE], max(0, min(record.position, 2**31 - 1)),
            *names,
        )  # fmt: skip

    def _link(self, record: CategoryLink, seq: int) -> Iterator[Row]:
        yield "link", (
            seq, record.line, _sku(record.sku), one_line(record.category)[:TITLE], int(record.remove)
        )  # fmt: skip


def label_of(name: str) -> str:
    """The shop's word for a column of an article."""
    return said(LABELS[name])


def clean(text: str) -> str:
    """Without control characters, which PostgreSQL and XML refuse; lone surrogates are replaced."""
    # Neither control characters nor surrogates are printable.
    if text.isprintable():
        return text
    return CONTROL.sub("", text).encode("utf-8", "replace").decode()


def one_line(text: str) -> str:
    """Without line breaks, and one blank where there are several."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(clean(text).split())


def _too_long(most: int) -> str:
    return _("Empty, or longer than %s characters.") % most


def _sku(text: str) -> str:
    sku = one_line(text)
    if not sku:
        raise RefusedError(_("article number"), "", _("There is no article number."))
    if len(sku) > SKU:
        raise RefusedError(_("article number"), sku, _too_long(SKU))
    return sku


@lru_cache(maxsize=10_000)
def quantity_of(number: Decimal) -> Decimal | None:
    """As the columns hold it; ``None`` for what they cannot."""
    if not number.is_finite() or abs(number) >= MOST_QUANTITY:
        return None
    exponent = number.as_tuple().exponent
    return number.quantize(THOUSANDTH) if isinstance(exponent, int) and exponent < QUANTITY_PLACES else number


def _scaled(amount: Decimal, unit: int | None) -> tuple[Decimal, int | None]:
    if unit is None:
        return amount.quantize(TEN_THOUSANDTH), None
    amount = amount.normalize()
    while amount.as_tuple().exponent < AMOUNT_PLACES:  # type: ignore[operator]
        if unit * 10 > MOST_PRICE_UNIT or amount * 10 >= MOST_AMOUNT:
            return amount.quantize(TEN_THOUSANDTH), unit
        amount, unit = (amount * 10).normalize(), unit * 10
    return amount, unit


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
