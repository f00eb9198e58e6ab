"""Files packed by gzip: the same records as unpacked, never more than a catalog, or a clear refusal."""

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

import catalog.imports.formats  # noqa: F401  registers them
from catalog.imports import source as limits
from catalog.imports.errors import FileRefused
from catalog.imports.formats.table.options import CsvOptions
from catalog.imports.preview import guess
from catalog.imports.registry import recognise
from catalog.imports.source import Source
from catalog.models import ImportProfile, ImportRun, Product
from tests.catalog.imports.formats.reading import PAYLOADS, read

PRICES = "nr;naam\nA-1;Kabel\nA-2;Lamp\n"
COLUMNS = {"columns": {"nr": "sku", "naam": "name_en"}}
WHOLE = [
    ("bmecat", PAYLOADS / "etim.xml", {}),
    ("cif", PAYLOADS / "cif" / "full.cif", {}),
    ("datanorm", PAYLOADS / "datanorm4" / "DATANORM.001", {"encoding": "cp850"}),
    ("csv", PAYLOADS / "odd" / "excel.csv", {"columns": {"nr": "sku", "prijs": "price", "naam": "name_nl"}}),
]


def packed(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content, mtime=0))
    return path


@pytest.mark.parametrize(("slug", "plain", "options"), WHOLE, ids=[slug for slug, _file, _options in WHOLE])
def test_what_gzip_packed_is_recognised_and_read_as_it_was(
    tmp_path: Path, slug: str, plain: Path, options: dict[str, object]
) -> None:
    file = packed(tmp_path / f"{plain.name}.gz", plain.read_bytes())
    found = recognise(Source(file))
    assert found is not None
    assert found.slug == slug
    said = {"options": options, "currency": "EUR", "language": "nl"}
    before, after = read(slug, plain, **said), read(slug, file, **said)
    assert after == before
    assert after.articles


def test_it_is_told_by_its_content_and_named_as_it_was(tmp_path: Path) -> None:
    file = packed(tmp_path / "upload", PRICES.encode())
    assert [part.name for part in Source(file, "DATPREIS.001.GZ").parts] == ["DATPREIS.001"]
    assert [part.name for part in Source(file, "prices.csv").parts] == ["prices.csv"]
    assert guess(Source(file), CsvOptions)["columns"] == guess(_plain(tmp_path), CsvOptions)["columns"]
    named = tmp_path / "not-packed.csv.gz"
    named.write_text(PRICES)
    assert set(read("csv", named, options=COLUMNS).articles) == {"A-1", "A-2"}


def _plain(folder: Path) -> Source:
    (folder / "plain.csv").write_text(PRICES)
    return Source(folder / "plain.csv")


def test_several_parts_one_after_the_other_are_one_file_and_progress_counts_packed_bytes(
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.csv.gz"
    file.write_bytes(gzip.compress(PRICES.encode()) + gzip.compress(b"A-3;Buis\n") + bytes(512))
    source = Source(file)
    with source.open() as opened:
        assert opened.read() == PRICES.encode() + b"A-3;Buis\n"
    assert source.position == source.total == file.stat().st_size
    assert source.unread() == []


def _tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("prices.csv"))
    return made.getvalue()


def _zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("prices.csv", PRICES)
    return made.getvalue()


@pytest.mark.parametrize(
    "inside", [_zip(), _tar(), gzip.compress(PRICES.encode())], ids=["zip", "tar", "gzip"]
)
def test_an_archive_inside_is_refused(tmp_path: Path, inside: bytes) -> None:
    with pytest.raises(FileRefused, match="an archive inside the gzip"):
        Source(packed(tmp_path / "a.gz", inside)).parts  # noqa: B018


def test_a_bomb_is_refused_before_it_is_unpacked_whole(tmp_path: Path) -> None:
    bomb = Source(packed(tmp_path / "a.csv.gz", b" " * 40_000_000))
    taken = 0
    with bomb.open() as opened, pytest.raises(FileRefused, match="200 times its size"):
        while piece := opened.read(100_000):
            taken += len(piece)
    assert taken <= max(limits.RATIO_FROM, limits.MOST_RATIO * bomb.total)


def test_what_is_larger_than_the_disk_is_refused_however_little_it_is_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_UNPACKED", 2_000_000)
    large = Source(packed(tmp_path / "a.csv.gz", b"Kabel;" * 400_000))
    with large.open() as opened, pytest.raises(FileRefused, match="GB"):
        opened.read()


@pytest.mark.parametrize(
    "hollow",
    [b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 1_100_000, gzip.compress(b"") * 60_000],
    ids=["a name without end", "empty parts"],
)
def test_a_gzip_that_never_comes_to_its_content_is_refused(tmp_path: Path, hollow: bytes) -> None:
    file = tmp_path / "a.csv.gz"
    file.write_bytes(hollow)
    with pytest.raises(FileRefused, match="next to nothing"):
        Source(file).parts  # noqa: B018


def _damaged(content: bytes) -> bytes:
    return content[:-6] + bytes([content[-6] ^ 1]) + content[-5:]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (lambda content: content[:-9], "cut off"),
        (lambda content: content[:3], "cut off"),
        (_damaged, "cannot be unpacked"),
        (lambda content: content + b"more", "cannot be unpacked"),
        (lambda content: content[:10] + b"\xff" * 40, "cannot be unpacked"),
    ],
    ids=["cut", "beginning", "checksum", "more", "nonsense"],
)
@pytest.mark.django_db
def test_of_a_gzip_that_is_not_whole_nothing_is_imported_and_the_command_says_why(
    profile: ImportProfile, tmp_path: Path, broken, reason: str
) -> None:
    ImportProfile.objects.filter(pk=profile.pk).update(format="csv", options=COLUMNS)
    file = tmp_path / "prices.csv.gz"
    file.write_bytes(broken(gzip.compress(PRICES.encode())))
    with pytest.raises(CommandError, match=reason):
        call_command("import_catalog", file, profile=profile.slug, stdout=io.StringIO())
    assert ImportRun.objects.get().state == ImportRun.State.REFUSED
    assert not Product.objects.exists()


@pytest.mark.django_db
def test_a_command_imports_what_gzip_packed(profile: ImportProfile, tmp_path: Path) -> None:
    ImportProfile.objects.filter(pk=profile.pk).update(format="csv", options=COLUMNS)
    said = io.StringIO()
    file = packed(tmp_path / "prices.csv.gz", PRICES.encode())
    call_command("import_catalog", file, profile=profile.slug, stdout=said)
    assert "article: 2 new" in said.getvalue()
    assert set(Product.objects.values_list("sku", flat=True)) == {"A-1", "A-2"}
