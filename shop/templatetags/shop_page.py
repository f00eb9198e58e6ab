"""What every page of the storefront shows that does not come from its view."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def shop_name() -> str:
    """The supplier's name as buyers know it."""
    return settings.SUPPLIER_NAME
