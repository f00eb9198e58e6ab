"""The page a launch opens on: what ``SelectedItem`` names, as our own level-2 catalogs name it.

cXML Reference Guide 1.2.051, p. 64-68, 83. An article is named by its number; a shelf or an aisle by its
category with the level beside it (``catalog.exports.levels``).
"""

from urllib.parse import quote, urlencode

from lxml import etree

from catalog.exports.levels import CATEGORY_LEVELS, STORE
from catalog.models import Category, CustomerArticle, Product
from customers.models import Organisation
from punchout.adapters.cxml.parse import text_of

LONGEST = 255  # what a session keeps


def read_landing(request: etree._Element, organisation: Organisation, notes: list[str]) -> str:
    """The path of a page: the article's, the category's, else a search for what was named; "/" for none."""
    selected = request.find("SelectedItem")
    if selected is None:
        return "/"
    item = selected.find("ItemID")
    if item is None:
        item = selected
        notes.append("SelectedItem has no ItemID.")
    named = text_of(item, "SupplierPartID") or (item.text or "").strip()
    level = text_of(item, "SupplierPartAuxiliaryID").casefold()
    if level == STORE:
        return "/"
    own_number = text_of(item, "BuyerPartID")
    if not named and not own_number:
        notes.append("SelectedItem names no article; the shop opens on its first page.")
        return "/"
    found = _category(named) if level in CATEGORY_LEVELS else ""
    found = found or _article(named, own_number, organisation) or _category(named)
    if found and len(found) <= LONGEST:
        return found
    notes.append(f"SelectedItem {(named or own_number)[:60]} is nothing we sell him; a search opens.")
    return "/search?" + urlencode({"q": (named or own_number)[:60]})[: LONGEST - 8]


def _article(sku: str, own_number: str, organisation: Organisation) -> str:
    """By our number, else by the customer's own."""
    shown = Product.objects.visible_to(organisation)
    product = shown.filter(sku=sku[:LONGEST]).only("sku").first() if sku else None
    if product is None and own_number:
        numbers = CustomerArticle.objects.filter(organisation=organisation, number=own_number[:LONGEST])
        product = shown.filter(pk__in=numbers.values("product_id")).only("sku").first()
    return "/p/" + quote(product.sku, safe="/") if product else ""


def _category(slug: str) -> str:
    found = (
        Category.objects.filter(slug=slug[:LONGEST]).values_list("slug", flat=True).first() if slug else None
    )
    return f"/c/{found}/" if found else ""
