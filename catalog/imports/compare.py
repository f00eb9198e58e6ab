"""Finds what a file would change, before any long transaction: a row in a ``{plan…}`` table for each change.

What is the same in the shop is written nowhere afterwards: importing a file again changes no row and logs no
change. A trial ends here, so that it says what the import does, made by the same statements.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _l

from catalog.imports import renumbering
from catalog.imports.features import resolve_features
from catalog.imports.labels import (
    Created,
    refuse,
    resolve_brands,
    resolve_categories,
    resolve_customers,
    resolve_sites,
    unknown_labels,
)
from catalog.imports.parts import Part, present
from catalog.imports.tables import ARTICLE_FIELDS, LANGUAGES, TABLES, Staging
from catalog.models import ImportProfile, Product
from catalog.wording import said
from catalog.wording import said as _

SAME, NEW, CHANGED, GONE = 0, 1, 2, 3
# What an article must have to be made, by the number its lack has in ``{plan}``.
LACKS = {
    -1: (_l("name"), _l("The shop has no article with this number, and a new one needs a name.")),
    -2: (_l("order unit"), _l("A new article needs an order unit.")),
    -3: (_l("brand"), _l("A new article needs a brand; the profile can name one.")),
    -4: (_l("category"), _l("A new article needs a category; the profile can name one.")),
}
ENGLISH = "name_en"


# Hears what begins: from which part of the work to which (0 to 1), what it is, and which of how many.
Step = Callable[[float, float, str, int, int], None]


@dataclass(slots=True)
class Plan:
    """What is going to change: counts by kind, and what must be created first."""

    created: Created = field(default_factory=Created)
    parts: list[Part] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    # Articles of the profile that a full file does not have any more, and how many it had.
    missing: int = 0
    before: int = 0


def compare(staging: Staging, profile: ImportProfile, header: dict[str, Any], step: Step) -> Plan:
    """Makes the plan tables. ``step`` hears what begins, and raises ``Cancelled`` to stop."""
    plan = Plan()
    step(0.0, 0.1, "labels", 1, 2)
    staging.drop_views()
    staging.analyze(*(table for table in TABLES if staging.any(f"{{{table}}}")))
    kinds = present(staging, profile)
    staging.analyze_shop(Product._meta.db_table, *(part.table for part in kinds))
    staging.do("DELETE FROM {refusal} WHERE compared = 1")
    renumbered = renumbering.resolve(staging)
    _last_of_each(staging)
    _place_by_links(staging)
    _price_units(staging)
    count = len(kinds) + 2
    step(0.05, 0.15, "labels", 1, count)
    resolve_brands(staging, plan.created)
    resolve_categories(staging, plan.created, profile)
    resolve_sites(staging, profile)
    resolve_customers(staging, profile, header.get("customer") or "")
    resolve_features(staging, plan.created, profile)
    step(0.15, 0.35, "article", 2, count)
    _articles(staging, profile)
    _missing(staging, profile, plan, bool(header.get("full")))
    unknown_labels(staging, profile)
    _unknown_articles(staging)
    plan.parts = kinds
    plan.counts = {"article": counts_of(staging, "plan")}
    for number, part in enumerate(plan.parts):
        step(0.35 + 0.65 * number / len(plan.parts), 0.35 + 0.65 * (number + 1) / len(plan.parts), part.slug,
             number + 3, count)  # fmt: skip
        counts = compare_part(staging, part)
        plan.counts[part.slug] = _with_new_articles(staging, counts) if part.slug == "reference" else counts
    if plan.missing:
        gone = plan.counts["article"].get("gone", 0)
        plan.counts["article"]["gone"] = gone + plan.missing
    if renumbered:
        plan.counts["renumbered"] = {"changed": renumbered}
    for kind, count in plan.created.counts.items():
        plan.counts[kind] = {"new": count}
    return plan


def _last_of_each(staging: Staging) -> None:
    """Of articles that are in the file twice the last one counts, as in the file read by hand."""
    staging.make("double", "SELECT sku, max(seq) AS seq FROM {article} GROUP BY sku HAVING count(*) > 1")
    if not staging.one("SELECT 1 FROM {double} LIMIT 1"):
        return
    same = " AND ".join(
        f"coalesce(cast(s.{name} AS varchar), '~') = coalesce(cast(k.{name} AS varchar), '~')"
        for name in TABLES["article"]
        if name not in ("seq", "line")
    )
    refuse(
        staging,
        "SELECT s.line, s.sku AS record, s.sku AS value FROM {article} s JOIN {double} d ON d.sku = s.sku"
        f" JOIN {{article}} k ON k.seq = d.seq AND k.sku = d.sku WHERE s.seq < d.seq AND NOT ({same})",
        _("article number"),
        _("The article is in the file again further down; the last one counts."),
        compared=False,
    )
    staging.do(
        "DELETE FROM {article} WHERE EXISTS (SELECT 1 FROM {double} d"
        " WHERE d.sku = {article}.sku AND d.seq > {article}.seq)"
    )
    staging.do(
        "DELETE FROM {price} WHERE article IS NOT NULL AND sku IN (SELECT sku FROM {double})"
        " AND article NOT IN (SELECT seq FROM {double})"
    )


def _place_by_links(staging: Staging) -> None:
    """A file that says apart which article goes where: the first place counts."""
    if not staging.one("SELECT 1 FROM {link} WHERE gone = 0 LIMIT 1"):
        return
    staging.make(
        "place",
        "SELECT l.sku, l.category, l.seq, l.line FROM {link} l JOIN (SELECT sku, min(seq) AS seq FROM {link}"
        " WHERE gone = 0 GROUP BY sku) f ON f.sku = l.sku AND f.seq = l.seq",
    )
    staging.index("place", "sku")
    staging.do(
        "UPDATE {article} SET category = p.category FROM {place} p WHERE p.sku = {article}.sku"
        " AND {article}.action <> 'delete'"
    )
    # Only the place of an article that the file does not repeat.
    staging.do(
        "INSERT INTO {article} (seq, line, sku, action, category, has_features, has_media, has_refs,"
        " has_metals, has_levies) SELECT p.seq, p.line, p.sku, 'change', p.category, 0, 0, 0, 0, 0"
        " FROM {place} p LEFT JOIN {article} a ON a.sku = p.sku WHERE a.sku IS NULL"
    )


def _price_units(staging: Staging) -> None:
    """Prices that leave their unit to the article have that of this file, else that of the shop."""
    if staging.one("SELECT 1 FROM {price} WHERE price_unit IS NULL LIMIT 1"):
        staging.make("units", "SELECT sku, price_unit FROM {article} WHERE price_unit IS NOT NULL")
        staging.index("units", "sku")
        staging.do(
            "UPDATE {price} SET price_unit = u.price_unit FROM {units} u"
            " WHERE {price}.price_unit IS NULL AND u.sku = {price}.sku"
        )


def english_name(language: str) -> str:
    """SQL for the English name after the import: given, or following the name it was copied from."""
    given = "coalesce(a.name_en, p.name_en)"
    own = f"a.name_{language}"
    if language == "en":
        return given
    return (
        f"CASE WHEN a.name_en IS NULL AND {own} IS NOT NULL AND p.name_en = p.name_{language}"
        f" THEN {own} ELSE {given} END"
    )


# An article that is gone and in the file again is sold again.
STATUS = (
    "CASE WHEN a.status IS NOT NULL THEN a.status WHEN a.action = 'replace' AND p.status = 'discontinued'"
    " THEN 'active' ELSE p.status END"
)
# The name that stands for English when the file has none.
ANY_NAME = f"coalesce({', '.join(f'a.name_{language}' for language in LANGUAGES)})"


def _articles(staging: Staging, profile: ImportProfile) -> None:
    """``{plan}``: what becomes of each article; ``{fresh}``: the numbers of new ones."""
    plain = [name for name in ARTICLE_FIELDS if name not in (ENGLISH, "status")]
    differs = " OR ".join(
        [
            *(f"a.{name} <> p.{name}" for name in plain),
            f"{english_name(profile.language)} <> p.name_en",
            f"{STATUS} <> p.status",
            "b.id <> p.brand_id",
            "c.id <> p.category_id",
        ]
    )
    deletable = "1 = 1" if profile.missing == ImportProfile.Missing.DELETE else "p.status <> 'discontinued'"
    brand, category = profile.brand_id, profile.category_id
    staging.make(
        "plan",
        "SELECT a.seq, a.sku, p.id AS product_id, b.id AS brand_id, c.id AS category_id, CASE"
        f" WHEN a.action = 'delete' THEN CASE WHEN p.id IS NOT NULL AND {deletable} THEN 3 ELSE 0 END"
        f" WHEN p.id IS NULL AND {ANY_NAME} IS NULL THEN -1"
        f" WHEN p.id IS NULL AND {'1 = 0' if profile.order_unit else 'a.order_unit IS NULL'} THEN -2"
        f" WHEN p.id IS NULL AND {'b.id IS NULL' if brand is None else '1 = 0'} THEN -3"
        f" WHEN p.id IS NULL AND {'c.id IS NULL' if category is None else '1 = 0'} THEN -4"
        " WHEN p.id IS NULL THEN 1"
        f" WHEN {differs} THEN 2 ELSE 0 END AS op"
        " FROM {article} a LEFT JOIN catalog_product p ON p.sku = a.sku"
        " LEFT JOIN {brandmap} b ON b.text = a.brand LEFT JOIN {catmap} c ON c.code = a.category",
    )
    staging.index("plan", "seq")
    lacking = {op for (op,) in staging.rows("SELECT DISTINCT op FROM {plan}")} & LACKS.keys()
    for lack, (field_name, reason) in LACKS.items():
        if lack not in lacking:
            continue
        shown = "coalesce(a.category, '')" if lack == -4 else "''"
        refuse(
            staging,
            f"SELECT a.line, a.sku AS record, {shown} AS value FROM {{article}} a"
            f" JOIN {{plan}} q ON q.seq = a.seq WHERE q.op = {lack}",
            said(field_name),
            said(reason),
        )
    if profile.category_id is not None:
        refuse(
            staging,
            "SELECT a.line, a.sku AS record, a.category AS value FROM {article} a JOIN {plan} q"
            " ON q.seq = a.seq WHERE q.op = 1 AND a.category IS NOT NULL AND q.category_id IS NULL",
            _("category"),
            _("The category is not in the table: the article goes to the profile's own."),
            fatal=False,
        )
    staging.make("fresh", "SELECT sku FROM {plan} WHERE op = 1")
    staging.index("fresh", "sku")


def _missing(staging: Staging, profile: ImportProfile, plan: Plan, full: bool) -> None:
    """``{missing}``: articles of the profile that a full file does not have any more."""
    wanted = full and profile.missing != ImportProfile.Missing.KEEP
    if wanted:
        wanted = staging.one("SELECT 1 FROM {article} WHERE action <> 'delete' LIMIT 1") is not None
    gone = "" if profile.missing == ImportProfile.Missing.DELETE else " AND p.status <> 'discontinued'"
    staging.make(
        "missing",
        "SELECT p.id AS product_id FROM catalog_product p LEFT JOIN {article} a ON a.sku = p.sku"
        f" WHERE p.source_id = {int(profile.pk)} AND a.sku IS NULL{gone}"
        if wanted
        else "SELECT p.id AS product_id FROM catalog_product p WHERE 1 = 0",
    )
    if wanted:
        plan.missing = staging.count("{missing}")
        plan.before = staging.count(f"catalog_product WHERE source_id = {int(profile.pk)}")


def _unknown_articles(staging: Staging) -> None:
    """Refuses what is said about articles that neither the shop nor the file has."""
    for table in ("price", "stock", "withdrawn"):
        if not staging.any(f"{{{table}}}"):
            continue
        refuse(
            staging,
            f"SELECT DISTINCT s.line, s.sku AS record, s.sku AS value FROM {{{table}}} s"
            " LEFT JOIN catalog_product p ON p.sku = s.sku LEFT JOIN {fresh} n ON n.sku = s.sku"
            " WHERE p.id IS NULL AND n.sku IS NULL",
            _("article number"),
            _("The shop has no article with this number."),
        )
    refuse(
        staging,
        "SELECT s.line, s.sku AS record, s.target AS value FROM {reference} s"
        " LEFT JOIN catalog_product p ON p.sku = s.target LEFT JOIN {fresh} n ON n.sku = s.target"
        " WHERE p.id IS NULL AND n.sku IS NULL",
        _("reference"),
        _("The shop has no article with this number."),
        fatal=False,
    )
    _unknown_successors(staging)


def _unknown_successors(staging: Staging) -> None:
    """``{succession}``: what follows which article, where the shop does not know it yet."""
    if not staging.any("{article} WHERE successor <> ''"):
        staging.make("succession", "SELECT sku, successor FROM {article} WHERE 1 = 0")
        return
    refuse(
        staging,
        "SELECT a.line, a.sku AS record, a.successor AS value FROM {article} a"
        " LEFT JOIN catalog_product p ON p.sku = a.successor LEFT JOIN {fresh} n ON n.sku = a.successor"
        " WHERE a.successor <> '' AND p.id IS NULL AND n.sku IS NULL",
        _("successor"),
        _("The shop has no article with this number."),
        fatal=False,
    )
    staging.make(
        "succession",
        "SELECT a.sku, a.successor FROM {article} a LEFT JOIN catalog_product p ON p.sku = a.sku"
        " LEFT JOIN catalog_product s ON s.sku = a.successor WHERE a.successor <> '' AND a.sku <> a.successor"
        " AND (p.id IS NULL OR s.id IS NULL OR p.successor_id IS NULL OR p.successor_id <> s.id)",
    )


def compare_part(staging: Staging, part: Part) -> dict[str, int]:
    """``{plan_…}``: a row for each row of the file, and each that the file takes away; how many of each."""
    columns = ("sku", "product_id", *part.key, *part.values)
    shown = ", ".join(f"s.{name}" for name in columns)
    own = f" AND {part.on}" if part.on else ""
    if not staging.any(f"{part.table} t WHERE 1 = 1{own}"):
        rows, most = _said(staging, part)
        if most <= 1:
            # Nothing to compare with, as at a first import: the plan is the file, and is not written again.
            staging.view(
                f"plan_{part.slug}",
                f"SELECT {shown}, 1 AS op, CAST(NULL AS bigint) AS row_id FROM ({part.source}) s",
            )
            return {"new": rows} if rows else {}
    keys = " AND ".join(staging.same(f"s.{name}", f"t.{name}") for name in part.key)
    differs = " OR ".join(staging.differ(f"s.{name}", f"t.{name}") for name in part.values)
    staging.make(
        f"plan_{part.slug}",
        f"SELECT {shown}, t.id AS row_id,"
        f" CASE WHEN t.id IS NULL THEN 1 WHEN {differs} THEN 2 ELSE 0 END AS op"
        # What the file says twice counts as it says it last.
        f" FROM (SELECT q.*, row_number() OVER (PARTITION BY q.product_id, q.sku, {', '.join(part.key)}"
        f" ORDER BY q.seq DESC) AS turn FROM ({part.source}) q) s"
        f" LEFT JOIN {part.table} t ON t.product_id = s.product_id AND {keys}{own} WHERE s.turn = 1",
    )
    if part.gone:
        staging.do(
            f"INSERT INTO {{plan_{part.slug}}} (product_id, row_id, op) SELECT g.product_id, g.id, 3"
            f" FROM ({part.gone}) g LEFT JOIN {{plan_{part.slug}}} x ON x.row_id = g.id"
            " WHERE x.row_id IS NULL"
        )
        staging.analyze(f"plan_{part.slug}")
    return counts_of(staging, f"plan_{part.slug}")


def _said(staging: Staging, part: Part) -> tuple[int, int]:
    """How many rows the file has of this kind, and how many at most are about the same."""
    keys = ", ".join(f"q.{name}" for name in part.key)
    query = f"SELECT count(*) AS n FROM ({part.source}) q GROUP BY q.sku, {keys}"
    row = staging.one(f"SELECT coalesce(sum(g.n), 0), coalesce(max(g.n), 0) FROM ({query}) g")
    assert row is not None
    return int(row[0]), int(row[1])


def _with_new_articles(staging: Staging, counts: dict[str, int]) -> dict[str, int]:
    """References to articles of the shop; those to new articles are counted, and found when these exist."""
    later = staging.count(
        "{reference} s JOIN {plan} a ON a.seq = s.article AND a.op IN (0, 1, 2)"
        " JOIN {fresh} n ON n.sku = s.target"
    )
    return {**counts, "new": counts.get("new", 0) + later} if later else counts


def counts_of(staging: Staging, table: str) -> dict[str, int]:
    """How many rows of a plan are new, changed, gone and the same."""
    names = {SAME: "same", NEW: "new", CHANGED: "changed", GONE: "gone"}
    rows = staging.rows(f"SELECT op, count(*) FROM {{{table}}} WHERE op >= 0 GROUP BY op")
    return {names[op]: count for op, count in rows}
