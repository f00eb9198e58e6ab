"""Articles of both versions as records. Positions of fields count from 1, as the specification does."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from catalog.imports.formats.datanorm.header import Header
from catalog.imports.formats.datanorm.lines import Line
from catalog.imports.formats.datanorm.metals import content
from catalog.imports.formats.datanorm.options import DatanormOptions
from catalog.imports.formats.datanorm.prices import Prices
from catalog.imports.formats.datanorm.texts import LongTexts
from catalog.imports.formats.datanorm.values import ON_REQUEST, PRICE_UNITS_4, unit, whole
from catalog.imports.records import Action, ArticleRecord, MetalContent, Record, Refusal, Renumbering
from catalog.imports.registry import Reading
from catalog.imports.values import gtin, shortened
from catalog.wording import said as _

# Where the fields of an A record stand, by version.
SHORT_TEXT = 40
FIELDS: dict[int, dict[str, int]] = {
    4: {
        "short1": 5, "short2": 6, "price kind": 7, "price unit": 8, "unit": 9, "price": 10,
        "discount group": 11, "main group": 12, "text key": 13,
    },
    5: {
        "short1": 4, "short2": 5, "unit": 6, "price kind": 7, "price unit": 8, "price": 9,
        "discount group": 10, "main group": 11, "group": 12, "matchcode": 13, "maker no": 17,
        "maker type": 18, "EAN": 19, "minimum": 21, "text key": 24,
    },
}  # fmt: skip
# The B record that follows an A record of version 4.
MORE_4 = {"matchcode": 4, "copper": 7, "copper base": 8, "copper weight": 9, "EAN": 10, "group": 12}
ACTIONS = {"N": Action.REPLACE, "A": Action.CHANGE, "L": Action.DELETE}


class Articles:
    def __init__(
        self,
        header: Header,
        reading: Reading,
        options: DatanormOptions,
        texts: LongTexts,
        prices: Prices,
    ) -> None:
        self._header = header
        self._reading = reading
        self._options = options
        self._texts = texts
        self._prices = prices

    def record(self, line: Line, more: Line | None) -> list[Record]:
        """The article of an A record with its B record, after what was refused of it."""
        sku, action = line.field(3), line.field(2).upper()
        if not sku:
            return [Refusal(line.number, "", "A", "", _("An article without a number."))]
        if action == "X":
            return [renumbered(line.number, sku, line.field(FIELDS[4]["short1"]), "A")]
        if action not in ACTIONS:
            return [
                Refusal(line.number, sku, "A", action, _("Neither new (N) nor changed (A) nor gone (L)."))
            ]
        if action == "L":
            return [ArticleRecord(line=line.number, sku=sku, action=Action.DELETE)]
        said = self._said(line, more)
        refused: list[Record] = []
        fields = self._units(line, sku, said, refused)
        if fields is None:
            return refused
        fields |= self._texts_of(self._name(line), said, sku)
        if not fields["names"]:
            return [Refusal(line.number, sku, "short1", "", _("An article without a name."))]
        fields |= self._codes(line, sku, said, refused)
        if said["price kind"] == ON_REQUEST:
            fields["prices"] = ()
            refused.append(self._prices.withdrawn(line.number, sku))
        elif said["price"] not in ("", "0"):
            prices, why = self._prices.of_article(line.number, sku, said, fields["price_unit"])
            fields["prices"] = tuple(prices)
            refused += why
        per = fields["price_unit"]
        found = {each.metal: each for each in self._metals(line, sku, said, per, refused)}
        found |= {each.metal: each for text in self._texts.take("Z", sku) if (each := content(text, per))}
        if found:
            fields["metals"] = tuple(found.values())
        return [*refused, ArticleRecord(line=line.number, sku=sku, action=ACTIONS[action], **fields)]

    def _said(self, line: Line, more: Line | None) -> dict[str, str]:
        said = dict.fromkeys((*FIELDS[5], *MORE_4), "")
        said |= {name: line.field(position) for name, position in FIELDS[self._header.version].items()}
        if more is not None:
            said |= {name: more.field(position) for name, position in MORE_4.items()}
        return said

    def _units(
        self, line: Line, sku: str, said: Mapping[str, str], refused: list[Record]
    ) -> dict[str, Any] | None:
        code = unit(said["unit"], self._reading) if said["unit"] else (self._reading.order_unit or None)
        if code is None:
            reason = _("Nobody knows this unit. Say in the profile what the supplier means by it.")
            refused.append(Refusal(line.number, sku, "unit", said["unit"], reason))
            return None
        written = said["price unit"]
        size = PRICE_UNITS_4.get(written) if self._header.version == 4 else (whole(written or "1") or None)
        if size is None:
            reason = _("Not a price unit: 0 to 3 in version 4, the amount itself in version 5.")
            refused.append(Refusal(line.number, sku, "price unit", written, reason))
            return None
        minimum = whole(said["minimum"])
        return {
            "order_unit": code,
            "price_unit": size,
            "minimum_quantity": Decimal(minimum) if minimum else None,
        }

    def _name(self, line: Line) -> str:
        """Both short texts; some senders (ABB) cut theirs after 40 characters, in the middle of a word."""
        positions = FIELDS[self._header.version]
        first, second = (
            line.fields[at - 1] if at <= len(line.fields) else ""
            for at in (positions["short1"], positions["short2"])
        )
        cut = len(first) == SHORT_TEXT and first[-1].islower() and second[:1].islower()
        return (first + ("" if cut else " ") + second).strip()

    def _texts_of(self, name: str, said: Mapping[str, str], sku: str) -> dict[str, Any]:
        language = self._reading.language
        long = "\n\n".join(
            text for text in (self._texts.text("T", said["text key"]), self._texts.text("D", sku)) if text
        )
        return {
            "names": {language: shortened(name)} if name else {},
            "descriptions": {language: long} if long else {},
        }

    def _codes(self, line: Line, sku: str, said: Mapping[str, str], refused: list[Record]) -> dict[str, Any]:
        found = gtin(said["EAN"]) if said["EAN"].strip("0") else None
        if found is None and said["EAN"].strip("0"):
            reason = _("A GTIN has 8, 12, 13 or 14 digits.")
            refused.append(Refusal(line.number, sku, "EAN", said["EAN"], reason, fatal=False))
        group = category_code(said["main group"], said["group"])
        return {
            "gtin": found,
            "manufacturer_part_number": said["maker no"] or said["maker type"] or None,
            "discount_group": said["discount group"] or None,
            "categories": (group,) if group else (),
            "keywords": (said["matchcode"],) if said["matchcode"] else (),
        }

    def _metals(
        self, line: Line, sku: str, said: Mapping[str, str], per: int, refused: list[Record]
    ) -> tuple[MetalContent, ...]:
        """Copper of version 4; base per 100 kg, weight in the unit that the profile says."""
        if said["copper"] in ("", "0") or said["copper weight"] in ("", "0"):
            return ()
        weight, base = whole(said["copper weight"]), whole(said["copper base"] or "0")
        if not self._options.copper_weight or weight is None or base is None:
            reason = _("The profile does not say in which unit the copper weight is.")
            value = f"{said['copper base']} / {said['copper weight']}"
            refused.append(Refusal(line.number, sku, "copper", value, reason, fatal=False))
            return ()
        kilograms = Decimal(weight) / (1 if self._options.copper_weight == "kg" else 1000)
        return (MetalContent("CU", kilograms, per, Decimal(base)),)


def category_code(main: str, group: str) -> str:
    """Groups are numbered within their main group."""
    return f"{main}/{group}" if main and group else main or group


def renumbered(line: int, sku: str, target: str, record: str) -> Record:
    """Version 4 has the new number where the first short text is, version 5 behind the old one."""
    if target:
        return Renumbering(line, sku, target)
    return Refusal(line, sku, record, "", _("The article gets another number, and none is given."))
