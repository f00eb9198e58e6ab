"""CredentialMac: a network vouches for a buyer who comes directly (Reference Guide 1.2.051, p. 570-577)."""

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.utils import timezone
from lxml import etree

from punchout.adapters.cxml.mac import code_of
from punchout.adapters.cxml.parse import Credential, Mac
from punchout.models import Connection, PunchoutSession, WireMessage
from punchout.replay import replay
from punchout.secrets import set_secret
from tests.factories import CANARY_SECRET, HubFactory
from tests.punchout.cxml.buyer import (
    credential,
    explanation,
    fill,
    identity_of,
    make_connection,
    post,
    status_code,
)

pytestmark = pytest.mark.django_db
ATTRIBUTES = 'type="{type}" algorithm="{algorithm}" creationDate="{created}" expirationDate="{expires}"'


def test_the_code_is_that_of_the_guides_test_vector() -> None:
    mac = Mac(
        "FromSenderCredentials",
        "HMAC-SHA1-96",
        "2003-01-15T08:42:46-08:00",
        "2003-01-15T11:42:46-08:00",
        "",
    )
    party = Credential("NetworkId", " AN9900000100 ")
    assert code_of(mac, party, party, "abracadabra") == "cR6Jpz58nriXERDN"


def test_the_case_of_an_ariba_user_domain_counts() -> None:
    mac = Mac("FromSenderCredentials", "HMAC-SHA1-96", "a", "b", "")
    buyer, sender = Credential("NetworkId", "AN1"), Credential("AribaNetworkUserId", "Hub@Ariba.com")
    parts = ("networkid", "an1", "AribaNetworkUserId", "hub@ariba.com", "a", "b")
    assert code_of(mac, buyer, sender, "key") == sign(parts, "key")


def sign(parts: tuple[str, ...], key: str) -> str:
    """What the network computes, written down once more from the guide."""
    data = b"".join(part.encode() + b"\x00" for part in parts)
    return base64.b64encode(hmac.new(key.encode(), data, hashlib.sha1).digest()[:12]).decode()


def direct_setup(
    connection: Connection,
    *,
    key: str = CANARY_SECRET,
    created: timedelta | str = timedelta(minutes=-5),
    expires: timedelta | str = timedelta(hours=3),
    signed_for: str = "",
    **fields: str,
) -> HttpResponse:
    """A launch whose Sender has a CredentialMac in place of a SharedSecret."""
    now = timezone.now()
    values = {
        "type": "FromSenderCredentials",
        "algorithm": "HMAC-SHA1-96",
        "created": created if isinstance(created, str) else (now + created).isoformat(),
        "expires": expires if isinstance(expires, str) else (now + expires).isoformat(timespec="seconds"),
        **fields,
    }
    buyer, sender = identity_of(connection, "from"), identity_of(connection, "sender")
    signed = ("networkid", (signed_for or buyer).lower(), "networkid", sender.lower())
    code = fields.get("code") or sign((*signed, values["created"], values["expires"]), key)
    element = f"<CredentialMac {ATTRIBUTES.format(**values)}>\n {code}\n</CredentialMac>"
    body = fill("setup_request.xml", connection, secret=None).decode()
    before, sender_element, after = body.partition("<Sender>")
    after = after.replace("</Identity>", f"</Identity>{element}", 1)
    return post((before + sender_element + after).encode())


@pytest.fixture
def connection() -> Connection:
    return make_connection(options={"direct": True})


def last() -> WireMessage:
    return WireMessage.objects.latest("pk")


def test_a_launch_with_a_right_code_opens_a_session_and_the_code_is_not_logged(
    connection: Connection,
) -> None:
    assert status_code(direct_setup(connection)) == 200
    assert PunchoutSession.objects.get().connection == connection
    assert "<CredentialMac" in last().body
    assert "[redacted]</CredentialMac>" in last().body
    assert connection.secrets.get().last_used_at is not None


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"key": "another secret"}, "wrong"),
        ({"signed_for": "AN-somebody-else"}, "wrong"),
        ({"code": "cR6Jpz58nriXERDN"}, "wrong"),
        ({"code": "\u00e9" * 16}, "wrong"),
        ({"created": timedelta(minutes=5)}, "not valid yet"),
        ({"expires": timedelta(seconds=-1)}, "expired"),
        ({"algorithm": "HMAC-MD5"}, "unknown kind"),
        ({"type": "Everybody"}, "unknown kind"),
        ({"expires": timedelta(0)}, "expired"),
    ],
)
def test_a_launch_with_a_wrong_code_is_refused_and_only_we_know_why(
    connection: Connection, changed: dict, why: str
) -> None:
    response = direct_setup(connection, **changed)
    assert status_code(response) == 401
    assert why not in explanation(response)
    assert why in last().error
    assert not PunchoutSession.objects.exists()


