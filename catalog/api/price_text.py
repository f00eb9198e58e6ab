"""One customer's prices as JSON text, in the shapes of ``catalog.api.answers``.

Not by way of objects: a price has twelve fields, two or three steps and up to four breaks, and 500 of them
were 5,000 dicts, which took longer to make, to write and to throw away than the prices took to find.
"""

from collections.abc import Hashable
from datetime import date
from decimal import Decimal
from json.encoder import encode_basestring as quoted

from catalog.api.figures import amount, plain
from catalog.net_price import PriceStep, Wording
from catalog.price_terms import NET
from catalog.prices import Agreed, ListedPrice, NetPrice, PriceBreak, Surcharge


class PriceTexts:
    """Writes the prices of one answer in the active language.

    What is said of one article is worded once for all that have the same agreement or surcharge.
    """

    def __init__(self) -> None:
        self._worded: dict[Hashable, str] = {}

    def price(self, price: NetPrice, quantity: Decimal) -> str:
        """The object of a price, with its total for a quantity."""
        unit, worth = price.price_unit, amount(price.amount)
        listed, agreed, until, breaks = price.listed, price.agreed, price.valid_until, price.breaks
        parts, surcharges = price.totals(quantity), ""
        total = parts[0]
        if len(parts) > 1:
            due = zip(price.surcharges, parts[1:], strict=True)
            surcharges = ",".join([f'{self._surcharge(each)}"{amount(part)}"}}' for each, part in due])
            total = sum(parts, Decimal())
        list_amount = "null" if listed is None else f'"{amount(listed.per(unit))}"'
        reference = promoted = "null"
        if agreed is not None:
            if agreed.reference and price.reference:
                reference = quoted(price.reference)
            if promotion := price.promotion:
                promoted = f'{{"label":{quoted(promotion.label)},"valid_until":{_day(promotion.until)}}}'
        return (
            f'{{"amount":"{worth}","price_unit":{unit},"unit":{quoted(price.unit)},'
            f'"currency":"{price.currency}","total":"{amount(total)}","surcharges":[{surcharges}],'
            f'"promotion":{promoted},"list_amount":{list_amount},"reference":{reference},'
            f'"valid_until":{_day(until)},"steps":[{self._steps(price, listed, agreed, worth)}],'
            f'"breaks":[{",".join(map(_break, breaks)) if breaks else ""}]}}'
        )

    def _steps(self, price: NetPrice, listed: ListedPrice | None, agreed: Agreed | None, worth: str) -> str:
        """What ``NetPrice.steps`` says."""
        steps = ""
        if listed is not None:
            steps = (
                f'{{"kind":"list","text":{self._listed(listed)},"amount":"{amount(listed.amount)}",'
                f'"price_unit":{listed.price_unit}}}'
            )
        if agreed is None:
            return steps
        unit, exact = price.price_unit, price.amount == price.exact
        steps += (
            f'{"," if steps else ""}{{"kind":"{"promotion" if agreed.promotion else agreed.kind}",'
            f'"text":{self._agreed(agreed)},"amount":"{worth if exact else amount(price.exact)}",'
            f'"price_unit":{unit}}}'
        )
        if exact:
            return steps
        return (
            f'{steps},{{"kind":"rounding","text":{self._rounding(price)},"amount":"{worth}",'
            f'"price_unit":{unit}}}'
        )

    def _listed(self, listed: ListedPrice) -> str:
        name = listed.price_list.name
        text = self._worded.get(name)
        if text is None:
            step = PriceStep("list", listed.amount, listed.price_unit, listed)
            text = self._worded[name] = quoted(step.text)
        return text

    def _agreed(self, agreed: Agreed) -> str:
        # A net price is one article's own, and only its reference and quantity are said of it; any other
        # agreement is that of many articles.
        own = agreed.kind == NET and not agreed.promotion
        key = (agreed.reference, agreed.minimum_quantity) if own else agreed.pk
        text = self._worded.get(key)
        if text is None:
            text = self._worded[key] = quoted(Wording.of(agreed).text)
        return text

    def _rounding(self, price: NetPrice) -> str:
        text = self._worded.get(None)
        if text is None:
            step = PriceStep("rounding", price.amount, price.price_unit)
            text = self._worded[None] = quoted(step.text)
        return text

    def _surcharge(self, each: Surcharge) -> str:
        """All of it up to its total."""
        text = self._worded.get(each)
        if text is None:
            text = self._worded[each] = (
                f'{{"kind":"{each.kind}","code":{quoted(each.code)},"text":{quoted(each.text)},'
                f'"amount":"{amount(each.amount)}","price_unit":{each.price_unit},"total":'
            )
        return text


def _break(each: PriceBreak) -> str:
    return (
        f'{{"quantity":"{plain(each.quantity)}","amount":"{amount(each.amount)}",'
        f'"price_unit":{each.price_unit}}}'
    )


def _day(moment: date | None) -> str:
    return "null" if moment is None else f'"{moment.isoformat()}"'
