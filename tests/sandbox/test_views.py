"""The sandbox in the browser: launch, receive, reopen; hostile content stays text."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils.html import escape

from punchout.sandbox import calling
from punchout.sandbox.models import SandboxRun, expiry
from punchout.sandbox.systems import SYSTEMS
from punchout.sandbox.xml_reading import parse_xml

PAYLOADS = Path(__file__).parent / "payloads"
FORM = "application/x-www-form-urlencoded"
pytestmark = pytest.mark.django_db


class Shop:
    """The shop's cXML endpoint as these tests need it: one answer, and what was posted."""

    def __init__(self) -> None:
        self.answer = (PAYLOADS / "setup_response.xml").read_bytes()
        self.requests: list[httpx.Request] = []
        self.refuses_connections = False

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.refuses_connections:
            raise httpx.ConnectError("connection refused", request=request)
        return httpx.Response(200, content=self.answer, headers={"Content-Type": "text/xml"})


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    played = Shop()
    monkeypatch.setattr(
        calling, "open_client", lambda: httpx.Client(transport=httpx.MockTransport(played.handle))
    )
    yield played


def launch(client: Client, system: str, **fields: str) -> SandboxRun:
    answer = client.post(
        "/sandbox/launch", {"system": system, "display": "frame", "language": "en", **fields}
    )
    assert answer.status_code == 302
    return SandboxRun.objects.get(public_id=answer["Location"].split("/")[3])


def page(client: Client, run: SandboxRun) -> str:
    answer = client.get(f"/sandbox/run/{run.public_id}/")
    assert answer.status_code == 200
    return answer.content.decode()


def give_back(client: Client, run: SandboxRun, name: str) -> HttpResponse:
    """Posts this message to the run with its own cookie, as the shop's return form would."""
    run.refresh_from_db()
    text = (PAYLOADS / name).read_text()
    if "memory" in run.state:
        text = text.replace("COOKIE", run.state["memory"]["buyer_cookie_xml"])
    body = text if name.endswith(".txt") else urlencode({"cXML-urlencoded": text})
    answer = client.generic("POST", f"/sandbox/receive/{run.public_id}", body.encode(), content_type=FORM)
    run.refresh_from_db()
    return answer  # type: ignore[return-value]


def test_the_first_page_offers_every_system(client: Client) -> None:
    text = client.get("/sandbox/").content.decode()
    for system in SYSTEMS.values():
        assert text.count(f'name="system" value="{system.slug}"') == 1
        assert escape(system.name) in text


def test_sap_gui_has_the_shop_in_its_own_window_and_catches_the_form_there(client: Client) -> None:
    run = launch(client, "sap-ecc", display="window")
    text = page(client, run)
    assert f'data-catch="/sandbox/receive/{run.public_id}"' in text
    assert 'sandbox="allow-same-origin allow-scripts' in text
    assert run.state["shop_url"] == "http://testserver"
    assert 'name="MM_HOOK_URL" value="SAPEVENT:POST"' in text
    assert "data-catch" not in page(client, launch(client, "sap-srm"))


def test_an_oci_launch_shows_a_frame_and_the_form_that_opens_it(client: Client) -> None:
    run = launch(client, "sap-s4")
    answer = client.get(f"/sandbox/run/{run.public_id}/")
    text = answer.content.decode()
    assert '<iframe class="catalog" name="catalog"' in text
    assert 'action="http://testserver/punchout/oci/demo-s4"' in text and 'target="catalog"' in text
    assert 'name="PASSWORD" value="demo-secret"' in text
    policy = answer["Content-Security-Policy"]
    assert re.search(r"frame-src 'self' http://testserver[;$]", policy + ";")
    assert "form-action 'self' http://testserver" in policy


