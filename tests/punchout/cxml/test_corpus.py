"""What other people's systems send (../shared/corpus/cxml): the right answer, and the right refusal."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from lxml import etree

from punchout.models import Connection, PunchoutSession, WireMessage
from punchout.secrets import set_secret
from tests.factories import ConnectionFactory
from tests.punchout.cxml.buyer import credential, post, start_url, status_code

pytestmark = pytest.mark.django_db
FOLDER = Path(settings.CORPUS) / "cxml"
DOCUMENTS = sorted(FOLDER.glob("*.xml"))
if not DOCUMENTS:
    pytest.skip("the corpus of sample documents is not beside the project", allow_module_level=True)

SUPPORTED = {"PunchOutSetupRequest", "ProfileRequest"}


def root_of(path: Path) -> etree._Element:
    return etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False, load_dtd=False))


def request_of(path: Path) -> str:
    """The name of the request element; empty for a Message or a Response."""
    found = root_of(path).xpath("Request/*")
    return str(found[0].tag) if found else ""


REQUESTS = [path for path in DOCUMENTS if request_of(path)]
ANSWERED = [path for path in REQUESTS if request_of(path) in SUPPORTED]


def secret_of(root: etree._Element) -> str:
    return root.findtext("Header/Sender/Credential/SharedSecret") or ""


def register(root: etree._Element) -> Connection:
    """A connection with the credentials and the return host of the document."""
    address = root.findtext("Request/PunchOutSetupRequest/BrowserFormPost/URL")
    parts = urlsplit(address) if address else None
    origin = f"{parts.scheme}://{parts.hostname}" if parts else ""
    connection = ConnectionFactory(adapter="cxml", secret=secret_of(root), return_origins=origin)
    for party in ("From", "To", "Sender"):
        for element in root.iterfind(f"Header/{party}/Credential"):
            identity = element.findtext("Identity")
            if identity:
                credential(connection, party.lower(), element.get("domain"), identity)
    return connection


@pytest.mark.parametrize("path", ANSWERED, ids=lambda path: path.stem)
def test_a_supported_request_of_a_registered_buyer_is_answered(path: Path) -> None:
    root = root_of(path)
    connection = register(root)
    response = post(path.read_bytes())
    if not secret_of(root):
        assert status_code(response) == 401
        return
    assert status_code(response) == 200
    record = WireMessage.objects.get()
    assert record.verdict == WireMessage.Verdict.ACCEPTED
    assert record.connection == connection
    assert secret_of(root) not in record.body
    if request_of(path) == "ProfileRequest":
        assert b"ProfileResponse" in response.content
        return
    assert "/start/" in start_url(response)
    session = PunchoutSession.objects.get()
    cookie = root.findtext("Request/PunchOutSetupRequest/BuyerCookie")
    assert session.echo["buyer_cookie"] == cookie
    assert bool(session.return_url) == (root.find(".//BrowserFormPost") is not None)


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_a_request_of_an_unknown_buyer_is_refused_as_unauthorized(path: Path) -> None:
    assert status_code(post(path.read_bytes())) == 401
    assert not PunchoutSession.objects.exists()
    record = WireMessage.objects.get()
    assert record.verdict == WireMessage.Verdict.REFUSED
    assert record.kind == request_of(path)


@pytest.mark.parametrize("path", ANSWERED, ids=lambda path: path.stem)
def test_a_request_with_another_secret_is_refused_as_unauthorized(path: Path) -> None:
    root = root_of(path)
    connection = register(root)
    set_secret(connection, 1, "another secret")
    assert status_code(post(path.read_bytes())) == 401
    assert not PunchoutSession.objects.exists()


@pytest.mark.parametrize(
    "path", [path for path in REQUESTS if path not in ANSWERED], ids=lambda path: path.stem
)
def test_a_request_that_is_not_offered_is_not_implemented(path: Path) -> None:
    root = root_of(path)
    register(root)
    # Fragments of documentation come without a secret or without From, and are refused for that.
    named = root.find("Header/From/Credential/Identity") is not None
    expected = 401 if not secret_of(root) else 450 if named else 403
    assert status_code(post(path.read_bytes())) == expected


@pytest.mark.parametrize(
    "path", [path for path in DOCUMENTS if path not in REQUESTS], ids=lambda path: path.stem
)
def test_a_document_that_is_no_request_is_refused(path: Path) -> None:
    message = root_of(path).find("Message") is not None
    assert status_code(post(path.read_bytes())) == (450 if message else 406)
