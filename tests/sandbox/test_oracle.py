"""Oracle as the sandbox plays it by Oracle XML: against the shop itself, and against carts that are wrong."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import httpx
import pytest
from django.test import Client
from django.urls import reverse

from customers.demo import load as load_customers
from customers.models import Organisation
from punchout import demo
from punchout.models import PunchoutSession, WireMessage
from punchout.sandbox.counterparty import Counterparty
from punchout.sandbox.dialects import OracleDialect
from punchout.sandbox.models import SandboxRun
from punchout.sandbox.parse_oracle import read_cart
from punchout.sandbox.raw_display import without_secrets
from punchout.sandbox.received import ReceivedCart
from punchout.sandbox.systems import SYSTEMS
from tests.contracts.pages import ReturnPage, read_return_page
from tests.factories import CANARY_SECRET, ListPriceFactory, ProductFactory
from tests.punchout.oraclexml.buyer import make_connection

FORM = "application/x-www-form-urlencoded"
PAYLOAD = (Path(__file__).parent / "payloads" / "oracle_return.xml").read_text("utf-8")


def dialect() -> OracleDialect:
    found = SYSTEMS["oracle-xml"].oracle
    assert found is not None
    return found


def into_the_shop() -> httpx.Client:
    """A client whose requests reach this process's shop."""

    def answer(request: httpx.Request) -> httpx.Response:
        path, kind = request.url.raw_path.decode(), request.headers["Content-Type"]
        response = Client().generic(request.method, path, request.content, content_type=kind)
        headers = {"Content-Type": response["Content-Type"]}
        return httpx.Response(response.status_code, content=response.content, headers=headers)

    return httpx.Client(transport=httpx.MockTransport(answer))


@pytest.fixture
def shop(db: None) -> Iterator[Organisation]:
    load_customers()
    demo.load()
    organisation = Organisation.objects.get(number="100003")
    cable = ProductFactory(sku="CAB-1", name_de="Kabel", order_unit="MTR", price_unit=100)
    ListPriceFactory(
        product=cable, price_list=organisation.price_list, amount=Decimal("41.2345"), price_unit=100
    )
    yield organisation


def enter(start_url: str) -> tuple[Client, str]:
    browser = Client()
    started = browser.post(urlsplit(start_url).path)
    entered = browser.get(started["Location"])
    return browser, f"/s/{entered['Location'].split('/')[2]}"


def give_back(system: Counterparty, page: ReturnPage) -> ReceivedCart:
    """What the browser does with the return page, and what the system makes of it."""
    assert system.memory is not None
    assert page.action == system.memory.return_url
    return system.receive(urlencode(page.fields).encode(), FORM, urlsplit(page.action).query)


def test_a_cart_is_fetched_with_its_price_of_one_unit(shop: Organisation) -> None:
    system = Counterparty("oracle-xml", own_url="http://localhost:8123/sandbox", client=into_the_shop())
    launch = system.launch(language="de")
    assert launch.problem is None
    assert "demo-secret" not in without_secrets(launch.request_raw.decode())
    browser, prefix = enter(launch.start_url)
    assert PunchoutSession.objects.get().language == "de"
    browser.post(f"{prefix}/cart/add", {"sku": "CAB-1", "quantity": "250"})
    cart = give_back(system, read_return_page(browser.post(f"{prefix}/return")))
    assert (cart.outcome, cart.all_remarks, cart.currency) == ("cart", (), "EUR")
    (line,) = cart.lines
    assert (line.part_id, line.quantity, line.price) == ("CAB-1", Decimal(250), Decimal("0.412345"))
    assert line.description.startswith("Kabel")


def test_leaving_sends_nothing(shop: Organisation) -> None:
    launch = Counterparty("oracle-xml", client=into_the_shop()).launch()
    browser, prefix = enter(launch.start_url)
    assert read_return_page(browser.post(f"{prefix}/leave")).fields == []


def test_an_article_is_searched_for_by_transparent_punch_out(shop: Organisation) -> None:
    Counterparty("oracle-xml", client=into_the_shop()).launch(selected_item="CAB-1")
    assert PunchoutSession.objects.get().landing == "/search?q=CAB-1"


