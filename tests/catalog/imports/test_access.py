"""Sources of files whose server asks for a password, a token or a key."""

import base64
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from catalog import outbound
from catalog.imports.access import request_for, set_secret
from catalog.imports.errors import FileRefused
from catalog.imports.schedules import look
from catalog.models import ImportProfile, ImportRun, ImportSchedule
from tests.factories import CANARY_SECRET

pytestmark = pytest.mark.django_db
FILE = b"nr;naam\nA-1;Kabel\n"
Answer = Callable[[httpx.Request], httpx.Response]
Made = Callable[..., ImportSchedule]


@pytest.fixture
def made(profile: ImportProfile) -> Made:
    """A source with what its server asks for."""
    profile.format = "csv"
    profile.options = {"columns": {"nr": "sku", "naam": "name_en"}}
    profile.save()

    def make(access: str, address: str = "https://supplier.example/prices.csv") -> ImportSchedule:
        schedule = ImportSchedule(
            name="nightly", profile=profile, address=address, access=access, user="shop"
        )
        set_secret(schedule, CANARY_SECRET)
        schedule.save()
        return schedule

    return make


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], list[httpx.Request]]:
    def serve(answer: Answer) -> list[httpx.Request]:
        heard: list[httpx.Request] = []

        def handle(request: httpx.Request) -> httpx.Response:
            heard.append(request)
            return answer(request)

        monkeypatch.setattr(outbound, "Door", lambda: httpx.MockTransport(handle))
        return heard

    return serve


def given(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, stream=httpx.ByteStream(FILE))


def test_the_server_gets_what_it_asks_for(made: Made, server: Any) -> None:
    heard = server(given)
    for access, address in (
        ("open", "https://supplier.example/prices.csv"),
        ("password", "https://supplier.example/prices.csv"),
        ("token", "https://supplier.example/prices.csv"),
        ("address", "https://supplier.example/get?k={key}&f=csv"),
    ):
        look(schedule_id=made(access, address).pk, background=False)
        ImportRun.objects.all().delete()
    plain, basic, bearer, keyed = heard
    assert "authorization" not in plain.headers
    pair = base64.b64encode(f"shop:{CANARY_SECRET}".encode()).decode()
    assert basic.headers["authorization"] == f"Basic {pair}"
    assert bearer.headers["authorization"] == f"Bearer {CANARY_SECRET}"
    assert str(keyed.url) == f"https://supplier.example/get?k={CANARY_SECRET}&f=csv"


def test_a_key_with_odd_signs_stays_one_part_of_the_address(made: Made) -> None:
    schedule = made("address", "https://supplier.example/{key}/prices.csv")
    set_secret(schedule, "a/b?c=d&e#é")
    asked = httpx.URL(request_for(schedule).address)
    assert asked.path == "/a/b?c=d&e#é/prices.csv"
    assert asked.query == b""


