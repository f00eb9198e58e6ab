"""Which rows make the prices of a customer: whoever tells what changed for him asks these, and no others."""

from typing import NamedTuple

from django.db.models import QuerySet

from catalog.models import Agreement, ListPrice, MetalQuotation, ProductLevy, ProductMetal
from customers.models import Organisation


class PriceSources(NamedTuple):
    """Each table on its own; the dates of ``own``, ``shared`` and ``listed`` say when they hold."""

    own: QuerySet[Agreement]
    shared: QuerySet[Agreement]
    listed: QuerySet[ListPrice]
    # In whatever currency: one that is given in another only is why an article has no price.
    metals: QuerySet[ProductMetal]
    levies: QuerySet[ProductLevy]
    quotations: QuerySet[MetalQuotation]


def price_sources(organisation: Organisation) -> PriceSources:
    """What was agreed with the customer, what holds for everybody on his price list, and what is due beside
    it; what was withdrawn is in ``catalog.withdrawals``.
    """
    levies = ProductLevy.objects.filter(currency=organisation.currency)
    return PriceSources(
        own=Agreement.objects.filter(organisation=organisation).order_by(),
        shared=Agreement.objects.filter(price_list=organisation.price_list_id).order_by(),
        listed=ListPrice.objects.filter(price_list=organisation.price_list_id).order_by(),
        metals=ProductMetal.objects.order_by(),
        levies=(levies if organisation.pays_levies else levies.none()).order_by(),
        quotations=MetalQuotation.objects.filter(currency=organisation.currency).order_by(),
    )
