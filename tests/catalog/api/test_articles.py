"""Articles by any of their numbers, in a language, with everything that hangs on them."""

from decimal import Decimal

import pytest

from catalog.models import Attribute, AttributeChoice, Product, ProductAttribute, ProductMedia
from tests.factories import (
    BrandFactory,
    CategoryFactory,
    CustomerArticleFactory,
    OrganisationFactory,
    ProductFactory,
)

pytestmark = pytest.mark.django_db
ARTICLES = "/api/v1/articles"


def skus(answer):
    assert answer.status_code == 200, answer.content
    return [article["sku"] for article in answer.json()["articles"]]


def test_an_article_is_found_by_each_of_its_numbers(api, ask, customer):
    brand = BrandFactory(code="volta")
    product = ProductFactory(sku="A/1", gtin="5410000012345", manufacturer_part_number="5SL-6", brand=brand)
    CustomerArticleFactory(organisation=customer, product=product, number="MAT 1")
    for question in (
        {"sku": "A/1"},
        {"gtin": "5410000012345"},
        {"gtin": "05410000012345"},
        {"manufacturer_number": "5SL-6"},
        {"manufacturer_number": "5SL-6", "brand": "volta"},
        {"customer_number": "MAT 1"},
    ):
        assert skus(api.get(ARTICLES, question)) == ["A/1"], question
    for body in (
        {"skus": ["A/1"]},
        {"gtins": ["05410000012345"]},
        {"manufacturer_numbers": [{"number": "5SL-6", "brand": "volta"}]},
        {"customer_numbers": ["MAT 1"]},
        {"skus": ["A/1"], "customer_numbers": ["MAT 1"]},
    ):
        assert skus(ask(ARTICLES, body)) == ["A/1"], body
    assert api.get(f"{ARTICLES}/A/1").json()["customer_number"] == "MAT 1"


def test_what_is_not_found_is_named(ask):
    ProductFactory(sku="A", manufacturer_part_number="M", brand=BrandFactory(code="volta"))
    answer = ask(
        ARTICLES,
        {
            "skus": ["A", "B", "B"],
            "gtins": ["12345678"],
            "manufacturer_numbers": [{"number": "M", "brand": "other"}],
            "customer_numbers": ["Z"],
        },
    )
    assert answer.json()["not_found"] == {
        "skus": ["B"],
        "gtins": ["12345678"],
        "manufacturer_numbers": ["M"],
        "customer_numbers": ["Z"],
    }


def test_a_customer_number_is_his_who_gave_it(api, ask):
    product = ProductFactory(sku="A")
    CustomerArticleFactory(organisation=OrganisationFactory(), product=product, number="THEIRS")
    assert skus(api.get(ARTICLES, {"customer_number": "THEIRS"})) == []
    assert "THEIRS" not in api.get(ARTICLES, {"sku": "A"}).content.decode()


def test_a_hidden_article_is_as_good_as_unknown(api):
    ProductFactory(sku="A", status=Product.Status.HIDDEN)
    assert skus(api.get(ARTICLES, {"sku": "A"})) == []
    assert api.get(f"{ARTICLES}/A").status_code == 404


