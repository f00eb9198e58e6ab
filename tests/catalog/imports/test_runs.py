"""Imports as a whole: visible at once, cancelled, resumed, one at a time, in the background, by command."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone, translation

from catalog.imports import engine, services
from catalog.imports.progress import part_done, phase
from catalog.imports.records import ArticleRecord, PriceRecord, Record
from catalog.imports.refused import refused_csv
from catalog.imports.tables import Staging
from catalog.models import ImportProfile, ImportRun, ListPrice, Product
from tests.catalog.imports.conftest import Import
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
State = ImportRun.State


def articles(count: int, start: int = 0) -> list[Record]:
    return [ArticleRecord(n, f"A-{n}", names={"en": f"Article {n}"}) for n in range(start, start + count)]


def started(profile: ImportProfile, **values: Any) -> ImportRun:
    return services.start_import(
        profile=profile, file_name="x.txt", chunks=[b"x"], background=False, **values
    )


def tables_of(run: ImportRun) -> list[str]:
    return Staging(run.pk).tables()


def test_nothing_is_seen_of_an_import_that_fails_while_it_is_applied(
    profile: ImportProfile, records: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    records += [*articles(3), PriceRecord(9, "A-1", Decimal(5), "EUR")]
    run = started(profile)

    def broken(query: str) -> int:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr("catalog.changes.record_selected", broken)
        with pytest.raises(RuntimeError):
            services.run(run)
    assert (run.state, run.error) == (State.FAILED, "RuntimeError: killed")
    assert not Product.objects.exists()
    services.resume(import_run=run, background=False)
    assert services.run(run).state == State.DONE
    assert Product.objects.count() == 3
    assert ListPrice.objects.count() == 1


def test_a_killed_import_goes_on_behind_what_was_kept(
    profile: ImportProfile, records: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BATCH", 10)

    class Killed(BaseException):
        pass

    class Dying(list[Record]):
        def __iter__(self) -> Iterator[Record]:
            yield from articles(25)
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(
            "tests.catalog.imports.conftest.iter", lambda given: Dying().__iter__(), raising=False
        )
        run = started(profile)
        with pytest.raises(Killed):
            services.run(run)
    assert run.state == State.READING
    assert Staging(run.pk).checkpoint() == (20, False)
    # Nobody hears of it for a while: it is known to be dead, and can be taken up again.
    ImportRun.objects.update(heartbeat=timezone.now() - timezone.timedelta(minutes=5))
    services.release_silent(profile)
    records += articles(40)
    services.resume(import_run=run, background=False)
    staged: list[int] = []
    write = Staging.write

    def counted(self: Staging, table: str, rows: Any) -> None:
        if table == "article":
            staged.extend(row[0] for row in rows)
        write(self, table, rows)

    monkeypatch.setattr(Staging, "write", counted)
    assert services.run(run).state == State.DONE
    assert staged == list(range(21, 41))
    assert Product.objects.count() == 40


def test_an_import_that_is_cancelled_changes_nothing_and_can_be_taken_up(
    profile: ImportProfile, records: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BATCH", 10)
    monkeypatch.setattr(engine, "LOOK_SECONDS", 0.0)
    records += articles(100)
    run = started(profile)
    heard = 0

    def listen(each: ImportRun) -> None:
        nonlocal heard
        heard += 1
        if heard == 3:
            services.cancel(import_run=ImportRun.objects.get(pk=each.pk))

    services.run(run, listen)
    assert run.state == State.CANCELLED
    assert not Product.objects.exists()
    services.resume(import_run=run, background=False)
    assert services.run(run).state == State.DONE
    assert Product.objects.count() == 100


def test_one_import_at_a_time_runs_for_a_profile(profile: ImportProfile) -> None:
    first = started(profile)
    with pytest.raises(services.ImportBusy):
        started(profile)
    services.cancel(import_run=first)
    assert first.state == State.CANCELLED
    started(profile)
    # Its file went when the next import began.
    with pytest.raises(services.NotPossible):
        services.resume(import_run=first)


def test_a_finished_import_leaves_no_table_and_cannot_be_run_again(imported: Import) -> None:
    run = imported(*articles(2))
    assert tables_of(run) == []
    with pytest.raises(services.NotPossible):
        services.resume(import_run=run)
    services.run(run)
    assert run.state == State.DONE


def test_what_was_tried_is_imported_without_being_read_again(imported: Import, records: list[Record]) -> None:
    run = imported(*articles(3), trial=True)
    assert not Product.objects.exists()
    records.clear()
    services.resume(import_run=run, trial=False, background=False)
    assert services.run(run).state == State.DONE
    assert Product.objects.count() == 3


def test_the_next_import_of_a_profile_clears_away_the_last(imported: Import, settings: Any) -> None:
    first = imported(*articles(1), trial=True)
    assert tables_of(first)
    imported(*articles(1))
    assert tables_of(first) == []
    first.refresh_from_db()
    assert first.path == ""
    assert len(list(Path(settings.IMPORT_DIR).iterdir())) == 1


@pytest.mark.django_db(transaction=True)
def test_on_sqlite_a_run_is_staged_in_a_file_of_its_own_which_goes_with_it(
    imported: Import, settings: Any
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has tables that it does not log")
    run = imported(*articles(3), trial=True)
    staged = Path(settings.IMPORT_DIR) / f"run-{run.pk}.staged"
    assert staged.exists()
    assert not [name for name in connection.introspection.table_names() if name.startswith("import_")]
    services.resume(import_run=run, trial=False, background=False)
    assert services.run(run).state == State.DONE
    assert Product.objects.count() == 3
    assert not staged.exists()


def test_refused_records_are_a_csv_without_formulas(imported: Import) -> None:
    run = imported(ArticleRecord(4, "A-1", names={"en": "x"}, gtin="=cmd()"))
    rows = list(csv.reader(io.StringIO("".join(refused_csv(run)).removeprefix("\ufeff")), delimiter=";"))
    assert rows[0] == ["line", "record", "field", "value", "reason", "left out"]
    assert rows[1] == ["4", "A-1", "GTIN", "'=cmd()", "A GTIN has 8, 12, 13 or 14 digits.", "the field"]


def test_every_reader_reads_in_his_language_what_was_refused(imported: Import) -> None:
    run = imported(
        ArticleRecord(4, "A-1", names={"en": "x" * 170}, gtin="12"),
        PriceRecord(9, "B-1", Decimal(1), "EUR"),
    )
    reasons = {
        "en": ["Cut to 160 characters.", "The shop has no article with this number."],
        "nl": ["Ingekort tot 160 tekens.", "De shop heeft geen artikel met dit nummer."],
    }
    for language, texts in reasons.items():
        with translation.override(language):
            lines = refused_csv(run)
        found = "".join(lines)  # read when the request is over, and its language with it
        for text in texts:
            assert text in found
    with translation.override("nl"):
        assert {each.what for each in run.refusals.all()} == {"GTIN", "naam (en)", "bestelnummer"}


def test_refusals_of_before_are_shown_as_they_were_kept(imported: Import) -> None:
    run = imported()
    run.refusals.create(line=1, field="prijs", reason="Cut to 99 % of 160 characters.", value="x")
    run.refusals.create(line=2, field="price", reason="This is no price.", value="x")
    with translation.override("de"):
        shown = [(each.what, each.why) for each in run.refusals.all()]
    assert shown == [
        ("prijs", "Cut to 99 % of 160 characters."),
        ("price", "Das ist kein Preis."),
    ]


def test_why_a_file_is_refused_is_said_in_the_language_of_the_reader(csv_profile: ImportProfile) -> None:
    run = services.start_import(
        profile=csv_profile, file_name="x.csv", chunks=[b"art;naam\n"], background=False
    )
    services.run(run)
    assert run.state == State.REFUSED
    run.refresh_from_db()
    assert run.error == "The file has no column nr. (line 1)"
    assert run.why == run.error
    with translation.override("fr"):
        assert "colonne nr" in run.why


@pytest.fixture
def csv_profile(profile: ImportProfile) -> ImportProfile:
    profile.format = "csv"
    profile.options = {"columns": {"nr": "sku", "naam": "name_en", "prijs": "price"}}
    profile.save()
    return profile


def test_the_command_imports_says_what_changed_and_lists_what_was_refused(
    csv_profile: ImportProfile, tmp_path: Path
) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("nr;naam;prijs\nA-1;Kabel;1,50\nA-2;Lamp;veel\n")
    out = io.StringIO()
    call_command("import_catalog", file, profile="supplier", trial=True, stdout=out)
    assert "article: 2 new" in out.getvalue()
    assert not Product.objects.exists()
    refused = tmp_path / "refused.csv"
    call_command("import_catalog", file, profile="supplier", stdout=out, refused=refused)
    assert ListPrice.objects.get().amount == Decimal("1.5")
    assert "A-2;prijs;veel" in refused.read_text()


@pytest.mark.parametrize("profile_code", ["supplier", "nobody"])
def test_the_command_says_what_is_wrong(
    csv_profile: ImportProfile, tmp_path: Path, profile_code: str
) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("other;naam\n")
    with pytest.raises(CommandError, match=r"no column nr|no import profile nobody"):
        call_command("import_catalog", file, profile=profile_code)


@pytest.mark.django_db(transaction=True)
def test_an_import_has_little_memory_from_the_database_and_gives_it_back(
    profile: ImportProfile, records: list[Record]
) -> None:
    names, little = {
        "sqlite": (("cache_size", "mmap_size"), ["-16384", "0"]),
        "postgresql": (("work_mem",), ["128MB"]),
    }[connection.vendor]
    ask = "PRAGMA" if connection.vendor == "sqlite" else "SHOW"

    def settings_now() -> list[str]:
        with connection.cursor() as cursor:
            return [str(cursor.execute(f"{ask} {name}").fetchone()[0]) for name in names]

    records += articles(3)
    before = settings_now()
    meanwhile: dict[str, list[str]] = {}
    run = started(profile)
    services.run(run, lambda each: meanwhile.setdefault(each.state, settings_now()))
    assert run.state == State.DONE
    assert meanwhile[State.APPLYING] == little
    assert settings_now() == before != meanwhile[State.APPLYING]


@pytest.mark.django_db(transaction=True)
def test_what_somebody_else_made_since_it_was_compared_is_left_to_the_next_import(
    profile: ImportProfile, records: list[Record]
) -> None:
    records += articles(3)
    run = started(profile)

    def make_one(each: ImportRun) -> None:
        if each.state == State.APPLYING and not Product.objects.exists():
            ProductFactory(sku="A-1", name_en="Somebody else's")

    services.run(run, make_one)
    assert run.state == State.DONE, run.error
    names = dict(Product.objects.values_list("sku", "name_en"))
    assert len(names) == 3
    assert names["A-1"] == "Somebody else's"
    again = started(profile)
    services.run(again)
    assert again.state == State.DONE, again.error
    assert Product.objects.get(sku="A-1").name_en != "Somebody else's"


@pytest.mark.django_db(transaction=True)
def test_a_worker_does_what_was_enqueued(csv_profile: ImportProfile) -> None:
    run = services.start_import(
        profile=csv_profile, file_name="a.csv", chunks=[b"nr;naam;prijs\n", b"A-1;Kabel;1,50\n"]
    )
    assert run.state == State.WAITING
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)
    run.refresh_from_db()
    assert run.state == State.DONE, run.error
    assert Product.objects.get().name_en == "Kabel"


def test_what_is_done_in_the_last_transaction_is_told_and_can_be_stopped(
    profile: ImportProfile, records: list[Record]
) -> None:
    records += [*articles(3), PriceRecord(9, "A-1", Decimal(5), "EUR")]
    run = started(profile)
    told: list[tuple[str, float]] = []
    stop_at = "List prices, 4 of 6"

    def listen(each: ImportRun) -> None:
        if each.state == State.APPLYING and phase(each):
            told.append((phase(each), part_done(each)))
            with translation.override("nl"):
                assert phase(each)
            if phase(each) == stop_at:
                services.cancel(import_run=ImportRun.objects.get(pk=each.pk))

    services.run(run, listen)
    assert [what for what, _part in told] == [
        "Brands, categories and attributes, 1 of 6", "Articles, 2 of 6", "Net prices, 3 of 6",
        "List prices, 4 of 6",
    ]  # fmt: skip
    assert [part for _what, part in told] == sorted(part for _what, part in told)
    assert run.state == State.CANCELLED
    assert not Product.objects.exists()
    services.resume(import_run=run, background=False)
    told.clear()
    stop_at = ""
    assert services.run(run, listen).state == State.DONE
    assert told[-1][0] == "Last checks, 6 of 6"
    assert 0.55 < told[-1][1] < 1
    assert phase(run) == ""
    assert not list(Path(settings.IMPORT_DIR).glob("run-*"))
