"""What hangs on articles, and how each kind of it is brought to what a file says.

One literal per kind: where its rows come from in the staging tables, by what a row is found again in the
shop, what of it can change, and which rows of the shop a file may take away. ``catalog.imports.compare`` and
``catalog.imports.apply`` do the rest, the same for all.
"""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Model

from catalog.imports.tables import Staging
from catalog.models import (
    Agreement,
    CustomerArticle,
    ImportProfile,
    ListPrice,
    ProductAttribute,
    ProductLevy,
    ProductMedia,
    ProductMetal,
    ProductReference,
    Stock,
)

# Earlier than any price: of two prices the later start counts, and one without a start is the oldest.
ALWAYS = "'0001-01-01'"


@dataclass(frozen=True, slots=True)
class Part:
    """``source`` selects seq, sku, product_id (NULL: an article of this file), key and values.

    ``gone`` selects the ids (as ``id``, ``product_id``) of the shop's rows that the file replaces or takes
    away; those that are found again stay. Columns named in ``labels`` may hold promised numbers.
    """

    slug: str
    model: type[Model]
    source: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    gone: str = ""
    labels: tuple[str, ...] = ()
    constants: tuple[tuple[str, Any], ...] = ()
    on: str = ""  # further condition on the shop's row ``t``, for rows that are the file's to change
    withdrawn: str = ""  # further rows of the shop that go, where the file says so of an article
    needs: str = ""  # the staged table without which there is nothing to do
    # Whether a change of it is a change of the article, for those who follow articles.
    of_article: bool = True
    searched: bool = False  # the search index holds it

    @property
    def table(self) -> str:
        return self.model._meta.db_table


# By which flag of the article a kind says that it is complete.
FLAGS = {
    "attribute": "features",
    "media": "media",
    "reference": "refs",
    "metal": "metals",
    "levy": "levies",
}
# An article that is taken: not refused, not one that goes.
_TAKEN = "JOIN {plan} a ON a.seq = s.article AND a.op IN (0, 1, 2)"
# Found by number: in the shop, or new with this file.
_FOUND = "LEFT JOIN catalog_product p ON p.sku = s.sku LEFT JOIN {fresh} n ON n.sku = s.sku AND p.id IS NULL"
# Of a price that leaves it to the article; what this file says of it stands in the staged row by now.
PRICE_UNIT = "coalesce(s.price_unit, p.price_unit, 1) AS price_unit"


def _of_articles(table: str, flag: str) -> str:
    """The shop's rows of articles of which the file says what they have."""
    return (
        f"SELECT t.id, t.product_id FROM {table} t JOIN (SELECT q.product_id FROM {{plan}} q"
        f" JOIN {{article}} r ON r.seq = q.seq WHERE q.op IN (0, 2) AND r.{flag} = 1) k"
        " ON k.product_id = t.product_id"
    )


