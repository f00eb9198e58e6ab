"""Functions about one article of an earlier cart: VALIDATE (its price now) and QUANTITYCHECK (its stock).

OCI 4.0, "VALIDATE": a page with one item that nobody sees and that sends itself; for an article that is
gone, a page without a form. OCI 5.0, QUANTITYCHECK: no text on its answer was found, so it is our own.
"""

from dataclasses import replace
from decimal import Decimal
from json import dumps
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.display import stock_of
from catalog.models import Product
from catalog.quantities import QuantityInvalid, next_allowed, parse_quantity
from punchout import origins, wire
from punchout.adapters.oci import pages
from punchout.adapters.oci.build import VALIDATES
from punchout.adapters.oci.functions import Asked, Visit, find_article, product_number
from punchout.adapters.oci.launch import read_launch
from punchout.adapters.units import OCI_UNITS, translate_unit
from punchout.documents import Answer, RequestedItem, ReturnForm, SetupRequest
from punchout.errors import MessageInvalid
from punchout.services import CartNotReturnable, return_cart, start_session
from shop.views.availability import availability


def validate(asked: Asked) -> Answer:
    """The article at today's price for QUANTITY, as a cart of one line that is returned at once."""
    connection = asked.connection
    setup = read_launch(connection, asked.parameters, asked.options, Visit())
    product = find_article(connection, product_number(asked.parameters))
    frame = origins.frame_sources(connection.frame_origins)
    form = None
    if product is not None and product.orderable:
        item = RequestedItem(sku=product.sku, quantity=_quantity(asked, product))
        form = _returned(asked, replace(setup, items=(item,), echo={**setup.echo, VALIDATES: True}))
    if form is None:
        text = _("This article cannot be ordered any more.")
        wire.note(asked.inbound, "The article cannot be ordered: the answer has no form.")
        page = pages.page_without_form(text)
        return Answer(200, page, headers=pages.HEADERS, log_body=text, frame_ancestors=frame)
    return Answer(
        200,
        pages.form_page(form, submits=True),
        content_type=pages.content_type(form),
        headers=pages.HEADERS,
        frame_ancestors=frame,
        csp={"form-action": origins.form_action_sources(form.action, connection.return_origins)},
    )


def _returned(asked: Asked, setup: SetupRequest) -> ReturnForm | None:
    """A session that ends as it begins: the price is a commitment like that of any returned cart."""
    record = asked.inbound.record
    try:
        with transaction.atomic():
            started = start_session(setup=setup, message=record)
            return return_cart(session=started.session, base_url=asked.inbound.base_url)
    except CartNotReturnable:
        record.session = None  # rolled back
        return None


def _quantity(asked: Asked, product: Product) -> Decimal:
    """QUANTITY as the article is sold; without one the smallest that is."""
    text = asked.parameters.get("QUANTITY")
    if not text:
        return product.minimum_quantity
    try:
        wanted = parse_quantity(text)
    except QuantityInvalid as invalid:
        raise MessageInvalid(invalid.message, path="QUANTITY") from None
    allowed = next_allowed(product, wanted)
    if allowed != wanted:
        wire.note(asked.inbound, f"QUANTITY {wanted} is not sold; the price is for {allowed}.")
    return allowed


def check_quantity(asked: Asked) -> Answer:
    """Whether QUANTITY is there now, as JSON (see README.md); an unknown article is not available."""
    product = find_article(asked.connection, product_number(asked.parameters))
    found: dict[str, Any] = {"EXT_PRODUCT_ID": asked.parameters.get("PRODUCTID")[:40], "AVAILABLE": ""}
    if product is not None and product.orderable:
        wanted = _quantity(asked, product)
        stock = availability(product, stock_of([product])[product.pk])
        enough = stock.quantity >= wanted
        found |= {
            "QUANTITY": float(wanted),
            "UNIT": translate_unit(product.order_unit, asked.options.units, OCI_UNITS),
            "AVAILABLE": "X" if enough else "",
            "QUANTITY_AVAILABLE": float(stock.quantity),
            "LEADTIME": 0 if enough else stock.lead_time_days,
            "NEXT_DATE": stock.next_date.isoformat() if stock.next_date and not enough else None,
        }
    return Answer(200, dumps(found, ensure_ascii=False).encode(), content_type="application/json")
