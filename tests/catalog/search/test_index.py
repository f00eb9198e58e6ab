"""The life of the index: built, followed, switched, damaged, shared."""

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from catalog import changes, search
from catalog.models import (
    AttributeChoice,
    Brand,
    Category,
    Product,
    ProductAttribute,
    ProductChange,
    Stock,
)
from catalog.search import storage
from catalog.search.documents import Maker


def found(text: str, **more: Any) -> list[str]:
    known = dict(Product.objects.values_list("id", "sku"))
    return [known[pk] for pk in search.search(search.Query(text, **more)).product_ids]


def test_the_first_search_builds_a_missing_index(article: Any, search_index: Path) -> None:
    article("A1", "Contactor")
    assert search.ready()[0] is False
    assert found("contactor") == ["A1"]
    assert search.ready() == (True, "1 articles, 0 changes waiting")


def test_a_shop_without_articles_needs_no_index(search_index: Path) -> None:
    assert search.search(search.Query("contactor")) == search.Results()
    assert search.suggest("contactor", "en") == ()
    assert search.ready() == (True, "No articles yet.")
    assert search.follow_changes() == 0


def test_following_brings_every_kind_of_change_into_the_index(article: Any, shop: Path) -> None:
    product = article("NEW-1", "Doorbell", stock=0)
    search.follow_changes()
    assert found("doorbell") == ["NEW-1"]

    product.name_en = "Chime"
    product.save()
    search.follow_changes()
    assert (found("doorbell"), found("chime")) == ([], ["NEW-1"])

    Stock.objects.create(product=product, site=Stock.objects.first().site, quantity=3)  # type: ignore[union-attr]
    search.follow_changes()
    assert found("chime", in_stock=True) == ["NEW-1"]

    choice = AttributeChoice.objects.get(attribute__code="poles", code="3p")
    value = ProductAttribute.objects.create(product=product, attribute=choice.attribute, choice=choice)
    search.follow_changes()
    assert found("chime", attributes={"poles": ("3p",)}) == ["NEW-1"]
    value.delete()
    search.follow_changes()
    assert found("chime", attributes={"poles": ("3p",)}) == []

    product.status = Product.Status.HIDDEN
    product.save()
    search.follow_changes()
    assert found("chime") == []

    product.status = Product.Status.ACTIVE
    product.save()
    search.follow_changes()
    product.delete()
    search.follow_changes()
    assert found("chime") == []
    assert not ProductChange.objects.exists()


def test_renaming_what_articles_share_indexes_them_again(shop: Path) -> None:
    brand = Brand.objects.get(code="kopra")
    brand.name = "Zwiebel"
    brand.save()
    breakers = Category.objects.get(slug="breakers")
    breakers.parent = Category.objects.get(slug="lighting")
    breakers.name_en = "Fusebusters"
    breakers.save()
    search.follow_changes()
    assert set(found("zwiebel")) == {"VLT-5SY6316-7", "KP-RCD-40-30"}
    assert "VLT-5SY616-7" in found("fusebusters", category="lighting")


def test_inline_following_needs_no_call(article: Any, search_index: Path, settings: Any) -> None:
    settings.SEARCH_FOLLOW = "inline"
    article("A1", "Contactor")
    assert found("contactor") == ["A1"]
    assert not ProductChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_commit_is_followed_in_the_background(article: Any, search_index: Path, settings: Any) -> None:
    article("A1", "Contactor")
    search.rebuild()
    settings.SEARCH_FOLLOW = "background"
    article("A2", "Contactor, larger")
    deadline = time.monotonic() + 10
    while len(found("contactor")) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert found("contactor") == ["A1", "A2"]
    with changes._following:
        assert not ProductChange.objects.exists()


