"""Files by schedule: made once when they are due, handed out by their link and by nobody else's."""

import csv
import io
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from django.core import signing
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from catalog.exports import links
from catalog.exports.links import LinkInvalid, download_path, file_of
from catalog.exports.schedules import ask_for, make_due, path_of, remove_expired, revoke, write_file
from catalog.models import Agreement, ExportFile, ExportSchedule, Product
from customers.keys import issue_key
from shop.logs import redact_path
from tests.factories import (
    AgreementFactory,
    BrandFactory,
    CategoryFactory,
    ListPriceFactory,
    OrganisationFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.EXPORT_DIR = tmp_path / "exports"
    settings.PUBLIC_URL = "https://shop.example"
    cache.clear()


@pytest.fixture
def schedule(customer) -> ExportSchedule:
    ListPriceFactory(product__sku="A1", price_list=customer.price_list)
    return ExportSchedule.objects.create(name="ERP", organisation=customer, format="csv", at=time(4))


def made(schedule: ExportSchedule, **more: bool) -> ExportFile:
    file = ask_for(schedule=schedule, **more)
    write_file(file_id=file.pk)
    file.refresh_from_db()
    return file


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode()), delimiter=";"))


def fetched(file: ExportFile, client: Client | None = None) -> list[dict[str, str]]:
    answer = (client or Client()).get(download_path(file))
    assert answer.status_code == 200, answer.status_code
    return rows(answer.getvalue())


def test_a_daily_file_is_due_at_its_time_by_the_clock_on_the_wall(schedule):
    before = datetime(2026, 3, 28, 2, 0, tzinfo=UTC)
    # The night to summer time: four o'clock is an hour earlier in UTC.
    assert schedule.due_after(before) == datetime(2026, 3, 28, 3, 0, tzinfo=UTC)
    assert schedule.due_after(before + timedelta(days=1)) == datetime(2026, 3, 30, 2, 0, tzinfo=UTC)


def test_a_weekly_file_is_due_on_its_day_and_one_on_demand_never(schedule):
    schedule.frequency, schedule.weekday = "weekly", ExportSchedule.Weekday.THURSDAY
    assert schedule.due_after(datetime(2026, 11, 21, tzinfo=UTC)) == datetime(2026, 11, 26, 3, tzinfo=UTC)
    schedule.frequency = "on-demand"
    assert schedule.due_after(timezone.now()) is None
    schedule.frequency, schedule.active = "daily", False
    assert schedule.due_after(timezone.now()) is None


def test_what_is_due_is_asked_for_once_however_often_somebody_looks(schedule):
    due = schedule.next_run_at + timedelta(minutes=1)
    assert len(make_due(now=due)) == 1
    assert make_due(now=due) == []
    schedule.refresh_from_db()
    assert schedule.next_run_at > due


def test_days_that_were_missed_are_made_up_for_once(schedule):
    assert len(make_due(now=schedule.next_run_at + timedelta(days=5))) == 1


def test_nothing_is_made_for_a_customer_who_is_none_any_more(schedule, customer):
    customer.active = False
    customer.save()
    assert make_due(now=schedule.next_run_at + timedelta(days=1)) == []


def test_a_file_is_written_once_and_says_what_it_is(schedule):
    file = made(schedule)
    assert (file.status, file.filename.startswith("articles-100001-")) == ("ready", True)
    assert file.size == path_of(file).stat().st_size > 0
    path_of(file).write_bytes(b"as it was")
    write_file(file_id=file.pk)
    assert path_of(file).read_bytes() == b"as it was"


def test_a_file_that_cannot_be_made_says_why(schedule):
    schedule.format = "cif"
    schedule.save()
    file = made(schedule)
    assert (file.status, "cXML connection" in file.error) == ("failed", True)
    assert not list(Path(path_of(file).parent).glob("*")) if path_of(file).parent.exists() else True
    assert Client().get(download_path(file)).status_code == 410


def test_a_schedule_chooses_its_articles(schedule, customer):
    inside, outside = CategoryFactory(slug="in"), CategoryFactory(slug="out")
    brand = BrandFactory(code="kept")
    for sku, category in (("IN", inside), ("OUT", outside)):
        ListPriceFactory(
            product__sku=sku, product__category=category, product__brand=brand, price_list=customer.price_list
        )
    schedule.categories.add(inside)
    schedule.brands.add(brand)
    assert [row["article_number"] for row in fetched(made(schedule))] == ["IN"]


