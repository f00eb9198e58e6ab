"""A browser stays in its session, by a cookie or by the address, and in no other one."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.test import Client
from django.utils import timezone

from customers.models import Organisation
from punchout.models import Connection, PunchoutSession
from tests.punchout.sessions.visiting import browse, launch, put_article

pytestmark = pytest.mark.django_db


def test_the_cookie_belongs_to_one_session_and_may_stand_in_a_frame(
    connection: Connection, client: Client
) -> None:
    session, token = launch(connection)
    header = client.post(f"/start/{token}").cookies[f"__Secure-shop-{session.key[:8]}"].OutputString()
    for attribute in (f"Path=/s/{session.key}/", "Secure", "HttpOnly", "SameSite=None", "Partitioned"):
        assert attribute in header


def test_a_browser_that_keeps_the_cookie_shops_below_the_public_key(connection: Connection) -> None:
    browser = browse(connection)
    assert browser.prefix == f"/s/{browser.session.key}"
    assert browser.session.embedding == PunchoutSession.Embedding.COOKIE
    assert browser.get("/").status_code == HTTPStatus.OK


def test_a_browser_without_cookies_shops_below_a_secret_path(connection: Connection) -> None:
    browser = browse(connection, cookies=False)
    assert len(browser.prefix) == len("/s/") + 43
    assert browser.session.embedding == PunchoutSession.Embedding.PATH
    response = browser.get("/")
    assert response.status_code == HTTPStatus.OK
    assert not response.cookies
    assert response["Referrer-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]


def test_without_the_cookie_the_public_key_opens_nothing(connection: Connection) -> None:
    browser = browse(connection)
    assert Client().get(browser.prefix + "/").status_code == HTTPStatus.NOT_FOUND


def test_a_browser_without_cookies_is_offered_a_new_window_when_paths_are_not_allowed(
    connection: Connection,
) -> None:
    Connection.objects.update(cookieless=False)
    session, token = launch(connection)
    client = Client()
    entered = client.post(f"/start/{token}")["Location"]
    client.cookies.clear()
    page = client.get(entered)
    assert page.status_code == HTTPStatus.OK
    again = page.content.decode().partition("/start/")[2][:43]
    opened = Client().post(f"/start/{again}")
    assert opened.status_code == HTTPStatus.SEE_OTHER
    session.refresh_from_db()
    assert session.state == PunchoutSession.State.ACTIVE


def test_two_sessions_in_one_browser_have_two_carts(connection: Connection) -> None:
    client = Client()
    prefixes = []
    for _count in range(2):
        _session, token = launch(connection)
        arrived = client.get(client.post(f"/start/{token}")["Location"])
        prefixes.append("/".join(arrived["Location"].split("/")[:3]))
    first, second = PunchoutSession.objects.order_by("id")
    line = put_article(first)
    assert line.sku in client.get(prefixes[0] + "/cart").content.decode()
    assert line.sku not in client.get(prefixes[1] + "/cart").content.decode()
    assert first.cart_id != second.cart_id


def test_the_pages_may_be_framed_by_the_configured_origins_only(connection: Connection) -> None:
    browser = browse(connection)
    response = browser.get("/")
    assert "frame-ancestors 'self' https://buyer.example;" in response["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in response
    for outside in ("/", "/admin/login/", "/nowhere", "/healthz"):
        answer = Client().get(outside)
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_the_admin_is_not_reachable_inside_a_session(connection: Connection) -> None:
    browser = browse(connection)
    assert browser.get("/admin/").status_code == HTTPStatus.NOT_FOUND
    assert browser.get("/punchout/plain").status_code == HTTPStatus.NOT_FOUND


def test_somebody_signed_in_to_the_admin_is_not_inherited(
    connection: Connection, admin_client: Client
) -> None:
    _session, token = launch(connection)
    arrived = admin_client.get(admin_client.post(f"/start/{token}")["Location"])
    response = admin_client.get(arrived["Location"])
    assert response.wsgi_request.user.is_anonymous
    assert admin_client.get("/admin/").status_code == HTTPStatus.OK


def test_a_post_without_csrf_token_is_refused_and_with_it_taken(connection: Connection) -> None:
    session, token = launch(connection)
    client = Client(enforce_csrf_checks=True)
    arrived = client.get(client.post(f"/start/{token}")["Location"])
    prefix = "/".join(arrived["Location"].split("/")[:3])
    put_article(session)
    assert client.post(f"{prefix}/return").status_code == HTTPStatus.FORBIDDEN
    page = client.get(f"{prefix}/cart").content.decode()
    secret = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    answer = client.post(f"{prefix}/return", {"csrfmiddlewaretoken": secret})
    assert answer.status_code == HTTPStatus.OK


def test_a_customer_who_is_switched_off_shops_no_more(connection: Connection) -> None:
    browser = browse(connection)
    _session, token = launch(connection)
    Organisation.objects.update(active=False)
    assert browser.get("/").status_code == HTTPStatus.GONE
    assert Client().post(f"/start/{token}").status_code == HTTPStatus.GONE


def test_a_session_that_idles_too_long_is_over(connection: Connection) -> None:
    browser = browse(connection)
    PunchoutSession.objects.update(seen_at=timezone.now() - timedelta(hours=3))
    assert browser.get("/").status_code == HTTPStatus.GONE
    browser.session.refresh_from_db()
    assert browser.session.state == PunchoutSession.State.EXPIRED


def test_the_language_is_the_sessions(connection: Connection) -> None:
    assert browse(connection, language="de-DE").session.language == "de"
    assert browse(connection, language="xx").session.language == connection.organisation.language
    assert browse(connection, language="fr").get("/")["Content-Language"] == "fr"
