"""Pictures and documents: from a zip, by address, told by their content, kept once."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from catalog import outbound
from catalog.imports import fetching, services
from catalog.imports.errors import FileRefused
from catalog.imports.records import ArticleRecord, Media, Record
from catalog.imports.source import Source
from catalog.media import media_address
from catalog.models import FetchedMedia, ImportProfile, ImportRun, ProductMedia
from catalog.wording import said

pytestmark = pytest.mark.django_db
JPEG = b"\xff\xd8\xff\xe0 a picture"
PDF = b"%PDF-1.7 a document"
Zipped = Callable[..., ImportRun]


def packed(entries: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return target.getvalue()


@pytest.fixture
def zipped(profile: ImportProfile, records: list[Record]) -> Zipped:
    def do(entries: dict[str, bytes], *media: Media) -> ImportRun:
        records[:] = [ArticleRecord(1, "A-1", names={"en": "Cable"}, media=media)]
        run = services.start_import(
            profile=profile,
            file_name="a.zip",
            chunks=[packed({"c.xml": b"<x/>", **entries})],
            background=False,
        )
        return services.run(run)

    return do


def test_pictures_of_a_zip_are_kept_by_content_and_served(zipped: Zipped, client: Client) -> None:
    media = (Media("pics\\K1.JPG", "picture"), Media("sheet.pdf", "document", "Data sheet"))
    run = zipped({"mime/pics/k1.jpg": JPEG, "Sheet.PDF": PDF}, *media)
    assert run.state == ImportRun.State.DONE, run.error
    picture, document = ProductMedia.objects.order_by("kind", "id").reverse()
    assert picture.address.startswith("media/articles/") and picture.address.endswith(".jpg")
    assert document.title == "Data sheet"
    answer = client.get(media_address(picture.address))
    assert b"".join(answer.streaming_content) == JPEG  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "image/jpeg" and "immutable" in answer["Cache-Control"]
    again = zipped({"mime/pics/k1.jpg": JPEG, "Sheet.PDF": PDF}, *media)
    assert again.counts["media"] == {"same": 2}
    assert len([each for each in Path(settings.MEDIA_ROOT).rglob("*") if each.is_file()]) == 2


def test_what_is_no_picture_or_is_not_there_is_refused(zipped: Zipped) -> None:
    run = zipped(
        {"a.jpg": b"<html><script>", "b.svg": b"<svg onload='x'/>"},
        Media("a.jpg", "picture"),
        Media("b.svg", "picture"),
        Media("gone.jpg", "picture"),
        Media("http://cdn.example/a.jpg", "picture"),
        Media("https://cdn.example/a.jpg", "picture"),
        Media("../../etc/passwd", "document"),
    )
    assert [each.address for each in ProductMedia.objects.all()] == ["https://cdn.example/a.jpg"]
    assert sorted(each.value for each in run.refusals.all()) == [
        "../../etc/passwd", "a.jpg", "b.svg", "gone.jpg", "http://cdn.example/a.jpg",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["../settings.py", "articles/../../x", "imports/1-a.csv", "articles/ab/x.html"]
)
def test_nothing_else_is_served(client: Client, name: str) -> None:
    assert client.get(f"/media/{name}").status_code == 404


@pytest.mark.parametrize(
    "entries",
    [
        {"../evil.xml": b"x"},
        {"/etc/evil.xml": b"x"},
        {"a/../../evil.xml": b"x"},
        {"C:\\evil.xml": b"x"},
        {"inner.zip": b"x"},
        {"bomb.xml": b" " * 30_000_000},
    ],
)
def test_a_hostile_zip_is_refused_before_it_is_unpacked(tmp_path: Path, entries: dict[str, bytes]) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed(entries))
    with pytest.raises(FileRefused):
        Source(path).parts  # noqa: B018


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(FileRefused, match="link"):
        Source(path).parts  # noqa: B018


def test_what_suppliers_show_is_copied_once_and_found_again(
    zipped: Zipped, profile: ImportProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def fetch(address: str, *, most_bytes: int) -> outbound.Fetched:
        asked.append(address)
        if "bad" in address:
            raise outbound.OutboundRefused(said("The server answered %s.") % 404)
        return outbound.Fetched(JPEG, "image/jpeg", '"1"')

    monkeypatch.setattr(outbound, "fetch", fetch)
    media = (Media("https://cdn.example/a.jpg", "picture"), Media("https://cdn.example/bad.jpg", "picture"))
    zipped({}, *media)
    assert fetching.fetch_media(profile) == (1, 1)
    assert fetching.fetch_media(profile) == (0, 0)
    assert sorted(asked) == ["https://cdn.example/a.jpg", "https://cdn.example/bad.jpg"]
    kept = FetchedMedia.objects.get(reason__isnull=True)
    assert set(ProductMedia.objects.values_list("address", flat=True)) == {
        kept.address,
        "https://cdn.example/bad.jpg",
    }
    with translation.override("nl"):
        assert FetchedMedia.objects.get(address="").why == "De server antwoordde 404."
    assert zipped({}, *media).counts["media"] == {"same": 2}
