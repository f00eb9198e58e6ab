"""Priced lines become frozen ones: what is returned, kept as price commitment and compared with the order."""

from collections.abc import Mapping, Sequence

from catalog.display import own_numbers_of, pictures_of
from punchout.documents import ReturnLine
from punchout.surcharges import Words, frozen_surcharges
from shop.carts import PricedCart, PricedLine


class CartNotReturnable(Exception):
    """The cart is empty or has a line that cannot be returned; the cart page says which."""


def freeze_lines(
    priced: PricedCart, language: str, base_url: str, numbers: Sequence[int] = ()
) -> tuple[ReturnLine, ...]:
    """The priced cart as immutable return lines, in the active language; two queries whatever its size.

    ``numbers`` are those of the lines, where they are not all of a cart.
    """
    products = [line.product for line in priced.lines if line.product]
    own_numbers = own_numbers_of(priced.cart.organisation_id, products)
    pictures = pictures_of(products)
    if any(address.startswith("/") for address in pictures.values()):
        pictures = {
            pk: base_url + address if address.startswith("/") else address for pk, address in pictures.items()
        }
    words: Words = {}
    return tuple(
        [
            _freeze(number, line, language, own_numbers, pictures, words)
            for number, line in zip(numbers or range(1, len(priced.lines) + 1), priced.lines, strict=True)
        ]
    )


def _freeze(
    number: int,
    priced: PricedLine,
    language: str,
    own_numbers: Mapping[int, str],
    pictures: Mapping[int, str],
    words: Words,
) -> ReturnLine:
    line, product, price, total = priced.line, priced.product, priced.price, priced.total
    if product is None or price is None or total is None:
        raise CartNotReturnable
    # In the order of its fields: to name them all takes longer than to make the line.
    return ReturnLine(
        number, product.sku, line.token, line.quantity, product.order_unit, product.name, product.description,
        language, price.amount, price.price_unit, price.currency, total.amount, product.lead_time_days,
        product.brand_name, product.manufacturer_part_number, product.gtin, product.unspsc,
        product.etim_class, product.eclass, product.category_name, price.reference,
        pictures.get(product.pk, ""), "", own_numbers.get(product.pk, ""), price.list_amount,
        frozen_surcharges(price, line.quantity, words) if price.surcharges else (),
    )  # fmt: skip
