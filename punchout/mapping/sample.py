"""A cart to try a mapping on: the connection's last returned one, else two articles that have everything."""

from dataclasses import dataclass
from decimal import Decimal

from punchout.documents import ReturnLine
from punchout.models import Connection, PunchoutSession, ReturnedCart
from shop.models import Cart

MOST_LINES = 2  # whose results are shown
LINES = (
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


@dataclass(frozen=True, slots=True)
class Sample:
    """Lines and the visit they belong to; ``returned`` is the cart they come from, if it is a real one."""

    session: PunchoutSession
    lines: tuple[ReturnLine, ...]
    returned: ReturnedCart | None = None


def returned_carts(connection: Connection, most: int) -> list[ReturnedCart]:
    """The connection's newest returned carts, with all that a mapping may speak of."""
    carts = ReturnedCart.objects.filter(session__connection=connection, outcome=ReturnedCart.Outcome.CART)
    wanted = ("session__connection", "session__organisation", "session__person", "session__delivery_site")
    return list(carts.select_related(*wanted).defer("form").order_by("-pk")[:most])


def sample_of(connection: Connection) -> Sample:
    """What the result of each row is shown on; nothing is stored."""
    for returned in returned_carts(connection, 1):
        returned.session.connection = connection
        lines = tuple(ReturnLine.from_json(line) for line in returned.lines[:MOST_LINES])
        return Sample(returned.session, lines, returned)
    organisation = connection.organisation
    session = PunchoutSession(
        key="sample",
        connection=connection,
        organisation=organisation,
        cart=Cart(pk=4711, organisation=organisation),
        language=organisation.language,
        return_url="https://buyer.example/return",
    )
    return Sample(session, LINES)
