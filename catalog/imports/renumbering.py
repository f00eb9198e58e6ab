"""Articles that get another number and stay what they are: prices, stock, lists and references go with them.

While a file is compared and applied the article still has its old number, and whatever the file says under
the new one is put under the old. The number itself changes last, in the same transaction.
"""

from datetime import datetime

from django.db import connection

from catalog import withdrawals
from catalog.imports.labels import refuse
from catalog.imports.tables import Staging
from catalog.wording import said as _

# The staged tables that name an article, and the columns in which they do.
_NAMED = {
    "article": ("sku", "successor"), "link": ("sku",), "price": ("sku",), "stock": ("sku",),
    "feature": ("sku",), "media": ("sku",), "reference": ("sku", "target"), "metal": ("sku",),
    "levy": ("sku",), "withdrawn": ("sku",),
}  # fmt: skip


def resolve(staging: Staging) -> int:
    """``{renamed}``: articles of the shop with their new numbers; how many. What cannot be is refused.

    An article that has its new number already was renumbered before, and is passed over.
    """
    if not staging.any("{renumbered}"):
        return 0
    staging.make(
        "wanted",
        "SELECT r.line, r.sku, r.target, p.id AS product_id, t.id AS taken FROM {renumbered} r"
        " JOIN (SELECT sku, max(seq) AS seq FROM {renumbered} GROUP BY sku) l ON l.seq = r.seq"
        " LEFT JOIN catalog_product p ON p.sku = r.sku LEFT JOIN catalog_product t ON t.sku = r.target"
        " WHERE r.sku <> r.target",
    )
    refuse(
        staging,
        "SELECT w.line, w.sku AS record, w.sku AS value FROM {wanted} w"
        " WHERE w.product_id IS NULL AND w.taken IS NULL",
        _("article number"),
        _("The shop has no article with this number."),
    )
    refuse(
        staging,
        "SELECT w.line, w.sku AS record, w.target AS value FROM {wanted} w WHERE w.product_id IS NOT NULL"
        " AND (w.taken IS NOT NULL OR w.target IN (SELECT target FROM {wanted} GROUP BY target"
        " HAVING count(*) > 1))",
        _("article number"),
        _("The article cannot have this number: another one has it."),
    )
    staging.make(
        "renamed",
        "SELECT w.product_id, w.sku, w.target FROM {wanted} w WHERE w.product_id IS NOT NULL"
        " AND w.taken IS NULL AND w.target NOT IN (SELECT target FROM {wanted} GROUP BY target"
        " HAVING count(*) > 1)",
    )
    staging.index("renamed", "target")
    for table, columns in _NAMED.items():
        for column in columns:
            staging.do(
                f"UPDATE {{{table}}} SET {column} = n.sku FROM {{renamed}} n"
                f" WHERE n.target = {{{table}}}.{column}"
            )
    return staging.count("{renamed}")


def apply(staging: Staging, now: datetime) -> None:
    """Gives them their numbers; who knows the old ones hears that they are gone."""
    if not staging.any("{renumbered}") or not staging.any("{renamed}"):
        return
    withdrawals.articles_from(staging.sql("SELECT product_id FROM {renamed}"), gone=True)
    staging.do(
        "UPDATE catalog_product AS p SET sku = n.target, updated_at = %s FROM {renamed} n"
        " WHERE p.id = n.product_id",
        [connection.ops.adapt_datetimefield_value(now)],
    )
    staging.do("INSERT INTO {touched} (product_id) SELECT product_id FROM {renamed}")
