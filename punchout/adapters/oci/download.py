"""DOWNLOADJSON: the customer's catalog, page by page, for SAP's own index (OCI 5.0 with the SRM UI add-on).

A page makes the same few queries whatever its size and wherever it is: the key that the next page begins
after is remembered under the transaction; only a page out of order is counted off.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from json import dumps
from mimetypes import guess_type
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.cache import cache
from django.db.models import prefetch_related_objects
from django.utils import translation

from catalog.display import pictures_of
from catalog.models import Product, ProductQuerySet
from catalog.prices import NetPrice, PriceBook
from punchout.adapters.oci.background_search import as_returned, priced_lines
from punchout.adapters.oci.build import additional_fields
from punchout.adapters.oci.fields import FIELDS, Version, cut, fit, price_unit_limit
from punchout.adapters.oci.functions import Asked
from punchout.adapters.oci.items import scale_price
from punchout.adapters.oci.launch import answer_language, read_echo
from punchout.adapters.oci.outgoing import LONGTEXT
from punchout.adapters.outgoing import number_of
from punchout.adapters.parameters import Parameters
from punchout.adapters.texts import one_line
from punchout.adapters.units import OCI_UNITS, translate_unit
from punchout.documents import Answer, ReturnLine

VERSION: Version = "5.0"
USUAL_PAGE = 50
LARGEST_PAGE = 500
LONGEST_TRANSACTION = 100
# How long a download may take between two of its pages.
REMEMBERED_SECONDS = 6 * 3600
# What this format calls otherwise than the form does; VENDOR_MAT as a reader of Siemens' catalog has it.
SAME_FIELD = {
    "PRICEUNIT": "PRICE_QUANTITY",
    "QUANTITY": "MINORDER_QTY",
    "TAX_RATE": "TAX",
    "VENDORMAT": "VENDOR_MAT",
}
NUMBERS_HERE = frozenset(("LEADTIME", "MINORDER_QTY", "PRICE", "PRICE_QUANTITY", "TAX"))
WHOLE_HERE = frozenset(("LEADTIME", "PRICE_QUANTITY"))
# The item's own texts, which are there without a value too.
TEXTS_HERE = frozenset(
    ("CATALOG_NAME", "CURRENCY", "EXT_PRODUCT_ID", "ITEM_TYPE", "UNIT", "VENDOR", "VENDOR_NAME")
)
# Fields of the buyer's own, as the same reader has them: name and value.
OWN_FIELDS_HERE = "CUSTOMER_FIELDS"
SCALE_FROM = "01"  # scaleType: the price from this quantity on


def download_page(asked: Asked) -> Answer:
    """One page of the articles that this customer can order, at his net prices."""
    parameters = asked.parameters
    size = min(_number(parameters, "pagesize", USUAL_PAGE), LARGEST_PAGE)
    transaction = parameters.get("transactionid")[:LONGEST_TRANSACTION] or str(uuid4())
    wanted = _number(parameters, "requestedpage", 1)
    page, total, products = _page(asked, transaction, size, wanted)
    items = _Items(asked).of(products)
    pages = _pages(total, size)
    content = {
        "CTI": "X" if parameters.get("cti").upper() == "X" else "",
        "CURRENTPAGE": page,
        "TOTALITEMS": total,
        "TOTALPAGES": pages,
        "TRANSACTIONID": transaction,
        "Items": [{"NEWITEM": item} for item in items],
    }
    return Answer(
        200,
        dumps(content, ensure_ascii=False).encode(),
        content_type="application/json",
        log_body=f"Page {page} of {pages}: {len(items)} of {total} articles.",
    )


def _number(parameters: Parameters, name: str, usual: int) -> int:
    """A whole number above zero; anything else is the usual one, as there is nobody to read an error."""
    text = parameters.get(name)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return number or usual


def _pages(total: int, size: int) -> int:
    return max(1, -(-total // size))


def _page(asked: Asked, transaction: str, size: int, wanted: int) -> tuple[int, int, list[Product]]:
    """The page that was wanted, or the last one; how many articles there are; those on the page."""
    name = f"{asked.connection.pk}:{size}:{transaction}"
    key = f"oci-download:{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"
    rows = _downloadable(asked)
    known: dict[str, Any] = cache.get(key) or {"total": rows.count(), "after": {1: 0}}
    page = min(wanted, _pages(known["total"], size))
    # The nearest page before it whose beginning is known.
    near = max(number for number in (1, *known["after"]) if number <= page)
    after = known["after"].get(near, 0)
    if near != page:
        skipped = (page - near) * size
        after = rows.filter(pk__gt=after).values_list("pk", flat=True)[skipped - 1 : skipped].first() or after
    products = list(rows.filter(pk__gt=after)[:size])
    # This page may be asked for again, and the next one will be.
    following = {page + 1: products[-1].pk} if products else {}
    known["after"] = {page: after, **following}
    cache.set(key, known, REMEMBERED_SECONDS)
    return page, known["total"], products


def _downloadable(asked: Asked) -> ProductQuerySet:
    return (
        Product.objects.visible_to(asked.connection.organisation)
        .filter(status__in=Product.ORDERABLE)
        .order_by("pk")
    )


class _Items:
    """Writes articles as NEWITEM for one customer."""

    def __init__(self, asked: Asked) -> None:
        self.asked, self.options = asked, asked.options
        self.organisation = asked.connection.organisation
        self.pictures: dict[int, str] = {}
        self.base_url = asked.inbound.base_url
        self.echo = read_echo(asked.parameters, asked.options, [])
        self.vendor = str(self.echo["vendor"])

    def of(self, products: Sequence[Product]) -> list[dict[str, Any]]:
        """Those that have a price and whose number and unit fit: SAP drops any other without a word."""
        book = PriceBook.load(self.organisation, products)
        if self.options.attachment:
            self.pictures = pictures_of(products)
        mapped = self._mapped(products)
        priced = ((product, book.price(product)) for product in products)
        items = (
            self._as_returned(self._item(product, price), mapped.get(product.sku))
            for product, price in priced
            if price is not None
        )
        return [item for item in items if item["UNIT"] and item["EXT_PRODUCT_ID"]]

    def _mapped(self, products: Sequence[Product]) -> dict[str, ReturnLine]:
        """By article number what the connection's mapping, tables and additional fields make of it."""
        if not (self.options.mapping or self.options.currencies or self.options.extra_fields):
            return {}
        language = answer_language(self.asked.connection, self.asked.parameters, self.options)
        prefetch_related_objects(products, "brand", "category")
        with translation.override(language):
            lines = priced_lines(self.organisation, products, language, self.base_url)
            lines = as_returned(self.asked, lines, language, self.echo)
        additional = additional_fields(lines, self.echo, self.options)
        return {
            line.sku: line.changed(mapped={**fields, **line.mapped})
            for line, fields in zip(lines, additional, strict=True)
        }

    def _as_returned(self, item: dict[str, Any], line: ReturnLine | None) -> dict[str, Any]:
        """The item with the mapped fields: under the name of this format, or one of the buyer's own."""
        if line is None:
            return item
        item["CURRENCY"] = line.currency
        own: list[dict[str, str]] = []
        for name, text in line.mapped.items():
            there, number = SAME_FIELD.get(name, name), number_of(text)
            if there in NUMBERS_HERE:
                if number is not None:
                    item[there] = int(number) if there in WHOLE_HERE else float(number)
                elif not text:
                    item.pop(there, None)
            elif there == "DESCRIPTION":
                if not text:
                    continue  # the form has MATNR in its place; here nothing would say what it is
                code, length = line.language.upper(), FIELDS[name].length(VERSION)
                item[there] = [{"description": cut(one_line(text), length), "languageCode": code}]
            elif there in TEXTS_HERE:
                item[there] = fit(there, one_line(text), VERSION) or ""
            elif name == LONGTEXT:
                item[name] = text
            elif (fitting := fit(name, one_line(text), VERSION)) is None:
                continue
            elif name not in FIELDS or name.startswith("CUST_FIELD"):
                own.append({"fieldName": name, "fieldValue": fitting})
            else:
                item[there] = fitting
        if own:
            item[OWN_FIELDS_HERE] = own
        if "PRICE" in line.mapped or "PRICEUNIT" in line.mapped:
            # The scale was worked out from our own price.
            low = item["PRICE_SCALES"][0]["low"]
            item["PRICE_SCALES"] = [{"low": low, "price": item["PRICE"], "scaleType": SCALE_FROM}]
        return item

    def _item(self, product: Product, price: NetPrice) -> dict[str, Any]:
        scales, price_quantity = _scales(price)
        unit = translate_unit(product.order_unit, self.options.units, OCI_UNITS)
        item: dict[str, Any] = {
            "ATTACHMENTS": self._attachments(product),
            "ATTRIBUTES": [],
            "CATALOG_NAME": settings.SUPPLIER_NAME,
            "CURRENCY": price.currency,
            "DESCRIPTION": _descriptions(product),
            "EXT_PRODUCT_ID": fit("EXT_PRODUCT_ID", product.sku, VERSION) or "",
            "ITEM_TYPE": "",
            "LEADTIME": product.lead_time_days,
            "MINORDER_QTY": float(product.minimum_quantity),
            "PRICE": scales[0]["price"],
            "PRICE_QUANTITY": price_quantity,
            "PRICE_SCALES": scales,
            "UNIT": fit("UNIT", unit, VERSION) or "",
            "VENDOR": fit("VENDOR", self.vendor, VERSION) or "",
            "VENDOR_NAME": settings.SUPPLIER_NAME,
        }
        if self.options.tax_rate:
            item["TAX"] = float(self.options.tax_rate)
        return item

    def _attachments(self, product: Product) -> list[dict[str, Any]]:
        address = self.pictures.get(product.pk)
        if not address:
            return []
        return [
            {
                "descriptions": _descriptions(product),
                "fileName": self.base_url + address if address.startswith("/") else address,
                "mimeType": guess_type(address)[0] or "application/octet-stream",
                "type": "01",
            }
        ]