@pytest.mark.parametrize("date", ["yesterday", "2026-01-01T10:00:00", ""])
def test_a_date_that_cannot_be_compared_is_refused(connection: Connection, date: str) -> None:
    now = timezone.now().isoformat()
    parties = ("networkid", identity_of(connection, "from").lower())
    parties += ("networkid", identity_of(connection, "sender").lower())
    code = sign((*parties, now, date), CANARY_SECRET)
    assert status_code(direct_setup(connection, created=now, expires=date, code=code)) == 401
    assert "no date" in last().error


def test_both_of_two_secrets_are_keys_during_a_rotation(connection: Connection) -> None:
    set_secret(connection, 2, "the next secret")
    assert status_code(direct_setup(connection, key="the next secret")) == 200
    assert status_code(direct_setup(connection)) == 200


def test_a_code_is_refused_where_direct_punch_out_was_not_agreed() -> None:
    assert status_code(direct_setup(make_connection())) == 401
    assert "option" in last().error


def test_a_secret_kept_as_digest_cannot_check_a_code_and_the_operator_reads_so(
    connection: Connection,
) -> None:
    key = set_secret(connection, 1)
    assert status_code(direct_setup(connection, key=key)) == 401
    assert "kept readable" in last().error
    key = set_secret(connection, 1, readable=True)
    assert status_code(direct_setup(connection, key=key)) == 200


def test_the_key_may_be_the_secret_of_the_network() -> None:
    connection = make_connection(secret=None, options={"direct": True}, hub=HubFactory(secret=CANARY_SECRET))
    assert status_code(direct_setup(connection)) == 200


def test_a_direct_launch_is_run_again_from_the_wire_log_without_its_code(connection: Connection) -> None:
    assert status_code(direct_setup(connection)) == 200
    again = replay(last())
    assert again.same, again.differences


def test_a_code_beside_a_wrong_shared_secret_does_not_help(connection: Connection) -> None:
    sender = identity_of(connection, "sender")
    credential(connection, "sender", "DUNS", "123")
    body = fill("setup_request.xml", connection, secret="wrong").decode()
    assert status_code(post(body.encode())) == 401
    now = timezone.now()
    created, expires = (now + timedelta(minutes=m) for m in (-1, 5))
    parts = ("networkid", identity_of(connection, "from").lower(), "duns", "123")
    dates = (created.isoformat(), expires.isoformat())
    attributes = ATTRIBUTES.format(
        type="FromSenderCredentials", algorithm="HMAC-SHA1-96", created=dates[0], expires=dates[1]
    )
    code = sign((*parts, *dates), CANARY_SECRET)
    second = (
        '<Credential domain="DUNS"><Identity>123</Identity>'
        f"<CredentialMac {attributes}>{code}</CredentialMac></Credential><UserAgent>"
    )
    assert sender in body
    assert status_code(post(body.replace("<UserAgent>", second).encode())) == 401
    right = fill("setup_request.xml", connection).decode().replace("<UserAgent>", second)
    assert status_code(post(right.encode())) == 200


def options_of(response: HttpResponse) -> dict[str, str]:
    profile = etree.fromstring(response.content).find("Response/ProfileResponse")
    (setup,) = (t for t in profile if t.get("requestName") == "PunchOutSetupRequest")
    return {option.get("name"): option.text for option in setup.iterfind("Option")}


def test_the_profile_says_how_to_come_directly_where_that_was_agreed(connection: Connection) -> None:
    found = options_of(post(fill("profile_request.xml", connection)))
    assert found["Direct.URL"].endswith("/punchout/cxml")
    assert found["Direct.AuthenticationMethod.CredentialMac"] == "Yes"
    own = options_of(post(fill("profile_request.xml", connection), f"/punchout/cxml/{connection.slug}"))
    assert own["Direct.URL"].endswith(f"/punchout/cxml/{connection.slug}")
    other = make_connection()
    assert "Direct.URL" not in options_of(post(fill("profile_request.xml", other)))
