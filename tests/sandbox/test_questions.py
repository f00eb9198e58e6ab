"""What a system asks a catalog before anybody shops: IDS-Connect's LI and SV, and the profile of cXML."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from django.test import Client

from customers.demo import load as load_customers
from punchout import demo
from punchout.models import PunchoutSession, WireMessage
from punchout.sandbox import calling
from punchout.sandbox.counterparty import Counterparty
from punchout.sandbox.launching import Launch
from punchout.sandbox.models import SandboxRun
from punchout.sandbox.received import ReceivedCart
from punchout.sandbox.systems import SYSTEMS
from tests.sandbox.in_process import counterparty, into_the_shop

PAYLOADS = Path(__file__).parent / "payloads"
CXML_SYSTEMS = [slug for slug, system in SYSTEMS.items() if system.cxml]


@pytest.fixture
def shop(db: None) -> Iterator[None]:
    load_customers()
    demo.load()
    yield


def answered(slug: str, function: str, content: bytes, status: int = 200) -> Launch:
    transport = httpx.MockTransport(
        lambda _request: httpx.Response(status, content=content, headers={"Content-Type": "text/xml"})
    )
    return Counterparty(slug, client=httpx.Client(transport=transport)).call(function)


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def found_in(launch: Launch) -> ReceivedCart:
    assert launch.problem is None and launch.found is not None, launch.problem
    assert (launch.found.outcome, launch.found.lines) == ("answered", ())
    return launch.found


def remarks(cart: ReceivedCart) -> set[tuple[str, str]]:
    return {(remark.severity, remark.field) for remark in cart.remarks}


# -- against the shop ----------------------------------------------------------------------------------------


def test_the_shop_says_which_credentials_it_wants_and_which_versions_it_speaks(shop: None) -> None:
    system = counterparty("ids-erp")
    login = found_in(system.call("LI"))
    assert dict(login.extra_fields) == {
        "Kundennummer_erforderlich": "true",
        "Benutzername_erforderlich": "true",
        "Passwort_erforderlich": "true",
    }
    versions = found_in(system.call("SV"))
    assert versions.extra_fields == (("Version", "2.0"), ("Version", "2.5"))
    assert login.remarks == versions.remarks == ()


def test_a_question_is_asked_without_credentials_and_opens_nothing(shop: None) -> None:
    launch = counterparty("ids-erp").call("LI")
    assert launch.request_raw.decode().split("\n\n")[1] == "action = LI"
    assert launch.form is None
    assert not PunchoutSession.objects.exists()
    assert WireMessage.objects.get().kind == "IDS LI"


@pytest.mark.parametrize("slug", CXML_SYSTEMS)
def test_the_shop_shows_every_system_its_profile(shop: None, slug: str) -> None:
    launch = counterparty(slug).call("ProfileRequest")
    found = found_in(launch)
    facts = dict(found.extra_fields)
    assert {"ProfileRequest", "PunchOutSetupRequest"} <= set(facts)
    assert facts["PunchOutSetupRequest"].endswith("/punchout/cxml")
    assert "create" in facts["PunchOutSetupRequest · operationAllowed"].split()
    assert (found.remarks, found.status_code, launch.start_url) == ((), "200", "")


def test_the_profile_is_refused_to_who_is_not_known(shop: None) -> None:
    system = counterparty("coupa")
    dialect = system.system.cxml
    assert dialect is not None
    system.system = replace(system.system, cxml=replace(dialect, secret="another"))
    launch = system.call("ProfileRequest")
    assert launch.problem is not None and "401" in launch.problem.title
    assert launch.found is None


def test_the_page_shows_what_was_answered(
    shop: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "open_client", into_the_shop)
    for slug, function, shown in (
        ("ids-erp", "SV", "2.5"),
        ("ariba", "ProfileRequest", "PunchOutSetupRequest · operationAllowed"),
    ):
        answer = client.post(f"/sandbox/functions/{slug}/call", {"function": function}, follow=True)
        page = answer.content.decode()
        assert "What it says" in page and shown in page
        assert "The message holds no lines" not in page
        assert "demo-secret" not in page
        assert SandboxRun.objects.latest("id").status == SandboxRun.Status.RECEIVED


def test_a_field_is_offered_only_where_a_function_needs_it(client: Client, db: None) -> None:
    page = client.get("/sandbox/functions/coupa").content.decode()
    assert 'name="product"' in page and 'name="quantity"' not in page and 'name="search"' not in page
    page = client.get("/sandbox/functions/sap-s4").content.decode()
    assert all(f'name="{name}"' in page for name in ("product", "quantity", "search"))


# -- what is wrong is said -----------------------------------------------------------------------------------


def test_what_an_answer_about_credentials_does_wrong_is_remarked_on() -> None:
    found = found_in(answered("ids-erp", "LI", payload("ids_login_wrong.xml")))
    assert remarks(found) == {
        ("wrong", "xmlns"),
        ("wrong", "Kundennummer_erforderlich"),
        ("wrong", "Benutzername_erforderlich"),
    }
    assert dict(found.extra_fields)["Benutzername_erforderlich"] == "ja"


def test_a_client_says_when_it_has_nothing_to_send() -> None:
    asked = b"<Kundennummer_erforderlich>true</Kundennummer_erforderlich>"
    content = b"<Logininformationen>" + asked + b"</Logininformationen>"
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, content=content))
    system = Counterparty("ids-erp", client=httpx.Client(transport=transport))
    dialect = system.system.ids
    assert dialect is not None
    system.system = replace(system.system, ids=replace(dialect, customer_number=""))
    assert ("note", "Kundennummer_erforderlich") in remarks(found_in(system.call("LI")))


@pytest.mark.parametrize(
    ("versions", "severities"),
    [((), ["wrong"]), (("2.0",), ["note"]), (("2.5", "3.1"), ["wrong"]), (("1.3", "2.5"), [])],
)
def test_the_versions_are_held_against_the_clients_own(
    versions: tuple[str, ...], severities: list[str]
) -> None:
    listed = "".join(f"<Version>{version}</Version>" for version in versions)
    content = f"<Schnittstellenversionen>{listed}</Schnittstellenversionen>".encode()
    found = found_in(answered("ids-erp", "SV", content))
    assert [remark.severity for remark in found.remarks] == severities


def test_what_a_profile_does_wrong_is_remarked_on() -> None:
    found = found_in(answered("ariba", "ProfileRequest", payload("profile_wrong.xml")))
    assert remarks(found) == {
        ("wrong", "effectiveDate"),
        ("wrong", "PunchOutSetupRequest"),
        ("wrong", "OrderRequest · attachments"),
        ("wrong", "OrderRequest · changes"),
        ("wrong", "ProfileRequest"),
        ("wrong", "requestName"),
    }
    assert ("Locale", "en") in found.extra_fields
    empty = b'<cXML><Response><Status code="200"/><ProfileResponse effectiveDate="soon"/></Response></cXML>'
    found = found_in(answered("ariba", "ProfileRequest", empty))
    assert remarks(found) == {("wrong", "effectiveDate"), ("wrong", "Transaction")}


def test_a_success_without_a_profile_is_a_problem() -> None:
    launch = answered("ariba", "ProfileRequest", payload("setup_response.xml"))
    assert launch.problem is not None and "ProfileResponse" in launch.problem.detail


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("function", ["LI", "SV", "ProfileRequest"])
@pytest.mark.parametrize(
    "body",
    [b"", b"<html/>", b"<cXML/>", b"\xff\xfe", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", b"<Logininformation/>"],
    ids=range(6),
)
def test_an_answer_of_another_kind_is_a_problem(function: str, body: bytes, status: int) -> None:
    slug = "ariba" if function == "ProfileRequest" else "ids-erp"
    launch = answered(slug, function, body, status)
    assert launch.problem is not None and launch.problem.detail
    assert launch.found is None or launch.found.outcome == "unreadable"


@pytest.mark.parametrize("function", ["LI", "ProfileRequest"])
def test_a_catalog_that_cannot_be_reached_is_a_problem(function: str) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    slug = "ariba" if function == "ProfileRequest" else "ids-erp"
    system = Counterparty(slug, client=httpx.Client(transport=httpx.MockTransport(fail)))
    launch = system.call(function)
    assert launch.problem is not None and "refused" in launch.problem.detail
