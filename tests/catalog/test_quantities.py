"""How much of an article may be ordered, and what is said when it does not fit."""

from decimal import Decimal

import pytest

from catalog.models import Product
from catalog.quantities import QuantityInvalid, check_quantity, next_allowed, parse_quantity


@pytest.mark.parametrize(
    ("text", "quantity"),
    [("5", "5"), (" 2,5 ", "2.5"), ("1 000", "1000"), ("0.125", "0.125"), ("10.000", "10")],
)
def test_a_quantity_may_be_typed_with_comma_or_point(text: str, quantity: str) -> None:
    assert parse_quantity(text) == Decimal(quantity)


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "x", "1e400", "NaN", "Infinity", "1.2345", "999999999999", "1,2,3"]
)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(QuantityInvalid):
        parse_quantity(text)


def cable() -> Product:
    return Product(order_unit="MTR", minimum_quantity=Decimal(20), quantity_step=Decimal(10))


@pytest.mark.parametrize(("asked", "suggested"), [("5", "20"), ("25", "30"), ("20.5", "30")])
def test_a_quantity_that_is_not_sold_comes_with_the_next_that_is(asked: str, suggested: str) -> None:
    with pytest.raises(QuantityInvalid) as caught:
        check_quantity(cable(), Decimal(asked))
    assert caught.value.suggestion == Decimal(suggested)
    assert next_allowed(cable(), Decimal(asked)) == Decimal(suggested)


def test_a_quantity_that_is_sold_is_taken() -> None:
    assert check_quantity(cable(), Decimal(30)) == Decimal(30)