def test_only_articles_with_a_net_price_agreed_with_this_customer_are_in_such_a_file(schedule, customer):
    other = OrganisationFactory(price_list=customer.price_list)
    for sku, holder in (("MINE", customer), ("THEIRS", other)):
        product = ListPriceFactory(product__sku=sku, price_list=customer.price_list).product
        AgreementFactory(organisation=holder, product=product, kind=Agreement.Kind.NET, value=5)
    over = ListPriceFactory(product__sku="OVER", price_list=customer.price_list).product
    AgreementFactory(
        organisation=customer, product=over, kind=Agreement.Kind.NET, value=5,
        valid_until=timezone.localdate() - timedelta(days=1),
    )  # fmt: skip
    schedule.agreed_only = True
    schedule.save()
    assert [row["article_number"] for row in fetched(made(schedule))] == ["MINE"]


def test_the_first_file_of_changes_is_complete_and_the_next_has_what_changed(schedule, customer):
    schedule.only_changes = True
    schedule.save()
    assert [row["article_number"] for row in fetched(made(schedule))] == ["A1"]
    # Changes are counted from the moment the last file began to be written, with some overlap.
    Product.objects.update(updated_at=timezone.now() - timedelta(days=2))
    Product.objects.get().list_prices.model.objects.update(updated_at=timezone.now() - timedelta(days=2))
    schedule.refresh_from_db()
    assert fetched(made(schedule)) == []
    schedule.refresh_from_db()
    product = Product.objects.get()
    product.name_en = "New name"
    product.save()
    assert [row["name"] for row in fetched(made(schedule))] == ["New name"]
    schedule.refresh_from_db()
    assert len(fetched(made(schedule, complete=True))) == 1


def test_a_file_that_failed_loses_no_change(schedule):
    schedule.only_changes = True
    schedule.changes_from = moment = timezone.now() - timedelta(days=1)
    schedule.format = "cif"
    schedule.save()
    made(schedule)
    schedule.refresh_from_db()
    assert schedule.changes_from == moment


def test_the_link_gives_the_file_without_signing_in_and_nobody_keeps_it(schedule):
    file = made(schedule)
    answer = Client().get(download_path(file))
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert file.filename in answer["Content-Disposition"]
    file.refresh_from_db()
    assert file.downloads == 1
    assert Client().head(download_path(file)).status_code == 200
    file.refresh_from_db()
    assert file.downloads == 1


def test_no_link_of_one_customer_ever_gives_the_file_of_another(schedule, customer):
    """The outsider has a link and a file of his own, and knows how links are made, but not the key."""
    mine = made(schedule)
    outsider = OrganisationFactory()
    theirs = made(ExportSchedule.objects.create(name="x", organisation=outsider, format="csv"))
    token = download_path(theirs).rpartition("/")[2]
    payload, rest = token.split(":", 1)
    signer = signing.Signer(salt=links.SALT)
    forged = signer.sign_object((mine.key, outsider.pk, 10**10))
    guesses = [
        download_path(mine).rpartition("/")[2].split(":", 1)[0] + ":" + rest,
        payload[:-2] + "AA:" + rest,
        forged,
        signing.Signer(salt="another purpose").sign_object((mine.key, customer.pk, 10**10)),
        signer.sign_object([mine.key]),
        signer.sign_object("x"),
        mine.key,
        str(mine.pk),
        "a" * 5000,
    ]
    for guess in guesses:
        with pytest.raises(LinkInvalid):
            file_of(guess)
        assert Client().get(f"/exports/{guess}").status_code == 404
    assert file_of(token) == theirs


@pytest.mark.parametrize("why", ["expired", "signed until", "revoked", "customer", "content"])
def test_a_link_whose_time_is_over_says_so(schedule, customer, why):
    file = made(schedule)
    path = download_path(file)
    match why:
        case "expired":
            ExportFile.objects.update(expires_at=timezone.now())
        case "signed until":
            # A later date in the row does not make an old link live longer.
            ExportFile.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
            path = download_path(ExportFile.objects.get())
            ExportFile.objects.update(expires_at=timezone.now() + timedelta(days=9))
        case "revoked":
            revoke(file=file)
            assert not path_of(file).exists()
        case "customer":
            customer.active = False
            customer.save()
        case "content":
            path_of(file).unlink()
    answer = Client().get(path)
    assert answer.status_code == 410
    assert b"expired" in answer.content
    assert "no-store" in answer["Cache-Control"]


def test_a_link_is_served_so_often_an_hour_and_other_links_go_on(schedule, settings):
    settings.EXPORT_DOWNLOADS_PER_HOUR = 2
    file, other = made(schedule), made(schedule)
    assert [Client().get(download_path(file)).status_code for _turn in range(3)] == [200, 200, 429]
    assert Client().get(download_path(other)).status_code == 200


