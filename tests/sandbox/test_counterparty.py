"""A played procurement system against a shop that is played in turn."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest

from punchout.sandbox.counterparty import Counterparty
from punchout.sandbox.launching import memory_from_json
from punchout.sandbox.systems import SYSTEMS
from punchout.sandbox.xml_reading import parse_xml

PAYLOADS = Path(__file__).parent / "payloads"
FORM = "application/x-www-form-urlencoded"


def answering(content: bytes, status: int = 200) -> tuple[httpx.Client, list[httpx.Request]]:
    """A client whose every request is answered with this, and the list the requests end up in."""
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(status, content=content, headers={"Content-Type": "text/xml"})

    return httpx.Client(transport=httpx.MockTransport(handle)), seen


def failing(error: Callable[[httpx.Request], Exception]) -> httpx.Client:
    def handle(request: httpx.Request) -> httpx.Response:
        raise error(request)

    return httpx.Client(transport=httpx.MockTransport(handle))


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def test_a_cxml_launch_posts_to_the_shop_and_gives_its_start_page() -> None:
    client, seen = answering(payload("setup_response.xml"))
    system = Counterparty(
        "ariba", shop_url="https://shop.example", connect_url="http://127.0.0.1:8123", client=client
    )
    launch = system.launch()
    assert launch.problem is None
    assert launch.start_url == "http://testserver/start/abcdefghijklmnopqrstuvwxyz"
    (request,) = seen
    assert str(request.url) == "http://127.0.0.1:8123/punchout/cxml"
    assert request.headers["Host"] == "shop.example"
    sent = parse_xml(launch.request_raw).find("Request/PunchOutSetupRequest")
    assert sent is not None and system.memory is not None
    assert sent.findtext("BuyerCookie") == system.memory.buyer_cookie_xml
    assert sent.findtext("BrowserFormPost/URL") == system.return_url


def test_a_cart_can_be_received_edited_and_left_unchanged() -> None:
    client, seen = answering(payload("setup_response.xml"))
    system = Counterparty("coupa", client=client)
    system.launch()
    assert system.memory is not None
    message = payload("order_message.xml").replace(b"COOKIE", system.memory.buyer_cookie_xml.encode())
    cart = system.receive(urlencode({"cXML-urlencoded": message.decode()}).encode(), FORM)
    assert (cart.outcome, cart.all_remarks) == ("cart", ())
    first_cookie = system.memory.buyer_cookie_xml
    system.launch("edit", cart)
    assert system.memory.buyer_cookie_xml != first_cookie
    item = parse_xml(seen[1].content).find("Request/PunchOutSetupRequest/ItemOut/ItemID/SupplierPartID")
    assert item is not None and item.text == "XVB-3G2.5-GR"
    unchanged = payload("order_message_204.xml").replace(b"COOKIE", system.memory.buyer_cookie_xml.encode())
    assert system.receive(unchanged, "text/xml").outcome == "unchanged"


def test_a_refusal_is_a_problem_in_the_systems_words() -> None:
    client, _seen = answering(payload("setup_refused.xml"))
    launch = Counterparty("oracle", client=client).launch()
    assert launch.problem is not None
    assert "401" in launch.problem.title
    assert launch.problem.detail == "The sender is not known here."
    assert launch.response_raw == payload("setup_refused.xml")


@pytest.mark.parametrize("content", [b"<h1>Bad gateway</h1>", b"", b"<html><body/></html>"])
def test_an_answer_without_cxml_is_a_problem(content: bytes) -> None:
    client, _seen = answering(content, 502)
    launch = Counterparty("oracle", client=client).launch()
    assert launch.problem is not None and "502" in launch.problem.detail


def test_a_shop_that_cannot_be_reached_is_a_problem() -> None:
    client = failing(lambda request: httpx.ConnectError("refused", request=request))
    launch = Counterparty("coupa", client=client).launch()
    assert launch.problem is not None and "ConnectError" in launch.problem.detail


def test_an_endless_answer_is_cut_off() -> None:
    client, _seen = answering(b" " * (3 * 1024 * 1024))
    assert Counterparty("coupa", client=client).launch().problem is not None


@pytest.mark.parametrize(("slug", "method"), [("sap-srm", "GET"), ("sap-s4", "POST")])
def test_an_oci_launch_is_a_form_that_the_browser_submits(slug: str, method: str) -> None:
    client, seen = answering(b"")
    system = Counterparty(slug, client=client)
    launch = system.launch()
    form = launch.form
    assert form is not None and system.memory is not None
    assert form.method == method
    system.submit(launch)
    (request,) = seen
    assert request.method == method
    sent = dict(parse_qsl(request.url.query.decode() if method == "GET" else request.content.decode()))
    assert sent["USERNAME"] == "demo"
    hook = urlsplit(sent["HOOK_URL"])
    assert hook.path.endswith(f"/receive/{system.run_id}")
    assert parse_qs(hook.query)["sid"] == [dict(system.memory.hook_fields)["sid"]]
    assert sent["http_content_charset"] == form.charset


def test_oci_has_no_edit() -> None:
    with pytest.raises(ValueError, match="OCI"):
        Counterparty("sap-s4").launch("edit")


def test_what_a_system_remembers_survives_storage() -> None:
    for slug in SYSTEMS:
        client, _seen = answering(payload("setup_response.xml"))
        system = Counterparty(slug, client=client)
        system.launch()
        assert system.memory is not None
        assert memory_from_json(system.memory.as_json()) == system.memory
