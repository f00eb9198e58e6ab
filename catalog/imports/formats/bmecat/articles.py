"""An ARTICLE or PRODUCT as a record: texts in every language the shop speaks, units, classes, media."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from catalog.imports.formats.bmecat import features, media, udx
from catalog.imports.formats.bmecat.header import Header
from catalog.imports.formats.bmecat.nodes import Node, child, child_text, children, language_said, line, text
from catalog.imports.formats.bmecat.options import BmecatOptions
from catalog.imports.formats.bmecat.prices import PriceReader
from catalog.imports.records import Action, ArticleRecord, PriceWithdrawn, Record, Reference, Refusal
from catalog.imports.registry import Reading
from catalog.imports.values import (
    LONGEST_NAME,
    NotANumber,
    decimal,
    gtin,
    language,
    price_quantity,
    shortened,
    unclear_quantity,
)
from catalog.wording import said as _

NUMBERS = ("SUPPLIER_AID", "SUPPLIER_PID")
DETAILS = ("ARTICLE_DETAILS", "PRODUCT_DETAILS")
ORDER_DETAILS = ("ARTICLE_ORDER_DETAILS", "PRODUCT_ORDER_DETAILS")
REFERENCES = ("ARTICLE_REFERENCE", "PRODUCT_REFERENCE")
GTIN_KINDS = ("", "gtin", "ean", "ean-13", "ean13", "gtin13", "upc")
STATES = {"old_article": "run-out", "old_product": "run-out"}
# BMEcat 1.2, ARTICLE_REFERENCE/@type; "accessory" is no value of it, and often sent.
REFERENCE_KINDS = {
    "sparepart": "spare part",
    "similar": "similar",
    "followup": "successor",
    "mandatory": "mandatory",
    "select": "other",
    "others": "other",
    "accessories": "accessory",
    "accessory": "accessory",
    "diff_orderunit": "other unit",
    "consists_of": "consists of",
    "base_product": "other",
}


class ArticleReader:
    """Makes a record of each article; refusals of single fields come before the record they are about."""

    def __init__(
        self, header: Header, reading: Reading, options: BmecatOptions, templates: Mapping[str, str]
    ) -> None:
        self._header = header
        self._reading = reading
        self._options = options
        self._templates = templates
        self._prices = PriceReader(header, options, reading.territory)
        self._refused: list[Refusal] = []

    def article(self, item: Node, action: Action) -> Iterator[Record]:
        sku = child_text(item, *NUMBERS)
        if not sku:
            reason = _("An article without a number.")
            yield Refusal(line(item), "", NUMBERS[1], "", reason)
            return
        if action is Action.DELETE:
            yield ArticleRecord(line=line(item), sku=sku, action=Action.DELETE)
            return
        if child(child(item, *DETAILS), *DETAILS) is not None:
            reason = _("The article has details inside its details; which of them hold is not clear.")
            yield Refusal(line(item), sku, DETAILS[0], "", reason)
            return
        fields = self._texts(item)
        if not fields["names"]:
            yield Refusal(line(item), sku, "DESCRIPTION_SHORT", "", _("An article without a name."))
            return
        if self._options.only_texts:
            yield ArticleRecord(line=line(item), sku=sku, action=Action.CHANGE, **fields)
            return
        units = self._units(item, sku)
        if units is None:
            yield from self._take_refused()
            return
        fields |= units
        fields |= self._details(item, sku)
        fields |= self._classes(item, sku)
        fields |= udx.extensions(item, sku, self._refused)
        fields["media"] = media.media(item, self._header.mime_root)
        fields["references"], successor = self._references(item, sku)
        fields["successor"] = successor
        # Per how many a price is must be known: without it, it could be a hundred times too high.
        quantity = fields.pop("quantity")
        fields["prices"] = None if quantity is None else self._prices.read(item, sku, quantity)
        yield from self._take_refused()
        if fields["prices"] is not None and self._prices.on_request:
            yield self._on_request(item, sku)
        yield ArticleRecord(line=line(item), sku=sku, action=action, **fields)

    def prices(self, item: Node) -> Iterator[Record]:
        """T_UPDATE_PRICES: nothing but prices; the price quantity is that of the catalog before."""
        sku = child_text(item, *NUMBERS)
        if not sku:
            yield Refusal(line(item), "", NUMBERS[1], "", _("An article without a number."))
            return
        if item.get("mode", "").strip().lower() == "delete":
            yield PriceWithdrawn(line(item), sku, self._header.buyer)
            return
        order = child(item, *ORDER_DETAILS)
        quantity = self._price_quantity(order, sku) if order is not None else None
        unclear = order is not None and quantity is None
        found = None if unclear else self._prices.read(item, sku, quantity)
        yield from self._take_refused()
        if found is not None and self._prices.on_request:
            yield self._on_request(item, sku)
        elif found is not None:
            yield ArticleRecord(line=line(item), sku=sku, action=Action.CHANGE, prices=found)

    def _on_request(self, item: Node, sku: str) -> PriceWithdrawn:
        # A customer who has to ask for his price says nothing of the list price.
        only_net = self._prices.kinds_on_request == {"net"}
        return PriceWithdrawn(line(item), sku, self._header.buyer, only_net)

    def passed_over(self) -> Iterator[Refusal]:
        """Kinds of price of the sender's own that nobody said what to do with, each once."""
        reason = _("Prices of this kind were passed over; the profile can say what they are.")
        for kind, first in self._prices.passed_over.items():
            yield Refusal(first, "", "price_type", kind, reason, fatal=False)

    def _take_refused(self) -> Iterator[Refusal]:
        yield from self._refused
        yield from self._prices.refused
        self._refused.clear()
        self._prices.refused.clear()

    def _texts(self, item: Node) -> dict[str, Any]:
        details = child(item, *DETAILS)
        short = self._by_language(details, "DESCRIPTION_SHORT")
        long = self._by_language(details, "DESCRIPTION_LONG")
        for code, name in short.items():
            # The end of a long name is not lost: it is read in the description.
            if len(name) > LONGEST_NAME:
                long[code] = f"{name}\n\n{long[code]}" if code in long else name
        keywords = dict.fromkeys(
            word for node in children(details, "KEYWORD") if self._language_of(node) and (word := text(node))
        )
        return {
            "names": {code: shortened(name) for code, name in short.items()},
            "descriptions": long,
            "keywords": tuple(keywords),
        }

    def _by_language(self, node: Node | None, name: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for each in children(node, name):
            code = self._language_of(each)
            if code and (written := text(each)):
                found.setdefault(code, written)
        return found

    def _language_of(self, node: Node) -> str | None:
        """``None`` for a language the shop does not speak; ``lang`` is BMEcat's, XML's is often sent."""
        said = language_said(node)
        return language(said) if said else self._header.language

    def _units(self, item: Node, sku: str) -> dict[str, Any] | None:
        """Units and quantities, with PRICE_QUANTITY for the prices; ``None`` when the unit is unknown."""
        order = child(item, *ORDER_DETAILS)
        said = child_text(order, "ORDER_UNIT")
        unit = self._reading.unit(said) if said else (self._reading.order_unit or None)
        if unit is None:
            reason = (
                _("Nobody knows this unit. Say in the profile what the supplier means by it.")
                if said
                else _("No order unit, and the profile has none either.")
            )
            at = order if order is not None else item
            self._refused.append(Refusal(line(at), sku, "ORDER_UNIT", said, reason))
            return None
        content_unit = child_text(order, "CONTENT_UNIT")
        content = self._reading.unit(content_unit) if content_unit else None
        if content_unit and content is None and order is not None:
            self._refuse(order, sku, "CONTENT_UNIT", content_unit, _("Nobody knows this unit."))
        quantity = self._price_quantity(order, sku)
        return {
            "order_unit": unit,
            "content_unit": content,
            "content_quantity": self._number(order, sku, "NO_CU_PER_OU", None) if content else None,
            "price_unit": int(quantity) if quantity is not None and quantity == int(quantity) else 1,
            "minimum_quantity": self._number(order, sku, "QUANTITY_MIN", None),
            "quantity_step": self._number(order, sku, "QUANTITY_INTERVAL", None),
            "quantity": quantity,
        }

    def _price_quantity(self, order: Node | None, sku: str) -> Decimal | None:
        """Per how many order units prices are; ``None`` when what is written there is no number."""
        written = child_text(order, "PRICE_QUANTITY")
        try:
            found = price_quantity(written)
        except NotANumber:
            if order is not None:
                self._refuse(order, sku, "PRICE_QUANTITY", written, unclear_quantity())
            return None
        return found if found > 0 else Decimal(1)

    def _details(self, item: Node, sku: str) -> dict[str, Any]:
        details = child(item, *DETAILS)
        found: dict[str, Any] = {
            "gtin": self._gtin(details, sku),
            "brand": child_text(details, "MANUFACTURER_NAME") or None,
            "manufacturer_part_number": child_text(details, "MANUFACTURER_AID", "MANUFACTURER_PID") or None,
            "customer_number": child_text(details, "BUYER_AID", "BUYER_PID") or None,
        }
        days = self._number(details, sku, "DELIVERY_TIME", None)
        found["lead_time_days"] = int(days.to_integral_value()) if days is not None and days >= 0 else None
        states = [
            STATES[kind]
            for node in children(details, "ARTICLE_STATUS", "PRODUCT_STATUS")
            if (kind := node.get("type", "").lower()) in STATES
        ]
        found["status"] = states[0] if states else None
        return found

    def _gtin(self, details: Node | None, sku: str) -> str | None:
        for node in children(details, "EAN", "INTERNATIONAL_PID"):
            written = text(node)
            # Zeros stand for none.
            if not written.strip("0 ") or node.get("type", "").lower() not in GTIN_KINDS:
                continue
            found = gtin(written)
            if found:
                return found
            self._refuse(node, sku, "EAN", written, _("A GTIN has 8, 12, 13 or 14 digits."))
        return None

    def _classes(self, item: Node, sku: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        values: list[features.FeatureValue] = []
        for block in children(item, "ARTICLE_FEATURES", "PRODUCT_FEATURES"):
            system = child_text(block, "REFERENCE_FEATURE_SYSTEM_NAME")
            group = child_text(block, "REFERENCE_FEATURE_GROUP_ID", "REFERENCE_FEATURE_GROUP_ID2")
            if group:
                kind, code = features.classification(system, group)
                if kind and code:
                    found.setdefault(kind, code)
                elif kind:
                    self._refuse(block, sku, system, group, _("Not a class of this classification."))
            values += features.values(block, system, self._header.language, self._templates)
            for variants in features.variants(block):
                reason = _(
                    "The article comes in variants, which are not read; each must be an article itself."
                )
                shown = ", ".join(features.supplements(variants))
                self._refuse(variants, sku, "VARIANTS", shown, reason)
        found["features"] = tuple(dict.fromkeys(values))
        return found

    def _references(self, item: Node, sku: str) -> tuple[tuple[Reference, ...], str | None]:
        found: dict[tuple[str, str], Reference] = {}
        successor = None
        for node in children(item, *REFERENCES):
            target = child_text(node, "ART_ID_TO", "PROD_ID_TO")
            kind = REFERENCE_KINDS.get(node.get("type", "").lower())
            if not target or target == sku:
                self._refuse(node, sku, "ART_ID_TO", target, _("A reference to no article, or to itself."))
            elif kind is None:
                reason = _("A reference of no known type; what the other article is for is not said.")
                self._refuse(node, sku, "type", node.get("type", ""), reason)
            elif kind == "successor":
                successor = successor or target
            else:
                found.setdefault((kind, target), Reference(target, kind, _quantity(node.get("quantity"))))
        return tuple(found.values()), successor

    def _number(self, node: Node | None, sku: str, field: str, missing: Decimal | None) -> Decimal | None:
        written = child_text(node, field)
        if not written or node is None:
            return missing
        try:
            number = decimal(written)
        except NotANumber:
            self._refuse(node, sku, field, written, _("Not a number."))
            return missing
        if number <= 0 and field != "DELIVERY_TIME":
            # Zero is written for "does not matter"; less than that is nonsense and says as much.
            return missing
        return number

    def _refuse(self, node: Node, sku: str, field: str, value: str, reason: str) -> None:
        self._refused.append(Refusal(line(node), sku, field, value, reason, fatal=False))


def _quantity(written: str | None) -> Decimal | None:
    try:
        return decimal(written or "")
    except NotANumber:
        return None
