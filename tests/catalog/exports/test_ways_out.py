"""By command and by web service: who gets a file, how it is sent, and what is said when there is none."""

import csv
import gzip
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from catalog.exports import format_slugs
from catalog.models import Product
from customers.keys import issue_key
from tests.factories import (
    AgreementFactory,
    ListPriceFactory,
    OrganisationFactory,
    ProductFactory,
    StockFactory,
)

pytestmark = pytest.mark.django_db
CSV = "/api/v1/exports/csv"


@pytest.fixture(autouse=True)
def fresh_counters():
    cache.clear()


def client_of(organisation, **key):
    _row, shown = issue_key(organisation=organisation, name="ERP", **key)
    return Client(headers={"Authorization": f"Bearer {shown}"})


def rows(answer):
    assert answer.status_code == 200, answer.getvalue()
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode()), delimiter=";"))


def test_a_file_is_streamed_as_a_download_that_nobody_keeps(customer):
    ListPriceFactory(price_list=customer.price_list)
    answer = client_of(customer).get(CSV)
    assert answer.streaming
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    name = f"articles-100001-{timezone.localdate().isoformat()}.csv"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert rows(answer)[0]["net_price"] == "10"


@pytest.mark.parametrize("slug", format_slugs())
def test_every_format_is_served_and_its_header_alone_too(networked, slug):
    ProductFactory()
    client = client_of(networked)
    assert len(client.get(f"/api/v1/exports/{slug}").getvalue()) > 90
    assert client.get(f"/api/v1/exports/{slug}/").status_code == 200
    head = client.head(f"/api/v1/exports/{slug}")
    assert (head.status_code, head.getvalue()) == (200, b"")
    assert "attachment" in head["Content-Disposition"]
    assert "ETag" not in head


def test_each_customer_gets_his_own_prices(customer):
    other = OrganisationFactory(price_list=customer.price_list)
    ListPriceFactory(price_list=customer.price_list)
    AgreementFactory(organisation=other, value=Decimal(50))
    assert rows(client_of(customer).get(CSV))[0]["net_price"] == "10"
    assert rows(client_of(other).get(CSV))[0]["net_price"] == "5"


def test_a_key_without_the_scope_prices_gets_no_file_and_one_without_stock_no_stock(customer):
    StockFactory()
    assert client_of(customer, scopes=["articles", "stock"]).get(CSV).status_code == 403
    assert rows(client_of(customer, scopes=["prices"]).get(CSV))[0]["stock"] == ""
    assert rows(client_of(customer).get(CSV))[0]["stock"] == "100"


def test_a_file_is_compressed_on_request(customer):
    ProductFactory.create_batch(5)
    answer = client_of(customer).get(CSV, headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.getvalue()).startswith(b"article_number;")


def test_the_question_chooses_what_and_how(customer):
    old = ProductFactory()
    ProductFactory(name_fr="Nouveau")
    Product.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(days=9))
    asked = {"since": (timezone.now() - timedelta(days=1)).isoformat(), "language": "fr", "bom": "true"}
    answer = client_of(customer).get(CSV, asked)
    assert "changes-100001-" in answer["Content-Disposition"]
    assert answer["Content-Language"] == "fr"
    text = answer.getvalue().decode()
    assert text.startswith("\ufeffarticle_number")
    assert "Nouveau" in text
    assert old.sku not in text
    chosen = client_of(customer).get(CSV, {"category": [old.category.slug], "brand": [old.brand.code]})
    assert [row["article_number"] for row in rows(chosen)] == [old.sku]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/v1/exports/edi", 404),
        (f"{CSV}?category=nonsense", 404),
        (f"{CSV}?brand=nonsense", 404),
        (f"{CSV}?brnad=x", 422),
        (f"{CSV}?since=yesterday", 422),
        ("/api/v1/exports/cif", 409),
    ],
)
def test_what_cannot_be_made_is_a_problem_and_not_half_a_file(customer, address, status):
    answer = client_of(customer).get(address)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_each_key_has_its_own_number_of_files_an_hour(customer, settings):
    settings.API_EXPORTS_PER_HOUR = 1
    busy, idle = client_of(customer), client_of(customer)
    assert busy.get(CSV).status_code == 200
    refused = busy.get(CSV)
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 3600
    assert idle.get(CSV).status_code == 200
    assert busy.get("/api/v1/categories").status_code == 200


def test_the_command_writes_the_file_and_leaves_nothing_else(customer, tmp_path, capsys):
    ListPriceFactory(price_list=customer.price_list)
    target = tmp_path / "out.csv"
    call_command("export_articles", customer="100001", format="csv", output=str(target))
    assert target.read_bytes().startswith(b"article_number;")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert "out.csv" in capsys.readouterr().out


def test_the_command_takes_days_and_moments(customer, tmp_path):
    product = ProductFactory()
    Product.objects.update(updated_at=timezone.now() - timedelta(days=9))
    target = tmp_path / "out.csv"
    day = (timezone.localdate() - timedelta(days=30)).isoformat()
    for since, expected in ((day, 1), (f"{day}T10:00:00Z", 1), (f"{day}T10:00:00", 1)):
        call_command("export_articles", customer="100001", format="csv", output=str(target), since=since)
        assert target.read_text().count(product.sku) == expected
    today = timezone.localdate().isoformat()
    call_command("export_articles", customer="100001", format="csv", output=str(target), since=today)
    assert product.sku not in target.read_text()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"customer": "nobody"}, "no customer"),
        ({"since": "yesterday"}, "neither a day"),
        ({"since": "2026-13-45"}, "neither a day"),
        ({"category": ["nonsense"]}, "no category"),
        ({"format": "cif"}, "To credential"),
        ({"output": "/nowhere/at/all.csv"}, "No such file"),
    ],
)
def test_the_command_says_why_there_is_no_file(customer, tmp_path, options, why):
    given = {"customer": "100001", "format": "csv", "output": str(tmp_path / "out"), **options}
    with pytest.raises(CommandError, match=why):
        call_command("export_articles", **given)
    assert list(tmp_path.iterdir()) == []
