"""Net prices: this customer's, explained, at the quantity asked for, and nobody else's."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from catalog.api import answers, figures, questions
from catalog.models import Agreement, Product
from catalog.prices import PriceBook
from tests.factories import (
    AgreementFactory,
    CategoryFactory,
    ListPriceFactory,
    MetalQuotationFactory,
    OrganisationFactory,
    ProductFactory,
    ProductLevyFactory,
    ProductMetalFactory,
    priced_products,
)

pytestmark = pytest.mark.django_db
PRICES = "/api/v1/prices"


def items(answer):
    assert answer.status_code == 200, answer.content
    return answer.json()["items"]


def test_a_price_is_explained_and_is_the_one_of_the_price_book(ask, customer):
    product = ListPriceFactory(price_list=customer.price_list, amount="9.99").product
    AgreementFactory(organisation=customer, value=Decimal(15), reference="C-1", brand=product.brand)
    (found,) = items(ask(PRICES, {"items": [{"sku": product.sku, "quantity": "12"}]}))
    price = PriceBook.load(customer, [product]).price(product, Decimal(12))
    assert found["problem"] is None
    assert found["quantity"] == "12"
    assert found["price"]["amount"] == str(price.amount) == "8.49"
    assert found["price"]["total"] == "101.88"
    assert found["price"]["list_amount"] == "9.99"
    assert found["price"]["reference"] == "C-1"
    assert [step["kind"] for step in found["price"]["steps"]] == ["list", "discount", "rounding"]
    assert [step["text"] for step in found["price"]["steps"]] == [step.text for step in price.steps]


def test_breaks_are_named_and_obeyed(ask, customer):
    product = ListPriceFactory(price_list=customer.price_list).product
    net = {"organisation": customer, "kind": Agreement.Kind.NET, "product": product}
    AgreementFactory(**net, value=Decimal("8"))
    AgreementFactory(**net, value=Decimal("7.5"), minimum_quantity=100)
    few, many = items(ask(PRICES, {"items": [{"sku": product.sku}, {"sku": product.sku, "quantity": "100"}]}))
    assert (few["price"]["amount"], many["price"]["amount"]) == ("8.00", "7.50")
    assert [step["quantity"] for step in few["price"]["breaks"]] == ["1", "100"]


def test_entries_come_in_the_order_asked_with_what_is_wrong(ask, customer):
    price_list = customer.price_list
    stepped = ListPriceFactory(price_list=price_list, product__minimum_quantity=5, product__quantity_step=5)
    gone = ListPriceFactory(price_list=price_list, product__status="discontinued")
    free = ProductFactory()
    hidden = ListPriceFactory(price_list=price_list, product__status="hidden")
    skus = ["none", stepped.product.sku, gone.product.sku, free.sku, hidden.product.sku]
    found = items(ask(PRICES, {"items": [{"sku": sku, "quantity": 7} for sku in skus]}))
    assert [item["sku"] for item in found] == skus
    assert [item["problem"]["code"] for item in found] == [
        "unknown-article",
        "quantity-not-sold",
        "not-orderable",
        "price-on-request",
        "unknown-article",
    ]
    assert found[1]["problem"]["suggested_quantity"] == "10"
    assert found[1]["price"] is not None
    assert found[4]["price"] is None


def test_texts_are_in_the_language_asked_for(ask, customer):
    product = ListPriceFactory(price_list=customer.price_list).product
    body = {"items": [{"sku": product.sku, "quantity": "3"}], "language": "nl"}
    answer = ask(PRICES, body)
    assert (answer["Content-Language"], answer.json()["language"]) == ("nl", "nl")


@pytest.mark.parametrize(
    ("quantity", "understood"),
    [("2.5", "2.5"), (2.5, "2.5"), (3, "3"), (0.1 + 0.2, "0.3"), ("100.000", "100")],
)
def test_a_quantity_is_text_or_number(ask, customer, quantity, understood):
    product = ListPriceFactory(price_list=customer.price_list).product
    (found,) = items(ask(PRICES, {"items": [{"sku": product.sku, "quantity": quantity}]}))
    assert found["quantity"] == understood


@pytest.mark.parametrize(
    "quantity",
    [0, -1, "-1", "0", "1e3000", "NaN", "Infinity", "1,5", "1.2345", 1e12, 1e300, -1e300, True, [], "x"],
)
def test_what_is_no_quantity_is_refused_by_its_pointer(ask, quantity):
    answer = ask(PRICES, {"items": [{"sku": "A"}, {"sku": "B", "quantity": quantity}]})
    assert answer.status_code == 422
    assert "#/items/1/quantity" in answer.json()["errors"][0]["pointer"]


def test_a_quantity_of_many_zeros_is_understood_and_not_kept(ask, customer):
    product = ListPriceFactory(price_list=customer.price_list).product
    long = "0" * 100_000 + "12"
    for _turn in range(2):
        asked = [{"sku": product.sku, "quantity": quantity} for quantity in (long, "12")]
        assert [item["quantity"] for item in items(ask(PRICES, {"items": asked}))] == ["12", "12"]
    assert long not in questions._UNDERSTOOD
    assert "12" in questions._UNDERSTOOD


def test_at_most_five_hundred_at_a_time(ask):
    assert ask(PRICES, {"items": [{"sku": "A"}] * 501}).status_code == 422
    assert len(items(ask(PRICES, {"items": [{"sku": "A"}] * 500}))) == 500


def test_a_number_may_have_any_signs(ask, customer):
    skus = ['5"', "a\\b", "{c,d}", "NULL", "it's", "é €", "%s", "1_0", '\\"', ","]
    for sku in skus:
        ListPriceFactory(price_list=customer.price_list, product__sku=sku)
    found = items(ask(PRICES, {"items": [{"sku": sku} for sku in [*skus, 'none"\\']]}))
    assert [item["sku"] for item in found] == [*skus, 'none"\\']
    assert [item["price"] is not None for item in found] == [True] * len(skus) + [False]


def test_an_answer_says_what_the_prices_say_in_the_documented_shape(ask, customer):
    """Every kind of step, surcharge and break: the text is written by hand, the objects are the truth."""
    price_list = customer.price_list
    listed, net, cut, promoted, newer = (
        ListPriceFactory(price_list=price_list, amount="9.99", price_unit=unit, product__sku=f"A{number}")
        for number, unit in enumerate([1, 100, 1, 1, 1])
    )
    only_net = ProductFactory(sku="ONLY-NET")
    reference = 'C "1" \\ é'
    agreed = {"organisation": customer, "kind": Agreement.Kind.NET, "reference": reference}
    for quantity, value in ((0, "8.1234"), (10, "7.5"), (100, "7")):
        AgreementFactory(**agreed, product=net.product, value=value, minimum_quantity=quantity, price_unit=10)
    AgreementFactory(**agreed, product=only_net, value="3", valid_until=date(2999, 12, 31))
    AgreementFactory(organisation=customer, product=cut.product, value="33.3", minimum_quantity=2)
    AgreementFactory(
        organisation=None, price_list=price_list, product=promoted.product, value=50, promotion=True,
        label='"Week"', valid_until=date(2999, 1, 31),
    )  # fmt: skip
    MetalQuotationFactory()
    ProductMetalFactory(product=listed.product)
    ProductLevyFactory(product=listed.product)
    ListPriceFactory(product=newer.product, price_list=price_list, valid_from=date(2020, 1, 1), amount="1")
    skus = [each.product.sku for each in (listed, net, cut, promoted, newer)] + ["ONLY-NET"]
    body = {"items": [{"sku": sku, "quantity": "12"} for sku in skus], "language": "fr"}
    found = items(answer := ask(PRICES, body))
    answers.Prices.model_validate_json(answer.content, extra="forbid")
    products = {product.sku: product for product in Product.objects.all()}
    book = PriceBook.load(customer, products.values())
    with translation.override("fr"):
        told = [said_by(book.price(products[sku], Decimal(12)), Decimal(12)) for sku in skus]
    assert [item["price"] for item in found] == told
    first, with_breaks, _cut, promotion, latest, _net = told
    assert {step["kind"] for price in told for step in price["steps"]} == {
        "list", "net", "discount", "promotion", "rounding"
    }  # fmt: skip
    assert [due["kind"] for due in first["surcharges"]] == ["metal", "levy"]
    assert (with_breaks["reference"], len(with_breaks["breaks"])) == (reference, 3)
    assert promotion["promotion"] == {"label": '"Week"', "valid_until": "2999-01-31"}
    assert latest["amount"] == "1.00"


def said_by(price, quantity):
    def worth(each):
        return {"amount": figures.amount(each.amount), "price_unit": each.price_unit}

    promotion = price.promotion
    return {
        **worth(price),
        "unit": price.unit,
        "currency": price.currency,
        "total": figures.amount(price.total(quantity).amount),
        "surcharges": [
            {"kind": due.kind, "code": due.code, "text": due.text, **worth(due)}
            | {"total": figures.amount(due.total(quantity).amount)}
            for due in price.surcharges
        ],
        "promotion": promotion and {"label": promotion.label, "valid_until": figures.day(promotion.until)},
        "list_amount": None if price.list_amount is None else figures.amount(price.list_amount),
        "reference": price.reference or None,
        "valid_until": figures.day(price.valid_until),
        "steps": [{"kind": step.kind, "text": step.text, **worth(step)} for step in price.steps],
        "breaks": [{"quantity": figures.plain(each.quantity), **worth(each)} for each in price.breaks],
    }


def test_the_same_question_in_an_address(api, customer):
    product = ListPriceFactory(price_list=customer.price_list, amount="2").product
    (found,) = items(api.get(PRICES, {"sku": product.sku, "quantity": "4"}))
    assert found["price"]["total"] == "8.00"
    assert api.get(PRICES).status_code == 422


def test_what_is_shown_does_not_depend_on_who_asks(customer):
    """So the statement that finds the articles is compiled once for all (``catalog.api.pricing``)."""
    seen = {str(Product.objects.visible_to(who).query) for who in (None, customer, OrganisationFactory())}
    assert len(seen) == 1


def test_as_many_queries_for_one_price_as_for_two_hundred(ask, customer, django_assert_num_queries):
    products = priced_products(customer.price_list, 200)
    AgreementFactory(organisation=customer, category=CategoryFactory())
    for product in products:
        AgreementFactory(organisation=customer, product=product, value=Decimal(5))
    ask(PRICES, {"items": [{"sku": products[0].sku}]})
    for asked in (products[:1], products):
        # The key, the articles, list prices, agreements, and the tree of categories.
        with django_assert_num_queries(5):
            found = ask(PRICES, {"items": [{"sku": product.sku, "quantity": 10} for product in asked]})
        assert len(items(found)) == len(asked)


CANARY = "3.1477"


@pytest.fixture
def article_with_a_secret_price(customer):
    """An article that another customer has a price for which nobody else may see."""
    other = OrganisationFactory(price_list=customer.price_list)
    product = ListPriceFactory(price_list=customer.price_list, amount="10", product__sku="SECRET").product
    AgreementFactory(
        organisation=other, product=product, kind=Agreement.Kind.NET, value=CANARY, reference="SECRET-DEAL"
    )
    return product, other


def test_another_customers_key_sees_nothing_of_a_net_price_anywhere(
    api, ask, client_of, article_with_a_secret_price
):
    product, other = article_with_a_secret_price
    theirs = client_of(other).get(PRICES, {"sku": product.sku})
    assert items(theirs)[0]["price"]["amount"] == CANARY
    answers = [
        api.get("/api/v1/articles", {"sku": product.sku}),
        api.get(f"/api/v1/articles/{product.sku}"),
        api.get("/api/v1/search", {"q": product.sku}),
        api.get(PRICES, {"sku": product.sku}),
        ask(PRICES, {"items": [{"sku": product.sku, "quantity": "1000"}]}),
        api.get("/api/v1/stock", {"sku": product.sku}),
        api.get("/api/v1/categories"),
        api.get("/api/v1/changes"),
        api.get(PRICES, {"sku": product.sku}, headers={"If-None-Match": theirs["ETag"]}),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert CANARY not in answer.content.decode()
        assert "SECRET-DEAL" not in answer.content.decode()
    assert items(answers[3])[0]["price"]["amount"] == "10.00"


def test_two_customers_in_turn_each_get_their_own_price(api, client_of, article_with_a_secret_price):
    product, other = article_with_a_secret_price
    clients = {"10.00": api, CANARY: client_of(other)}
    for _turn in range(3):
        for amount, client in clients.items():
            assert items(client.get(PRICES, {"sku": product.sku}))[0]["price"]["amount"] == amount


def test_a_price_list_in_another_currency_gives_no_price(ask, customer):
    product = ListPriceFactory(price_list=customer.price_list).product
    customer.currency = "CHF"
    customer.save()
    (found,) = items(ask(PRICES, {"items": [{"sku": product.sku}]}))
    assert (found["price"], found["problem"]["code"]) == (None, "price-on-request")
