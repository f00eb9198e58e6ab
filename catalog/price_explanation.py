"""The net price of one article for one customer, step by step, as the operator reads it."""

from decimal import Decimal

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from catalog.models import Agreement
from catalog.prices import PriceBook
from catalog.quantities import QuantityInvalid, check_quantity, parse_quantity
from catalog.surcharges import metal_name
from catalog.units import unit_name
from customers.models import Organisation


class PriceQuestion(forms.Form):
    """For whom, and how much of it."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Customer"))
    quantity = forms.CharField(label=_("Quantity"), max_length=20, required=False)

    def __init__(self, *args: object, admin_site: admin.AdminSite, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        customer = self.fields["organisation"]
        assert isinstance(customer, forms.ModelChoiceField)
        customer.queryset = Organisation.objects.all()
        field = Agreement._meta.get_field("organisation")
        customer.widget = AutocompleteSelect(field, admin_site)
        customer.widget.choices = customer.choices

    def clean_quantity(self) -> Decimal | None:
        text = self.cleaned_data["quantity"].strip()
        if not text:
            return None
        try:
            return parse_quantity(text)
        except QuantityInvalid as error:
            raise forms.ValidationError(error.message) from None


def amount_text(amount: Decimal) -> str:
    """An amount with two decimals, and more only where they are not zero."""
    exact = f"{amount.normalize():f}"
    return exact if len(exact.partition(".")[2]) > 2 else f"{amount:.2f}"


def explain_price(model_admin: admin.ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The page at ``<article>/price/``; only for those who may see articles and agreements."""
    product = model_admin.get_object(request, object_id)
    if product is None:
        raise Http404
    if not model_admin.has_view_permission(request, product) or not request.user.has_perm(
        "catalog.view_agreement"
    ):
        raise PermissionDenied
    asked = "organisation" in request.GET
    form = PriceQuestion(request.GET if asked else None, admin_site=model_admin.admin_site)
    price, missing = None, ""
    objection = ""
    answered = asked and form.is_valid()
    if answered:
        quantity = form.cleaned_data["quantity"] or product.minimum_quantity
        book = PriceBook.load(form.cleaned_data["organisation"], [product])
        price = book.price(product, quantity)
        missing = book.missing_quotation(product)
        try:
            check_quantity(product, quantity)
        except QuantityInvalid as error:
            objection = error.message
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Net price for a customer"),
        "product": product,
        "form": form,
        "media": form.media,
        "answered": answered,
        "price": price,
        "quantity": f"{price.quantity.normalize():f}" if price else "",
        "steps": [(step, amount_text(step.amount)) for step in price.steps] if price else [],
        "surcharges": [(each, amount_text(each.amount)) for each in price.surcharges] if price else [],
        "missing": metal_name(missing) if missing else "",
        "amount": amount_text(price.amount) if price else "",
        "total": price.total(price.quantity) if price else None,
        "objection": objection,
        "unit": unit_name(product.order_unit),
    }
    return TemplateResponse(request, "admin/catalog/product/price.html", context)
