"""The order beside its returned cart, in the admin and in the trace (``punchout.following``)."""

from collections.abc import Iterator
from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _

from punchout.following import Following
from punchout.models import ReturnedCart
from trading.documents import summary
from trading.models import Order


def of_cart(returned: ReturnedCart) -> Iterator[Following]:
    """The order of a cart, if it was ordered."""
    if not returned.order_number:
        return
    order = (
        Order.objects.filter(returned_cart=returned).select_related("organisation", "delivery_site").first()
    )
    if order is not None:
        yield Following(
            label=_("Order"),
            text=f"{order.number} · {order.get_state_display()}",
            address=reverse("admin:trading_order_change", args=[order.pk]),
            file_name=f"order-{order.number}.json",
            content=partial(summary, order),
        )
