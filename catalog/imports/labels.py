"""What articles share: the shop's brands, categories, sites and customers for the words of a file.

Each kind is resolved once for all records, into a small table beside the staged ones. What the shop does not
have yet gets a number below zero there, and is created when the import is applied; until then nothing is
visible, and a trial leaves no trace.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import slugify

from catalog.imports.refused import refusal_row, said_field, said_reason
from catalog.imports.tables import LANGUAGES, Staging, bulk_write
from catalog.models import Brand, Category, CategoryMapping, ImportProfile, StockSite
from catalog.wording import said as _
from customers.models import Organisation


@dataclass(slots=True)
class Created:
    """What is made when the import is applied; each gets the number it was promised, below zero."""

    makers: list[tuple[int, str, Callable[["Created"], int]]] = field(default_factory=list)
    ids: dict[int, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    names: list[tuple[str, str]] = field(default_factory=list)

    def promise(self, kind: str, name: str, make: Callable[["Created"], int]) -> int:
        number = -len(self.makers) - 1
        self.makers.append((number, kind, make))
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if len(self.names) < 200:
            self.names.append((kind, name))
        return number

    def real(self, number: int | None) -> int | None:
        return self.ids[number] if number is not None and number < 0 else number

    def make(self, staging: Staging) -> None:
        """Creates them, in the order they were promised, and keeps their keys in ``{created}``."""
        for number, _kind, make in self.makers:
            self.ids[number] = make(self)
        write_map(staging, "created", {"temp": "int", "id": "int"}, self.ids.items())


def write_map(staging: Staging, table: str, columns: dict[str, str], rows: Iterable[tuple[Any, ...]]) -> None:
    """A small table of this run with an index on its first column."""
    kinds = {"int": "bigint", "text": "text" if staging.postgres else "varchar", "number": "numeric"}
    name = staging.name(table)
    staging.do(f"DROP TABLE IF EXISTS {name}")
    made = ", ".join(f"{key} {kinds[kind]}" for key, kind in columns.items())
    staging.do(f"CREATE TABLE {staging.made(table)} ({made})")
    bulk_write(name, tuple(columns), list(rows))
    staging.do(f"CREATE INDEX {staging.made(table)}_x ON {name} ({next(iter(columns))})")
    staging.analyze(table)


def code_of(text: str, taken: Callable[[str], bool], length: int = 40) -> str:
    """A slug that nobody has; of a text without any letter that a slug can have, from its hash."""
    base = slugify(text)[:length].strip("-_") or hashlib.sha256(text.encode()).hexdigest()[:12]
    code, turn = base, 1
    while taken(code):
        turn += 1
        code = f"{base[: length - len(str(turn)) - 1]}-{turn}"
    return code


def resolve_brands(staging: Staging, created: Created) -> None:
    """``{brandmap}``: by code or by name, without regard to case; unknown ones are created."""
    by_name: dict[str, int] = {}
    codes: set[str] = set()
    for pk, code, name in Brand.objects.order_by("-id").values_list("id", "code", "name"):
        codes.add(code)
        by_name.update({code.casefold(): pk, name.casefold(): pk})
    rows = []
    for (text,) in staging.rows("SELECT DISTINCT brand FROM {article} WHERE brand IS NOT NULL ORDER BY 1"):
        key = text.casefold()
        if key not in by_name:
            code = code_of(text, codes.__contains__)
            codes.add(code)
            by_name[key] = created.promise("brand", text, _brand_maker(code, text))
        rows.append((text, by_name[key]))
    write_map(staging, "brandmap", {"text": "text", "id": "int"}, rows)


def _brand_maker(code: str, name: str) -> Callable[[Created], int]:
    return lambda created: Brand.objects.create(code=code, name=name).pk


@dataclass(slots=True)
class _Node:
    code: str
    parent: str
    position: int
    names: dict[str, str]


def resolve_categories(staging: Staging, created: Created, profile: ImportProfile) -> None:
    """``{catmap}``: by the profile's table, by the shop's own code or name, or created as it allows."""
    tree = {
        code: _Node(code, parent, position, {k: v for k, v in zip(LANGUAGES, names, strict=True) if v})
        for code, parent, position, *names in staging.rows(
            "SELECT code, parent, position, name_en, name_nl, name_fr, name_de FROM {category} ORDER BY seq"
        )
    }
    mapped = dict(CategoryMapping.objects.filter(profile=profile).values_list("code", "category_id"))
    known: dict[str, int] = {}
    slugs: set[str] = set()
    for pk, slug, *names in Category.objects.order_by("-id").values_list(
        "id", "slug", "name_de", "name_fr", "name_nl", "name_en"
    ):
        slugs.add(slug)
        known.update({text.casefold(): pk for text in (*names, slug) if text})
    used = [
        row[0] for row in staging.rows("SELECT DISTINCT category FROM {article} WHERE category IS NOT NULL")
    ]
    root = _only_root(tree, set(used))
    creating = profile.category_policy == ImportProfile.Categories.CREATE
    ids: dict[str, int | None] = {}

    def find(code: str, above: tuple[str, ...] = ()) -> int | None:
        if code in ids:
            return ids[code]
        node = tree.get(code)
        found: int | None = mapped.get(code)
        if found is None and node is None:
            # A file without a tree names the shop's own categories.
            found = known.get(code.casefold())
        if found is None and creating and code not in above:
            parent = None
            if node is not None and node.parent and node.parent != root and node.parent in tree:
                parent = find(node.parent, (*above, code))
            names = node.names if node is not None else {profile.language: code}
            name = names.get("en") or next(iter(names.values()), code)
            slug = code_of(name, slugs.__contains__, 60)
            slugs.add(slug)
            found = created.promise(
                "category", name, _category_maker(profile, code, slug, name, names, parent, node)
            )
        ids[code] = found
        return found

    for code in used:
        find(code)
    write_map(
        staging, "catmap", {"code": "text", "id": "int"}, [(c, i) for c, i in ids.items() if i is not None]
    )


def _only_root(tree: dict[str, _Node], used: set[str]) -> str | None:
    """The node above the whole tree, which is the catalog itself and no category, when there is one."""
    roots = [node.code for node in tree.values() if not node.parent or node.parent not in tree]
    if len(roots) == 1 and roots[0] not in used and len(tree) > 1:
        return roots[0]
    return None


def _category_maker(
    profile: ImportProfile, code: str, slug: str, name: str, names: dict[str, str], parent: int | None,
    node: _Node | None,
) -> Callable[[Created], int]:  # fmt: skip
    def make(created: Created) -> int:
        category = Category.objects.create(
            slug=slug,
            parent_id=created.real(parent),
            position=node.position if node is not None else 0,
            **{"name_en": name, **{f"name_{language}": text for language, text in names.items()}},
        )
        # Found again by the file's code, wherever an operator moves it and whatever he calls it.
        CategoryMapping.objects.update_or_create(
            profile=profile, code=code, defaults={"name": name[:160], "category": category}
        )
        return category.pk

    return make


def resolve_sites(staging: Staging, profile: ImportProfile) -> None:
    """``{sitemap}``: stock sites by code; an empty one is the profile's."""
    sites = {code.casefold(): pk for pk, code in StockSite.objects.values_list("id", "code")}
    rows = []
    for (code,) in staging.rows("SELECT DISTINCT site FROM {stock}"):
        found = sites.get(code.casefold()) if code else profile.stock_site_id
        if found is not None:
            rows.append((code, found))
    write_map(staging, "sitemap", {"code": "text", "id": "int"}, rows)


