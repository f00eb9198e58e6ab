"""The return form of OCI (4.0, "Transferring data from the catalog"): one hidden field a value.

First the parameters of the return address, then SAP's ITS fields as they came, then the items, one after
the other, indexed from 1 without a gap.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from punchout.adapters.oci.hook import action_and_fields, take_apart
from punchout.adapters.oci.items import SURCHARGES, Items
from punchout.adapters.oci.options import OciOptions
from punchout.adapters.sets import Sets
from punchout.adapters.texts import DEFAULT
from punchout.documents import ReturnForm, ReturnLine
from punchout.form_text import Pair

NO_SETS: Sets = MappingProxyType({})
# In the echo of a session that answers VALIDATE.
VALIDATES = "validates"


def return_form(
    *,
    return_url: str,
    echo: Mapping[str, Any],
    quote_id: str,
    lines: tuple[ReturnLine, ...],
    options: OciOptions,
    sets: Sets = NO_SETS,
) -> ReturnForm:
    """The cart as form; prices net in the line's currency, per PRICEUNIT. ``quote_id`` may be empty.

    ``sets``: the parts of articles that go as packages (OCI 5.0).
    """
    if echo.get(VALIDATES):
        # The buyer's cart has the line of a surcharge already; VALIDATE is for the article alone.
        lines = tuple(line for line in lines if not line.parent)
    action, fields = action_and_fields(return_url, options.hook_query, _its(echo))
    items = Items(echo, quote_id, options, sets)
    return ReturnForm(
        action=action,
        fields=items.fields(lines, before=fields),
        target=echo.get("target") or "_top",
        charset=echo.get("charset") or DEFAULT,
    )


def leave_form(*, return_url: str, echo: Mapping[str, Any], options: OciOptions) -> ReturnForm | None:
    """How to go back without a cart; OCI has no message for it, so it depends on the buyer's system."""
    target, charset = echo.get("target") or "_top", echo.get("charset") or DEFAULT
    if echo.get("cancel_url"):
        action, fields = take_apart(echo["cancel_url"])
        return ReturnForm(action=action, fields=fields, target=target, charset=charset, method="get")
    if options.on_leave == "close":
        return None
    action, fields = action_and_fields(return_url, options.hook_query, _its(echo))
    return ReturnForm(action=action, fields=fields, target=target, charset=charset)


def additional_fields(
    lines: Sequence[ReturnLine], echo: Mapping[str, Any], options: OciOptions
) -> Iterator[dict[str, str]]:
    """Of each line what ``extra_fields`` make of it, but for surcharges, for an answer that is no form."""
    items = Items(echo, "", options, NO_SETS)
    sources = [(name, source) for name, source in options.extra_fields.items() if source not in SURCHARGES]
    for line in lines:
        yield {name: items.additional(name, source, line) for name, source in sources}


def _its(echo: Mapping[str, Any]) -> list[Pair]:
    return [(name, value) for name, value in echo.get("its", ())]
