"""Files that are fetched and imported by themselves."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from catalog import outbound
from catalog.imports import schedules, services
from catalog.imports.errors import FileRefused
from catalog.imports.schedules import check_files, look, make_due
from catalog.models import ImportProfile, ImportRun, ImportSchedule, Product

pytestmark = pytest.mark.django_db
FILE = b"nr;naam\nA-1;Kabel\n"
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.IMPORT_FOLDER = tmp_path / "incoming"
    settings.IMPORT_FOLDER.mkdir()
    return Path(settings.IMPORT_FOLDER)


@pytest.fixture
def schedule(profile: ImportProfile) -> ImportSchedule:
    profile.format = "csv"
    profile.options = {"columns": {"nr": "sku", "naam": "name_en"}}
    profile.save()
    return ImportSchedule.objects.create(
        name="nightly", profile=profile, address="https://supplier.example/lists/prices.csv"
    )


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], list[httpx.Request]]:
    """What the supplier's server answers; the requests it got."""

    def serve(answer: Answer) -> list[httpx.Request]:
        heard: list[httpx.Request] = []

        def handle(request: httpx.Request) -> httpx.Response:
            heard.append(request)
            return answer(request)

        monkeypatch.setattr(outbound, "Door", lambda: httpx.MockTransport(handle))
        return heard

    return serve


def drop(folder: Path, name: str, content: bytes = FILE, age: float = 60) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    written = time.time() - age
    os.utime(path, (written, written))
    return path


def looked(schedule: ImportSchedule) -> tuple[ImportRun | None, str]:
    run = look(schedule_id=schedule.pk, background=False)
    if run is not None:
        services.run(run)
    schedule.refresh_from_db()
    return run, schedule.outcome


def from_folder(schedule: ImportSchedule, files: str) -> ImportSchedule:
    ImportSchedule.objects.filter(pk=schedule.pk).update(source="folder", files=files)
    schedule.refresh_from_db()
    return schedule


def test_what_is_new_is_imported_and_what_has_not_changed_is_left(
    schedule: ImportSchedule, server: Any
) -> None:
    heard = server(
        lambda request: httpx.Response(200, stream=httpx.ByteStream(FILE), headers={"etag": '"1"'})
    )
    run, outcome = looked(schedule)
    assert (run.state, run.schedule, run.file_name, outcome) == ("done", schedule, "prices.csv", "imported")
    assert Product.objects.get().sku == "A-1"
    # The server cannot tell, but the content is the same.
    assert looked(schedule) == (None, "unchanged")
    assert heard[1].headers["if-none-match"] == '"1"'
    server(lambda request: httpx.Response(304))
    assert looked(schedule) == (None, "unchanged")
    server(lambda request: httpx.Response(200, stream=httpx.ByteStream(FILE + b"A-2;Lamp\n")))
    assert looked(schedule)[1] == "imported"
    assert Product.objects.count() == 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (httpx.Response(404), "The server answered 404."),
        (httpx.Response(200, stream=httpx.ByteStream(b"")), "There is nothing to read in the file."),
        (httpx.Response(302, headers={"location": "http://10.0.0.1/x"}), "begin with https://"),
        (
            httpx.Response(200, stream=httpx.ByteStream(FILE), headers={"content-length": "900"}),
            "less than it announced",
        ),
    ],
)
def test_a_source_that_fails_is_a_refused_import_with_its_reason(
    schedule: ImportSchedule, server: Any, answer: httpx.Response, reason: str
) -> None:
    server(lambda request: answer)
    run, outcome = looked(schedule)
    assert (run.state, outcome) == ("refused", "refused")
    assert reason in run.why
    assert reason in schedule.why
    assert not Product.objects.exists()
    # The profile is free for others.
    services.start_import(profile=schedule.profile, file_name="x.csv", chunks=[FILE], background=False)


def test_why_a_source_failed_is_said_in_the_language_of_the_reader(
    schedule: ImportSchedule, server: Any
) -> None:
    server(lambda request: httpx.Response(404))
    run, _outcome = looked(schedule)
    with translation.override("nl"):
        assert run.why == "De server antwoordde 404."


def test_an_import_that_failed_here_is_tried_again_with_the_same_file(
    schedule: ImportSchedule, server: Any
) -> None:
    heard = server(
        lambda request: httpx.Response(200, stream=httpx.ByteStream(FILE), headers={"etag": '"1"'})
    )
    run, _outcome = looked(schedule)
    ImportRun.objects.filter(pk=run.pk).update(state="failed")
    assert looked(schedule)[1] == "imported"
    assert "if-none-match" not in heard[1].headers


def test_a_busy_profile_is_looked_at_again_soon(schedule: ImportSchedule, server: Any) -> None:
    server(lambda request: httpx.Response(200, stream=httpx.ByteStream(FILE)))
    services.start_import(profile=schedule.profile, file_name="x.csv", chunks=[FILE], background=False)
    assert looked(schedule) == (None, "busy")
    assert schedule.next_run_at <= timezone.now() + timedelta(minutes=1)