def test_a_refused_login_says_why(db: None) -> None:
    launch = Counterparty("oracle-xml", client=into_the_shop()).launch()
    assert launch.problem is not None
    assert "refused: A 700" in launch.problem.title
    assert launch.start_url == ""


@pytest.mark.parametrize("body", [b"<html/>", b"", b"<response><body/></response>"])
def test_an_answer_that_is_no_oracle_xml_is_told(body: bytes) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, content=body))
    launch = Counterparty("oracle-xml", client=httpx.Client(transport=transport)).launch()
    assert launch.problem is not None and "something else" in launch.problem.title


def test_oracle_xml_has_no_edit() -> None:
    with pytest.raises(ValueError, match="Oracle XML"):
        Counterparty("oracle-xml").launch("edit")


# -- carts that are wrong ------------------------------------------------------------------------------------


def read(document: str, field: str = "oracleCart") -> ReceivedCart:
    return read_cart(urlencode({field: document}).encode(), FORM, dialect())


def test_a_right_cart_has_no_remark_also_when_it_is_encoded_twice() -> None:
    for document in (PAYLOAD, quote(PAYLOAD, safe="")):
        cart = read(document)
        assert (cart.outcome, cart.all_remarks) == ("cart", ())
        assert cart.total == Decimal("37.20")
        assert cart.lines[0].classifications == (("UNSPSC", "39101600"),)


@pytest.mark.parametrize(
    ("right", "wrong", "field", "severity"),
    [
        ("LAMP-1", "L" * 26, "itemID", "lost"),
        ("LAMP-1", "", "itemID", "lost"),
        (">EA<", ">STUK<", "supplierUOMType", "lost"),
        ('quantity="3"', 'quantity="0"', "quantity", "lost"),
        ('quantity="3"', 'quantity="3,5"', "quantity", "lost"),
        ("12.40", "on request", "unitPrice", "lost"),
        ("EUR", "", "currency", "lost"),
        ("39101600", "", "categoryCode", "lost"),
        ("Luxor", "L" * 31, "manufacturerName", "cut"),
        ("CONTRACTED", "CATALOG", "catalogType", "wrong"),
    ],
)
def test_what_oracle_stumbles_over_is_told(right: str, wrong: str, field: str, severity: str) -> None:
    assert right in PAYLOAD
    remarks = read(PAYLOAD.replace(right, wrong)).all_remarks
    assert (field, severity) in [(remark.field, remark.severity) for remark in remarks]


@pytest.mark.parametrize("document", ["", "<response/>", "hello", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_a_cart_without_a_line_cannot_be_read(document: str) -> None:
    assert read(document).outcome == "unreadable"
    assert read(PAYLOAD, field="cart").outcome == "unreadable"


def test_a_transaction_that_is_lost_is_told(shop: Organisation) -> None:
    system = Counterparty("oracle-xml", client=into_the_shop())
    system.launch()
    cart = system.receive(urlencode({"oracleCart": PAYLOAD}).encode(), FORM, "OAFunc=other")
    assert [remark.field for remark in cart.remarks] == ["OAFunc", "transactionid"]


# -- in the browser ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_of_a_run_takes_a_cart_and_offers_no_edit(client: Client) -> None:
    run = SandboxRun.objects.create(system="oracle-xml", operation="create", state={"language": "en"})
    body = urlencode({"oracleCart": PAYLOAD})
    client.generic("POST", f"/sandbox/receive/{run.public_id}", body.encode(), content_type=FORM)
    page = client.get(f"/sandbox/run/{run.public_id}/").content.decode()
    assert "LAMP-1" in page and "Edit this cart" not in page


@pytest.mark.django_db
def test_a_test_launch_of_the_admin_plays_oracle(admin_client: Client) -> None:
    connection = make_connection()
    address = reverse("admin:punchout_connection_test", args=[connection.pk])
    trial = admin_client.post(address, {"secret": CANARY_SECRET}).context["trial"]
    assert trial.good, (trial.title, trial.detail)
    assert WireMessage.objects.get(direction="in").kind == "Oracle login"
    assert PunchoutSession.objects.get().state == PunchoutSession.State.CANCELLED
