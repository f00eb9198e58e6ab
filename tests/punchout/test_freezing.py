"""A frozen line has every value of its article, its price and its surcharges in the right field."""

from decimal import Decimal

import pytest

from catalog.models import Agreement, ProductMedia
from punchout.documents import LineSurcharge, ReturnLine
from punchout.freezing import freeze_lines
from shop.carts import price_cart
from shop.models import Cart, CartLine
from tests.factories import (
    AgreementFactory,
    CustomerArticleFactory,
    ListPriceFactory,
    MetalQuotationFactory,
    OrganisationFactory,
    ProductFactory,
    ProductLevyFactory,
    ProductMetalFactory,
)

pytestmark = pytest.mark.django_db


def test_every_value_stands_in_its_field() -> None:
    organisation = OrganisationFactory()
    product = ProductFactory(
        sku="CABLE-1", gtin="5412345678908", manufacturer_part_number="XVB3G25", order_unit="MTR",
        unspsc="26121600", etim_class="EC003249", eclass="27-06-18-03", lead_time_days=4, name_en="Cable",
        description_en="Halogen-free", brand__name="Cablo", category__name_en="Cables",
    )  # fmt: skip
    ListPriceFactory(
        product=product, price_list=organisation.price_list, amount=Decimal("55.00"), price_unit=100
    )
    AgreementFactory(
        organisation=organisation, product=product, kind=Agreement.Kind.NET, value=Decimal("41.20"),
        price_unit=100, reference="2026-17",
    )  # fmt: skip
    CustomerArticleFactory(organisation=organisation, product=product, number="MAT100")
    ProductMedia.objects.create(product=product, kind="picture", address="https://img.example/1.jpg")
    MetalQuotationFactory()
    ProductMetalFactory(product=product)
    ProductLevyFactory(product=product)
    cart = Cart.objects.create(organisation=organisation)
    CartLine.objects.create(
        cart=cart, product=product, sku="CABLE-1", quantity=Decimal(250), position=1, token="t1"
    )
    (line,) = freeze_lines(price_cart(cart, organisation), "en", "https://shop.example", numbers=(7,))
    metal, levy = line.surcharges
    assert line == ReturnLine(
        number=7, sku="CABLE-1", token="t1", quantity=Decimal(250), unit="MTR", name="Cable",
        description="Halogen-free", language="en", price=Decimal("41.20"), price_unit=100, currency="EUR",
        total=Decimal("103.00") + metal.total + levy.total, lead_time_days=4, brand="Cablo",
        manufacturer_part_number="XVB3G25", gtin="5412345678908", unspsc="26121600", etim_class="EC003249",
        eclass="27-06-18-03", category="Cables", agreement="2026-17",
        picture_url="https://img.example/1.jpg", buyer_part_number="MAT100", list_price=Decimal("55.00"),
        surcharges=line.surcharges,
    )  # fmt: skip
    assert metal == LineSurcharge(
        kind="metal", code="CU", label="Copper surcharge", text=metal.text, amount=Decimal("144.00"),
        price_unit=100, total=Decimal("360.00"), weight=Decimal(96), per=100, base=Decimal(150),
        quotation=Decimal(300), day="2026-01-02",
    )  # fmt: skip
    assert metal.text.startswith("Copper surcharge: 96 kg")
    assert levy == LineSurcharge(
        kind="levy", code="Recupel", label="Recupel", text="Recupel (0101)", amount=Decimal("0.12"),
        price_unit=1, total=Decimal("30.00"), tariff="0101",
    )  # fmt: skip
