"""Who is shopping, at whose prices, in which cart, and where it will go: one object a request.

The shop knows nothing of punch-out. A room above registers a source that turns the key in
``/s/<key>/…`` into a ``ShoppingContext``; without one, everybody is a visitor.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from catalog.money import Money
from catalog.prices import NetPrice
from customers.models import Organisation
from shop.carts import PricedCart, price_cart
from shop.models import Cart


@dataclass(frozen=True, slots=True)
class ShoppingContext:
    """What every storefront page needs to know. ``prefix`` is the path the session lives under."""

    organisation: Organisation | None = None
    cart: Cart | None = None
    prefix: str = ""
    language: str = settings.LANGUAGE_CODE
    person: str = ""
    # Where the goods will go, on one line; empty: the buyer's system did not say.
    delivery: str = ""
    # The buyer's system in words, such as "SAP SRM"; empty for a visitor.
    buyer_system: str = ""
    # Host that receives the cart, shown to the buyer before anything is sent; empty: no return possible.
    return_host: str = ""
    # The buyer's system fetches the cart from here, so there is no host it is sent to.
    cart_is_fetched: bool = False
    # The buyer may also order here, and go back with a cart that is ordered.
    may_order: bool = False
    read_only: bool = False
    # An edit session: leaving without the cart keeps what the buyer's system has.
    editing: bool = False
    test: bool = False
    frame_ancestors: tuple[str, ...] = ()
    # Makes CSRF tokens of this session; stable for its life, known only to its browser.
    csrf_secret: str = ""
    # What a quantity at a price is sent with: the room above knows where surcharges go.
    comes_to: Callable[[NetPrice, Decimal], Money] = NetPrice.total
    # Marks what the buyer's system would refuse as the problem of its line; the room above knows the rules.
    check: Callable[[PricedCart], PricedCart] | None = None

    def priced_cart(self) -> PricedCart:
        """The session's cart at today's prices, checked against what the buyer's system takes."""
        assert self.cart is not None and self.organisation is not None, "a visitor has no cart"
        priced = price_cart(self.cart, self.organisation)
        return self.check(priced) if self.check else priced

    @property
    def can_buy(self) -> bool:
        return self.cart is not None and not self.read_only


VISITOR = ShoppingContext()

Source = Callable[[HttpRequest, str], ShoppingContext | HttpResponse | None]
_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Registers what resolves session keys; the last one registered is asked."""
    _sources.append(source)


def unregister_source(source: Source) -> None:
    _sources.remove(source)


def resolve(request: HttpRequest, key: str) -> ShoppingContext | HttpResponse | None:
    """The context of a session key, or the page that says why there is none; ``None``: not ours to answer."""
    return _sources[-1](request, key) if _sources else None


class ShopRequest(HttpRequest):
    """A request after ``ShoppingMiddleware``; for type checkers only."""

    shopping: ShoppingContext
    csp_nonce: str


def shopping(request: HttpRequest) -> dict[str, object]:
    """Template context processor: ``shopping`` on every page."""
    return {"shopping": getattr(request, "shopping", VISITOR)}
