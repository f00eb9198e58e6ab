"""What a load balancer and an operator ask for."""

import pytest
from django.test import Client

from shop import health

pytestmark = pytest.mark.django_db


def test_healthz_answers_while_the_process_lives(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"
    assert client.get("/healthz/").status_code == 200


def test_readyz_names_what_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.search, "ready", lambda: (True, ""))
    assert client.get("/readyz").json() == {"database": "ok", "migrations": "ok", "search": "ok"}
    monkeypatch.setattr(health.search, "ready", lambda: (False, "the index is being built"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["search"] == "the index is being built"


def test_the_admin_is_found_without_its_slash_and_the_browser_finds_an_icon(client: Client) -> None:
    assert client.get("/admin")["Location"] == "/admin/"
    assert client.get("/favicon.ico")["Location"] == "/static/shop/mark.svg"


@pytest.mark.parametrize("path", ["/punchout/cxml", "/punchout/oci/nobody"])
def test_no_protocol_address_redirects_a_post(client: Client, path: str) -> None:
    for spelling in (path, path + "/"):
        status = client.post(spelling, b"x", content_type="text/plain").status_code
        assert not 300 <= status < 400
