"""The first page: the search box, the assortment and the brands."""

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from catalog.models import Brand, Product
from shop.views.categories import CategoryTree, article_counts, branches
from shop.views.page import load_pricing, render_page, shopping_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    shopping = shopping_of(request)
    seen = Product.objects.visible_to(shopping.organisation).filter(brand=OuterRef("pk"))
    context = {
        "branches": branches(CategoryTree(), article_counts(shopping.organisation)),
        "autofocus": True,
        "brands": Brand.objects.filter(Exists(seen)),
    }
    return render_page(request, "shop/home.html", context, summary=load_pricing(shopping).summary)