def resolve_customers(staging: Staging, profile: ImportProfile, header_customer: str) -> None:
    """``{custmap}``: customers by number with their currency; an empty number is whoever the file is for."""
    own: Organisation | None = None
    if header_customer:
        own = Organisation.objects.filter(number=header_customer).first()
    own = own or profile.organisation
    numbers = [
        row[0]
        for row in staging.rows(
            "SELECT customer FROM {price} WHERE customer IS NOT NULL"
            " UNION SELECT customer FROM {withdrawn} WHERE customer IS NOT NULL"
        )
    ]
    known = {
        number: (pk, currency)
        for start in range(0, len(numbers), 500)
        for pk, number, currency in Organisation.objects.filter(
            number__in=numbers[start : start + 500]
        ).values_list("id", "number", "currency")
    }
    rows = [(number, *known[number]) for number in numbers if number in known]
    if own is not None:
        rows.append(("", own.pk, own.currency))
    write_map(staging, "custmap", {"number": "text", "id": "int", "currency": "text"}, rows)


def refuse(
    staging: Staging, query: str, field_name: str, reason: str, *, fatal: bool = True, compared: bool = True
) -> int:
    """Notes what ``query`` finds (line, record, value) as refused; how many.

    ``compared``: found by comparing with the shop, and forgotten when it is compared again.
    """
    if staging.postgres and not staging.count(f"({query}) q"):
        # Mostly there is nothing, and that PostgreSQL finds with several processes, unlike what it inserts.
        return 0
    return staging.do(
        "INSERT INTO {refusal} (line, record, field, ours, value, reason, filled, fatal, compared)"
        f" SELECT q.line, q.record, %s, %s, q.value, %s, %s, %s, %s FROM ({query}) q",
        [*said_field(field_name), *said_reason(reason), int(fatal), int(compared)],
    )


def unknown_labels(staging: Staging, profile: ImportProfile) -> int:
    """Refuses stock of unknown sites and net prices of unknown customers."""
    count = refuse(
        staging,
        "SELECT s.line, s.sku AS record, s.site AS value FROM {stock} s"
        " LEFT JOIN {sitemap} m ON m.code = s.site WHERE m.id IS NULL",
        _("stock site"),
        _("The shop has no stock site with this code, or the file names none and the profile neither."),
    )
    count += refuse(
        staging,
        "SELECT s.line, s.sku AS record, s.customer AS value FROM {price} s"
        " LEFT JOIN {custmap} m ON m.number = s.customer WHERE s.customer IS NOT NULL AND m.id IS NULL",
        _("customer"),
        _("The shop has no customer with this number, or the file names none and the profile neither."),
    )
    count += refuse(
        staging,
        "SELECT s.line, s.sku AS record, s.currency AS value FROM {price} s"
        " JOIN {custmap} m ON m.number = s.customer WHERE m.currency <> s.currency",
        _("currency"),
        _("The customer buys in another currency."),
    )
    if profile.price_list is None:
        row = staging.one("SELECT count(*), min(line) FROM {price} WHERE customer IS NULL")
        if row and row[0]:
            reason = _("The profile names no price list: these list prices are left out.")
            row = refusal_row(row[1], "", _("list price"), str(row[0]), reason, fatal=False, compared=1)
            staging.write("refusal", [row])
            count += 1
    else:
        count += refuse(
            staging,
            "SELECT line, sku AS record, currency AS value FROM {price} WHERE customer IS NULL"
            f" AND currency <> '{profile.price_list.currency}'",
            _("currency"),
            _("The price list is in another currency."),
        )
    return count
