"""Prices of an article: PRICE_AMOUNT × PRICE_FACTOR for PRICE_QUANTITY order units, without VAT."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_noop as _l

from catalog.imports.formats.bmecat.header import Header
from catalog.imports.formats.bmecat.nodes import Node, child, child_text, children, line, name, text
from catalog.imports.formats.bmecat.options import PRICE_TYPES, BmecatOptions
from catalog.imports.records import PriceKind, PriceRecord, Refusal
from catalog.imports.values import NotANumber, day, decimal
from catalog.wording import said
from catalog.wording import said as _

DETAILS = ("ARTICLE_PRICE_DETAILS", "PRODUCT_PRICE_DETAILS")
PRICES = ("ARTICLE_PRICE", "PRODUCT_PRICE")
VALIDITY = {
    "valid_start_date": "from",
    "valid_end_date": "until",
    "VALID_START_DATE": "from",
    "VALID_END_DATE": "until",
}
# BMEcat 2005: what makes another amount of PRICE_AMOUNT, or one where there is none.
_UNREAD = {
    "PRICE_FORMULA": _l("The price is a formula, which is not read; give it as an amount."),
    "ALLOWANCE_OR_CHARGES_FIX": _l(
        "The price has allowances or charges beside it, which are not read; give it with them included."
    ),
}
MOST_KINDS = 50
# More decimals than money has; a quotient such as a third must end somewhere.
EXACT = Decimal("0.000001")


class PriceReader:
    """Reads the prices of article after article; what it could not take waits in ``refused``."""

    def __init__(self, header: Header, options: BmecatOptions, territory: str) -> None:
        self._header = header
        self._kinds = {**PRICE_TYPES, **options.price_types}
        self._territory = territory.upper()
        self.refused: list[Refusal] = []
        # Kinds of price that neither BMEcat nor the profile knows, with the line of the first.
        self.passed_over: dict[str, int] = {}
        # Of the article read last: whether it has no price but on request, and of which kinds that is said.
        self.on_request = False
        self.kinds_on_request: set[str] = set()

    def read(self, item: Node, sku: str, quantity: Decimal | None) -> tuple[PriceRecord, ...] | None:
        """All prices of one article; ``None`` when it has no price details at all.

        ``quantity``: PRICE_QUANTITY of the article; ``None``: the file leaves it to the catalog before.
        """
        details = list(children(item, *DETAILS))
        if not details:
            return None
        found: list[PriceRecord] = []
        ignored: list[str] = []
        self.on_request = False
        self.kinds_on_request = set()
        for each in details:
            validity = self._validity(each, sku)
            if child_text(each, "DAILY_PRICE").lower() == "true":
                self.on_request = True
                self.kinds_on_request.update(self._kind(price) or "" for price in children(each, *PRICES))
                continue
            if validity is None:
                continue
            for price in children(each, *PRICES):
                written, kind = price.get("price_type", "").strip(), self._kind(price)
                if kind not in ("list", "net"):
                    ignored.append(price.get("price_type") or "-")
                    if kind is None and len(self.passed_over) < MOST_KINDS:
                        self.passed_over.setdefault(written or "-", line(price))
                    continue
                found += self._price(price, sku, PriceKind(kind), quantity, *validity)
        if ignored and not found:
            reason = _("None of the kinds of price is one that the profile takes.")
            self._refuse(details[0], sku, "price_type", ", ".join(dict.fromkeys(ignored)), reason)
        self.on_request = self.on_request and not found
        return tuple(self._lowest_bounds(details[0], sku, found))

    def _kind(self, price: Node) -> str | None:
        written = price.get("price_type", "").strip()
        return self._kinds.get(written) or self._kinds.get(written.lower())

    def _lowest_bounds(self, details: Node, sku: str, found: list[PriceRecord]) -> list[PriceRecord]:
        """Of list prices from a quantity on the lowest, whose bound is what may be ordered at all.

        The shop has quantity breaks of net prices; several list prices of one day would exclude each other.
        """
        if not any(each.minimum_quantity and each.kind is PriceKind.LIST for each in found):
            return found
        lowest: dict[tuple[object, ...], PriceRecord] = {}
        for each in found:
            if each.kind is PriceKind.LIST:
                key = each.currency, each.valid_from, each.territories
                kept = lowest.setdefault(key, each)
                if each.minimum_quantity < kept.minimum_quantity:
                    lowest[key] = each
        taken: list[PriceRecord] = []
        for each in found:
            if each.kind is not PriceKind.LIST:
                taken.append(each)
            elif lowest[each.currency, each.valid_from, each.territories] is each:
                taken.append(replace(each, minimum_quantity=Decimal(0)))
            else:
                reason = _("A list price from a quantity on is not read, only the customer's prices.")
                self._refuse(details, sku, "LOWER_BOUND", f"{each.minimum_quantity:f}", reason)
        return taken

    def _price(
        self,
        price: Node,
        sku: str,
        kind: PriceKind,
        quantity: Decimal | None,
        valid_from: date | None,
        valid_until: date | None,
    ) -> Iterator[PriceRecord]:
        # ISO 3166: a country, or a region of it (BE-VLG).
        territories = tuple(text(each).upper().partition("-")[0] for each in children(price, "TERRITORY"))
        if self._territory and territories and self._territory not in territories:
            return
        for unread, reason in _UNREAD.items():
            if child(price, unread) is not None:
                self._refuse(price, sku, unread, child_text(price, "PRICE_AMOUNT"), said(reason))
                return
        currency = child_text(price, "PRICE_CURRENCY").upper() or self._header.currency
        if not currency:
            self._refuse(price, sku, "PRICE_CURRENCY", "", _("Neither price nor catalog says a currency."))
            return
        if kind is PriceKind.NET and not self._header.buyer:
            reason = _("A net price of a customer whom neither file nor profile names.")
            self._refuse(price, sku, "price_type", price.get("price_type", ""), reason)
            return
        amount = self._number(price, sku, "PRICE_AMOUNT", None)
        factor = self._number(price, sku, "PRICE_FACTOR", Decimal(1))
        bound = self._number(price, sku, "LOWER_BOUND", Decimal(0))
        own_quantity = self._number(price, sku, "PRICE_QUANTITY", quantity or Decimal(0))
        if amount is None or factor is None or bound is None or own_quantity is None:
            return
        if amount < 0 or factor < 0 or own_quantity < 0:
            self._refuse(price, sku, "PRICE_AMOUNT", str(amount), _("A price is not less than nothing."))
            return
        if not self._in_order_units(price, sku):
            return
        amount *= factor
        unit: int | None = None
        if own_quantity:
            # 2005 allows a price for half a metre; the shop counts in whole ones.
            unit = int(own_quantity) if own_quantity == int(own_quantity) else 1
            if unit != own_quantity:
                amount = (amount / own_quantity).quantize(EXACT)
        yield PriceRecord(
            line=line(price),
            sku=sku,
            amount=amount,
            currency=currency,
            price_unit=unit,
            kind=kind,
            # A bound of one is where every price begins.
            minimum_quantity=bound if bound > 1 else Decimal(0),
            valid_from=valid_from,
            valid_until=valid_until,
            customer=self._header.buyer if kind is PriceKind.NET else "",
            territories=territories,
        )

    def _in_order_units(self, price: Node, sku: str) -> bool:
        """PRICE_BASE stands inside the price, in ETIM 5 beside it; another unit than ordered is refused."""
        base = child(price, "PRICE_BASE")
        if base is None:
            base = child(price.getparent(), "PRICE_BASE")
        factor = child_text(base, "PRICE_UNIT_FACTOR")
        if base is None or factor in ("", "1"):
            return True
        reason = _("The price is of another unit than the one ordered; give it per order unit.")
        self._refuse(price, sku, "PRICE_BASE", f"{child_text(base, 'PRICE_UNIT')} × {factor}", reason)
        return False

    def _validity(self, details: Node, sku: str) -> tuple[date | None, date | None] | None:
        """From and until; ``None`` when a date is no date, since the price would hold too long."""
        found: dict[str, date | None] = {"from": None, "until": None}
        for each in children(details, "DATETIME", "VALID_START_DATE", "VALID_END_DATE"):
            kind = each.get("type", "").lower() if name(each) == "DATETIME" else name(each)
            written = child_text(each, "DATE") or text(each)
            moment = day(written)
            if kind not in VALIDITY:
                reason = _("A date that is neither valid_start_date nor valid_end_date is not heeded.")
                self._refuse(each, sku, "DATETIME", f"{kind or '-'} {written}", reason)
            elif moment is None:
                self._refuse(each, sku, kind, written, _("Not a date; the prices under it are left out."))
                return None
            else:
                found[VALIDITY[kind]] = moment
        return found["from"], found["until"]

    def _number(self, price: Node, sku: str, field: str, missing: Decimal | None) -> Decimal | None:
        written = child_text(price, field)
        if not written and missing is not None:
            return missing
        try:
            return decimal(written)
        except NotANumber:
            self._refuse(price, sku, field, written, _("Not a number."))
            return None

    def _refuse(self, node: Node, sku: str, field: str, value: str, reason: str) -> None:
        self.refused.append(Refusal(line(node), sku, field, value, reason, fatal=False))
