"""What FUNCTION makes of a launch (OCI 4.0 and 5.0, "Functions"): which function, and where the shop opens.

DETAIL, DETAILADD, SOURCING and a plain launch open a session; what is answered at once stands in
``adapter.ANSWERS``.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import get_args
from urllib.parse import quote

from django.utils.translation import gettext as _

from catalog.models import CustomerArticle, Product
from punchout.adapters.oci.options import Function, OciOptions
from punchout.adapters.parameters import Parameters
from punchout.documents import InboundMessage, RequestedItem
from punchout.errors import MessageInvalid, OperationUnsupported, PunchoutError
from punchout.models import Connection, ReturnedCart

LONGEST_LANDING = 255
# Demand that a buyer's system fills in for SOURCING, in the order in which it says most.
DEMAND = ("SEARCHSTRING", "NEW_ITEM-VENDORMAT", "NEW_ITEM-MANUFACTMAT", "NEW_ITEM-DESCRIPTION")


class ArticleUnknown(PunchoutError):
    """PRODUCTID names no article that this customer may see."""


class SearchNotReady(PunchoutError):
    """The index is being built; the same question has an answer in a minute."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call of somebody we know, before anything is done about it."""

    inbound: InboundMessage
    connection: Connection
    parameters: Parameters
    options: OciOptions
    # What FUNCTION asks for; empty: to shop.
    function: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """Where the shop opens, with which articles in the cart, and whether anything goes back."""

    landing: str = "/"
    operation: str = "create"
    items: tuple[RequestedItem, ...] = ()
    returns: bool = True
    notes: tuple[str, ...] = ()


def asked_function(parameters: Parameters, options: OciOptions) -> tuple[str, tuple[str, ...]]:
    """The function or an empty text, and notes; ``OperationUnsupported`` when it is not offered."""
    function = parameters.get("FUNCTION").upper()
    if function in options.functions or not function:
        return function, ()
    if function in get_args(Function):
        raise OperationUnsupported(
            _("FUNCTION=%(function)s is not offered by this connection.") % {"function": function}
        )
    return "", (f"FUNCTION={function[:30]} is not known; the shop opens as usual.",)


def visit(asked: Asked) -> Visit:
    """How the shop opens; ``ArticleUnknown`` or ``MessageInvalid`` when PRODUCTID does not say where."""
    function, parameters, connection = asked.function, asked.parameters, asked.connection
    if function == "SOURCING":
        return _sourcing(parameters, connection)
    wanted = parameters.get("PRODUCTID")
    items = earlier_cart(connection, wanted)
    if function == "DETAIL":
        # "Returns no data": even with a HOOK_URL there is nothing to add and nothing to send.
        landing = "/cart" if items else _page(required_article(connection, parameters))
        return Visit(landing, operation="inspect", items=items, returns=False)
    if function == "DETAILADD":
        return Visit(_page(required_article(connection, parameters)))
    if items:
        return Visit(items=items)
    product = find_article(connection, wanted)
    if product is not None:
        return Visit(_page(product))
    return Visit(notes=(f"PRODUCTID {wanted[:40]!r} is no article and no returned cart.",) if wanted else ())


def _sourcing(parameters: Parameters, connection: Connection) -> Visit:
    number = _demand(parameters, "NEW_ITEM-MATNR")
    if number:
        known = CustomerArticle.objects.filter(organisation=connection.organisation_id, number=number)
        product = Product.objects.visible_to(connection.organisation).filter(customer_numbers__in=known)
        if (found := product.first()) is not None:
            return Visit(_page(found))
    words = next(filter(None, (_demand(parameters, name) for name in DEMAND)), "")
    return Visit(_search(words))


def _demand(parameters: Parameters, name: str) -> str:
    return parameters.get(name, f"{name}[1]")


def _search(words: str) -> str:
    while words and len(landing := f"/search?q={quote(words)}") > LONGEST_LANDING:
        words = words[:-1]
    return landing if words else "/"


def _page(product: Product) -> str:
    page = f"/p/{quote(product.sku, safe='')}"
    return page if len(page) <= LONGEST_LANDING else _search(product.sku)


def find_article(connection: Connection, number: str) -> Product | None:
    """The article whose EXT_PRODUCT_ID was sent earlier, if this customer may see it."""
    if not number:
        return None
    return Product.objects.visible_to(connection.organisation).filter(sku=number).first()


def required_article(connection: Connection, parameters: Parameters) -> Product:
    """The article of PRODUCTID; ``MessageInvalid`` without one, ``ArticleUnknown`` when there is none."""
    number = product_number(parameters)
    product = find_article(connection, number)
    if product is None:
        raise ArticleUnknown(_("There is no article %(number)s in this catalog.") % {"number": number[:40]})
    return product


def product_number(parameters: Parameters) -> str:
    number = parameters.get("PRODUCTID")
    if not number:
        raise MessageInvalid(_("The launch does not say which article (PRODUCTID)."), path="PRODUCTID")
    return number


def earlier_cart(connection: Connection, quote_id: str) -> tuple[RequestedItem, ...]:
    """The lines of a cart that this connection returned under that EXT_QUOTE_ID; empty when there is none.

    OCI has no edit; that a launch names an earlier cart as PRODUCTID is agreed between buyer and supplier.
    """
    if not quote_id:
        return ()
    cart = ReturnedCart.objects.filter(
        session__connection=connection, session__key=quote_id, outcome=ReturnedCart.Outcome.CART
    ).first()
    return tuple(
        RequestedItem(sku=line["sku"], quantity=Decimal(line["quantity"]), description=line["name"])
        for line in (cart.lines if cart is not None else ())
    )
