"""Cart services: add, change, remove, and the cart with its prices. All amounts without VAT."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection as database
from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from catalog.models import Product
from catalog.money import Money
from catalog.prices import NetPrice, PriceBook
from catalog.quantities import LARGEST, QuantityInvalid, check_quantity
from catalog.surcharges import metal_name
from customers.models import Organisation
from shop.cart_rows import ArticleRow, LineRow, read_lines
from shop.models import Cart, CartLine


class CartFrozen(Exception):
    """The cart was returned to the buyer's system; it cannot be changed any more."""


class NotOrderable(Exception):
    """The article cannot be ordered (discontinued, hidden or unknown); the message says so."""


# Never changed, but not declared so, as prices are not (``catalog.net_price``).
@dataclass(slots=True)
class PricedLine:
    """A cart line as shown and returned: the article, its price at this quantity, and what is wrong."""

    line: LineRow
    product: ArticleRow | None
    price: NetPrice | None
    total: Money | None
    problem: str = ""

    @property
    def surcharges(self) -> tuple[tuple[str, Money], ...]:
        """Each surcharge of the line by its name, for the whole quantity."""
        if self.price is None:
            return ()
        quantity = self.line.quantity
        return tuple((each.label, each.total(quantity)) for each in self.price.surcharges)

    @property
    def name(self) -> str:
        return self.product.name if self.product else self.line.description or self.line.sku


@dataclass(frozen=True, slots=True)
class PricedCart:
    cart: Cart
    lines: tuple[PricedLine, ...]
    currency: str
    # What stands in the way of the cart as a whole, and what is worth knowing before it goes.
    obstacles: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def total(self) -> Money:
        """The sum of the line totals, each rounded on its own, so that it adds up on paper."""
        amount = sum((line.total.amount for line in self.lines if line.total), Decimal(0))
        return Money(amount, self.currency)

    @property
    def goods_total(self) -> Money:
        """The cart without metal surcharges and eco-contributions."""
        beside = sum((total.amount for _label, total in self.surcharges), Decimal(0))
        return Money(self.total.amount - beside, self.currency)

    @property
    def surcharges(self) -> tuple[tuple[str, Money], ...]:
        """What each kind of surcharge comes to, by its name, in the order of the lines."""
        totals: dict[str, Money] = {}
        for line in self.lines:
            for label, total in line.surcharges:
                totals[label] = totals[label] + total if label in totals else total
        return tuple(totals.items())

    @property
    def problems(self) -> tuple[PricedLine, ...]:
        return tuple(line for line in self.lines if line.problem)

    @property
    def returnable(self) -> bool:
        """True when every line has an article, a price and a quantity that is sold, and nothing is wrong."""
        return bool(self.lines) and not self.problems and not self.obstacles


def _open_cart(cart: Cart) -> Cart:
    """The cart, locked for this transaction; ``CartFrozen`` when it was returned."""
    locked = Cart.objects.select_for_update().get(pk=cart.pk)
    if locked.frozen_at is not None:
        raise CartFrozen
    return locked


@transaction.atomic
def add_to_cart(*, cart: Cart, product: Product, quantity: Decimal) -> CartLine:
    """Adds ``quantity`` order units; an article already in the cart is increased.

    Raises ``CartFrozen``, ``NotOrderable`` or ``QuantityInvalid``.
    """
    if not product.orderable:
        raise NotOrderable(_("%(sku)s cannot be ordered any more.") % {"sku": product.sku})
    _open_cart(cart)
    line = CartLine.objects.filter(cart=cart, product=product).first()
    total = quantity + line.quantity if line else quantity
    if total > LARGEST:
        raise QuantityInvalid(_("The quantity is too large."))
    check_quantity(product, total)
    if line:
        CartLine.objects.filter(pk=line.pk).update(quantity=F("quantity") + quantity)
        line.quantity = total
        return line
    last = CartLine.objects.filter(cart=cart).aggregate(last=Max("position"))["last"] or 0
    return CartLine.objects.create(
        cart=cart, product=product, sku=product.sku, quantity=total, position=last + 1
    )


