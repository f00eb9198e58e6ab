"""The life of a session in the browser: start, enter, shop, return, and what never works."""

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from http import HTTPStatus

import pytest
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from customers.models import Organisation
from punchout.adapters import override
from punchout.documents import RequestedItem, SetupRequest, Shopper
from punchout.models import Connection, PunchoutSession, ReturnedCart, WireMessage
from punchout.services import redeem_start_token, start_session
from shop.carts import add_to_cart
from shop.models import CartLine
from tests.factories import ConnectionFactory, ListPriceFactory, ProductFactory, priced_products
from tests.punchout.plain_adapter import PlainAdapter

pytestmark = pytest.mark.django_db


@dataclass
class Browser:
    client: Client
    prefix: str
    session: PunchoutSession

    def get(self, path: str) -> object:
        return self.client.get(self.prefix + path)

    def post(self, path: str, data: dict[str, str] | None = None) -> object:
        return self.client.post(self.prefix + path, data or {})


@pytest.fixture(autouse=True)
def plain_adapter() -> Iterator[None]:
    with override(PlainAdapter):
        yield


@pytest.fixture
def connection() -> Connection:
    return ConnectionFactory(
        adapter="plain",
        slug="plain-one",
        buyer_system="SAP Test",
        return_origins="https://buyer.example",
        frame_origins="https://buyer.example",
        cookieless=True,
    )


def launch(connection: Connection, **setup: object) -> tuple[PunchoutSession, str]:
    fields = {"return_url": "https://buyer.example/return?sid=1", **setup}
    request = SetupRequest(connection=connection, **fields)  # type: ignore[arg-type]
    started = start_session(setup=request, message=WireMessage())
    return started.session, started.start_token


def browse(connection: Connection, *, cookies: bool = True, **setup: object) -> Browser:
    """A browser that went through the start page; without cookies it ends in a path session."""
    session, token = launch(connection, **setup)
    client = Client()
    entered = client.post(f"/start/{token}")
    assert entered.status_code == HTTPStatus.SEE_OTHER
    if not cookies:
        client.cookies.clear()
    arrived = client.get(entered["Location"])
    assert arrived.status_code == HTTPStatus.SEE_OTHER
    session.refresh_from_db()
    return Browser(client, "/".join(arrived["Location"].split("/")[:3]), session)


def put_article(session: PunchoutSession, quantity: int = 2) -> CartLine:
    product = ProductFactory()
    ListPriceFactory(product=product, price_list=session.organisation.price_list, amount=Decimal("9.99"))
    return add_to_cart(cart=session.cart, product=product, quantity=Decimal(quantity))


def test_the_start_token_is_not_stored(connection: Connection) -> None:
    session, token = launch(connection)
    assert len(token) == 43
    assert token not in str(PunchoutSession.objects.filter(pk=session.pk).values())


def test_looking_at_the_start_page_does_not_burn_the_token(connection: Connection, client: Client) -> None:
    _session, token = launch(connection)
    for method in (client.get, client.head, client.get):
        assert method(f"/start/{token}").status_code == HTTPStatus.OK
    assert client.post(f"/start/{token}").status_code == HTTPStatus.SEE_OTHER


def test_a_used_start_token_is_refused(connection: Connection, client: Client) -> None:
    _session, token = launch(connection)
    client.post(f"/start/{token}")
    assert client.post(f"/start/{token}").status_code == HTTPStatus.GONE
    assert client.get(f"/start/{token}").status_code == HTTPStatus.GONE


def test_used_expired_and_unknown_tokens_are_told_in_the_same_words(
    connection: Connection, client: Client
) -> None:
    _session, token = launch(connection)
    client.post(f"/start/{token}")
    expired, expired_token = launch(connection)
    PunchoutSession.objects.filter(pk=expired.pk).update(
        start_expires_at=timezone.now() - timedelta(seconds=1)
    )
    answers = [client.post(f"/start/{given}") for given in (token, expired_token, "A" * 43)]
    assert [answer.status_code for answer in answers] == [HTTPStatus.GONE] * 3
    texts = {answer.content.split(b"<main")[1].split(b"</main>")[0] for answer in answers}
    assert len(texts) == 1


def test_a_token_of_an_inactive_connection_is_refused(connection: Connection, client: Client) -> None:
    _session, token = launch(connection)
    Connection.objects.update(active=False)
    assert client.post(f"/start/{token}").status_code == HTTPStatus.GONE


@pytest.mark.django_db(transaction=True)
def test_of_fifty_threads_exactly_one_redeems_the_token(connection: Connection) -> None:
    _session, token = launch(connection)

    def redeem(_number: int) -> bool:
        try:
            return redeem_start_token(token=token) is not None
        finally:
            database.close()

    with ThreadPoolExecutor(max_workers=50) as pool:
        assert sum(pool.map(redeem, range(50))) == 1


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


