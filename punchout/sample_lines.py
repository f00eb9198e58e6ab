"""To try things out on: a line that has everything, one that has only what it must, a part of a set."""

from decimal import Decimal

from punchout.adapters.sets import Part
from punchout.documents import ReturnLine

SAMPLE_LINES = (
    ReturnLine(
        number=1,
        sku="10-2030",
        token="t1",  # noqa: S106 - the identity of a line
        quantity=Decimal(250),
        unit="MTR",
        name='Cable 3G2,5 mm² "XVB" < 1 kV & flexible',
        description="Halogen-free; fire class Cca.\nPer metre.",
        language="en",
        price=Decimal("41.20"),
        price_unit=100,
        currency="EUR",
        total=Decimal("103.00"),
        lead_time_days=1,
        brand="Cablo",
        manufacturer_part_number="XVB3G25",
        gtin="5412345678908",
        unspsc="26121600",
        etim_class="EC003249",
        eclass="27-06-18-03",
        category="Cables",
        agreement="2026-17",
        buyer_part_number="MAT100",
        list_price=Decimal("55.00"),
    ),
    ReturnLine(
        number=2,
        sku="20-0001",
        token="t2",  # noqa: S106
        quantity=Decimal(3),
        unit="C62",
        name="Socket outlet",
        description="",
        language="en",
        price=Decimal("12.40"),
        price_unit=1,
        currency="EUR",
        total=Decimal("37.20"),
        lead_time_days=3,
    ),
)
SAMPLE_PART = Part("20-0002", "Mounting frame", Decimal(2), "C62", "39121311", "Frames")