def test_everything_is_said_in_the_language_asked_for(api, customer):
    category = CategoryFactory(slug="cable", name_en="Cable", name_nl="Kabel")
    product = ProductFactory(
        sku="A", category=category, name_nl="Draad", description_en="English only", price_unit=100,
        order_unit="MTR", minimum_quantity=Decimal("2.500"), quantity_step=Decimal("0.5"),
        content_quantity=Decimal(100), content_unit="MTR", unspsc="26121600", lead_time_days=3,
        successor=ProductFactory(sku="B"),
    )  # fmt: skip
    colour = Attribute.objects.create(code="colour", kind="choice", name_en="Colour", name_nl="Kleur")
    red = AttributeChoice.objects.create(attribute=colour, code="red", name_en="Red", name_nl="Rood")
    size = Attribute.objects.create(code="section", kind="number", unit="mm²", name_en="Section")
    ProductAttribute.objects.create(product=product, attribute=colour, choice=red)
    ProductAttribute.objects.create(product=product, attribute=size, number=Decimal("2.5000"))
    ProductMedia.objects.create(product=product, kind="picture", address="demo/a.svg")
    ProductMedia.objects.create(
        product=product, kind="document", title="Sheet", address="https://x.example/a.pdf"
    )
    ProductMedia.objects.create(product=product, kind="document", address="javascript:alert(1)")
    found = api.get(f"{ARTICLES}/A", {"language": "nl"})
    assert found["Content-Language"] == "nl"
    article = found.json()
    assert (article["name"], article["description"]) == ("Draad", "English only")
    assert article["category"] == {"code": "cable", "name": "Kabel"}
    assert (article["minimum_quantity"], article["quantity_step"], article["price_unit"]) == (
        "2.5",
        "0.5",
        100,
    )
    assert article["content"] == {"quantity": "100", "unit": "MTR"}
    assert article["classification"] == {"unspsc": "26121600", "etim": None, "eclass": None}
    assert article["replaced_by"] == "B"
    assert article["attributes"] == [
        {"code": "colour", "name": "Kleur", "kind": "choice", "value": "red", "text": "Rood", "unit": None},
        {
            "code": "section",
            "name": "Section",
            "kind": "number",
            "value": "2.5",
            "text": "2.5",
            "unit": "mm²",
        },
    ]
    assert [medium["url"] for medium in article["media"]] == [
        "http://testserver/static/demo/a.svg",
        "https://x.example/a.pdf",
    ]
    assert api.get(f"{ARTICLES}/A").json()["name"] == product.name_en
    customer.language = "nl"
    customer.save()
    assert api.get(f"{ARTICLES}/A").json()["name"] == "Draad"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#"),
        ({"skus": []}, "#/skus"),
        ({"skus": ["A"] * 501}, "#/skus"),
        ({"skus": ["A"] * 500, "gtins": ["12345678"] * 501}, "#/gtins"),
        ({"skus": ["A", ""]}, "#/skus/1"),
        ({"skus": ["A\x00"]}, "#/skus/0"),
        ({"gtins": ["x"]}, "#/gtins/0"),
        ({"skus": "A"}, "#/skus"),
        ({"skus": ["A"], "langauge": "nl"}, "#/langauge"),
        ({"skus": ["A"], "a/b~c": 1}, "#/a~1b~0c"),
        ({"skus": ["A"], "language": "tlh"}, "#/language"),
        ({"manufacturer_numbers": [{"brand": "x"}]}, "#/manufacturer_numbers/0/number"),
    ],
)
def test_a_wrong_field_of_a_body_is_named_by_its_pointer(ask, body, pointer):
    answer = ask(ARTICLES, body)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert all(error["detail"] for error in answer.json()["errors"])


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("sku=A&langauge=nl", "langauge"),
        ("sku=A&language=tlh", "language"),
        ("sku=A&language=nl&language=fr", "language"),
        ("sku=A%00", "sku"),
        ("gtin=12", "gtin"),
        ("sku=", "sku"),
    ],
)
def test_a_wrong_parameter_is_named(api, query, parameter):
    answer = api.get(f"{ARTICLES}?{query}")
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == [parameter]


@pytest.mark.parametrize("query", ["", "language=nl"])
def test_who_names_no_article_finds_none_and_is_told_how_to_name_one(api, query):
    answer = api.get(f"{ARTICLES}?{query}")
    assert answer.status_code == 404
    assert [error["parameter"] for error in answer.json()["errors"]] == ["sku"]
    assert "GTIN" in answer.json()["detail"]


def test_a_number_that_is_too_many_articles_asks_for_the_brand(ask, monkeypatch):
    monkeypatch.setattr("catalog.api.articles.MOST_FOUND", 2)
    brand = BrandFactory(code="volta")
    ProductFactory.create_batch(3, manufacturer_part_number="M")
    ProductFactory(manufacturer_part_number="M", brand=brand)
    assert ask(ARTICLES, {"manufacturer_numbers": [{"number": "M"}]}).status_code == 422


def test_as_many_queries_for_one_article_as_for_two_hundred(ask, django_assert_num_queries, customer):
    brand, category = BrandFactory(), CategoryFactory()
    products = ProductFactory.create_batch(200, brand=brand, category=category)
    size = Attribute.objects.create(code="section", kind="number", name_en="Section")
    for product in products:
        ProductAttribute.objects.create(product=product, attribute=size, number=1)
        ProductMedia.objects.create(product=product, kind="picture", address="demo/a.svg")
        CustomerArticleFactory(organisation=customer, product=product)
    numbers = [product.sku for product in products]
    ask(ARTICLES, {"skus": numbers[:1]})
    for asked in (numbers[:1], numbers):
        # The key, the numbers, and the articles with their attributes, media and customer's numbers.
        with django_assert_num_queries(6):
            answer = ask(ARTICLES, {"skus": asked})
        assert len(answer.json()["articles"]) == len(asked)