@pytest.mark.parametrize(("own", "shop_host"), [("localhost", "127.0.0.1"), ("127.0.0.1", "localhost")])
def test_the_shop_is_framed_from_the_other_loopback_name(client: Client, own: str, shop_host: str) -> None:
    answer = client.post("/sandbox/launch", {"system": "sap-srm"}, headers={"Host": f"{own}:8000"})
    text = client.get(answer["Location"], headers={"Host": f"{own}:8000"}).content.decode()
    assert f'action="http://{shop_host}:8000/punchout/oci/demo-sap-srm"' in text
    assert f"http://{own}:8000/sandbox/receive/" in text


def test_a_cxml_launch_calls_this_server_whatever_the_host_header_says(client: Client, shop: Shop) -> None:
    answer = client.post("/sandbox/launch", {"system": "coupa"}, headers={"Host": "169.254.169.254:6379"})
    assert answer.status_code == 302
    (request,) = shop.requests
    assert (request.url.host, request.url.path) == ("127.0.0.1", "/punchout/cxml")


def test_with_a_public_address_only_that_is_called(client: Client, shop: Shop, settings) -> None:
    settings.PUBLIC_URL = "https://shop.example"
    launch(client, "coupa")
    assert str(shop.requests[0].url) == "https://shop.example/punchout/cxml"


def test_a_granted_cxml_launch_frames_the_start_page(client: Client, shop: Shop) -> None:
    text = page(client, launch(client, "ariba"))
    assert 'src="http://testserver/start/abcdefghijklmnopqrstuvwxyz"' in text
    assert "demo-secret" not in text


def test_in_a_new_window_the_page_waits(client: Client, shop: Shop) -> None:
    text = page(client, launch(client, "ariba", display="window"))
    assert "<iframe" not in text and 'target="catalog-' in text and "data-poll" in text


def test_a_refused_launch_is_shown_with_the_answer(client: Client, shop: Shop) -> None:
    shop.answer = (PAYLOADS / "setup_refused.xml").read_bytes()
    run = launch(client, "oracle")
    text = page(client, run)
    assert run.status == "failed"
    assert "The sender is not known here." in text and "Unauthorized" in text


def test_an_unreachable_shop_is_shown_as_such(client: Client, shop: Shop) -> None:
    shop.refuses_connections = True
    assert "cannot be reached" in page(client, launch(client, "oracle"))


def test_an_oci_cart_becomes_a_requisition(client: Client) -> None:
    run = launch(client, "sap-srm")
    answer = give_back(client, run, "oci_return_good.txt")
    assert answer.status_code == 200
    assert run.status == "received"
    text = page(client, run)
    assert "Installatiekabel XVB 3G2,5 grijs" in text and "227.05 EUR" in text
    assert "84.50 EUR" in text and "/ 100" in text
    assert "Edit this cart" not in text


def test_dropped_lines_are_told_in_saps_words(client: Client) -> None:
    run = launch(client, "sap-srm")
    give_back(client, run, "oci_return_bad_values.txt")
    assert "only complete items were transferred" in page(client, run)


def test_the_answer_to_a_returned_cart_leaves_the_session_alone(client: Client) -> None:
    run = launch(client, "sap-srm")
    answer = give_back(Client(enforce_csrf_checks=True), run, "oci_return_good.txt")
    assert answer.status_code == 200
    assert not answer.cookies
    assert "csrfmiddlewaretoken" not in answer.content.decode()
    assert f"/sandbox/run/{run.public_id}/" in answer.content.decode()


def test_a_cxml_cart_can_be_edited_inspected_and_left_unchanged(client: Client, shop: Shop) -> None:
    run = launch(client, "coupa")
    give_back(client, run, "order_message.xml")
    assert "Edit this cart" in page(client, run)
    answer = client.post(f"/sandbox/run/{run.public_id}/launch", {"operation": "edit"})
    edited = SandboxRun.objects.get(public_id=answer["Location"].split("/")[3])
    setup = parse_xml(shop.requests[-1].content).find("Request/PunchOutSetupRequest")
    assert setup is not None and setup.get("operation") == "edit"
    assert setup.find("ItemOut/ItemID/SupplierPartAuxiliaryID/Extrinsic") is not None
    give_back(client, edited, "order_message_204.xml")
    text = page(client, edited)
    assert edited.status == "cancelled"
    assert "Nothing changed" in text and "The requisition keeps" in text and "XVB-3G2.5-GR" in text
    client.post(f"/sandbox/run/{edited.public_id}/launch", {"operation": "inspect"})
    setup = parse_xml(shop.requests[-1].content).find("Request/PunchOutSetupRequest")
    assert setup is not None
    assert (setup.get("operation"), len(setup.findall("ItemOut"))) == ("inspect", 1)


