"""Priced lines become frozen ones: what is returned, kept as price commitment and compared with the order."""

from collections.abc import Sequence

from catalog.display import own_numbers_of, pictures_of
from punchout.documents import ReturnLine
from punchout.surcharges import frozen_surcharges
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
    return tuple(
        _freeze(
            number, line, language, base_url, own_numbers.get(line.line.product_id or 0, ""),
            pictures.get(line.line.product_id or 0, ""),
        )
        for number, line in zip(numbers or range(1, len(priced.lines) + 1), priced.lines, strict=True)
    )  # fmt: skip


def _freeze(
    number: int, priced: PricedLine, language: str, base_url: str, buyer_part_number: str, picture: str
) -> ReturnLine:
    product, price, total = priced.product, priced.price, priced.total
    if product is None or price is None or total is None:
        raise CartNotReturnable
    if picture.startswith("/"):
        picture = base_url + picture
    return ReturnLine(
        number=number,
        sku=product.sku,
        token=priced.line.token,
        quantity=priced.line.quantity,
        unit=product.order_unit,
        name=product.name,
        description=product.description,
        language=language,
        price=price.amount,
        price_unit=price.price_unit,
        currency=price.currency,
        total=total.amount,
        lead_time_days=product.lead_time_days,
        brand=product.brand_name,
        manufacturer_part_number=product.manufacturer_part_number,
        gtin=product.gtin,
        unspsc=product.unspsc,
        etim_class=product.etim_class,
        eclass=product.eclass,
        category=product.category_name,
        agreement=price.reference,
        picture_url=picture,
        buyer_part_number=buyer_part_number,
        list_price=price.list_amount,
        surcharges=frozen_surcharges(price, priced.line.quantity) if price.surcharges else (),
    )