def _descriptions(product: Product) -> list[dict[str, str]]:
    """The name in every language that it is there in, as long as DESCRIPTION may be."""
    length = FIELDS["DESCRIPTION"].length(VERSION)
    names = ((code, one_line(getattr(product, f"name_{code}"))) for code, _name in settings.LANGUAGES)
    return [{"description": cut(name, length), "languageCode": code.upper()} for code, name in names if name]


def _scales(price: NetPrice) -> tuple[list[dict[str, Any]], int]:
    """The price from each quantity on, all per the one PRICE_QUANTITY that three decimals need."""
    # The format has no place for surcharges, so they are in the price.
    beside = (price.full_amount - price.amount) / price.price_unit
    rows = [
        (step.quantity, step.amount + beside * step.price_unit, step.price_unit) for step in price.breaks
    ] or [(price.quantity, price.full_amount, price.price_unit)]
    limit = price_unit_limit(VERSION)
    per = max(scale_price(amount, unit, limit=limit)[1] for _quantity, amount, unit in rows)
    scales = [
        {
            "low": float(quantity),
            "price": float((amount * per / unit).quantize(Decimal("0.001"), ROUND_HALF_UP)),
            "scaleType": SCALE_FROM,
        }
        for quantity, amount, unit in rows
    ]
    return scales, per