def test_every_worker_finds_a_change_as_soon_as_one_has_followed_it(
    article: Any, shop: Path, worker: Any
) -> None:
    articles = worker("reading.reader().searcher.num_docs")
    doorbells = worker("reading.reader().words.articles('said_en', 'doorbel')")
    before = int(next(articles))
    assert int(next(doorbells)) == 0
    article("NEW-1", "Doorbell")
    search.follow_changes()
    assert int(next(articles)) == before + 1
    assert int(next(doorbells)) == 1


def test_a_rebuild_switches_readers_without_a_gap(shop: Path) -> None:
    before = storage.current_version()
    misses: list[str] = []
    stop = threading.Event()
    query = search.Query("stopcontact", "nl")
    search.search(query)

    def read() -> None:
        while not stop.is_set():
            try:
                if not search.search(query).product_ids:
                    misses.append("nothing found")
            except Exception as error:
                misses.append(repr(error))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(3):
        search.rebuild()
    stop.set()
    reader.join()
    assert misses == []
    assert storage.current_version() != before
    assert len(list(shop.glob("v*"))) == 2


def test_only_one_process_writes_and_the_others_leave_their_changes_in_the_log(
    article: Any, shop: Path
) -> None:
    article("A1", "Doorbell")
    waiting = ProductChange.objects.count()
    code = (
        "import fcntl, sys; file = open(sys.argv[1], 'a'); fcntl.flock(file, fcntl.LOCK_EX);"
        "print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(shop / storage.LOCK)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert search.follow_changes() == 0
        with pytest.raises(search.SearchUnavailable):
            search.rebuild(wait_seconds=0.1)
        # The lock of a process that dies is free.
        other.kill()
    assert found("doorbell") == []
    assert search.follow_changes() == waiting
    assert found("doorbell") == ["A1"]


def test_a_change_that_comes_while_the_log_is_closed_is_not_lost(
    article: Any, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = storage.writer_lock
    late: list[int] = []

    @contextlib.contextmanager
    def slow_to_let_go(wait_seconds: float = 0.0) -> Iterator[bool]:
        with lock(wait_seconds) as held:
            yield held
            if held and not late:
                # The holder has seen an empty log, but still holds the lock.
                late.append(article("LATE", "Doorbell").pk)
                late.append(search.follow_changes())

    monkeypatch.setattr(storage, "writer_lock", slow_to_let_go)
    article("EARLY", "Chime")
    search.follow_changes()
    assert late[1] == 0
    assert found("doorbell") == ["LATE"]
    assert not ProductChange.objects.exists()


def test_a_change_stays_logged_until_it_is_committed_to_the_index(
    article: Any, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    article("A1", "Doorbell")
    waiting = ProductChange.objects.count()

    def broken(*args: Any) -> Iterator[Any]:
        raise RuntimeError("the database went away")

    with monkeypatch.context() as patch:
        patch.setattr(Maker, "of", broken)
        with pytest.raises(RuntimeError):
            search.follow_changes()
    assert ProductChange.objects.count() == waiting
    assert search.follow_changes() == waiting
    assert found("doorbell") == ["A1"]


def test_a_failed_rebuild_leaves_the_index_in_use_untouched(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = storage.current_version()

    def broken(*args: Any) -> Iterator[Any]:
        raise RuntimeError("the database went away")

    with monkeypatch.context() as patch:
        patch.setattr(Maker, "of", broken)
        with pytest.raises(RuntimeError):
            search.rebuild()
    assert storage.current_version() == before
    assert len(list(shop.glob("v*"))) == 1
    assert found("contactor") == ["CTR-25"]


def test_indexing_twice_gives_no_article_twice(shop: Path) -> None:
    changes.record(Product.objects.values_list("id", flat=True))
    changes.record(Product.objects.values_list("id", flat=True))
    search.follow_changes()
    assert search.search(search.Query()).total == 28


@pytest.mark.parametrize("damage", ["meta", "truncated", "empty", "gone"])
def test_a_damaged_index_is_said_and_a_rebuild_heals_it(shop: Path, damage: str) -> None:
    folder = storage.current_version()
    assert folder is not None
    search.forget()
    if damage == "meta":
        (folder / "meta.json").write_text("{ nonsense")
    elif damage == "gone":
        (folder / "meta.json").unlink()
    else:
        for file in folder.glob("*.*"):
            if file.suffix in (".term", ".idx", ".fast", ".store"):
                content = file.read_bytes()
                file.write_bytes(b"" if damage == "empty" else content[: len(content) // 2])
    ok, why = search.ready()
    assert (ok, "rebuild" in why) == (False, True)
    with pytest.raises(search.SearchUnavailable, match="rebuild"):
        search.search(search.Query("contactor"))
    search.rebuild()
    assert found("contactor") == ["CTR-25"]
    assert search.ready()[0] is True


@pytest.mark.parametrize("pointer", ["", "../../etc", "v3-../../x", "v0-1", "\x00", "v3-7\nv3-8"])
def test_a_pointer_to_anything_else_is_a_missing_index(shop: Path, pointer: str) -> None:
    (shop / storage.POINTER).write_text(pointer)
    assert storage.current_version() is None
    assert found("contactor") == ["CTR-25"]


def test_the_command_rebuilds_and_follows(
    article: Any, search_index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    article("A1", "Contactor")
    call_command("search_index", "--rebuild")
    article("A2", "Contactor, larger")
    call_command("search_index", "--once")
    assert capsys.readouterr().out.splitlines() == ["1 articles indexed", "1 changes indexed"]
    assert set(found("contactor")) == {"A1", "A2"}
    with pytest.raises(CommandError):
        call_command("search_index")


def test_labels_follow_a_rename_at_once(
    article: Any, category: Any, attribute: Any, search_index: Path
) -> None:
    attribute("colour", "", {"red": "Red"}, en="Colour")
    node = category("lamps", None, ("colour",), en="Lamps")
    article("A1", "Lamp", category="lamps", attributes={"colour": "red"})
    assert [facet.label for facet in search.search(search.Query(category="lamps")).facets] == [
        "Category",
        "Brand",
        "Colour",
    ]
    node.name_en = "Luminaires"
    node.save()
    values = search.search(search.Query()).facets[0].values
    assert [(value.code, value.label) for value in values] == [("lamps", "Luminaires")]


def test_when_most_articles_changed_the_index_is_built_anew_and_one_row_says_so(
    article: Any, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "REBUILD_FROM", 2)
    before = storage.current_version()
    article("NEW-1", "Doorbell")
    Product.objects.filter(sku="NEW-1").update(name_en="Chime")
    assert changes.record_selected("SELECT id AS product_id FROM catalog_product") == Product.objects.count()
    assert ProductChange.objects.filter(product_id=ProductChange.EVERYTHING).count() == 1
    search.follow_changes()
    assert found("chime") == ["NEW-1"]
    assert storage.current_version() != before
    assert not ProductChange.objects.exists()


def test_a_new_name_for_what_most_articles_share_is_one_row_and_a_new_index(
    article: Any, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "REBUILD_FROM", 2)
    brand = Brand.objects.get(code="voltara")
    assert 2 * Product.objects.filter(brand=brand).count() >= Product.objects.count()
    brand.name = "Weltronic"
    brand.save()
    assert [row.product_id for row in ProductChange.objects.all()] == [ProductChange.EVERYTHING]
    search.follow_changes()
    assert "VLT-SOC-W" in found("weltronic socket")


def test_an_index_that_has_grown_to_far_more_articles_is_built_anew(article: Any, search_index: Path) -> None:
    article("A1", "Lamp")
    search.rebuild()
    before = storage.current_version()
    article("A2", "Lamp b")
    search.follow_changes()
    assert storage.current_version() == before
    article("A3", "Lamp a")
    search.follow_changes()
    assert storage.current_version() != before
    assert found("lamp", sort="name") == ["A1", "A3", "A2"]
