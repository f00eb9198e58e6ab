"""Turns records into rows for the staging tables; what the shop cannot hold becomes a refusal."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from catalog.imports.held import (
    AMOUNT_PLACES,
    GTIN,
    LENGTHS,
    METALS,
    MOST_AMOUNT,
    MOST_PRICE_UNIT,
    MOST_QUANTITY,
    SKU,
    STATUSES,
    TEN_THOUSANDTH,
    TITLE,
    UNIT,
    RefusedError,
    clean,
    iso_day,
    label_of,
    one_line,
    quantity_of,
    scaled,
    sku_of,
    too_long,
)
from catalog.imports.markup import plain
from catalog.imports.records import (
    Action,
    ArticleRecord,
    CategoryLink,
    CategoryRecord,
    FeatureValue,
    PriceKind,
    PriceRecord,
    PriceWithdrawn,
    Ready,
    Record,
    Refusal,
    Renumbering,
    StockRecord,
)
from catalog.imports.refused import refusal_row
from catalog.imports.tables import LANGUAGES, TABLES
from catalog.wording import said as _

Row = tuple[str, tuple[Any, ...]]
ARTICLE_REST: tuple[Any, ...] = (None,) * (len(TABLES["article"]) - 4)
SUCCESSOR = list(TABLES["article"]).index("successor") - 4
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
            PriceWithdrawn: self._withdrawn,
            Renumbering: self._renumbered,
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
        sku = sku_of(record.sku)
        if record.action is Action.DELETE:
            rest = list(ARTICLE_REST)
            if record.successor:
                rest[SUCCESSOR] = one_line(record.successor)[:SKU]
            yield "article", (seq, record.line, sku, "delete", *rest)
            return
        replace = record.action is Action.REPLACE
        values: dict[str, Any] = dict(EMPTY) if replace else {}
        for name in ("manufacturer_part_number", "discount_group", "unspsc", "etim_class", "eclass", "brand"):
            text = getattr(record, name)
            if text is None:
                continue
            text = one_line(text)
            if len(text) > LENGTHS[name]:
                yield self._note(record, label_of(name), text, too_long(LENGTHS[name]))
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
                text = plain(text)
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
            yield self._note(record, _("customer number"), number, too_long(LENGTHS["customer_number"]))
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
                yield self._note(record, _("picture or document"), address, too_long(255))
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
            amount, unit = scaled(amount, unit)
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
        if minimum and record.kind is PriceKind.LIST:
            reason = _("A list price from a quantity on is not read, only the customer's prices.")
            raise RefusedError(_("from quantity"), minimum, reason)
        if minimum:
            minimum = quantity_of(minimum)  # type: ignore[assignment]
            if minimum is None or minimum < 0:
                raise RefusedError(_("from quantity"), record.minimum_quantity, _("This is no quantity."))
        return "price", (
            seq, article, record.line, sku_of(record.sku), amount, currency, unit, minimum,
            iso_day(start), iso_day(end), customer,
        )  # fmt: skip

    def _stock(self, record: StockRecord, seq: int) -> Iterator[Row]:
        quantity = quantity_of(record.quantity)
        if quantity is None:
            raise RefusedError(_("quantity"), record.quantity, _("This is no quantity."))
        coming = None if record.next_quantity is None else quantity_of(record.next_quantity)
        yield "stock", (
            seq, record.line, sku_of(record.sku), one_line(record.site), quantity, iso_day(record.next_date),
            coming,
        )  # fmt: skip

    def _category(self, record: CategoryRecord, seq: int) -> Iterator[Row]:
        code = one_line(record.code)
        if not code or len(code) > TITLE:
            raise RefusedError(_("category"), code, too_long(TITLE))
        names = [one_line(plain(record.names.get(language, "")))[:TITLE] or None for language in LANGUAGES]
        yield "category", (
            seq, record.line, code, one_line(record.parent)[:TITLE], max(0, min(record.position, 2**31 - 1)),
            *names,
        )  # fmt: skip

    def _withdrawn(self, record: PriceWithdrawn, seq: int) -> Iterator[Row]:
        customer = one_line(record.customer)
        for each in (*(() if record.only_net else (None,)), *((customer,) if customer else ())):
            yield "withdrawn", (seq, record.line, sku_of(record.sku), each)

    def _renumbered(self, record: Renumbering, seq: int) -> Iterator[Row]:
        yield "renumbered", (seq, record.line, sku_of(record.sku), sku_of(record.target))

    def _link(self, record: CategoryLink, seq: int) -> Iterator[Row]:
        yield "link", (
            seq, record.line, sku_of(record.sku), one_line(record.category)[:TITLE], int(record.remove)
        )  # fmt: skip
