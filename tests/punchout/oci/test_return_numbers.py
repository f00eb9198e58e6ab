"""The numbers of the return form: exact where PRICEUNIT lets them be, never too long."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from punchout.adapters.oci.items import scale_price
from tests.punchout.oci.returning import LINE, form, item


@pytest.mark.parametrize(
    ("price", "price_unit", "sent", "sent_unit"),
    [
        ("12.40", 1, "12.400", "1"),
        ("0.0041", 1, "0.041", "10"),
        ("0.41235", 1, "41.235", "100"),
        ("41.2345", 100, "412.345", "1000"),
        ("41.20", 100, "41.200", "100"),
        ("0", 1, "0.000", "1"),
        ("1.23456789", 1, "12345.679", "10000"),
        ("1.2345", 50000, "1.235", "50000"),
        ("200", 200000, "10.000", "10000"),
    ],
)
def test_a_price_with_more_than_three_decimals_is_scaled_by_its_price_unit(
    price: str, price_unit: int, sent: str, sent_unit: str
) -> None:
    found = item(form([replace(LINE, price=Decimal(price), price_unit=price_unit)]))
    assert (found["PRICE"], found["PRICEUNIT"]) == (sent, sent_unit)


def test_a_price_unit_of_nine_digits_is_used_where_the_version_has_them() -> None:
    line = replace(LINE, price=Decimal("1.23456789"))
    assert item(form([line], {"version": "3.0"}))["PRICEUNIT"] == "100000"
    assert item(form([line], {"version": "5.0"}))["PRICEUNIT"] == "10000"


@settings(max_examples=300)
@given(
    price=st.decimals("0", "99999.9999", places=4),
    price_unit=st.sampled_from((1, 10, 100, 1000)),
    quantity=st.decimals("0.001", "99999.999", places=3),
)
def test_price_times_quantity_is_the_line_total(price: Decimal, price_unit: int, quantity: Decimal) -> None:
    cent = Decimal("0.01")
    total = (price * quantity / price_unit).quantize(cent, ROUND_HALF_UP)
    sent, unit = scale_price(price, price_unit)
    assert sent == sent.quantize(Decimal("0.001"))
    assert (sent * quantity / unit).quantize(cent, ROUND_HALF_UP) == total


@settings(max_examples=300)
@given(
    price=st.decimals("0", "9999999", places=6),
    price_unit=st.integers(1, 10**7),
    decimals=st.integers(0, 3),
    limit=st.sampled_from((99999, 999999999)),
)
def test_a_scaled_price_always_fits_and_is_off_by_half_a_unit_at_most(
    price: Decimal, price_unit: int, decimals: int, limit: int
) -> None:
    sent, unit = scale_price(price, price_unit, decimals=decimals, limit=limit)
    assert 1 <= unit <= limit
    assert len(f"{sent:.{decimals}f}") <= 15
    assert abs(sent - price * unit / price_unit) <= Decimal("0.5").scaleb(-decimals) + Decimal("1e-12")


def test_numbers_have_a_point_and_no_thousands_sign_unless_the_buyer_wants_a_comma() -> None:
    line = replace(LINE, quantity=Decimal("12345.5"), price=Decimal("1234567.89"))
    assert item(form([line]))["QUANTITY"] == "12345.500"
    assert item(form([line]))["PRICE"] == "1234567.890"
    comma = item(form([line], decimal_sign=",", price_decimals=2))
    assert (comma["QUANTITY"], comma["PRICE"]) == ("12345,500", "1234567,89")
