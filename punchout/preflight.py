"""Before a cart leaves: would the buyer's system take it? Said in plain words, line by line.

Buyers' systems refuse silently: SAP drops a line with a unit it does not know, Coupa fails the import. So
the cart is held against what the connection says its system accepts, while the buyer can still change it.
"""

from collections.abc import Mapping
from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import CustomerArticle
from punchout.adapters import get_adapter
from punchout.adapters.registry import AdapterOptions
from punchout.models import Connection
from shop.cart_rows import ArticleRow
from shop.carts import PricedCart, PricedLine

# What a connection can require of every article, and how a buyer would call it.
REQUIRED: Mapping[str, str | Promise] = {
    "gtin": gettext_lazy("an EAN"),
    "unspsc": gettext_lazy("an UNSPSC code"),
    "manufacturer_part_number": gettext_lazy("a manufacturer part number"),
    "buyer_part_number": gettext_lazy("your own article number"),
}


def checked(priced: PricedCart, connection: Connection) -> PricedCart:
    """The cart with what the buyer's system would refuse as the problem of its line.

    At most one query, and only when the buyer's own article numbers are required.
    """
    options = get_adapter(connection.adapter).options(connection)
    lines = list(priced.lines)
    if options.required_fields or options.accepted_units:
        numbered = _numbered(priced) if "buyer_part_number" in options.required_fields else frozenset()
        lines = [_checked(line, connection, options, numbered) for line in lines]
    if options.most_lines:
        for position in range(options.most_lines, len(lines)):
            text = _("%(system)s takes %(count)s lines at once. Return this one in a second cart.")
            lines[position] = _with_problem(
                lines[position], text % {"system": connection.buyer_system, "count": options.most_lines}
            )
    return replace(priced, lines=tuple(lines))


def _checked(
    line: PricedLine, connection: Connection, options: AdapterOptions, numbered: frozenset[int]
) -> PricedLine:
    product = line.product
    if product is None:
        return line
    unit = get_adapter(connection.adapter).unit_sent(options, product.order_unit)
    if options.accepted_units and unit not in options.accepted_units:
        text = _("%(system)s accepts %(units)s, not %(unit)s.")
        accepted = ", ".join(options.accepted_units)
        return _with_problem(
            line, text % {"system": connection.buyer_system, "units": accepted, "unit": unit}
        )
    for name in options.required_fields:
        if not _has(product, name, numbered):
            text = _("%(system)s needs %(what)s, and this article has none.")
            return _with_problem(
                line, text % {"system": connection.buyer_system, "what": str(REQUIRED[name])}
            )
    return line


def _has(product: ArticleRow, name: str, numbered: frozenset[int]) -> bool:
    return product.pk in numbered if name == "buyer_part_number" else bool(getattr(product, name))


def _with_problem(line: PricedLine, text: str) -> PricedLine:
    """``line`` with ``text`` as its problem; what was wrong already is said first and alone."""
    return line if line.problem else replace(line, problem=text)


def _numbered(priced: PricedCart) -> frozenset[int]:
    """The articles of the cart that have a number of the customer's own."""
    products = [line.product.pk for line in priced.lines if line.product]
    organisation = priced.cart.organisation_id
    rows = CustomerArticle.objects.filter(organisation=organisation, product__in=products)
    return frozenset(rows.values_list("product_id", flat=True))
