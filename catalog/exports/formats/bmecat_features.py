"""Properties of articles as BMEcat 2005 has them: ETIM's by their codes, our own by name with value and unit.

What importers know a property and its values by is written: names, or codes where a name is too long or
means more than one property. There are few of them, so each is made once.
"""

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from catalog.exports.languages import LANGUAGES
from catalog.exports.text import number_text, xml_text
from catalog.models import Attribute, AttributeChoice

# The specification says udf_NAME-x.y for a system of one's own, its schema takes no underscore.
OWN_SYSTEM = "udf-shop-1.0"
LONGEST = 60
MADE = 50_000
# UN/CEFACT Recommendation 20, where the shop shows a sign; other units go as they are shown.
UNIT_CODES = {
    "A": "AMP", "V": "VLT", "W": "WTT", "kW": "KWT", "VA": "D46", "mA": "4K", "mm": "MMT", "cm": "CMT",
    "m": "MTR", "kg": "KGM", "g": "GRM", "Hz": "HTZ", "°C": "CEL", "mm²": "MMK", "Ω": "OHM", "h": "HUR",
    "lm": "LUM", "K": "KEL", "%": "P1",
}  # fmt: skip
_FEATURE = re.compile(r"EF[0-9]{6}\Z", re.IGNORECASE)
_VALUE = re.compile(r"EV[0-9]{6}\Z", re.IGNORECASE)
Feature = tuple[int, int | None, Decimal | None]


class Features:
    """The blocks of properties of articles, in these languages, the first of which is the file's."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = languages
        self._attributes = {each.pk: each for each in Attribute.objects.all()}
        self._choices = {each.pk: each for each in AttributeChoice.objects.order_by()}
        spoken = Counter(
            name
            for each in self._attributes.values()
            for name in {getattr(each, f"name_{code}").casefold() for code in LANGUAGES}
        )
        self._shared = {name for name, times in spoken.items() if times > 1}
        self._made = lru_cache(maxsize=MADE)(self._make)

    def blocks(self, etim_class: str, unspsc: str, found: Sequence[Feature]) -> str:
        """Every classification of the article, each with its own properties."""
        etim, own = "", ""
        for feature in found:
            standard, xml = self._made(*feature)
            if standard:
                etim += xml
            else:
                own += xml
        return (
            (_block("ETIM", etim_class, etim) if etim_class or etim else "")
            + (_block("UNSPSC", unspsc, "") if unspsc else "")
            + (_block(OWN_SYSTEM, "", own) if own else "")
        )

    def _make(self, attribute: int, choice: int | None, number: Decimal | None) -> tuple[bool, str]:
        """Whether it is ETIM's, and its element."""
        property_ = self._attributes.get(attribute)
        # It may have been made since the file was begun.
        chosen = self._choices.get(choice) if choice is not None else None
        if property_ is None or (choice is not None and chosen is None):
            return False, ""
        standard = bool(_FEATURE.match(property_.code))
        name = f"<FNAME>{property_.code.upper()}</FNAME>" if standard else self._name(property_)
        unit = ""
        if chosen is None:
            assert number is not None
            value = f"<FVALUE>{number_text(number)}</FVALUE>"
            if property_.unit:
                unit = f"<FUNIT>{xml_text(UNIT_CODES.get(property_.unit, property_.unit))}</FUNIT>"
        elif standard and _VALUE.match(chosen.code):
            value = f"<FVALUE>{chosen.code.upper()}</FVALUE>"
        else:
            value = self._each("FVALUE", chosen)
        return standard, f"<FEATURE>{name}{value}{unit}</FEATURE>"

    def _name(self, attribute: Attribute) -> str:
        names = {getattr(attribute, f"name_{code}").casefold() for code in LANGUAGES}
        if names & (self._shared - {""}):
            return f"<FNAME>{attribute.code}</FNAME>"
        return self._each("FNAME", attribute)

    def _each(self, tag: str, labelled: Attribute | AttributeChoice) -> str:
        """Its name in each language that has one; in one language alone that of English stands in."""
        names = {code: getattr(labelled, f"name_{code}") for code in self._languages}
        if any(len(name) > LONGEST for name in names.values()):
            return f"<{tag}>{labelled.code}</{tag}>"
        if len(names) == 1:
            return f"<{tag}>{xml_text((names[self._languages[0]] or labelled.name_en)[:LONGEST])}</{tag}>"
        return "".join(
            f'<{tag} lang="{LANGUAGES[code]}">{xml_text(name)}</{tag}>'
            for code, name in names.items()
            if name
        )


def _block(system: str, group: str, features: str) -> str:
    code = f"<REFERENCE_FEATURE_GROUP_ID>{xml_text(group)}</REFERENCE_FEATURE_GROUP_ID>" if group else ""
    return (
        f"<PRODUCT_FEATURES><REFERENCE_FEATURE_SYSTEM_NAME>{system}</REFERENCE_FEATURE_SYSTEM_NAME>"
        f"{code}{features}</PRODUCT_FEATURES>"
    )
