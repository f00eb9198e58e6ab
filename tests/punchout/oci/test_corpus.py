"""Every launch of the corpus: what other people's systems were seen to send."""

from html.parser import HTMLParser
from urllib.parse import parse_qsl

import pytest
from django.conf import settings
from django.test import Client

from punchout.models import PunchoutSession
from tests.factories import ListPriceFactory, ProductFactory
from tests.punchout.oci.launching import make_connection

pytestmark = pytest.mark.django_db
CORPUS = settings.CORPUS / "oci"


class _Inputs(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if tag == "input":
            self.fields[values["name"] or ""] = values["value"] or ""


def corpus_launches() -> list[dict[str, str]]:
    """Every launch of the corpus, as parameters; where a document has ``...`` there is a stand-in."""
    if not CORPUS.is_dir():
        return []
    launches = [_Inputs((CORPUS / "launch_magento2_test_form.html").read_text()).fields]
    for line in (CORPUS / "launch_urls.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("https:"):
            launches.append(dict(parse_qsl(line.partition("?")[2])))
        elif line.startswith("...&"):
            launches.append({**launches[1], **dict(parse_qsl(line[4:]))})
        else:
            pairs = dict(word.partition("=")[::2] for word in line.split())
            if pairs["HOOK_URL"] == "...":
                pairs["HOOK_URL"] = "https://erp.example/return"
            launches.append(pairs)
    return launches


def _name(parameters: dict[str, str]) -> str:
    return parameters.get("FUNCTION") or parameters["HOOK_URL"][:30]


def test_the_corpus_is_there() -> None:
    if not CORPUS.is_dir():
        pytest.skip("the corpus of other people's documents is not beside this project")
    assert len(corpus_launches()) >= 10


@pytest.mark.parametrize("parameters", corpus_launches(), ids=_name)
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_launches_of_the_corpus_are_answered(method: str, parameters: dict[str, str]) -> None:
    user = "NAME" if "NAME" in parameters else "USERNAME"
    connection = make_connection(
        username=parameters[user],
        secret=parameters["PASSWORD"],
        options={"username_parameter": user, "sapevent": True},
        return_origins="http://srm.example:8000\nhttps://ifs.example\nhttps://erp.example\nhttps://buyer.example",
    )
    product = ProductFactory(sku="4711", name_en="Kabel")
    ListPriceFactory(product=product, price_list=connection.organisation.price_list)
    response = getattr(Client(), method)("/punchout/oci/srm", parameters)
    function = parameters.get("FUNCTION", "")
    if function in ("", "DETAIL", "SOURCING"):
        assert response.status_code == 303, response.content
        assert PunchoutSession.objects.count() == 1
    else:
        assert response.status_code == 200
        assert response["Content-Type"].startswith(
            "application/json" if function == "DOWNLOADJSON" else "text/html"
        )
        assert b"4711" in response.content
