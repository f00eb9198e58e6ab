"""A full export of one customer beside the same rows from a raw cursor: ``python -m bench.exports 100000``.

The floor is one SELECT over all the tables a row comes from, written out by ``csv.writer`` as it comes: no
prices are worked out, nothing is checked, no text is made safe. Both write the same columns to nowhere. What
is compared is the time of this process on the processor: a neighbour on the machine changes nothing in it.
"""

import csv
import os
import resource
import sys
import time
from collections.abc import Callable

import django

FORMATS = ("csv", "bmecat", "datanorm-4")
LEAST = 0.25
SELECT = """
    SELECT p.sku, n.number, p.status, p.gtin, b.name, p.manufacturer_part_number, p.name_nl, p.description_nl,
           c.slug, l.amount, a.value, 'EUR', a.price_unit, p.order_unit, a.valid_until,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
           p.order_unit, p.content_quantity, p.content_unit, p.minimum_quantity, p.quantity_step,
           (SELECT sum(s.quantity) FROM catalog_stock s WHERE s.product_id = p.id),
           (SELECT min(s.next_date) FROM catalog_stock s WHERE s.product_id = p.id),
           p.lead_time_days, NULL, p.etim_class, p.unspsc,
           (SELECT min(m.address) FROM catalog_productmedia m
             WHERE m.product_id = p.id AND m.kind = 'picture'),
           NULL, p.discount_group, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
      FROM catalog_product p
      JOIN catalog_brand b ON b.id = p.brand_id
      JOIN catalog_category c ON c.id = p.category_id
      LEFT JOIN catalog_listprice l ON l.product_id = p.id AND l.price_list_id = %s
      LEFT JOIN catalog_agreement a ON a.product_id = p.id AND a.organisation_id = %s AND a.kind = 'net'
      LEFT JOIN catalog_customerarticle n ON n.product_id = p.id AND n.organisation_id = %s
     WHERE p.status IN ('active', 'run-out', 'discontinued')
     ORDER BY p.id
"""


class Nowhere:
    """Takes what is written and counts it."""

    def __init__(self) -> None:
        self.size = 0

    def write(self, text: str) -> int:
        self.size += len(text.encode())
        return len(text)


def timed(action: Callable[[], int]) -> tuple[float, int]:
    """Rows a second, and rows."""
    began = time.process_time()
    rows = action()
    return rows / (time.process_time() - began), rows


def main(count: int) -> int:
    from django.core.management import call_command
    from django.db import connection

    from bench.assortment import fill
    from catalog.exports import ExportOrder, make_export
    from catalog.models import Product
    from customers.models import Organisation

    call_command("migrate", verbosity=0)
    if not Product.objects.exists():
        call_command("load_demo", verbosity=0)
    if Product.objects.count() < count:
        fill(count)
    customer = Organisation.objects.select_related("price_list").get(number="100001")

    def floor() -> int:
        out = csv.writer(Nowhere(), delimiter=";", lineterminator="\r\n")
        with connection.cursor() as cursor:
            cursor.execute(SELECT, [customer.price_list_id, customer.pk, customer.pk])
            rows = 0
            while found := cursor.fetchmany(2_000):
                out.writerows(found)
                rows += len(found)
        return rows

    def export(slug: str) -> int:
        order = ExportOrder(organisation=customer, language="nl", origin="https://shop.example")
        for _piece in make_export(slug=slug, order=order).content:
            pass
        return order.count()

    kept = True
    bottom, rows = max(timed(floor) for _turn in range(2))
    print(f"  {'raw cursor to CSV':<30}{bottom:10,.0f} rows/s of {rows:,}")
    for slug in FORMATS:
        speed, rows = timed(lambda slug=slug: export(slug))  # type: ignore[misc]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        ratio = speed / bottom
        verdict = "" if slug != "csv" or ratio >= LEAST else "  MISSED"
        kept &= not verdict
        print(
            f"  {'export ' + slug:<30}{speed:10,.0f} rows/s of {rows:,}  {ratio:6.1%}  {memory} MB{verdict}"
        )
    return 0 if kept else 1


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
    os.environ.setdefault("DEMO", "1")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
