"""Makes the rows that tests need; each factory gives a valid row with nothing surprising in it."""

from datetime import date
from decimal import Decimal

import factory

from catalog.models import (
    Agreement,
    Brand,
    Category,
    CustomerArticle,
    ListPrice,
    MetalQuotation,
    Product,
    ProductLevy,
    ProductMetal,
    Stock,
    StockSite,
)
from customers.models import DeliverySite, Organisation, Person, PriceList
from punchout.models import Connection, Hub, HubCredential, PartyCredential, WireMessage
from punchout.secrets import set_secret

# What connections are made with; shown in no log, page or answer.
CANARY_SECRET = "canary-5a1f-secret"
RETURN_ORIGIN = "https://buyer.example"


class PriceListFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PriceList

    code = factory.Sequence(lambda n: f"list-{n}")
    name = factory.Sequence(lambda n: f"List {n}")
    currency = "EUR"


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    number = factory.Sequence(lambda n: f"C{n:05}")
    name = factory.Sequence(lambda n: f"Customer {n}")
    currency = "EUR"
    price_list = factory.SubFactory(PriceListFactory, currency=factory.SelfAttribute("..currency"))


class DeliverySiteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DeliverySite

    organisation = factory.SubFactory(OrganisationFactory)
    code = factory.Sequence(lambda n: f"SITE{n}")
    name = factory.Sequence(lambda n: f"Site {n}")
    country = "BE"


class PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Person

    organisation = factory.SubFactory(OrganisationFactory)
    identifier = factory.Sequence(lambda n: f"person{n}@buyer.example")


class BrandFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Brand

    code = factory.Sequence(lambda n: f"brand-{n}")
    name = factory.Sequence(lambda n: f"Brand {n}")


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category

    slug = factory.Sequence(lambda n: f"category-{n}")
    name_en = factory.Sequence(lambda n: f"Category {n}")


class ProductFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Product

    sku = factory.Sequence(lambda n: f"SKU-{n:06}")
    brand = factory.SubFactory(BrandFactory)
    category = factory.SubFactory(CategoryFactory)
    manufacturer_part_number = factory.Sequence(lambda n: f"MPN {n}")
    name_en = factory.Sequence(lambda n: f"Article {n}")
    order_unit = "C62"


class ListPriceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ListPrice

    product = factory.SubFactory(ProductFactory)
    price_list = factory.SubFactory(PriceListFactory)
    amount = Decimal("10.00")
    price_unit = 1


class AgreementFactory(factory.django.DjangoModelFactory):
    """A discount of 10 percent on everything; a net price needs ``kind``, ``product`` and ``value``."""

    class Meta:
        model = Agreement

    organisation = factory.SubFactory(OrganisationFactory)
    kind = Agreement.Kind.DISCOUNT
    value = Decimal(10)


class CustomerArticleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CustomerArticle

    organisation = factory.SubFactory(OrganisationFactory)
    product = factory.SubFactory(ProductFactory)
    number = factory.Sequence(lambda n: f"MAT{n:06}")


class StockSiteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StockSite

    code = factory.Sequence(lambda n: f"stock-{n}")
    name = factory.Sequence(lambda n: f"Warehouse {n}")


class StockFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Stock

    product = factory.SubFactory(ProductFactory)
    site = factory.SubFactory(StockSiteFactory)
    quantity = Decimal(100)


class ConnectionFactory(factory.django.DjangoModelFactory):
    """An OCI connection; ``secret="…"`` puts that one, sealed, into its first slot."""

    class Meta:
        model = Connection
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"connection-{n}")
    name = factory.Sequence(lambda n: f"Connection {n}")
    organisation = factory.SubFactory(OrganisationFactory)
    adapter = "oci"
    buyer_system = "SAP SRM"
    username = "buyer"
    return_origins = RETURN_ORIGIN
    frame_origins = RETURN_ORIGIN

    @factory.post_generation
    def secret(self, create: bool, value: str | None, **kwargs: object) -> None:
        if create and value:
            set_secret(self, 1, value)


class PartyCredentialFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PartyCredential

    connection = factory.SubFactory(ConnectionFactory, adapter="cxml")
    party = PartyCredential.Party.FROM
    domain = "DUNS"
    identity = factory.Sequence(lambda n: f"{n:09}")


class HubFactory(factory.django.DjangoModelFactory):
    """A network with one Sender credential; ``secret="…"`` puts that one into its first slot."""

    class Meta:
        model = Hub
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Network {n}")

    @factory.post_generation
    def sender(self, create: bool, value: str | None, **kwargs: object) -> None:
        if create:
            HubCredential.objects.create(hub=self, domain="NetworkID", identity=value or f"AN-HUB-{self.pk}")

    @factory.post_generation
    def secret(self, create: bool, value: str | None, **kwargs: object) -> None:
        if create and value:
            set_secret(self, 1, value)


class WireMessageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = WireMessage

    direction = WireMessage.Direction.IN
    adapter = "oci"
    method = "GET"
    path = "/punchout/oci/buyer"
    verdict = WireMessage.Verdict.ACCEPTED


def priced_products(
    price_list: PriceList, count: int, *, amount: str = "10.00", price_unit: int = 1
) -> list[Product]:
    """``count`` articles of one brand and category, each with a list price, in two inserts."""
    brand, category = BrandFactory(), CategoryFactory()
    products = Product.objects.bulk_create(ProductFactory.build_batch(count, brand=brand, category=category))
    ListPrice.objects.bulk_create(
        ListPrice(product=product, price_list=price_list, amount=Decimal(amount), price_unit=price_unit)
        for product in products
    )
    return products


class MetalQuotationFactory(factory.django.DjangoModelFactory):
    """100 kg of copper at 300 EUR, since long ago."""

    class Meta:
        model = MetalQuotation

    metal = "CU"
    day = date(2026, 1, 2)
    currency = "EUR"
    amount = Decimal(300)


class ProductMetalFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProductMetal

    product = factory.SubFactory(ProductFactory)
    metal = "CU"
    weight = Decimal(96)
    per = 100
    base = Decimal(150)


class ProductLevyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ProductLevy

    product = factory.SubFactory(ProductFactory)
    scheme = "Recupel"
    code = "0101"
    amount = Decimal("0.12")
