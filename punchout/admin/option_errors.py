"""What is wrong with an option, in words for the operator: where, and what was typed; never a pattern."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError as OptionsInvalid

SHOWN = 60
# Parts of a place that only pydantic knows: which side of a choice of types, the name of an entry.
_INNER = ("literal[", "constrained-", "function-", "[key]")


def _with(text: Callable[[], str]) -> Callable[[Mapping[str, Any]], str]:
    """A text with what was typed and the limits of the rule filled in, in the reader's language."""
    return lambda values: text() % values


WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "string_pattern_mismatch": _with(lambda: _("“%(value)s” cannot be used here; see the examples.")),
    "literal_error": _with(lambda: _("“%(value)s” is not one of: %(expected)s.")),
    "int_parsing": _with(lambda: _("“%(value)s” is not a whole number.")),
    "decimal_parsing": _with(lambda: _("“%(value)s” is not a number.")),
    "string_too_long": _with(lambda: _("At most %(max_length)s characters.")),
    "string_too_short": _with(lambda: _("This cannot be empty.")),
    "too_long": _with(lambda: _("At most %(max_length)s entries.")),
    "greater_than_equal": _with(lambda: _("At least %(ge)s.")),
    "less_than_equal": _with(lambda: _("At most %(le)s.")),
    "less_than": _with(lambda: _("Less than %(lt)s.")),
}


def mistakes(invalid: OptionsInvalid) -> list[tuple[str, str]]:
    """Of each mistake the option (empty: of all together) and what to say; one for each place."""
    found: dict[tuple[str, str], str] = {}
    for error in invalid.errors(include_url=False):
        option, *inner = map(str, error["loc"] or ("",))
        place = ".".join(part for part in inner if not part.startswith(_INNER))
        found.setdefault((option, place), _said(error))
    return [(option, f"{place}: {text}" if place else text) for (option, place), text in found.items()]


def _said(error: Any) -> str:
    words = WORDS.get(error["type"])
    if words is None:
        return str(error["msg"]).removeprefix("Value error, ")
    context = dict(error.get("ctx", {}))
    if "expected" in context:
        context["expected"] = context["expected"].replace("'", "").replace(" or ", ", ")
    return words({**context, "value": str(error["input"])[:SHOWN]})
