"""Sender is authenticated, From names the customer, and nobody learns which of them was wrong."""

import re

import pytest

from punchout.models import Connection, PunchoutSession, WireMessage
from punchout.secrets import set_secret
from punchout.services import leave
from tests.factories import CANARY_SECRET, ConnectionFactory
from tests.punchout.cxml.buyer import (
    credential,
    explanation,
    fill,
    identity_of,
    make_connection,
    order_message,
    post,
    setup,
    status_code,
)

pytestmark = pytest.mark.django_db
HUB = "AN01000000087"


def behind_hub(buyer: str, *, supplier: str = "999999999", **fields: object) -> Connection:
    """A customer whose messages a hub sends, with the one secret that the hub has."""
    connection = ConnectionFactory(
        adapter="cxml", secret=CANARY_SECRET, return_origins="https://buyer.example", **fields
    )
    credential(connection, "from", "NetworkID", buyer)
    credential(connection, "sender", "NetworkID", HUB)
    credential(connection, "to", "DUNS", supplier)
    return connection


def session_connection() -> Connection:
    return PunchoutSession.objects.latest("pk").connection


def last_error() -> str:
    return WireMessage.objects.order_by("-pk")[0].error


def test_a_hub_sends_for_many_customers_and_from_tells_them_apart() -> None:
    first, second = behind_hub("AN1"), behind_hub("AN2")
    for connection in (second, first):
        assert status_code(setup(connection)) == 200
        assert session_connection() == connection


def test_domains_and_identities_are_compared_without_case_and_blanks() -> None:
    connection = behind_hub("AN01000000001-T")
    body = fill("setup_request.xml", connection).decode()
    body = body.replace('domain="NetworkID"', 'domain=" networkId "').replace(
        "AN01000000001-T", "\n an01000000001-t "
    )
    assert status_code(post(body.encode())) == 200


def test_several_from_credentials_of_one_customer_are_accepted_known_or_not() -> None:
    connection = behind_hub("AN1")
    credential(connection, "from", "SystemID", "S4-100")
    body = fill("setup_request.xml", connection).decode()
    more = '<From><Credential domain="SystemID"><Identity>s4-100</Identity></Credential>'
    more += '<Credential domain="EndPointID"><Identity>anything</Identity></Credential>'
    assert status_code(post(body.replace("<From>", more).encode())) == 200


def test_from_credentials_of_two_customers_are_refused() -> None:
    connection, other = behind_hub("AN1"), behind_hub("AN2")
    credential(other, "from", "SystemID", "S4-200")
    body = fill("setup_request.xml", connection).decode()
    more = '<From><Credential domain="SystemID"><Identity>S4-200</Identity></Credential>'
    assert status_code(post(body.replace("<From>", more).encode())) == 401


def with_from(connection: Connection, *credentials: str) -> bytes:
    body = fill("setup_request.xml", connection).decode()
    return body.replace("<From>", "<From>" + "".join(credentials)).encode()


def of_domain(domain: str, identity: str, type: str = "") -> str:
    kind = f' type="{type}"' if type else ""
    return f'<Credential domain="{domain}"{kind}><Identity>{identity}</Identity></Credential>'


def test_another_identity_in_a_domain_that_the_connection_lists_is_refused() -> None:
    """cXML Reference Guide 1.2.051, p. 30-31: a credential of a domain that we know must be one we know."""
    connection = behind_hub("AN1")
    credential(connection, "from", "SystemID", "S4-100")
    assert status_code(post(with_from(connection, of_domain("SystemID", "S4-999")))) == 401
    assert "another identity than the connection lists" in last_error()
    assert status_code(post(with_from(connection, of_domain("SystemID", "S4-100")))) == 200


def test_several_systems_of_one_customer_are_told_apart_by_what_more_they_say_of_themselves() -> None:
    plain, first, second = behind_hub("AN1"), behind_hub("AN1"), behind_hub("AN1")
    credential(first, "from", "SystemID", "S4-100")
    credential(second, "from", "SystemID", "S4-200")
    for system, connection in (("S4-200", second), ("S4-100", first), ("S4-300", plain)):
        assert status_code(post(with_from(connection, of_domain("SystemID", system)))) == 200
        assert session_connection() == connection


def test_a_member_of_a_marketplace_is_the_customer_and_both_are_named_in_the_cart_that_returns() -> None:
    connection = behind_hub("AN1")
    marketplace = of_domain("NetworkID", "AN-market", "marketplace")
    assert status_code(post(with_from(connection, marketplace))) == 200
    assert session_connection() == connection
    document = order_message(leave(session=PunchoutSession.objects.get()).fields)
    assert [
        (found.get("domain"), found.get("type"), found.findtext("Identity"))
        for found in document.iterfind("Header/To/Credential")
    ] == [("NetworkID", None, "AN1"), ("NetworkID", "marketplace", "AN-market")]


def test_a_marketplace_that_is_a_customer_itself_does_not_take_the_place_of_its_member() -> None:
    market, member = behind_hub("AN-market"), behind_hub("AN1")
    marketplace = of_domain("NetworkID", "AN-market", "marketplace")
    assert status_code(post(with_from(member, marketplace))) == 200
    assert session_connection() == member
    assert status_code(setup(market)) == 200
    assert session_connection() == market


