"""Brings the shop to what a file says: only the rows that differ, visible all at once.

Everything stands in the plan tables already; the caller's transaction holds nothing but writes by set. Of
what changed meanwhile the file's wish wins, and what somebody else has made meanwhile is not made twice.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Model, ProtectedError
from django.utils import timezone

from catalog import changes, withdrawals
from catalog.imports import renumbering
from catalog.imports.compare import ANY_NAME, STATUS, Plan, Step, compare_part, english_name
from catalog.imports.parts import Part
from catalog.imports.tables import ARTICLE_FIELDS, Staging
from catalog.models import ImportProfile, Product

BATCH = 500


# What a row of each kind costs beside a row of any other kind.
WEIGHTS = {"article": 4, "attribute": 2, "net_price": 2, "list_price": 2}


def apply(staging: Staging, profile: ImportProfile, plan: Plan, step: Step) -> None:
    """Writes it all in the caller's transaction; ``step`` hears what begins."""
    now = timezone.now()
    begin = _steps(plan, step)
    begin("labels")
    plan.created.make(staging)
    begin("article")
    _articles(staging, profile, now)
    # Articles that the search must know of, and those whose followers must.
    staging.make("touched", "SELECT product_id FROM {plan} WHERE op = 2")
    staging.make("stamped", "SELECT product_id FROM {touched} WHERE 1 = 0")
    _successors(staging, now)
    for part in plan.parts:
        begin(part.slug)
        if part.slug == "reference":
            # Now that both ends exist.
            compare_part(staging, part)
        _part(staging, part, now)
    begin("changes")
    _stamp(staging, now)
    _remove(staging, profile, now)
    renumbering.apply(staging, now)
    _record(staging, plan)
    begin("checks")
    # Foreign keys, which would be looked up when the transaction ends: here somebody hears of it.
    if staging.postgres:
        staging.do("SET CONSTRAINTS ALL IMMEDIATE")
        staging.do("SET CONSTRAINTS ALL DEFERRED")


def _steps(plan: Plan, step: Step) -> Callable[[str], None]:
    """What says that a kind begins, each having its part of the work by the rows that change."""
    order = ["labels", "article", *(part.slug for part in plan.parts), "changes", "checks"]
    rows = {slug: sum(n for what, n in each.items() if what != "same") for slug, each in plan.counts.items()}
    weight = {slug: WEIGHTS.get(slug, 1) * rows.get(slug, 0) + 1 for slug in order}
    weight["changes"] = 1 + rows.get("article", 0) // 2
    weight["checks"] = 1 + sum(weight.values()) // 8
    total = sum(weight.values())

    def begin(slug: str) -> None:
        place = order.index(slug)
        before = sum(weight[each] for each in order[:place])
        step(before / total, (before + weight[slug]) / total, slug, place + 1, len(order))

    return begin


