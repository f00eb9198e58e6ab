"""Orders of carts that buyers return: placed in the transaction of the return, or not at all."""

from datetime import date

import structlog

from customers.models import Person
from punchout.documents import OrderDetails
from punchout.models import PunchoutSession, ReturnedCart
from punchout.ordering import OrderTaker
from trading import notices
from trading.models import LONGEST_NAME, Order, OrderStep
from trading.numbers import next_number

log = structlog.get_logger(__name__)


class ShopOrders(OrderTaker):
    """Takes the orders that ``punchout.ordering`` hands up."""

    def next_number(self) -> str:
        return next_number()

    def take(
        self, *, number: str, session: PunchoutSession, returned: ReturnedCart, details: OrderDetails
    ) -> None:
        place_order(number=number, session=session, returned=returned, details=details)


def place_order(
    *, number: str, session: PunchoutSession, returned: ReturnedCart, details: OrderDetails
) -> Order:
    """The order of a returned cart, with its lines, amounts and references; somebody will be told of it."""
    person, site = session.person, session.delivery_site
    order = Order.objects.create(
        number=number,
        placed_at=returned.created_at,
        test=session.connection.test,
        organisation=session.organisation,
        connection=session.connection,
        returned_cart=returned,
        person=person,
        ordered_by=_named(person)[:LONGEST_NAME] if person else "",
        delivery_site=site,
        delivery_address=details.delivery_address
        or (_address(session) if site else session.delivery_address),
        shipment=Order.Shipment.PICKUP if details.pickup else Order.Shipment.DELIVERY,
        requested_on=date.fromisoformat(details.requested_day) if details.requested_day else None,
        requested_week=details.requested_week,
        commission=details.commission,
        inquiry_number=details.inquiry_number,
        offer_number=details.offer_number,
        part_number=details.part_number,
        remark=details.remark,
        language=session.language,
        currency=returned.currency,
        total=returned.total,
        table=returned.table,
    )
    OrderStep.objects.create(
        order=order, state=order.state, at=order.placed_at, by_name=order.ordered_by[:150]
    )
    notices.write(order)
    log.info("order_placed", order=number, session=session.key, lines=len(returned.table["rows"]))
    return order


def _named(person: Person) -> str:
    """His name, and what his procurement system knows him by."""
    return " ".join(dict.fromkeys(filter(None, (person.name, person.identifier))))


def _address(session: PunchoutSession) -> str:
    site = session.delivery_site
    assert site is not None
    lines = (site.name, site.street, f"{site.postal_code} {site.city}".strip(), site.country)
    return "\n".join(line for line in lines if line)