def parts(profile: ImportProfile) -> list[Part]:
    """The kinds there are, in the order they are applied."""
    # Net prices of the profile's own reference; what was agreed otherwise is not the file's.
    reference = _literal(profile.agreement_reference)
    net = f"t.kind = 'net' AND NOT t.promotion AND t.reference = {reference}"
    found = [
        Part(
            "attribute",
            ProductAttribute,
            "SELECT s.seq, s.sku, a.product_id, m.id AS attribute_id, c.id AS choice_id,"
            " CASE WHEN m.kind = 'number' THEN round(s.number * m.factor, 4) END AS number FROM {feature} s "
            + _TAKEN
            + " JOIN {attrmap} m ON m.code = s.code AND m.unit = coalesce(s.unit, '')"
            " LEFT JOIN {choicemap} c ON m.kind = 'choice' AND c.attribute = m.id AND c.label = s.label"
            " WHERE c.id IS NOT NULL OR (m.kind = 'number' AND s.number * m.factor IS NOT NULL)",
            key=("attribute_id",),
            values=("choice_id", "number"),
            gone=_of_articles("catalog_productattribute", "has_features"),
            labels=("attribute_id", "choice_id"),
            needs="feature",
            searched=True,
        ),
        Part(
            "media",
            ProductMedia,
            "SELECT s.seq, s.sku, a.product_id, s.kind, coalesce(m.stored, s.address) AS address, s.title,"
            " s.position FROM {media} s " + _TAKEN + " LEFT JOIN {mediamap} m ON m.address = s.address"
            " WHERE m.stored IS NOT NULL OR s.address LIKE 'https://%%'",
            key=("kind", "address"),
            values=("title", "position"),
            gone=_of_articles("catalog_productmedia", "has_media"),
            needs="media",
        ),
        Part(
            "metal",
            ProductMetal,
            "SELECT s.seq, s.sku, a.product_id, s.metal, s.currency, s.weight, s.per, s.base FROM {metal} s "
            + _TAKEN,
            key=("metal", "currency"),
            values=("weight", "per", "base"),
            gone=_of_articles("catalog_productmetal", "has_metals"),
            needs="metal",
            of_article=False,
        ),
        Part(
            "levy",
            ProductLevy,
            "SELECT s.seq, s.sku, a.product_id, s.scheme, s.code, s.currency, s.amount FROM {levy} s "
            + _TAKEN,
            key=("scheme", "code", "currency"),
            values=("amount",),
            gone=_of_articles("catalog_productlevy", "has_levies"),
            needs="levy",
            of_article=False,
        ),
        Part(
            "stock",
            Stock,
            "SELECT s.seq, s.sku, p.id AS product_id, m.id AS site_id, s.quantity, s.next_date,"
            " s.next_quantity FROM {stock} s JOIN {sitemap} m ON m.code = s.site "
            + _FOUND
            + " WHERE p.id IS NOT NULL OR n.sku IS NOT NULL",
            key=("site_id",),
            values=("quantity", "next_date", "next_quantity"),
            needs="stock",
            of_article=False,
            searched=True,
        ),
        Part(
            "net_price",
            Agreement,
            "SELECT s.seq, s.sku, p.id AS product_id, m.id AS organisation_id, s.minimum_quantity,"
            " s.valid_from, s.amount AS value, " + PRICE_UNIT + ", s.valid_until FROM {price} s"
            " JOIN {custmap} m ON m.number = s.customer AND m.currency = s.currency "
            + _FOUND
            + " WHERE p.id IS NOT NULL OR n.sku IS NOT NULL",
            key=("organisation_id", "minimum_quantity", "valid_from"),
            values=("value", "price_unit", "valid_until"),
            # A price that holds before the first of the file's stays: until then it is the one that counts.
            gone="SELECT t.id, t.product_id FROM catalog_agreement t JOIN (SELECT product_id,"
            f" organisation_id, min(coalesce(valid_from, {ALWAYS})) AS first FROM {{plan_net_price}}"
            " WHERE product_id IS NOT NULL GROUP BY product_id, organisation_id) k"
            " ON k.product_id = t.product_id AND k.organisation_id = t.organisation_id"
            f" WHERE {net} AND coalesce(t.valid_from, {ALWAYS}) >= k.first",
            withdrawn="SELECT t.id, t.product_id FROM {withdrawn} s JOIN catalog_product p ON p.sku = s.sku"
            " JOIN {custmap} m ON m.number = s.customer JOIN catalog_agreement t"
            f" ON t.product_id = p.id AND t.organisation_id = m.id WHERE {net}",
            constants=(("kind", "net"), ("reference", profile.agreement_reference)),
            on=net,
            needs="price",
            of_article=False,
        ),
    ]
    if profile.price_list is not None:
        own = f"t.price_list_id = {int(profile.price_list.pk)}"
        found.append(
            Part(
                "list_price",
                ListPrice,
                "SELECT s.seq, s.sku, p.id AS product_id, s.valid_from, s.amount, "
                + PRICE_UNIT
                + ", s.valid_until"
                " FROM {price} s "
                + _FOUND
                + f" WHERE s.customer IS NULL AND s.currency = {_literal(profile.price_list.currency)}"
                " AND (p.id IS NOT NULL OR n.sku IS NOT NULL)",
                key=("valid_from",),
                values=("amount", "price_unit", "valid_until"),
                gone="SELECT t.id, t.product_id FROM catalog_listprice t JOIN (SELECT product_id,"
                f" min(coalesce(valid_from, {ALWAYS})) AS first FROM {{plan_list_price}}"
                " WHERE product_id IS NOT NULL GROUP BY product_id) k ON k.product_id = t.product_id"
                f" WHERE {own} AND coalesce(t.valid_from, {ALWAYS}) >= k.first",
                withdrawn="SELECT t.id, t.product_id FROM {withdrawn} s JOIN catalog_product p"
                " ON p.sku = s.sku AND s.customer IS NULL JOIN catalog_listprice t"
                f" ON t.product_id = p.id WHERE {own}",
                constants=(("price_list_id", profile.price_list.pk),),
                on=own,
                needs="price",
                of_article=False,
            )
        )
    # Both ends of a reference must be there first.
    found.append(
        Part(
            "reference",
            ProductReference,
            "SELECT s.seq, s.sku, a.product_id, t.id AS target_id, s.kind, s.quantity, s.position"
            " FROM {reference} s " + _TAKEN + " JOIN catalog_product t ON t.sku = s.target",
            key=("kind", "target_id"),
            values=("quantity", "position"),
            gone=_of_articles("catalog_productreference", "has_refs"),
            needs="reference",
        )
    )
    return found


CUSTOMER_NUMBERS = Part(
    "customer_number",
    CustomerArticle,
    "SELECT s.seq, s.sku, a.product_id, m.id AS organisation_id, s.customer_number AS number FROM {article} s"
    " JOIN {plan} a ON a.seq = s.seq AND a.op IN (0, 1, 2) JOIN {custmap} m ON m.number = ''"
    " WHERE s.customer_number IS NOT NULL",
    key=("organisation_id",),
    values=("number",),
    needs="article",
    of_article=False,
)


def present(staging: Staging, profile: ImportProfile) -> list[Part]:
    """Those of which there is something in the file, or something that the file may take away."""
    asked = ", ".join(f"max(has_{flag})" for flag in FLAGS.values())
    # In one go, for each look at the articles of a large file takes seconds.
    *flagged, numbered = staging.one(f"SELECT {asked}, count(customer_number) FROM {{article}}") or ()
    flags = dict(zip(FLAGS, flagged, strict=True)) | {CUSTOMER_NUMBERS.slug: int(bool(numbered))}
    found = [*parts(profile), CUSTOMER_NUMBERS]
    withdrawn = staging.any("{withdrawn}")
    if withdrawn:
        found = [
            replace(part, gone=f"{part.gone} UNION {part.withdrawn}") if part.withdrawn else part
            for part in found
        ]
    return [
        part
        for part in found
        if (flags[part.slug] == 1 if part.slug in flags else staging.any(f"{{{part.needs}}}"))
        or (withdrawn and part.withdrawn)
    ]


def _literal(text: str) -> str:
    """A text of ours inside SQL that is formatted and has parameters of its own."""
    quoted = text.replace("'", "''").replace("%", "%%").replace("{", "{{").replace("}", "}}")
    return f"'{quoted}'"
