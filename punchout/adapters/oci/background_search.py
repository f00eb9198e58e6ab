"""BACKGROUND_SEARCH: the hits of a search across catalogs, as one form that nobody sends.

OCI 4.0, "BACKGROUND_SEARCH": SAP's server, not a browser, reads the page: no script, no further page, no
sign-in. A search is no commitment, so its lines name no cart (EXT_QUOTE_ID).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import translation

from catalog.models import Product
from catalog.prices import PriceBook
from catalog.search import Query, SearchUnavailable, search
from customers.models import Organisation
from punchout import wire
from punchout.adapters import get_adapter
from punchout.adapters.oci import build, pages
from punchout.adapters.oci.functions import Asked, SearchNotReady
from punchout.adapters.oci.hook import read_hook, sent_hook
from punchout.adapters.oci.launch import answer_language, read_echo
from punchout.documents import Answer, ReturnLine
from punchout.mapping.apply import apply_mapping
from punchout.models import PunchoutSession
from punchout.services import freeze_lines
from punchout.surcharges import arranged
from shop.cart_rows import ArticleRow, LineRow
from shop.carts import PricedCart, PricedLine
from shop.models import Cart


def background_search(asked: Asked) -> Answer:
    """The best hits that can be ordered, priced for their smallest quantity."""
    connection, parameters, options = asked.connection, asked.parameters, asked.options
    notes: list[str] = list(parameters.notes)
    echo = read_echo(parameters, options, notes)
    hook = ""
    if sent_hook(parameters, options) or connection.default_return_url:
        hook, hook_notes = read_hook(parameters, connection, options)
        notes += hook_notes
    language = answer_language(connection, parameters, options)
    # SAP's users put stars around a word; here every word is looked for as a beginning anyway.
    words = parameters.get("SEARCHSTRING").strip("*% ")
    with translation.override(language):
        found = _hits(connection.organisation, words, language, options.search_hits)
        # A hit is taken over by itself: with a line of its own for a surcharge that would be lost.
        how = "field" if options.surcharges == "field" else "in_price"
        lines = arranged(priced_lines(connection.organisation, found, language, asked.inbound.base_url), how)
        lines = as_returned(asked, lines, language, echo)
    for text in notes:
        wire.note(asked.inbound, text)
    form = build.return_form(return_url=hook, echo=echo, quote_id="", lines=lines, options=options)
    return Answer(
        200,
        pages.form_page(form, submits=False),
        content_type=pages.content_type(form),
        headers=pages.HEADERS,
        # The log says what was found; it need not hold a hundred kilobytes of it.
        log_body="\n".join(
            f"{line.sku} {line.price} {line.currency} / {line.price_unit} {line.unit}" for line in lines
        ),
    )


def as_returned(
    asked: Asked, lines: tuple[ReturnLine, ...], language: str, echo: Mapping[str, Any]
) -> tuple[ReturnLine, ...]:
    """The lines with the connection's mapping and tables, as those of a returned cart; nobody is shopping."""
    connection = asked.connection
    visit = PunchoutSession(
        connection=connection, organisation=connection.organisation, language=language, echo=dict(echo)
    )
    return apply_mapping(visit, get_adapter("oci"), asked.options, lines).lines


def _hits(organisation: Organisation, words: str, language: str, most: int) -> list[Product]:
    """Articles in the order of the search; none for no words, for that is no question."""
    if not words:
        return []
    try:
        ids = search(Query(text=words, language=language, page_size=most)).product_ids
    except SearchUnavailable as unavailable:
        raise SearchNotReady(str(unavailable)) from None
    found = Product.objects.visible_to(organisation).filter(pk__in=ids)
    products = {row.pk: row for row in found.select_related("brand", "category")}
    return [products[pk] for pk in ids if pk in products]


def priced_lines(
    organisation: Organisation, products: Sequence[Product], language: str, base_url: str
) -> tuple[ReturnLine, ...]:
    """The lines of a cart with the smallest quantity of each article that has a price and can be ordered."""
    book = PriceBook.load(organisation, products)
    cart = Cart(organisation=organisation)
    lines = []
    for product in products:
        quantity = product.minimum_quantity
        price = book.price(product, quantity)
        if price is None or not product.orderable:
            continue
        line = LineRow(0, product.sku, "", quantity, "", product.pk)
        lines.append(PricedLine(line, ArticleRow.of(product), price, price.total(quantity)))
    return freeze_lines(PricedCart(cart, tuple(lines), book.currency), language, base_url)