def test_the_way_in_works_once(connection: Connection) -> None:
    _session, token = launch(connection)
    client = Client()
    entered = client.post(f"/start/{token}")["Location"]
    client.cookies.clear()
    assert client.get(entered).status_code == HTTPStatus.SEE_OTHER
    assert client.get(entered).status_code == HTTPStatus.GONE


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


def test_returning_freezes_the_cart_and_ends_the_session(connection: Connection) -> None:
    browser = browse(connection)
    line = put_article(browser.session, 3)
    response = browser.post("/return")
    text = response.content.decode("iso-8859-1")
    assert response["Content-Type"] == "text/html; charset=iso-8859-1"
    assert 'action="https://buyer.example/return?sid=1"' in text
    assert f"3 {line.sku}" in text or f"3.000 {line.sku}" in text
    assert "form-action 'self' https://buyer.example" in response["Content-Security-Policy"]
    returned = ReturnedCart.objects.get(session=browser.session)
    assert (returned.total, returned.currency, returned.lines[0]["sku"]) == (
        Decimal("29.97"),
        "EUR",
        line.sku,
    )
    assert browser.get("/cart").status_code == HTTPStatus.GONE
    assert browser.post("/cart/add", {"sku": line.sku, "quantity": "1"}).status_code == HTTPStatus.CONFLICT


def test_returning_twice_gives_the_same_form(connection: Connection) -> None:
    browser = browse(connection)
    put_article(browser.session)
    forms = [browser.post("/return").content.partition(b"<form")[2] for _count in range(2)]
    assert forms[0].partition(b"</form>")[0] == forms[1].partition(b"</form>")[0]
    assert ReturnedCart.objects.count() == 1


def test_a_returned_cart_is_freed_without_a_garbage_collection(connection: Connection) -> None:
    left = []
    for count in (1, 1, 60):  # the first fills what the process keeps
        browser = browse(connection)
        products = priced_products(connection.organisation.price_list, count)
        CartLine.objects.bulk_create(
            CartLine(cart=browser.session.cart, product=product, sku=product.sku, quantity=1, position=place)
            for place, product in enumerate(products)
        )
        gc.collect()
        gc.disable()
        try:
            assert browser.post("/return").status_code == HTTPStatus.OK
            left.append(gc.collect())
        finally:
            gc.enable()
    assert left[2] - left[1] < 20


def test_a_path_session_is_gone_after_the_return(connection: Connection) -> None:
    browser = browse(connection, cookies=False)
    put_article(browser.session)
    assert browser.post("/return").status_code == HTTPStatus.OK
    assert browser.get("/").status_code == HTTPStatus.NOT_FOUND


def test_an_empty_cart_goes_nowhere(connection: Connection) -> None:
    browser = browse(connection)
    response = browser.post("/return")
    assert response.status_code == HTTPStatus.SEE_OTHER
    assert response["Location"] == f"{browser.prefix}/cart"
    browser.session.refresh_from_db()
    assert browser.session.state == PunchoutSession.State.ACTIVE


def test_without_a_return_address_the_cart_stays(connection: Connection) -> None:
    browser = browse(connection, return_url="")
    put_article(browser.session)
    assert browser.post("/return").status_code == HTTPStatus.CONFLICT
    assert browser.post("/leave").status_code == HTTPStatus.OK


def test_leaving_tells_the_buyers_system_and_keeps_nothing(connection: Connection) -> None:
    browser = browse(connection)
    put_article(browser.session)
    assert b'name="left"' in browser.post("/leave").content
    returned = ReturnedCart.objects.get(session=browser.session)
    assert (returned.outcome, returned.lines) == (ReturnedCart.Outcome.EMPTY, [])


def test_leaving_tells_nothing_to_an_address_that_left_the_list(connection: Connection) -> None:
    browser = browse(connection)
    put_article(browser.session)
    Connection.objects.update(return_origins="https://other.example")
    left = browser.post("/leave")
    assert left.status_code == HTTPStatus.OK
    assert b"https://buyer.example" not in left.content
    returned = ReturnedCart.objects.get(session=browser.session)
    assert (returned.form, returned.return_host) == ({}, "")
    assert not WireMessage.objects.filter(direction="out").exists()


def test_leaving_in_a_second_tab_after_the_return_sends_no_cart_again(connection: Connection) -> None:
    browser = browse(connection)
    line = put_article(browser.session)
    assert browser.post("/return").status_code == HTTPStatus.OK
    left = browser.post("/leave")
    assert left.status_code == HTTPStatus.CONFLICT
    assert line.sku.encode() not in left.content
    assert "Your cart was returned to SAP Test" in left.content.decode()
    assert ReturnedCart.objects.get().outcome == ReturnedCart.Outcome.CART


def test_returning_in_a_second_tab_after_leaving_says_that_nothing_was_sent(connection: Connection) -> None:
    browser = browse(connection)
    put_article(browser.session)
    assert browser.post("/leave").status_code == HTTPStatus.OK
    assert browser.post("/return").status_code == HTTPStatus.CONFLICT
    assert browser.post("/leave").status_code == HTTPStatus.OK


