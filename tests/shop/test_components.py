"""The repeated parts of pages: what they show, that they escape, and that they speak the page's language."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from catalog import search as catalog_search
from catalog.models import Attribute, AttributeChoice, CategoryAttribute, Product, ProductAttribute
from shop.management.commands.messages import Command
from shop.models import CartLine
from shop.templatetags import shop_format
from tests.factories import (
    BrandFactory,
    ListPriceFactory,
    PriceListFactory,
    ProductFactory,
    StockFactory,
    StockSiteFactory,
)
from tests.shop.conftest import Buyer, MakeBuyer

HOSTILE = "<i>\"Kabel\"</i> & 100 %(name)s 50 % 'x'"
ESCAPED = "&lt;i&gt;&#34;Kabel&#34;&lt;/i&gt; &amp; 100 %(name)s 50 % &#39;x&#39;"


def test_what_the_catalog_says_is_text_and_never_markup(buyer: Buyer) -> None:
    product = ProductFactory(
        name_en=HOSTILE, brand=BrandFactory(name="<b>Brand</b>"), manufacturer_part_number="<u>1</u>"
    )
    CartLine.objects.create(cart=buyer.cart, product=product, sku=product.sku, quantity=1)
    CartLine.objects.create(cart=buyer.cart, sku="<s>9</s>", description=HOSTILE, quantity=1, position=2)
    catalog_search.rebuild()
    listed, cart = (buyer.get(address).content.decode() for address in ("/search", "/cart"))
    for page in (listed, cart):
        assert f"Quantity of {ESCAPED}" in page
        assert "&lt;b&gt;Brand&lt;/b&gt;" in page
        for markup in ("<i>", "<b>Brand", "<u>1", "<s>9"):
            assert markup not in page


@pytest.mark.parametrize("sku", ["XVB-3G2,5", "A/B", "A b%c", "È;?#&+'(1)!"])
def test_a_row_leads_to_its_article_whatever_its_number(buyer: Buyer, sku: str) -> None:
    ProductFactory(sku=sku)
    catalog_search.rebuild()
    page = buyer.get("/search").content.decode()
    address = page.split('class="row-name" href="')[1].split('"')[0]
    address = address.replace("&amp;", "&").replace("&#39;", "'")
    assert address == f"/s/{buyer.key}" + reverse("shop:product", args=[sku])
    assert buyer.client.get(address).status_code == 200


def test_pages_in_two_languages_do_not_mix(make_buyer: MakeBuyer) -> None:
    dutch, english = make_buyer(language="nl"), make_buyer(language="en")
    product = ProductFactory(name_en="Cable", name_nl="Kabel", order_unit="C62", quantity_step=Decimal(10))
    for buyer in (dutch, english):
        ListPriceFactory(product=product, price_list=buyer.organisation.price_list, amount=Decimal("1234.50"))
    StockFactory(product=product, quantity=Decimal(2500))
    catalog_search.rebuild()
    for _turn in range(2):
        page = dutch.get("/search").content.decode()
        assert "1.234,50\u00a0€" in page
        assert "2.500 " in page
        assert "Kabel</a>" in page
        page = english.get("/search").content.decode()
        assert "1,234.50\u00a0€" in page
        assert "2,500 pc in stock" in page
        assert "per 10 pc" in page
        assert "Cable</a>" in page


def test_an_attribute_is_named_in_english_where_there_is_no_translation(make_buyer: MakeBuyer) -> None:
    buyer = make_buyer(language="fr")
    product = ProductFactory()
    colour = Attribute.objects.create(
        code="colour", kind="choice", name_en="Colour", name_fr="Couleur", name_nl="Kleur"
    )
    section = Attribute.objects.create(code="section", kind="number", unit="mm²", name_en="Cross-section")
    blue = AttributeChoice.objects.create(attribute=colour, code="blue", name_en="blue")
    CategoryAttribute.objects.create(category=product.category, attribute=section, position=1)
    CategoryAttribute.objects.create(category=product.category, attribute=colour, position=2)
    ProductAttribute.objects.create(product=product, attribute=colour, choice=blue)
    ProductAttribute.objects.create(product=product, attribute=section, number=Decimal("2.5"))
    catalog_search.rebuild()
    for address in ("/search", f"/p/{product.sku}"):
        page = buyer.get(address).content.decode()
        for part in ("Cross-section", "2,5\u00a0mm²", "Couleur", "blue"):
            assert part in page
        assert page.index("Cross-section") < page.index("Couleur")


def test_a_replaced_article_leads_to_its_successor_at_one_query_for_all(buyer: Buyer) -> None:
    def replace(number: int) -> None:
        successor = ProductFactory(sku=f"NEW-{number}")
        ProductFactory(status=Product.Status.DISCONTINUED, sku=f"OLD-{number}", successor=successor)

    def cost() -> int:
        catalog_search.rebuild()
        buyer.get("/search")
        with CaptureQueriesContext(connection) as captured:
            page = buyer.get("/search").content.decode()
        assert f'<a href="/s/{buyer.key}/p/NEW-1">Replaced by NEW-1</a>' in page
        assert 'id="add-button-' in page
        return len(captured)

    replace(1)
    one = cost()
    for number in range(2, 8):
        replace(number)
    assert cost() == one


@pytest.mark.parametrize(
    ("stock", "said"),
    [
        ({"quantity": Decimal(12)}, "12 pc in stock"),
        ({"quantity": Decimal(3)}, "Only 3 pc left"),
        ({"quantity": Decimal(0)}, "3 working days"),
        ({"quantity": Decimal(0), "next_quantity": Decimal(40), "next_date": True}, "40 pc on "),
        ({"quantity": Decimal(0), "next_date": True}, "More on "),
    ],
)
def test_stock_is_said_in_words(buyer: Buyer, stock: dict[str, object], said: str) -> None:
    if "next_date" in stock:
        stock = {**stock, "next_date": timezone.localdate() + timedelta(days=4)}
    product = ProductFactory(lead_time_days=3, minimum_quantity=Decimal(10))
    StockFactory(product=product, site=StockSiteFactory(), **stock)
    catalog_search.rebuild()
    for address in ("/search", f"/p/{product.sku}"):
        assert said in buyer.get(address).content.decode()


def test_who_only_looks_gets_no_form(make_buyer: MakeBuyer) -> None:
    reader = make_buyer(read_only=True)
    product = ProductFactory()
    ListPriceFactory(product=product, price_list=PriceListFactory(public=True), amount=Decimal(5))
    CartLine.objects.create(cart=reader.cart, product=product, sku=product.sku, quantity=4)
    catalog_search.rebuild()
    pages = [reader.get(address).content.decode() for address in ("/search", f"/p/{product.sku}", "/cart")]
    pages.append(Client().get("/search").content.decode())
    for page in pages:
        assert product.sku in page
        for control in ('name="quantity"', 'name="q_', "remove-button", "/cart/add"):
            assert control not in page


def test_the_texts_of_components_are_collected_for_translation() -> None:
    found = Command()._collect()
    for text in ("Cheaper in quantity", "%(amount)s %(unit)s in stock", "Remove %(name)s"):
        assert found.get(text) is not None
    assert found.get("%(days)s working day").id == ("%(days)s working day", "%(days)s working days")


@pytest.mark.parametrize(
    ("language", "amount", "expected"),
    [
        ("en", 1, "roll"),
        ("en", 15, "rolls"),
        ("de", 1, "Rolle"),
        ("de", 15, "Rollen"),
        ("fr", 15, "rouleaux"),
    ],
)
def test_a_unit_that_is_a_word_follows_its_amount(language: str, amount: int, expected: str) -> None:
    with translation.override(language):
        assert shop_format.symbol("RO", Decimal(amount)) == expected
        assert shop_format.symbol("MTR", Decimal(amount)) == "m"
