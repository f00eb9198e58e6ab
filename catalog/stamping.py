"""Articles count as changed when what is told with them does: brand, category, properties, what is deleted.

Who follows articles compares ``Product.updated_at``, and an article is told with the names of these. A
category that moves takes its articles out of what it was below, for files of a chosen part of the assortment.
Customers' numbers and stock have their own ``updated_at``, which says nothing of a row that was deleted.
Statements of one's own stamp the articles themselves.
"""

from typing import Any

from django.db.models import Model, Q
from django.db.models.signals import post_delete, pre_delete, pre_save
from django.utils import timezone

from catalog import withdrawals
from catalog.models import (
    Attribute,
    AttributeChoice,
    Brand,
    Category,
    CustomerArticle,
    Product,
    ProductAttribute,
    Stock,
    StockSite,
)

_NAMES = ("name_en", "name_nl", "name_fr", "name_de")
# What articles are told with.
SAID: dict[type[Model], tuple[str, ...]] = {
    Brand: ("code", "name"),
    Category: ("slug", "parent_id", *_NAMES),
    Attribute: ("code", "kind", "unit", *_NAMES),
    AttributeChoice: ("code", *_NAMES),
}


def connect() -> None:
    """Stamps articles by itself when one of these is saved with another name."""
    for model in SAID:
        pre_save.connect(_renamed, sender=model, dispatch_uid=f"stamps-{model.__name__}")
    for part in (CustomerArticle, Stock):
        post_delete.connect(_part_deleted, sender=part, dispatch_uid=f"stamps-{part.__name__}")
    pre_delete.connect(_site_deleted, sender=StockSite, dispatch_uid="stamps-StockSite")


def _renamed(sender: type[Model], instance: Any, update_fields: Any = None, **kwargs: Any) -> None:
    if kwargs.get("raw") or instance._state.adding:
        return
    names = SAID[sender]
    before = sender._default_manager.filter(pk=instance.pk).values(*names).first()
    if before is None or before == {name: getattr(instance, name) for name in names}:
        return
    match instance:
        case Brand():
            found = Q(brand=instance.pk)
        case Category():
            found = Q(category=instance.pk)
            if before["parent_id"] != instance.parent_id:
                found = Q(category__in=withdrawals.category_moves(instance.pk, before["parent_id"]))
        case Attribute():
            found = Q(pk__in=ProductAttribute.objects.filter(attribute=instance.pk).values("product"))
        case _:
            found = Q(pk__in=ProductAttribute.objects.filter(choice=instance.pk).values("product"))
    _stamp(found)


def _part_deleted(sender: type[Model], instance: Any, origin: Any, **kwargs: Any) -> None:
    # With its customer or its article there is nobody to tell, or the article says so itself.
    if getattr(origin, "model", type(origin)) is sender:
        _stamp(Q(pk=instance.product_id))


def _site_deleted(sender: type[Model], instance: StockSite, **kwargs: Any) -> None:
    _stamp(Q(pk__in=Stock.objects.filter(site=instance.pk).order_by().values("product")))


def _stamp(found: Q) -> None:
    Product.objects.filter(found).update(updated_at=timezone.now())