def test_files_of_the_folder_are_taken_one_by_one_the_oldest_first(
    schedule: ImportSchedule, folder: Path
) -> None:
    from_folder(schedule, "acme/*.csv")
    assert looked(schedule) == (None, "unchanged")
    drop(folder, "acme/b.csv", b"nr;naam\nB-1;Later\n", age=30)
    drop(folder, "acme/a.csv", age=90)
    drop(folder, "acme/c.csv", b"nr;naam\nC-1;Growing\n", age=0)
    drop(folder, "other/d.csv", b"nr;naam\nD-1;Elsewhere\n")
    assert looked(schedule)[0].file_name == "a.csv"
    # Another one waits.
    assert schedule.next_run_at <= timezone.now() + timedelta(minutes=1)
    assert looked(schedule)[0].file_name == "b.csv"
    assert looked(schedule) == (None, "unchanged")
    assert set(Product.objects.values_list("sku", flat=True)) == {"A-1", "B-1"}
    assert (folder / "acme/a.csv").exists()
    drop(folder, "acme/e.csv", b"nr;naam\nB-1;Later\n", age=20)
    assert looked(schedule) == (None, "unchanged")  # says what the last one said


@pytest.mark.parametrize(
    "files",
    [
        "../secret.csv",
        "/etc/passwd",
        "a/../../b.csv",
        "**/x.csv",
        "a//b.csv",
        "a\\b.csv",
        "c:x.csv",
        ".",
        "x\n.csv",
    ],
)
def test_no_name_leads_out_of_the_folder(files: str) -> None:
    with pytest.raises(FileRefused):
        check_files(files)


def test_no_link_leads_out_of_the_folder(schedule: ImportSchedule, folder: Path, tmp_path: Path) -> None:
    secret = drop(tmp_path, "secret.csv")
    (folder / "link.csv").symlink_to(secret)
    (folder / "linked").symlink_to(tmp_path)
    for files in ("link.csv", "linked/secret.csv", "*.csv", "*/*.csv"):
        run, _outcome = looked(from_folder(schedule, files))
        assert run is None or run.state == "refused"
    os.mkfifo(folder / "pipe.csv")
    assert looked(from_folder(schedule, "*.csv")) == (None, "unchanged")
    assert not Product.objects.exists()


def test_a_file_or_folder_that_is_not_there_is_said(schedule: ImportSchedule, folder: Path) -> None:
    run, _outcome = looked(from_folder(schedule, "acme.csv"))
    assert run.why == "There is no file acme.csv in the folder of incoming files."
    folder.rmdir()
    run, _outcome = looked(schedule)
    assert run.why == "The folder of incoming files is not there."


def test_a_schedule_that_is_due_is_taken_once_and_moved_on(schedule: ImportSchedule) -> None:
    due = schedule.next_run_at
    assert make_due(now=due - timedelta(seconds=1)) == []
    assert make_due(now=due) == [schedule]
    assert make_due(now=due) == []
    schedule.refresh_from_db()
    assert schedule.next_run_at.date() == due.date() + timedelta(days=1)
    schedule.frequency = "minutes"
    schedule.save()
    assert make_due(now=timezone.now() + timedelta(minutes=16)) == [schedule]
    schedule.active = False
    schedule.save()
    assert schedule.next_run_at is None


def test_the_command_imports_what_is_due(schedule: ImportSchedule, server: Any, capsys: Any) -> None:
    server(lambda request: httpx.Response(200, stream=httpx.ByteStream(FILE)))
    ImportSchedule.objects.update(next_run_at=timezone.now())
    call_command("run_imports", "--here")
    assert "prices.csv, done" in capsys.readouterr().out
    ImportSchedule.objects.update(next_run_at=timezone.now())
    call_command("run_imports", "--here")
    assert "nothing new" in capsys.readouterr().out
    call_command("run_imports", "--here")
    assert capsys.readouterr().out == ""


def test_nothing_larger_than_allowed_is_kept(
    schedule: ImportSchedule, folder: Path, server: Any, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(schedules, "MOST_BYTES", 10)
    server(lambda request: httpx.Response(200, stream=httpx.ByteStream(FILE)))
    assert "Larger than" in looked(schedule)[0].why
    drop(folder, "x.csv")
    assert "Larger than" in looked(from_folder(schedule, "x.csv"))[0].why
    assert list(Path(settings.IMPORT_DIR).iterdir()) == []


def test_a_schedule_is_made_looked_at_and_read_in_the_admin(
    admin_client: Client, schedule: ImportSchedule, server: Any
) -> None:
    server(lambda request: httpx.Response(404))
    looked(schedule)
    page = admin_client.get(reverse("admin:catalog_importschedule_change", args=[schedule.pk]))
    assert b"The server answered 404." in page.content
    assert b"nightly" in admin_client.get(reverse("admin:catalog_importschedule_changelist")).content
    values = {
        "name": "folder", "profile": schedule.profile_id, "source": "folder", "files": "../x.csv",
        "frequency": "daily", "minutes": 15, "weekday": 0, "at": "03:00", "active": "on",
        "access": "open",
    }  # fmt: skip
    refused = admin_client.post(reverse("admin:catalog_importschedule_add"), values)
    assert b"no name below the folder" in refused.content
    inside = {**values, "source": "address", "address": "https://user:pw@supplier.example/x"}
    assert (
        b"Addresses with a user"
        in admin_client.post(reverse("admin:catalog_importschedule_add"), inside).content
    )
    assert (
        admin_client.post(
            reverse("admin:catalog_importschedule_add"), {**values, "files": "x.csv"}
        ).status_code
        == 302
    )
    assert ImportSchedule.objects.get(name="folder").next_run_at is not None