def test_a_cart_that_may_not_be_reopened_offers_no_edit(client: Client, shop: Shop) -> None:
    run = launch(client, "coupa")
    give_back(client, run, "order_message_create_only.xml")
    text = page(client, run)
    assert "Edit this cart" not in text and ">Inspect<" not in text
    shop.requests.clear()
    client.post(f"/sandbox/run/{run.public_id}/launch", {"operation": "edit"})
    assert not shop.requests


def test_an_edit_that_comes_back_empty_deletes_the_lines(client: Client, shop: Shop) -> None:
    run = launch(client, "coupa")
    give_back(client, run, "order_message.xml")
    answer = client.post(f"/sandbox/run/{run.public_id}/launch", {"operation": "edit"})
    edited = SandboxRun.objects.get(public_id=answer["Location"].split("/")[3])
    give_back(client, edited, "order_message_empty.xml")
    text = page(client, edited)
    assert "All lines were removed" in text and "The requisition keeps" not in text


def test_a_create_that_comes_back_empty_is_a_cancel(client: Client, shop: Shop) -> None:
    run = launch(client, "coupa")
    give_back(client, run, "order_message_empty.xml")
    assert run.status == "cancelled"
    assert "came back without items" in page(client, run)


def test_markup_in_a_cart_stays_text(client: Client, shop: Shop) -> None:
    run = launch(client, "coupa")
    answer = give_back(client, run, "order_message_script.xml")
    for text in (answer.content.decode(), page(client, run)):
        assert "<script>alert" not in text and "&lt;script&gt;alert" in text


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe\0\0", b"", b"cXML-base64=%%", b"<x", b"NEW_ITEM-DESCRIPTION[1]=%00%ff&\0", b"a=%ED%A0%80"],
)
@pytest.mark.parametrize("system", ["sap-s4", "ariba"])
def test_garbage_is_stored_and_shown(client: Client, shop: Shop, system: str, body: bytes) -> None:
    run = launch(client, system)
    answer = client.generic("POST", f"/sandbox/receive/{run.public_id}", body, content_type=FORM)
    assert answer.status_code == 200
    run.refresh_from_db()
    assert bytes(run.received_body or b"") == body
    page(client, run)


def test_a_cart_with_ten_thousand_fields_is_received(client: Client) -> None:
    run = launch(client, "sap-s4")
    names = [f"NEW_ITEM-CUST_FIELD{field}[{line}]" for line in range(1, 501) for field in range(1, 21)]
    body = urlencode([(name, "x" * 300) for name in names]).encode()
    assert len(body) > 3 * 1024 * 1024
    answer = client.generic("POST", f"/sandbox/receive/{run.public_id}", body, content_type=FORM)
    assert answer.status_code == 200


@pytest.mark.parametrize("system", ["sap-s4", "ariba"])
def test_a_million_fields_are_not_taken_apart(client: Client, shop: Shop, system: str) -> None:
    run = launch(client, system)
    answer = client.generic(
        "POST", f"/sandbox/receive/{run.public_id}", b"a=1&" * 1_000_000, content_type=FORM
    )
    run.refresh_from_db()
    assert (answer.status_code, run.status) == (200, "failed")


def test_more_than_twenty_megabytes_are_refused(client: Client) -> None:
    run = launch(client, "sap-s4")
    body = b"x" * (20 * 1024 * 1024 + 1)
    answer = client.generic("POST", f"/sandbox/receive/{run.public_id}", body, content_type=FORM)
    assert answer.status_code == 413