def test_a_password_does_not_follow_a_redirect_to_another_server(made: Made, server: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "elsewhere.example":
            return given(request)
        if request.url.path == "/prices.csv":
            return httpx.Response(302, headers={"location": "/moved.csv"})
        return httpx.Response(302, headers={"location": "https://elsewhere.example/prices.csv"})

    heard = server(answer)
    assert look(schedule_id=made("password").pk, background=False) is not None
    assert [(each.url.host, "authorization" in each.headers) for each in heard] == [
        ("supplier.example", True),
        ("supplier.example", True),
        ("elsewhere.example", False),
    ]


def test_a_secret_stands_in_no_row_no_log_and_no_page(
    made: Made, server: Any, admin_client: Client, caplog: pytest.LogCaptureFixture, capfd: Any
) -> None:
    server(lambda request: httpx.Response(403))
    schedule = made("address", "https://supplier.example/{key}/prices.csv")
    run = look(schedule_id=schedule.pk, background=False)
    assert run is not None and run.why == "The server answered 403."
    pages = [
        admin_client.get(reverse(f"admin:catalog_{name}", args=args)).content.decode()
        for name, args in (
            ("importschedule_change", [schedule.pk]),
            ("importschedule_changelist", []),
            ("importrun_change", [run.pk]),
            ("importrun_changelist", []),
        )
    ]
    rows = [str(row) for model in (ImportSchedule, ImportRun) for row in model.objects.values_list()]
    written = [record.getMessage() for record in caplog.records if record.name != "httpx"]
    assert "https://supplier.example/{key}/prices.csv" in pages[0]
    for text in (*pages, *rows, *written, *capfd.readouterr(), repr(schedule)):
        assert CANARY_SECRET not in text
        assert schedule.sealed not in text or text in rows


def test_whole_addresses_are_not_logged() -> None:
    """httpx says each address at the level INFO."""
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert not logging.getLogger("httpcore").isEnabledFor(logging.DEBUG)


def test_a_secret_whose_sealing_key_is_gone_is_asked_for_again(
    made: Made, server: Any, settings: Any
) -> None:
    heard = server(given)
    schedule = made("token")
    settings.SEALING_KEYS = ["another key"]
    run = look(schedule_id=schedule.pk, background=False)
    assert run is not None and "Enter it again" in run.why
    assert heard == []
    with pytest.raises(FileRefused):
        request_for(schedule)


def test_the_admin_keeps_a_secret_and_never_sends_it_to_a_server_it_was_not_entered_for(
    admin_client: Client, profile: ImportProfile
) -> None:
    values = {
        "name": "nightly", "profile": profile.pk, "source": "address", "frequency": "daily", "minutes": 15,
        "weekday": 0, "at": "03:00", "active": "on", "access": "password", "user": "shop",
        "address": "https://supplier.example/prices.csv",
    }  # fmt: skip
    add = reverse("admin:catalog_importschedule_add")
    assert b"Enter it for this server" in admin_client.post(add, values).content
    assert admin_client.post(add, {**values, "secret": CANARY_SECRET}).status_code == 302
    schedule = ImportSchedule.objects.get()
    assert request_for(schedule).authorization.startswith("Basic ")

    change = reverse("admin:catalog_importschedule_change", args=[schedule.pk])
    management = {"runs-TOTAL_FORMS": 0, "runs-INITIAL_FORMS": 0}
    other = {**values, **management, "address": "https://supplier.example/other.csv"}
    assert admin_client.post(change, other).status_code == 302
    schedule.refresh_from_db()
    assert request_for(schedule).address == "https://supplier.example/other.csv"
    for hostile in (
        {"address": "https://thief.example/prices.csv"},
        {"access": "token"},
        {"access": "address", "address": "https://supplier.example/{key}"},
    ):
        assert b"Enter it for this server" in admin_client.post(change, {**other, **hostile}).content
    assert admin_client.post(change, {**other, "access": "open"}).status_code == 302
    schedule.refresh_from_db()
    assert schedule.sealed == ""
    assert CANARY_SECRET not in "".join(LogEntry.objects.values_list("change_message", flat=True))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"user": ""}, b"has a name"),
        ({"user": "a:b"}, b"A colon cannot stand"),
        ({"access": "address"}, b"Write {key} where"),
        ({"access": "address", "address": "https://{key}.example/x"}, b"part of the server"),
        ({"access": "token", "secret": "é"}, b"plain letters"),
        ({"address": "https://[x/y"}, b"This is no address."),
    ],
)
def test_what_does_not_fit_together_is_said_at_its_field(
    admin_client: Client, profile: ImportProfile, changed: dict[str, str], problem: bytes
) -> None:
    values = {
        "name": "nightly", "profile": profile.pk, "source": "address", "frequency": "daily", "minutes": 15,
        "weekday": 0, "at": "03:00", "active": "on", "access": "password", "user": "shop", "secret": "x",
        "address": "https://supplier.example/prices.csv",
    }  # fmt: skip
    answer = admin_client.post(reverse("admin:catalog_importschedule_add"), {**values, **changed})
    assert problem in answer.content