def test_whoever_guesses_links_is_not_heard_for_a_while(schedule, settings):
    settings.EXPORT_DOWNLOADS_PER_HOUR = 1
    statuses = [Client().get(f"/exports/guess-{turn}").status_code for turn in range(12)]
    assert statuses == [404] * 10 + [429] * 2


def test_behind_a_proxy_one_who_guesses_is_not_everybody(schedule, settings):
    settings.EXPORT_DOWNLOADS_PER_HOUR = 1
    settings.BEHIND_PROXY = True

    def guess(turn, sender):
        return Client().get(f"/exports/guess-{turn}", headers={"X-Forwarded-For": sender}).status_code

    assert [guess(turn, "192.0.2.7") for turn in range(12)][-1] == 429
    assert guess(12, "192.0.2.8") == 404


def test_a_link_stands_in_no_log(schedule):
    path = download_path(made(schedule))
    assert redact_path(f"GET {path} HTTP/1.1") == "GET /exports/… HTTP/1.1"


def test_expired_files_are_deleted_and_lost_ones_given_up(schedule):
    old, lost, kept = made(schedule), ask_for(schedule=schedule), made(schedule)
    ExportFile.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    ExportFile.objects.filter(pk=lost.pk).update(
        status="running", began_at=timezone.now() - timedelta(days=1)
    )
    assert remove_expired() == 1
    assert not path_of(old).exists() and path_of(kept).exists()
    assert list(ExportFile.objects.order_by("id").values_list("status", flat=True)) == [
        "expired",
        "failed",
        "ready",
    ]


def test_the_command_makes_what_is_due(schedule, capsys):
    ExportSchedule.objects.update(next_run_at=timezone.now())
    call_command("run_exports", "--here")
    assert "csv, ready" in capsys.readouterr().out
    call_command("run_exports", "--here")
    assert capsys.readouterr().out == ""


def test_operators_see_the_link_and_can_ask_for_a_file(schedule, admin_client):
    file = made(schedule)
    page = admin_client.get(f"/admin/catalog/exportschedule/{schedule.pk}/change/").content.decode()
    assert download_path(file) in page
    action = {"action": "make_now", "_selected_action": [schedule.pk]}
    admin_client.post("/admin/catalog/exportschedule/", action)
    assert schedule.files.count() == 2
    action = {"action": "revoke", "_selected_action": [file.pk]}
    admin_client.post("/admin/catalog/exportfile/", action)
    assert Client().get(download_path(file)).status_code == 410
    assert admin_client.get(f"/admin/catalog/exportfile/{file.pk}/change/").status_code == 200


def test_a_changed_assortment_makes_the_next_file_of_changes_complete(schedule, admin_client):
    ExportSchedule.objects.update(only_changes=True, changes_from=timezone.now())
    form = {
        "name": "ERP", "organisation": schedule.organisation_id, "format": "csv", "language": "",
        "only_changes": "on", "with_stock": "on", "frequency": "daily", "weekday": "0", "at": "05:00",
        "keep_days": "14", "active": "on", "files-TOTAL_FORMS": "0", "files-INITIAL_FORMS": "0",
    }  # fmt: skip
    address = f"/admin/catalog/exportschedule/{schedule.pk}/change/"
    assert admin_client.post(address, form).status_code == 302
    assert ExportSchedule.objects.get().changes_from is not None
    assert admin_client.post(address, {**form, "agreed_only": "on"}).status_code == 302
    assert ExportSchedule.objects.get().changes_from is None


def test_the_web_service_names_a_customers_own_files_and_nobody_elses(schedule, customer):
    file, expired = made(schedule), made(schedule)
    ExportFile.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    outsider = OrganisationFactory()
    made(ExportSchedule.objects.create(name="x", organisation=outsider, format="csv"))
    _row, key = issue_key(organisation=customer, name="ERP")
    client = Client(headers={"Authorization": f"Bearer {key}"})
    answer = client.get("/api/v1/exports")
    assert "no-store" in answer["Cache-Control"]
    (found,) = answer.json()["files"]
    assert (found["name"], found["complete"]) == (file.filename, True)
    assert found["url"] == f"https://shop.example{download_path(file)}"
    _row, key = issue_key(organisation=customer, name="stock only", scopes=["stock"])
    refused = Client(headers={"Authorization": f"Bearer {key}"}).get("/api/v1/exports")
    assert refused.status_code == 403
