"""A line of a cart with a metal surcharge and a levy, and one without."""

from dataclasses import replace
from decimal import Decimal

from punchout.documents import LineSurcharge, ReturnLine

COPPER = LineSurcharge(
    kind="metal", code="CU", label="Copper surcharge", text="96 kg", amount=Decimal("1440.0000"),
    price_unit=1000, total=Decimal("72.00"), weight=Decimal(96), per=100, base=Decimal(150),
    quotation=Decimal(300), day="2026-11-20",
)  # fmt: skip
RECUPEL = LineSurcharge(
    kind="levy", code="Recupel", tariff="01.01", label="Recupel", text="Recupel (01.01)",
    amount=Decimal("0.05"), price_unit=1, total=Decimal("2.50"),
)  # fmt: skip
CABLE = ReturnLine(
    number=1, sku="CABLE-1", token="abc", quantity=Decimal(50), unit="MTR", name="Cable", description="",
    language="en", price=Decimal(9000), price_unit=1000, currency="EUR", total=Decimal("524.50"),
    lead_time_days=1, unspsc="26121600", surcharges=(COPPER, RECUPEL),
)  # fmt: skip
PLAIN = replace(CABLE, number=2, sku="P-2", token="def", surcharges=(), total=Decimal("450.00"))
