"""A connection that is held to networks or certificates, as the addresses and headers really look."""

import base64
import datetime
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.core.exceptions import ValidationError
from django.test import Client

from punchout.checks import certificate_header
from punchout.client_access import parse_certificates, parse_networks
from punchout.models import Connection, PunchoutSession, WireMessage
from punchout.replay import replay
from tests.factories import CANARY_SECRET, ConnectionFactory

pytestmark = pytest.mark.django_db
HEADER = "X-Client-Certificate"
LAUNCH = {"USERNAME": "buyer", "PASSWORD": CANARY_SECRET, "HOOK_URL": "https://buyer.example/return"}


@pytest.fixture
def behind_proxy(settings) -> None:
    settings.BEHIND_PROXY = True
    settings.CLIENT_CERTIFICATE_HEADER = HEADER


@pytest.fixture(scope="module")
def certificate() -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ACME, Inc."),
            x509.NameAttribute(NameOID.COMMON_NAME, "srm.acme.example"),
        ]
    )
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(17)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )


def launches(connection: Connection, **headers: str) -> bool:
    """Whether a right launch from 127.0.0.1 with these headers opens a session."""
    before = PunchoutSession.objects.count()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = Client().post(f"/punchout/oci/{connection.slug}", LAUNCH, headers=names)
    opened = PunchoutSession.objects.count() - before
    assert (answer.status_code == 303) == bool(opened)
    return bool(opened)


def held(**fields: str) -> Connection:
    return ConnectionFactory(secret=CANARY_SECRET, **fields)


@pytest.mark.parametrize(
    ("address", "networks", "may"),
    [
        ("192.0.2.17", "192.0.2.0/24", True),
        ("192.0.2.17", "192.0.2.17", True),
        ("192.0.3.17", "192.0.2.0/24", False),
        ("::ffff:192.0.2.17", "192.0.2.0/24", True),
        ("2001:db8:1::5", "192.0.2.0/24\n\n 2001:db8::/32 ", True),
        ("2001:db9::5", "2001:db8::/32", False),
        ("fe80::1%eth0", "fe80::/10", True),
        ("192.0.2.17", "2001:db8::/32", False),
        ("unknown", "192.0.2.0/24", False),
        ("192.0.2.17, 10.0.0.1", "192.0.2.0/24", False),  # what counts is what our own proxy added
        ("10.0.0.1, 192.0.2.17", "192.0.2.0/24", True),
    ],
)
def test_the_address_that_the_proxy_saw_decides(settings, address, networks, may) -> None:
    settings.BEHIND_PROXY = True
    assert launches(held(client_networks=networks), X_Forwarded_For=address) is may


def test_without_a_proxy_a_forwarded_address_is_only_a_claim() -> None:
    assert not launches(held(client_networks="192.0.2.0/24"), X_Forwarded_For="192.0.2.17")
    assert launches(held(client_networks="127.0.0.1"), X_Forwarded_For="192.0.2.17")


@pytest.mark.parametrize("line", ["192.0.2.0/33", "acme.example", "192.0.2", "2001:db8::/200", "*"])
def test_what_is_no_network_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="is not an address or network"):
        parse_networks(f"192.0.2.0/24\n{line}")


def test_a_network_written_by_one_of_its_addresses_is_said_as_it_would_be_meant() -> None:
    with pytest.raises(ValueError, match=r"the network is 192\.0\.2\.0/24"):
        parse_networks("192.0.2.17/24")


def test_a_certificate_is_known_by_fingerprint_or_subject_however_it_is_handed_over(
    behind_proxy, certificate
) -> None:
    pem = certificate.public_bytes(Encoding.PEM).decode()
    der = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    sha256 = certificate.fingerprint(hashes.SHA256()).hex()
    sha1 = certificate.fingerprint(hashes.SHA1()).hex(":").upper()
    subject = certificate.subject.rfc4514_string()
    whole = {
        "escaped PEM": quote(pem),
        "folded PEM": pem.replace("\n", " "),
        "RFC 9440": f":{der}:",
        "DER": der,
    }
    for listed in (sha256, sha256.upper(), sha1, subject, "cn=srm.acme.example, o=ACME\\, Inc., c=BE"):
        connection = held(client_certificates=f"{'ab' * 32}\n{listed}")
        for how, shown in whole.items():
            assert launches(connection, **{HEADER: shown}), (listed, how)
    assert launches(held(client_certificates=sha1), **{HEADER: sha1.replace(":", "").lower()})
    assert launches(held(client_certificates=subject), **{HEADER: subject})


def test_another_certificate_or_none_or_two_are_refused(behind_proxy, certificate) -> None:
    pem = certificate.public_bytes(Encoding.PEM).decode()
    sha256 = certificate.fingerprint(hashes.SHA256()).hex()
    connection = held(client_certificates=sha256)
    for shown in (
        "",
        "cd" * 32,
        "CN=srm.acme.example",
        quote(pem + pem),
        f"{sha256}, {'cd' * 32}",
        "MIIx",
        "%00",
    ):
        assert not launches(connection, **{HEADER: shown}), shown
    assert "client certificate" in WireMessage.objects.latest("pk").error


def test_a_header_is_nothing_without_the_proxy_that_writes_it(settings) -> None:
    settings.CLIENT_CERTIFICATE_HEADER = HEADER
    assert not launches(held(client_certificates="ab" * 32), **{HEADER: "ab" * 32})
    assert [found.id for found in certificate_header(None)] == ["punchout.E002"]
    settings.BEHIND_PROXY = True
    assert certificate_header(None) == []


def test_certificates_cannot_be_asked_for_where_nobody_hands_them_over(settings) -> None:
    connection = held(client_certificates="ab" * 32)
    with pytest.raises(ValidationError, match="CLIENT_CERTIFICATE_HEADER"):
        connection.clean()
    settings.BEHIND_PROXY, settings.CLIENT_CERTIFICATE_HEADER = True, HEADER
    connection.clean()


@pytest.mark.parametrize("line", ["srm.acme.example", "abcd", "ab" * 31])
def test_what_names_no_certificate_is_refused_at_save(line: str) -> None:
    with pytest.raises(ValueError, match="neither a SHA-256"):
        parse_certificates(line)


def test_a_message_that_is_run_again_needs_no_certificate_but_today_s_network(behind_proxy) -> None:
    connection = held(client_certificates="ab" * 32)
    assert launches(connection, **{HEADER: "ab" * 32, "X-Forwarded-For": "192.0.2.1"})
    message = WireMessage.objects.latest("pk")
    assert replay(message).verdict == "accepted"
    Connection.objects.update(client_networks="198.51.100.0/24")
    assert replay(message).verdict == "refused"


def test_who_guesses_from_elsewhere_is_throttled_like_any_other(settings) -> None:
    settings.MOST_FAILED_ATTEMPTS = 3
    connection = held(client_networks="192.0.2.0/24")
    answers = [Client().post(f"/punchout/oci/{connection.slug}", LAUNCH).status_code for _again in range(5)]
    assert answers == [401, 401, 401, 429, 429]
