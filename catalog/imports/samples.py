"""A few examples of what an import changes, old and new, for the one who decides whether it may."""

from typing import Any

from catalog.imports.compare import ANY_NAME, STATUS, Plan, english_name
from catalog.imports.tables import ARTICLE_FIELDS, Staging
from catalog.models import ImportProfile

MOST = 20
SHOWN = 120


def samples(staging: Staging, profile: ImportProfile, plan: Plan) -> list[dict[str, Any]]:
    """Rows of ``{"what", "sku", "changes": [[field, old, new], …]}``."""
    found = _changed(staging, profile)
    found += [
        {"what": "new", "sku": sku, "changes": [["name", "", _text(name)]]}
        for sku, name in staging.rows(
            f"SELECT a.sku, {ANY_NAME} FROM {{article}} a WHERE a.seq IN"
            f" (SELECT q.seq FROM {{plan}} q WHERE q.op = 1 ORDER BY q.seq LIMIT {MOST}) ORDER BY a.seq"
        )
    ]
    found += [
        {"what": "gone", "sku": sku, "changes": [["name", _text(name), ""]]}
        for sku, name in staging.rows(
            "SELECT p.sku, p.name_en FROM catalog_product p WHERE p.id IN (SELECT product_id FROM {missing}"
            f" UNION SELECT product_id FROM {{plan}} WHERE op = 3) ORDER BY p.sku LIMIT {MOST}"
        )
    ]
    slugs = {part.slug for part in plan.parts}
    for slug, table, amount in (
        ("list_price", "catalog_listprice", "amount"),
        ("net_price", "catalog_agreement", "value"),
    ):
        if slug not in slugs:
            continue
        found += [
            {
                "what": slug,
                "sku": sku,
                "changes": [["price", _price(old, old_unit), _price(new, new_unit)]],
            }
            for sku, old, old_unit, new, new_unit in staging.rows(
                f"SELECT x.sku, t.{amount}, t.price_unit, x.{amount}, x.price_unit FROM {{plan_{slug}}} x"
                f" LEFT JOIN {table} t ON t.id = x.row_id WHERE x.op IN (1, 2)"
                f" {_changed_first(plan, slug)} LIMIT {MOST}"
            )
        ]
    if "stock" in slugs:
        found += [
            {"what": "stock", "sku": sku, "changes": [["quantity", _text(old), _text(new)]]}
            for sku, old, new in staging.rows(
                "SELECT x.sku, t.quantity, x.quantity FROM {plan_stock} x LEFT JOIN catalog_stock t"
                f" ON t.id = x.row_id WHERE x.op IN (1, 2) {_changed_first(plan, 'stock')} LIMIT {MOST}"
            )
        ]
    return found


def _changed_first(plan: Plan, slug: str) -> str:
    """Where all is new any are as good as others, and need not be put in order."""
    return "" if plan.counts[slug].keys() <= {"new"} else "ORDER BY x.op DESC, x.sku"


def _changed(staging: Staging, profile: ImportProfile) -> list[dict[str, Any]]:
    plain = [name for name in ARTICLE_FIELDS if name not in ("name_en", "status")]
    pairs = {
        **{name: (f"p.{name}", f"coalesce(a.{name}, p.{name})") for name in plain},
        "name_en": ("p.name_en", english_name(profile.language)),
        "status": ("p.status", STATUS),
        "brand": ("p.brand_id", "coalesce(q.brand_id, p.brand_id)"),
        "category": ("p.category_id", "coalesce(q.category_id, p.category_id)"),
    }
    columns = ", ".join(f"{old}, {new}" for old, new in pairs.values())
    rows = staging.rows(
        f"SELECT a.sku, a.brand, a.category, {columns} FROM {{article}} a JOIN {{plan}} q ON q.seq = a.seq"
        f" JOIN catalog_product p ON p.id = q.product_id WHERE q.op = 2 ORDER BY a.seq LIMIT {MOST}"
    )
    found = []
    for sku, brand, category, *values in rows:
        changed = []
        for place, name in enumerate(pairs):
            old, new = values[2 * place], values[2 * place + 1]
            if old != new:
                words = {"brand": brand, "category": category}
                changed.append([name, "" if name in words else _text(old), _text(words.get(name, new))])
        found.append({"what": "changed", "sku": sku, "changes": changed})
    return found


def _text(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _price(amount: Any, unit: Any) -> str:
    if amount is None:
        return ""
    return f"{amount}" if unit in (None, 1) else f"{amount} / {unit}"