@transaction.atomic
def set_quantities(*, cart: Cart, quantities: Mapping[int, Decimal]) -> None:
    """Sets the quantity of lines by line id; all or nothing. Lines of another cart are not touched."""
    _open_cart(cart)
    lines = list(CartLine.objects.filter(cart=cart, pk__in=quantities).select_related("product"))
    for line in lines:
        if line.product is not None:
            check_quantity(line.product, quantities[line.pk])
        line.quantity = quantities[line.pk]
    CartLine.objects.bulk_update(lines, ["quantity"])


@transaction.atomic
def remove_line(*, cart: Cart, line_id: int) -> bool:
    """Removes one line; False when this cart has no such line."""
    _open_cart(cart)
    deleted, _rows = CartLine.objects.filter(cart=cart, pk=line_id).delete()
    return deleted > 0


@transaction.atomic
def empty_cart(*, cart: Cart) -> int:
    """Removes every line; how many they were. Raises ``CartFrozen``."""
    _open_cart(cart)
    return CartLine.objects.filter(cart=cart).delete()[1].get(CartLine._meta.label, 0)


# Every line as it is, only in another cart.
_KEPT = ", ".join(
    str(field.column) for field in CartLine._meta.concrete_fields if field.name not in ("id", "cart")
)
_COPY = (
    f"INSERT INTO shop_cartline (cart_id, {_KEPT}) SELECT %s, {_KEPT} FROM shop_cartline "  # noqa: S608
    "WHERE cart_id = %s ORDER BY position, id"
)


def copy_lines(*, source: int, into: int) -> None:
    """Copies all lines of a cart into an empty one, with their identities, by one statement."""
    with database.cursor() as cursor:
        cursor.execute(_COPY, [into, source])


def price_cart(cart: Cart, organisation: Organisation) -> PricedCart:
    """The cart at today's prices, in the active language and a fixed number of queries.

    Lines without an article get the one that has their number now: it may have been taken out of the catalog
    and come back as another row while the cart was open, or been sold to this customer only since.
    """
    lines = read_lines(cart)
    unknown = [line for line, product in lines if product is None]
    if unknown and cart.frozen_at is None and _found_again(unknown, lines, organisation):
        lines = read_lines(cart)
    book = PriceBook.load(organisation, [product for _line, product in lines if product])
    priced = tuple([_price_line(line, product, book) for line, product in lines])
    return PricedCart(cart, priced, book.currency)


def _found_again(
    unknown: list[LineRow], lines: list[tuple[LineRow, ArticleRow | None]], organisation: Organisation
) -> bool:
    """Whether a line has its article again. Two lines of one number stay as they are: which is meant?"""
    numbers = [line.sku for line, _product in lines]
    rows = {line.sku: line.pk for line in unknown if numbers.count(line.sku) == 1}
    shown = Product.objects.visible_to(organisation).filter(sku__in=rows).values_list("sku", "pk")
    found = [
        CartLine.objects.filter(pk=rows[sku], product=None).update(product=product)
        for sku, product in list(shown)
    ]
    return any(found)


def _price_line(line: LineRow, product: ArticleRow | None, book: PriceBook) -> PricedLine:
    if product is None:
        return PricedLine(line, None, None, None, _("We do not know this article number."))
    price = book.price(product, line.quantity)
    total = price.total(line.quantity) if price else None
    problem = ""
    if not product.orderable:
        problem = _("This article cannot be ordered any more.")
    elif price is None and (metal := book.missing_quotation(product)):
        problem = _(
            "There is no quotation of %(metal)s in %(currency)s, so this article has no price now."
        ) % {
            "metal": metal_name(metal),
            "currency": book.currency,
        }
    elif price is None:
        problem = _("There is no price for this article in %(currency)s yet. Ask us for a quotation.") % {
            "currency": book.currency
        }
    else:
        try:
            check_quantity(product, line.quantity)
        except QuantityInvalid as error:
            problem = error.message
    return PricedLine(line, product, price, total, problem)