def _now(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _articles(staging: Staging, profile: ImportProfile, now: datetime) -> None:
    defaults = _rest(Product, set())
    columns = {"sku": "a.sku"}
    columns |= {name: f"coalesce(a.{name}, {defaults.get(name, 'NULL')})" for name in ARTICLE_FIELDS}
    columns["name_en"] = ANY_NAME
    columns["order_unit"] = "coalesce(a.order_unit, %s)"
    columns["brand_id"] = "coalesce(nb.id, q.brand_id, %s)"
    columns["category_id"] = "coalesce(nc.id, q.category_id, %s)"
    columns["source_id"] = columns["updated_at"] = "%s"
    columns |= _rest(Product, set(columns))
    labels = (
        " LEFT JOIN {created} nb ON nb.temp = q.brand_id LEFT JOIN {created} nc ON nc.temp = q.category_id"
    )
    plain = [name for name in ARTICLE_FIELDS if name not in ("name_en", "status")]
    sets = [f"{name} = coalesce(a.{name}, p.{name})" for name in plain]
    sets += [
        f"name_en = {english_name(profile.language)}",
        f"status = {STATUS}",
        "brand_id = coalesce(nb.id, q.brand_id, p.brand_id)",
        "category_id = coalesce(nc.id, q.category_id, p.category_id)",
        # Whose articles these are: a full file of this profile that lacks them lets them go.
        "source_id = CASE WHEN p.source_id IS NULL AND a.action = 'replace' THEN %s ELSE p.source_id END",
        "updated_at = %s",
    ]
    known = staging.any("{plan} WHERE op = 2")
    if known:
        # Who chose a category or a brand hears of what leaves it.
        withdrawals.articles_from(
            staging.sql(
                "SELECT p.id FROM catalog_product p"
                f" JOIN {{plan}} q ON q.product_id = p.id AND q.op = 2{labels}"
                " WHERE coalesce(nb.id, q.brand_id, p.brand_id) <> p.brand_id"
                " OR coalesce(nc.id, q.category_id, p.category_id) <> p.category_id"
            )
        )
        if staging.any("{article} WHERE status = 'hidden'"):
            hidden = f"{STATUS} = 'hidden' AND p.status <> 'hidden'"
            withdrawals.articles_from(
                staging.sql(
                    "SELECT p.id FROM catalog_product p JOIN {plan} q ON q.product_id = p.id AND q.op = 2"
                    f" JOIN {{article}} a ON a.seq = q.seq WHERE {hidden}"
                ),
                gone=True,
            )
        staging.do(
            f"UPDATE catalog_product AS p SET {', '.join(sets)} FROM {{article}} a"
            f" JOIN {{plan}} q ON q.seq = a.seq AND q.op = 2{labels} WHERE p.id = q.product_id",
            [profile.pk, _now(now)],
        )
    _insert(
        staging,
        f"INSERT INTO catalog_product ({', '.join(columns)}) SELECT {', '.join(columns.values())}"
        f" FROM {{article}} a JOIN {{plan}} q ON q.seq = a.seq{labels} WHERE q.op = 1",
        [profile.order_unit, profile.brand_id, profile.category_id, profile.pk, _now(now)],
    )
    if not known:
        # A new catalog: what follows joins these articles, of which PostgreSQL's planner knows nothing yet.
        staging.analyze_shop(Product._meta.db_table)


def _insert(staging: Staging, statement: str, parameters: list[Any]) -> None:
    """Inserts what was planned, but for what somebody else has made since it was compared.

    The next import finds that. It hardly ever happens, and being ready for it takes PostgreSQL a third longer
    for an article: so it asks again only when it has happened.
    """
    but_not_twice = f"{statement} ON CONFLICT DO NOTHING"
    if not staging.postgres:
        staging.do(but_not_twice, parameters)
        return
    try:
        with transaction.atomic():
            staging.do(statement, parameters)
    except IntegrityError:
        staging.do(but_not_twice, parameters)


def _successors(staging: Staging, now: datetime) -> None:
    if not staging.one("SELECT 1 FROM {succession} LIMIT 1"):
        return
    staging.make(
        "succeeds",
        "SELECT p.id AS product_id, s.id AS successor_id FROM {succession} a"
        " JOIN catalog_product p ON p.sku = a.sku JOIN catalog_product s ON s.sku = a.successor",
    )
    staging.do(
        "UPDATE catalog_product AS p SET successor_id = s.successor_id, updated_at = %s FROM {succeeds} s"
        " WHERE p.id = s.product_id",
        [_now(now)],
    )
    staging.do("INSERT INTO {touched} (product_id) SELECT product_id FROM {succeeds}")


def _part(staging: Staging, part: Part, now: datetime) -> None:
    plan = f"{{plan_{part.slug}}}"
    stamped = any(field.attname == "updated_at" for field in part.model._meta.local_concrete_fields)
    gone = staging.sql(f"SELECT row_id FROM {plan} WHERE op = 3")
    withdrawals.prices_from(part.model, gone)
    staging.do(f"DELETE FROM {part.table} WHERE id IN (SELECT row_id FROM {plan} WHERE op = 3)")
    value = {name: f"x.{name}" for name in (*part.key, *part.values)}
    joins = ""
    for name in part.labels:
        value[name] = f"coalesce(l_{name}.id, x.{name})"
        joins += f" LEFT JOIN {{created}} l_{name} ON l_{name}.temp = x.{name}"
    sets = [f"{name} = {value[name]}" for name in part.values]
    when = [_now(now)] if stamped else []
    if stamped:
        sets.append("updated_at = %s")
    staging.do(
        f"UPDATE {part.table} AS t SET {', '.join(sets)} FROM {plan} x{joins}"
        " WHERE x.op = 2 AND t.id = x.row_id",
        when,
    )
    constants = dict(part.constants)
    columns = {
        **value,
        **dict.fromkeys(constants, "%s"),
        **({"updated_at": "%s"} if stamped else {}),
    }
    columns |= _rest(part.model, {"product_id", *columns})
    params = [*constants.values(), *when]
    names = ", ".join(("product_id", *columns))
    for product, source in (
        ("x.product_id", f"{plan} x{joins} WHERE x.op = 1 AND x.product_id IS NOT NULL"),
        (
            "p.id",
            f"{plan} x JOIN catalog_product p ON p.sku = x.sku{joins}"
            " WHERE x.op = 1 AND x.product_id IS NULL",
        ),
    ):
        if product == "p.id" and not staging.any("{fresh}"):
            # All its articles were there before.
            continue
        _insert(
            staging,
            f"INSERT INTO {part.table} ({names}) SELECT {product}, {', '.join(columns.values())}"
            f" FROM {source}",
            params,
        )
    changed = f"SELECT product_id FROM {plan} WHERE op IN (1, 2, 3) AND product_id IS NOT NULL"
    if part.searched or part.of_article:
        staging.do(f"INSERT INTO {{touched}} (product_id) {changed}")
    if part.of_article:
        staging.do(f"INSERT INTO {{stamped}} (product_id) {changed}")


def _stamp(staging: Staging, now: datetime) -> None:
    """Who follows articles hears of those whose attributes, pictures or references changed."""
    staging.do(
        "UPDATE catalog_product SET updated_at = %s WHERE id IN (SELECT product_id FROM {stamped})"
        " AND updated_at <> %s",
        [_now(now), _now(now)],
    )


def _remove(staging: Staging, profile: ImportProfile, now: datetime) -> None:
    gone = "SELECT product_id FROM {plan} WHERE op = 3 UNION SELECT product_id FROM {missing}"
    ids = [row[0] for row in staging.rows(gone)]
    if profile.missing == ImportProfile.Missing.DELETE:
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            try:
                Product.objects.filter(pk__in=batch).delete()
            except ProtectedError as error:
                kept = {getattr(each, "product_id", None) for each in error.protected_objects}
                Product.objects.filter(pk__in=[pk for pk in batch if pk not in kept]).delete()
                _discontinue([pk for pk in batch if pk in kept], now)
    else:
        _discontinue(ids, now)
    if ids:
        staging.do(f"INSERT INTO {{touched}} (product_id) {gone}")


def _record(staging: Staging, plan: Plan) -> None:
    """Has the search follow what is new and what was touched."""
    if changes.recorded_as_all(plan.counts["article"].get("new", 0)):
        return
    changes.record_selected(
        staging.sql(
            "SELECT p.id AS product_id FROM {fresh} n JOIN catalog_product p ON p.sku = n.sku"
            " UNION SELECT product_id FROM {touched}"
        )
    )


def _discontinue(ids: list[int], now: datetime) -> None:
    for start in range(0, len(ids), BATCH):
        Product.objects.filter(pk__in=ids[start : start + BATCH]).update(
            status=Product.Status.DISCONTINUED, updated_at=now
        )


def _rest(model: type[Model], named: Collection[str]) -> dict[str, str]:
    """The columns nobody names, with their defaults as SQL; those that may be empty stay so."""
    found = {}
    for field in model._meta.local_concrete_fields:
        if field.primary_key or field.null or field.attname in named:
            continue
        default = field.get_default()
        if isinstance(default, bool):
            found[field.attname] = f"({int(default)} = 1)"
        else:
            found[field.attname] = f"'{default}'" if isinstance(default, str) else str(default)
    return found