def test_an_unknown_or_expired_run_takes_nothing(client: Client) -> None:
    run = launch(client, "sap-s4")
    SandboxRun.objects.filter(pk=run.pk).update(expires_at=run.created_at)
    for public_id in (run.public_id, "x" * 22):
        assert client.post(f"/sandbox/receive/{public_id}").status_code == 404
        assert client.get(f"/sandbox/run/{public_id}/").status_code == 404
    launch(client, "sap-s4")
    assert not SandboxRun.objects.filter(pk=run.pk).exists()
    assert expiry() > run.created_at


def test_a_second_post_of_the_cart_is_counted(client: Client) -> None:
    run = launch(client, "sap-s4")
    give_back(client, run, "oci_return_good.txt")
    give_back(client, run, "oci_return_good.txt")
    assert run.received_times == 2
    assert client.get(f"/sandbox/run/{run.public_id}/status").json() == {"status": "received", "received": 2}


def test_without_the_setting_there_is_no_sandbox(client: Client, settings) -> None:
    run = launch(client, "sap-s4")
    settings.SANDBOX = False
    for address in ("/sandbox/", f"/sandbox/run/{run.public_id}/"):
        assert client.get(address).status_code == 404
    assert client.post(f"/sandbox/receive/{run.public_id}").status_code == 404


def test_outside_the_demo_only_staff_get_in(client: Client, settings, django_user_model) -> None:
    settings.DEMO = settings.DEBUG = False
    assert "/login/" in client.get("/sandbox/")["Location"]
    person = django_user_model.objects.create_user("an", password="correct horse battery")
    client.force_login(person)
    assert "/login/" in client.get("/sandbox/")["Location"]
    django_user_model.objects.filter(pk=person.pk).update(is_staff=True)
    assert client.get("/sandbox/").status_code == 200


def test_nothing_is_launched_by_a_get_or_with_an_unknown_system(client: Client) -> None:
    assert client.get("/sandbox/launch").status_code == 405
    assert client.post("/sandbox/launch", {"system": "nobody"})["Location"] == "/sandbox/"
    assert not SandboxRun.objects.exists()


def test_launching_needs_the_csrf_token_and_only_receiving_does_not() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/sandbox/launch", {"system": "sap-s4"}).status_code == 403


def test_who_leaves_without_a_cart_is_seen_to_leave(client: Client) -> None:
    run = launch(client, "ifs")
    answer = client.get(f"/sandbox/left/{run.public_id}")
    run.refresh_from_db()
    assert (answer.status_code, run.status) == (200, "cancelled")
    assert "came back without items" in page(client, run)


def test_leaving_after_a_return_changes_nothing(client: Client) -> None:
    run = launch(client, "ifs")
    give_back(client, run, "oci_return_good.txt")
    client.get(f"/sandbox/left/{run.public_id}")
    run.refresh_from_db()
    assert run.status == "received" and "227.05 EUR" in page(client, run)


def test_a_function_page_offers_what_a_system_has(client: Client) -> None:
    assert "DOWNLOADJSON" in client.get("/sandbox/functions/sap-srm").content.decode()
    assert "Order/Get" in client.get("/sandbox/functions/cebeo-erp").content.decode()
    assert "has no functions" in client.get("/sandbox/functions/peppol").content.decode()
    assert client.get("/sandbox/functions/nobody").status_code == 404


def test_an_unknown_function_is_not_called(client: Client, shop: Shop) -> None:
    for function in ("VALIDATE", "", "nonsense"):
        answer = client.post("/sandbox/functions/coupa/call", {"function": function})
        assert answer.status_code == 404
    assert not shop.requests


def test_a_selected_item_travels_in_the_setup_request(client: Client, shop: Shop) -> None:
    client.post("/sandbox/functions/jaggaer/call", {"function": "SelectedItem", "product": "CAB-1"})
    setup = parse_xml(shop.requests[-1].content).find("Request/PunchOutSetupRequest")
    assert setup is not None
    assert setup.findtext("SelectedItem/ItemID/SupplierPartID") == "CAB-1"
