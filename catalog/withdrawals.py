"""Whatever takes a price, an article or an agreement away leaves a word, for files of only what changed.

Deleting by the ORM does it by itself: one by one, by a query set, or with the article they belong to; so does
saving a row that then holds for something else, and a customer who gets another price list, or whose list
gets another currency. Statements of one's own call ``prices_from`` or ``articles_from`` before they run, in
the same transaction.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.db.models.signals import post_delete, pre_save
from django.utils import timezone

from catalog.models import (
    Agreement,
    Category,
    ListPrice,
    MetalQuotation,
    Product,
    ProductLevy,
    ProductMetal,
    WithdrawnArticle,
    WithdrawnPrice,
)
from catalog.tree import below
from customers.models import Organisation, PriceList

# Files of changes can go back so far.
REMEMBERED = timedelta(days=400)
# What of a row says for whom and for what it is, as columns of ``WithdrawnPrice``.
SCOPES: dict[type[Model], tuple[str, ...]] = {
    Agreement: (
        "organisation_id", "price_list_id", "product_id", "discount_group", "brand_id", "category_id",
    ),
    ListPrice: ("price_list_id", "product_id"),
    ProductMetal: ("product_id",),
    ProductLevy: ("product_id",),
    MetalQuotation: ("metal",),
}  # fmt: skip
# In another currency it is another customer's.
_PAID_IN: dict[type[Model], tuple[str, ...]] = dict.fromkeys((ProductLevy, MetalQuotation), ("currency",))
_DEFAULTS = {"discount_group": "''", "metal": "''"}
_PLACE = ("sku", "brand_id", "category_id")
# A customer with another of these has other prices for everything.
_TERMS = ("price_list_id", "currency", "pays_levies")


def connect() -> None:
    """Remembers by itself what is deleted or moved by the ORM."""
    for model in SCOPES:
        name = model.__name__
        post_delete.connect(_price_deleted, sender=model, dispatch_uid=f"withdrawn-{name}")
        pre_save.connect(_price_moves, sender=model, dispatch_uid=f"moved-{name}")
    post_delete.connect(_article_deleted, sender=Product, dispatch_uid="withdrawn-Product")
    pre_save.connect(_article_moves, sender=Product, dispatch_uid="moved-Product")
    pre_save.connect(_customer_changes, sender=Organisation, dispatch_uid="moved-Organisation")
    pre_save.connect(_list_changes, sender=PriceList, dispatch_uid="moved-PriceList")


def prices_from(model: type[Model], query: str, parameters: Sequence[Any] = ()) -> None:
    """Remembers the rows of a model whose ids a query selects, as one statement. For very many rows."""
    if model not in SCOPES:
        return
    scope = SCOPES[model]
    columns = {name: f"t.{name}" for name in scope}
    columns |= {name: value for name, value in _DEFAULTS.items() if name not in scope}
    table, own = WithdrawnPrice._meta.db_table, model._meta.db_table
    _execute(
        f"INSERT INTO {table} (created_at, {', '.join(columns)})"  # noqa: S608  names of ours
        f" SELECT DISTINCT %s, {', '.join(columns.values())} FROM {own} t WHERE t.id IN ({query})",
        parameters,
    )


def articles_from(query: str, parameters: Sequence[Any] = (), *, gone: bool = False) -> None:
    """Remembers where the articles are whose ids a query selects, as one statement."""
    _remember_articles("t.category_id", f"t.id IN ({query})", parameters, gone=gone)


def category_moves(category: int, parent: int | None) -> list[int]:
    """Remembers that what is in a category leaves what it is below; the category and all below it."""
    ids = below(Category.objects.order_by().values_list("id", "parent_id"), [category])
    if parent is not None:
        places = ", ".join(map(str, ids))
        _remember_articles(str(int(parent)), f"t.category_id IN ({places})", (), gone=False)
    return ids


def _remember_articles(category: str, where: str, parameters: Sequence[Any], *, gone: bool) -> None:
    _execute(
        f"INSERT INTO {WithdrawnArticle._meta.db_table}"  # noqa: S608  names and numbers of ours
        " (created_at, product_id, sku, brand_id, category_id, gone)"
        f" SELECT %s, t.id, t.sku, t.brand_id, {category}, {'1 = 1' if gone else '1 = 0'}"
        f" FROM {Product._meta.db_table} t WHERE t.status <> '{Product.Status.HIDDEN}' AND {where}",
        parameters,
    )


def forget(now: datetime) -> None:
    """Forgets what is so old that no file asks for it."""
    for model in (WithdrawnPrice, WithdrawnArticle):
        model._default_manager.filter(created_at__lt=now - REMEMBERED).delete()


def _execute(statement: str, parameters: Sequence[Any]) -> None:
    moment = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(statement, [moment, *parameters])


def _scope(instance: Model) -> dict[str, Any]:
    return {name: getattr(instance, name) for name in SCOPES[type(instance)]}


def _price_deleted(sender: type[Model], instance: Model, origin: Any = None, **kwargs: Any) -> None:
    # With its article, which says so itself.
    if getattr(origin, "model", type(origin)) is not Product:
        WithdrawnPrice.objects.create(**_scope(instance))


def _unmoved(instance: Model, names: Collection[str], kwargs: dict[str, Any]) -> bool:
    """Whether saving it cannot change any of these."""
    if kwargs.get("raw") or instance._state.adding:
        return True
    saved = kwargs.get("update_fields")
    return saved is not None and not {*saved, *(f"{name}_id" for name in saved)} & set(names)


def _price_moves(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    names = (*SCOPES[sender], *_PAID_IN.get(sender, ()))
    if _unmoved(instance, names, kwargs):
        return
    before = sender._default_manager.filter(pk=instance.pk).values(*names).first()
    if before is not None and before != {name: getattr(instance, name) for name in names}:
        WithdrawnPrice.objects.create(**{name: before[name] for name in SCOPES[sender]})


def _article_deleted(sender: type[Model], instance: Product, **kwargs: Any) -> None:
    if instance.status != Product.Status.HIDDEN:
        place = {name: getattr(instance, name) for name in _PLACE}
        WithdrawnArticle.objects.create(product_id=instance.pk, gone=True, **place)


def _article_moves(sender: type[Model], instance: Product, **kwargs: Any) -> None:
    if _unmoved(instance, (*_PLACE, "status"), kwargs):
        return
    before = Product.objects.filter(pk=instance.pk).values(*_PLACE, "status").first()
    if before is None or before.pop("status") == Product.Status.HIDDEN:
        return
    # Whoever deletes a hidden article later does not say whether anybody had seen it.
    gone = instance.status == Product.Status.HIDDEN or before["sku"] != instance.sku
    if gone or before != {name: getattr(instance, name) for name in _PLACE}:
        WithdrawnArticle.objects.create(product_id=instance.pk, gone=gone, **before)


def _customer_changes(sender: type[Model], instance: Organisation, **kwargs: Any) -> None:
    if _unmoved(instance, _TERMS, kwargs):
        return
    before = Organisation.objects.filter(pk=instance.pk).values(*_TERMS).first()
    if before is not None and before != {name: getattr(instance, name) for name in _TERMS}:
        WithdrawnPrice.objects.create(organisation_id=instance.pk)


def _list_changes(sender: type[Model], instance: PriceList, **kwargs: Any) -> None:
    # It is no list any more for whoever pays in the other currency, or it is one now.
    if _unmoved(instance, ("currency",), kwargs):
        return
    before = PriceList.objects.filter(pk=instance.pk).values_list("currency", flat=True).first()
    if before is not None and before != instance.currency:
        WithdrawnPrice.objects.create(price_list_id=instance.pk)


def withdrawn_from(organisation: Organisation) -> tuple[QuerySet[WithdrawnPrice], ...]:
    """What was withdrawn from this customer, from his price list, and from everybody: each has its index."""
    holders = (
        Q(organisation_id=organisation.pk),
        Q(price_list_id=organisation.price_list_id),
        Q(organisation_id__isnull=True, price_list_id__isnull=True),
    )
    return tuple(WithdrawnPrice.objects.filter(holder).order_by() for holder in holders)


def of_customer(organisation: Organisation, since: datetime) -> QuerySet[WithdrawnPrice]:
    """All of it at ``since`` or later, as one."""
    own, listed, everybody = withdrawn_from(organisation)
    return (own | listed | everybody).filter(created_at__gte=since)