def test_a_known_sender_with_an_unknown_customer_is_forbidden() -> None:
    connection = behind_hub("AN1")
    assert status_code(setup(connection, buyer="AN-unknown")) == 403
    assert "AN-unknown" in last_error()


def test_an_unknown_customer_with_a_wrong_secret_is_unauthorized() -> None:
    connection = behind_hub("AN1")
    assert status_code(setup(connection, buyer="AN-unknown", secret="wrong")) == 401


def test_a_known_customer_with_an_unknown_sender_is_unauthorized() -> None:
    assert status_code(setup(behind_hub("AN1"), sender="AN-unknown")) == 401


def test_the_customer_of_another_sender_is_unauthorized() -> None:
    hub, direct = behind_hub("AN1"), make_connection()
    response = setup(hub, buyer=identity_of(direct, "from"))
    assert status_code(response) == 401


def test_no_refusal_says_which_part_was_wrong() -> None:
    connection = behind_hub("AN1")
    refused = [
        setup(connection, secret="wrong"),
        setup(connection, secret=None),
        setup(connection, secret=""),
        setup(connection, sender="AN-unknown"),
        setup(connection, sender="AN-unknown", buyer="AN-unknown"),
        setup(connection, buyer="AN-unknown", secret="wrong"),
    ]
    assert {status_code(response) for response in refused} == {401}
    assert len({explanation(response) for response in refused}) == 1


def test_a_message_without_sender_is_told_so() -> None:
    whole = fill("setup_request.xml", make_connection())
    nobody = post(re.sub(rb"(?s)<Sender>.*</Sender>", b"", whole))
    assert status_code(nobody) == 401
    assert "no Sender" in explanation(nobody)


def test_a_proven_sender_who_names_no_customer_is_told_so() -> None:
    whole = fill("setup_request.xml", make_connection())
    answer = post(re.sub(rb"(?s)<From>.*</From>", b"<From/>", whole))
    assert status_code(answer) == 403
    assert "no From" in explanation(answer)


def test_two_connections_with_the_same_parties_are_told_apart_by_to() -> None:
    first, second = behind_hub("AN1"), behind_hub("AN1", supplier="888888888")
    assert status_code(setup(first)) == 200
    assert session_connection() == first
    assert status_code(setup(second, supplier="888888888")) == 200
    assert session_connection() == second


def test_two_connections_with_the_same_parties_are_told_apart_by_the_address() -> None:
    first, second = behind_hub("AN1"), behind_hub("AN1")
    assert status_code(setup(first)) == 401
    assert first.slug in last_error()
    assert second.slug in last_error()
    for connection in (first, second):
        for path in (f"/punchout/cxml/{connection.slug}", f"/punchout/cxml/{connection.slug}/"):
            assert status_code(post(fill("setup_request.xml", connection), path)) == 200
            assert session_connection() == connection


def test_an_active_connection_is_preferred_to_its_switched_off_predecessor() -> None:
    behind_hub("AN1", active=False)
    active = behind_hub("AN1")
    assert status_code(setup(active)) == 200
    assert session_connection() == active


def test_the_address_of_a_connection_serves_no_other() -> None:
    first, second = make_connection(), make_connection()
    assert status_code(post(fill("setup_request.xml", first), f"/punchout/cxml/{second.slug}")) == 401


def test_an_address_that_names_no_connection_is_unauthorized() -> None:
    assert status_code(post(fill("setup_request.xml", make_connection()), "/punchout/cxml/nobody")) == 401


def test_the_connection_of_another_protocol_is_not_found() -> None:
    connection = behind_hub("AN1")
    Connection.objects.update(adapter="oci")
    assert status_code(setup(connection)) == 401


def test_line_breaks_around_a_secret_are_forgiven() -> None:
    connection = make_connection()
    assert status_code(setup(connection, secret=f"\n   {CANARY_SECRET}\n  ")) == 200


def test_a_secret_with_blanks_of_its_own_works() -> None:
    connection = make_connection()
    set_secret(connection, 1, " with blanks ")
    assert status_code(setup(connection, secret=" with blanks ")) == 200


def test_a_secret_in_from_does_not_authenticate() -> None:
    connection = make_connection()
    body = fill("setup_request.xml", connection, secret=None).decode()
    moved = f"</Identity><SharedSecret>{CANARY_SECRET}</SharedSecret></Credential></From>"
    assert status_code(post(body.replace("</Identity></Credential></From>", moved).encode())) == 401


def test_a_refused_message_is_linked_to_the_connection_it_names() -> None:
    connection = make_connection()
    setup(connection, secret="wrong")
    assert WireMessage.objects.get().connection == connection


@pytest.mark.parametrize(("strict", "code"), [(False, 200), (True, 417)])
def test_a_message_to_somebody_else_is_noted_or_refused_as_agreed(strict: bool, code: int) -> None:
    connection = make_connection(options={"check_to": strict})
    assert status_code(setup(connection, supplier="000000000")) == code
    noted = any("To is none" in note for note in WireMessage.objects.get().notes)
    assert noted is not strict
