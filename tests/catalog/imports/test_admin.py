"""The import pages: who may open them, how columns are proposed, what a run shows."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalog.imports import services
from catalog.imports.records import ArticleRecord
from catalog.models import ImportProfile, ImportRun, Product
from tests.catalog.imports.conftest import Import

pytestmark = pytest.mark.django_db
FILE = "Art.-Nr.;Bezeichnung;Preis;Größe\r\nA-1;Leitung;1.234,50;3\r\nA-2;Gerät;2,50;x\r\n"


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser("operator", password="x"))
    return client


@pytest.fixture
def table(profile: ImportProfile) -> ImportProfile:
    profile.format = "csv"
    profile.language = "de"
    profile.save()
    return profile


def upload(text: str, charset: str = "utf-8") -> SimpleUploadedFile:
    return SimpleUploadedFile("preise.csv", text.encode(charset))


def test_a_table_is_proposed_saved_tried_and_imported(operator: Client, table: ImportProfile) -> None:
    base = f"/admin/catalog/importprofile/{table.pk}"
    assert operator.get(f"{base}/import/").headers["Location"] == f"{base}/columns/"
    operator.post(f"{base}/columns/", {"file": upload(FILE, "cp1252")})
    page = operator.get(f"{base}/columns/").content.decode()
    assert '<option value="cp1252" selected>' in page
    assert '<option value="sku" selected>' in page and '<option value="name_de" selected>' in page
    assert "Gerät" in page and "1.234,50" in page
    written = {
        "option_charset": "cp1252", "option_delimiter": ";", "option_quote": '"', "option_header_row": "1",
        "option_decimal_sign": ",", "option_day_format": "%d/%m/%Y",
    }  # fmt: skip
    columns = {"column_0": "sku", "column_1": "name_de", "column_2": "price", "column_3": ""}
    answer = operator.post(f"{base}/columns/", {**written, **columns, "save": "1"})
    assert answer.headers["Location"] == f"{base}/import/"
    table.refresh_from_db()
    assert table.options == {
        "charset": "cp1252",
        "columns": {"Art.-Nr.": "sku", "Bezeichnung": "name_de", "Preis": "price"},
    }
    answer = operator.post(f"{base}/import/", {"file": upload(FILE, "cp1252"), "trial": "on"})
    run = ImportRun.objects.get()
    services.run(run)
    page = operator.get(answer.headers["Location"]).content.decode()
    assert "Import it now" in page and "Leitung" in page
    assert not Product.objects.exists()
    operator.post(f"/admin/catalog/importrun/{run.pk}/act/", {"action": "import"})
    run.refresh_from_db()
    services.run(run)
    assert Product.objects.get(sku="A-2").name_de == "Gerät"


def test_columns_that_are_mapped_twice_or_without_an_article_number_are_not_saved(
    operator: Client, table: ImportProfile
) -> None:
    address = f"/admin/catalog/importprofile/{table.pk}/columns/"
    operator.post(address, {"file": upload(FILE)})
    written = {
        "option_charset": "utf-8", "option_delimiter": ";", "option_quote": '"', "option_header_row": "1",
        "option_decimal_sign": ",", "option_day_format": "%d/%m/%Y", "save": "1",
    }  # fmt: skip
    for columns, said in (
        ({"column_0": "sku", "column_1": "sku"}, "Two columns cannot be the same field."),
        ({"column_1": "name_de"}, "One column must be the article number."),
    ):
        assert said in operator.post(address, {**written, **columns}).content.decode()
    table.refresh_from_db()
    assert table.options == {}


def test_the_profile_has_the_options_of_its_format(operator: Client, table: ImportProfile) -> None:
    address = f"/admin/catalog/importprofile/{table.pk}/change/"
    page = operator.get(address).content.decode()
    assert 'name="option_delimiter"' in page
    data = {
        "name": "S", "slug": "supplier", "format": "csv", "language": "de", "category_policy": "create",
        "missing": "keep", "missing_threshold": "5", "unit_aliases": "Trommel = RL\n", "order_unit": "C62",
        "option_charset": "cp850", "option_delimiter": "tab", "option_quote": '"', "option_header_row": "2",
        "option_decimal_sign": ",", "option_day_format": "%d.%m.%Y",
        "categories-TOTAL_FORMS": "0", "categories-INITIAL_FORMS": "0",
    }  # fmt: skip
    answer = operator.post(address, data)
    assert answer.status_code == 302, answer.content.decode()
    table.refresh_from_db()
    assert table.unit_aliases == {"Trommel": "RL"}
    assert table.options["charset"] == "cp850" and table.options["header_row"] == 2
    assert 'name="format"' in operator.get("/admin/catalog/importprofile/add/").content.decode()
    assert "Import a file" in operator.get("/admin/catalog/importprofile/").content.decode()


def test_a_run_shows_what_was_refused_as_text_and_as_csv(operator: Client, imported: Import) -> None:
    run = imported(ArticleRecord(3, "A-1", names={"en": "<script>x"}, gtin="<b>"), trial=True)
    page = operator.get(f"/admin/catalog/importrun/{run.pk}/change/").content.decode()
    assert "&lt;script&gt;x" in page and "<script>x" not in page
    answer = operator.get(f"/admin/catalog/importrun/{run.pk}/refused.csv")
    assert "3;A-1;GTIN;<b>" in b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "attachment" in answer["Content-Disposition"]
    assert operator.get("/admin/catalog/importrun/").status_code == 200


def test_the_bar_is_asked_for_until_the_work_ends(operator: Client, profile: ImportProfile) -> None:
    run = services.start_import(profile=profile, file_name="x", chunks=[b"x"], background=False)
    address = f"/admin/catalog/importrun/{run.pk}/progress/"
    answer = operator.get(address)
    assert "hx-get" in answer.content.decode() and "HX-Refresh" not in answer.headers
    page = operator.get(f"/admin/catalog/importrun/{run.pk}/change/").content.decode()
    assert '<meta http-equiv="refresh"' in page
    operator.post(f"/admin/catalog/importrun/{run.pk}/act/", {"action": "cancel"})
    assert operator.get(address).headers["HX-Refresh"] == "true"
    assert operator.get(f"/admin/catalog/importrun/{run.pk}/act/").status_code == 405


def test_who_may_only_look_starts_and_stops_nothing(client: Client, profile: ImportProfile) -> None:
    run = services.start_import(profile=profile, file_name="x", chunks=[b"x"], background=False)
    staff = get_user_model().objects.create_user("looker", password="x", is_staff=True)
    staff.user_permissions.set(
        Permission.objects.filter(codename__in=["view_importrun", "view_importprofile"])
    )
    client.force_login(staff)
    change = f"/admin/catalog/importrun/{run.pk}/change/"
    page = client.get(change)
    assert page.status_code == 200 and "Cancel" not in page.content.decode()
    assert client.post(f"/admin/catalog/importrun/{run.pk}/act/", {"action": "cancel"}).status_code == 403
    assert client.get(f"/admin/catalog/importprofile/{profile.pk}/import/").status_code == 403
    assert client.get(f"/admin/catalog/importprofile/{profile.pk}/columns/").status_code == 403
    client.logout()
    for address in (change, f"/admin/catalog/importrun/{run.pk}/refused.csv"):
        assert client.get(address).headers["Location"].startswith("/admin/login/")


def test_nothing_of_an_import_is_left_to_a_worker_that_is_not_there(
    operator: Client, table: ImportProfile, settings: Any
) -> None:
    """The queue is in the database, and ``db_worker`` finds the work whenever it starts."""
    table.options = {"columns": {"Art.-Nr.": "sku", "Bezeichnung": "name_de"}}
    table.save()
    operator.post(f"/admin/catalog/importprofile/{table.pk}/import/", {"file": upload(FILE)})
    assert ImportRun.objects.get().state == "waiting"
