"""Who gets in, with what, how often, and what is said to those who do not."""

import gzip
import logging

import pytest
from django.test import Client
from django.urls import resolve

from catalog.api import urls
from customers.keys import issue_key, revoke_key
from customers.models import ApiKey
from tests.factories import ListPriceFactory, OrganisationFactory, ProductFactory

pytestmark = pytest.mark.django_db

READABLE = (
    "/api/v1/articles?sku=X",
    "/api/v1/articles/X",
    "/api/v1/search?q=x",
    "/api/v1/prices?sku=X",
    "/api/v1/stock?sku=X",
    "/api/v1/categories",
    "/api/v1/changes",
    "/api/v1/exports",
    "/api/v1/exports/csv",
)


def problem(answer, status):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert "no-store" in answer["Cache-Control"]
    found = answer.json()
    assert found["status"] == status
    assert found["title"]
    return found


def test_every_address_of_the_services_has_a_case_here():
    named = {pattern.name for pattern in urls.urlpatterns if pattern.name}
    tried = {resolve(address.partition("?")[0]).url_name for address in READABLE}
    assert named - tried == {"openapi", "docs"}


@pytest.mark.parametrize("address", READABLE)
def test_without_a_key_every_address_asks_for_one(address):
    answer = Client().get(address)
    problem(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("address", READABLE)
def test_a_revoked_key_opens_nothing(address, customer):
    row, shown = issue_key(organisation=customer, name="ERP")
    revoke_key(key=row)
    problem(Client(headers={"Authorization": f"Bearer {shown}"}).get(address), 401)


@pytest.mark.parametrize("address", READABLE)
def test_the_key_of_an_inactive_customer_opens_nothing(address, client_of):
    problem(client_of(OrganisationFactory(active=False)).get(address), 401)


def test_a_key_that_is_revoked_is_refused_from_the_next_request_on(customer):
    row, shown = issue_key(organisation=customer, name="ERP")
    client = Client(headers={"X-Api-Key": shown})
    assert client.get("/api/v1/categories").status_code == 200
    revoke_key(key=row)
    problem(client.get("/api/v1/categories"), 401)


@pytest.mark.parametrize(
    "header",
    [
        {"Authorization": "Bearer nobody.nothing"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer " + "é" * 50},
        {"X-Api-Key": "x"},
    ],
)
def test_what_is_no_key_is_refused(header):
    problem(Client(headers=header).get("/api/v1/categories"), 401)


def test_two_headers_with_different_keys_are_refused(customer):
    keys = [issue_key(organisation=customer, name=name)[1] for name in "ab"]
    client = Client(headers={"Authorization": f"Bearer {keys[0]}", "X-Api-Key": keys[1]})
    problem(client.get("/api/v1/categories"), 401)


@pytest.mark.parametrize("name", ["api_key", "apikey", "access_token", "X-Api-Key", "key", "colour"])
def test_a_key_in_an_address_is_refused_and_neither_repeated_nor_logged(customer, name, caplog):
    _row, shown = issue_key(organisation=customer, name="ERP")
    client = Client(headers={"Authorization": f"Bearer {shown}"})
    with caplog.at_level(logging.DEBUG):
        answer = client.get("/api/v1/categories", {name: shown})
    assert problem(answer, 400)["type"].endswith("#problem-key-in-address")
    secret = shown.partition(".")[2]
    assert secret not in answer.content.decode()
    assert secret not in logged(caplog)


def test_no_key_is_in_a_log_or_an_answer(customer, caplog):
    _row, shown = issue_key(organisation=customer, name="ERP")
    client = Client(headers={"Authorization": f"Bearer {shown}"})
    secret = shown.partition(".")[2]
    with caplog.at_level(logging.DEBUG):
        answers = [client.get(address) for address in (*READABLE, f"/api/v1/articles/{shown}")]
        answers.append(client.post("/api/v1/prices", {"items": [{"sku": shown}]}, "application/json"))
    assert all(secret not in str(answer.headers) for answer in answers)
    # What a client sends as an article number comes back as one that is not known: only to himself.
    assert all(secret not in answer.getvalue().decode() for answer in answers[:-1])
    assert secret not in logged(caplog)


def logged(caplog):
    """The log as the handler writes it, secrets in addresses cut out."""
    from shop.logs import SessionPathFilter

    for record in caplog.records:
        SessionPathFilter().filter(record)
    return "\n".join(str(record.msg) for record in caplog.records)


@pytest.mark.parametrize(
    ("scope", "opened"),
    [
        (
            "articles",
            {
                "/api/v1/articles?sku=X",
                "/api/v1/articles/X",
                "/api/v1/search?q=x",
                "/api/v1/categories",
                "/api/v1/changes",
            },
        ),
        ("prices", {"/api/v1/prices?sku=X", "/api/v1/exports", "/api/v1/exports/csv"}),
        ("stock", {"/api/v1/stock?sku=X"}),
    ],
)
def test_a_key_reads_what_it_was_issued_for_and_nothing_else(customer, client_of, scope, opened):
    client = client_of(customer, scopes=[scope])
    for address in READABLE:
        answer = client.get(address)
        if address in opened:
            assert answer.status_code in (200, 404)
        else:
            problem(answer, 403)


def test_a_new_key_reads_everything_unless_less_is_chosen(customer):
    row, _shown = issue_key(organisation=customer, name="ERP")
    assert set(row.scopes) == set(ApiKey.Scope.values)


def test_each_key_has_its_own_number_of_requests(settings, customer, client_of):
    settings.API_REQUESTS_PER_MINUTE = 2
    busy, idle = client_of(customer), client_of(customer)
    assert [busy.get("/api/v1/categories").status_code for _turn in range(2)] == [200, 200]
    refused = busy.get("/api/v1/categories")
    problem(refused, 429)
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert idle.get("/api/v1/categories").status_code == 200


def test_a_body_over_the_limit_is_refused_before_it_is_read_to_its_end(settings, ask):
    settings.MESSAGE_LIMIT = 1000
    found = problem(ask("/api/v1/prices", {"items": [{"sku": "A" * 40}] * 50}), 413)
    assert "1,000" in found["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"items": [{"sku": "\\ud800"}]}'])
def test_what_is_no_json_is_said_to_be_none(api, body):
    answer = api.post("/api/v1/prices", body, content_type="application/json")
    assert answer.status_code in (400, 422)
    problem(answer, answer.status_code)


@pytest.mark.parametrize(
    "kind", ["text/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_only_json_is_taken(api, kind):
    problem(api.post("/api/v1/prices", b"<x/>", content_type=kind), 415)


def test_a_compressed_body_is_refused(api):
    body = gzip.compress(b'{"items": [{"sku": "A"}]}')
    problem(api.post("/api/v1/prices", body, "application/json", headers={"Content-Encoding": "gzip"}), 415)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_nothing_can_be_changed(api, method):
    answer = getattr(api, method)("/api/v1/articles")
    problem(answer, 405)
    assert answer["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("address", ["/api/v1/nothing", "/api/v1/articles/none/such"])
def test_an_unknown_address_is_a_problem_and_not_a_page(api, address):
    problem(api.get(address), 404)


def test_every_address_answers_with_a_slash_at_the_end_too(api):
    ProductFactory(sku="X")
    for address in READABLE:
        path, _mark, query = address.partition("?")
        assert api.get(f"{path}/?{query}").status_code == 200, address


def test_what_goes_wrong_inside_is_recorded_and_told_without_its_reason(api, monkeypatch):
    def broken(language):
        raise RuntimeError("canary")

    monkeypatch.setattr("catalog.api.views.category_tree", broken)
    found = problem(api.get("/api/v1/categories"), 500)
    assert "canary" not in str(found)


def test_an_answer_that_is_known_is_not_sent_again(api):
    first = api.get("/api/v1/categories")
    assert first["ETag"].startswith('"')
    again = api.get("/api/v1/categories", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    other = api.get("/api/v1/categories", {"language": "nl"}, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_answers_are_compressed_for_who_asks_and_kept_by_no_shared_cache(api):
    for _turn in range(5):
        ProductFactory(description_en="cable " * 50)
    address = "/api/v1/articles?" + "&".join(f"sku={sku}" for sku in skus())
    plain = api.get(address)
    packed = api.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] == f"W/{plain['ETag']}"
    for answer in (plain, packed):
        assert "private" in answer["Cache-Control"]
        assert {"authorization", "x-api-key", "accept-encoding"} <= {
            name.strip().lower() for name in answer["Vary"].split(",")
        }


def test_priced_answers_are_not_stored(api, customer):
    price = ListPriceFactory(price_list=customer.price_list)
    for answer in (
        api.get("/api/v1/prices", {"sku": price.product.sku}),
        api.post("/api/v1/prices", {"items": [{"sku": price.product.sku}]}, "application/json"),
    ):
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]


def skus():
    from catalog.models import Product

    return Product.objects.values_list("sku", flat=True)