def test_a_customer_who_is_switched_off_shops_no_more(connection: Connection) -> None:
    browser = browse(connection)
    _session, token = launch(connection)
    Organisation.objects.update(active=False)
    assert browser.get("/").status_code == HTTPStatus.GONE
    assert Client().post(f"/start/{token}").status_code == HTTPStatus.GONE


def test_an_inspected_cart_can_be_seen_and_not_changed(connection: Connection) -> None:
    product = ProductFactory()
    items = (RequestedItem(product.sku, Decimal(4), "aux"),)
    browser = browse(connection, operation="inspect", items=items)
    assert product.sku in browser.get("/cart").content.decode()
    assert browser.post("/cart/add", {"sku": product.sku, "quantity": "1"}).status_code in (403, 409)
    assert browser.session.cart.lines.get().quantity == 4
    assert browser.post("/return").status_code == HTTPStatus.CONFLICT


def test_an_edited_cart_keeps_line_identities_and_unknown_articles(connection: Connection) -> None:
    product = ProductFactory()
    items = (
        RequestedItem(product.sku, Decimal(4), "<aux>1</aux>"),
        RequestedItem("NOT-OURS", Decimal(1), "x", "Old lamp"),
        RequestedItem(product.sku, Decimal(2), "copied"),
    )
    message = WireMessage()
    setup = SetupRequest(connection=connection, operation="edit", items=items)
    start_session(setup=setup, message=message)
    assert [note for note in message.notes if note.startswith("1 lines have an article of a line above")]
    browser = browse(connection, operation="edit", items=items)
    lines = list(browser.session.cart.lines.all())
    assert [(line.sku, line.quantity, line.token) for line in lines] == [
        (product.sku, 6, "<aux>1</aux>"),
        ("NOT-OURS", 1, "x"),
    ]
    assert "Old lamp" in browser.get("/cart").content.decode()


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


def test_every_exchange_is_recorded_with_verdict_and_answer(connection: Connection, client: Client) -> None:
    client.post("/punchout/plain/plain-one/", b"hello", content_type="text/plain")
    client.post("/punchout/plain/unknown", b"hello", content_type="text/plain")
    client.post("/punchout/plain/plain-one", b"fault", content_type="text/plain")
    rows = list(WireMessage.objects.order_by("id"))
    assert [(row.verdict, row.answer_status) for row in rows] == [
        ("accepted", 200),
        ("refused", 400),
        ("failed", 500),
    ]
    assert rows[0].answer_body == "[start token]"
    assert rows[0].session == PunchoutSession.objects.get()
    assert "only the operator reads this" in rows[1].error
    assert all(row.duration_ms for row in rows)


def test_a_body_over_the_limit_is_refused_and_recorded(connection: Connection, client: Client) -> None:
    response = client.post("/punchout/plain/plain-one", b"x" * 3_000_000, content_type="text/plain")
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert WireMessage.objects.get().verdict == WireMessage.Verdict.REFUSED


def test_a_gzip_bomb_is_refused(connection: Connection, client: Client) -> None:
    import gzip

    bomb = gzip.compress(b"\x00" * 50_000_000)
    response = client.post(
        "/punchout/plain/plain-one", bomb, content_type="text/plain", headers={"Content-Encoding": "gzip"}
    )
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert not PunchoutSession.objects.exists()


def test_an_unknown_protocol_is_not_found(client: Client) -> None:
    assert client.post("/punchout/nothing").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.django_db(transaction=True)
def test_many_first_launches_of_one_person_at_once_all_open(connection: Connection) -> None:
    def open_shop(_number: int) -> int | None:
        try:
            return launch(connection, shopper=Shopper("new@buyer.example", "New"))[0].person_id
        finally:
            database.close()

    with ThreadPoolExecutor(max_workers=10) as pool:
        assert len(set(pool.map(open_shop, range(10)))) == 1


@pytest.mark.django_db(transaction=True)
def test_many_clicks_on_return_at_once_end_the_session_once_with_one_form(connection: Connection) -> None:
    browser = browse(connection)
    put_article(browser.session)

    def click(_number: int) -> str:
        try:
            return (
                browser.post("/return")
                .content.decode("iso-8859-1")
                .partition("<form")[2]
                .partition("</form")[0]
            )
        finally:
            database.close()

    with ThreadPoolExecutor(max_workers=10) as pool:
        forms = set(pool.map(click, range(10)))
    assert len(forms) == 1
    assert "item-1" in forms.pop()
    assert ReturnedCart.objects.count() == 1
    assert WireMessage.objects.filter(direction=WireMessage.Direction.OUT).count() == 1


def test_a_persons_identifier_that_grows_when_its_case_is_folded_still_fits(connection: Connection) -> None:
    session, _token = launch(connection, shopper=Shopper("ß" * 190))
    assert session.person is not None
    assert session.person.identifier == "s" * 190
