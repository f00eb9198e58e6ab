"""The OpenAPI document and its page; and schemathesis, which takes the document at its word."""

import re

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from schemathesis.generation import GenerationMode

from catalog.api.problems import KINDS
from catalog.api.schema import document
from customers.keys import issue_key
from customers.models import Organisation
from tests.factories import (
    AgreementFactory,
    CustomerArticleFactory,
    ListPriceFactory,
    StockFactory,
)


def test_the_document_is_valid_openapi_without_a_warning(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml"))


def test_every_operation_has_words_an_example_and_the_problems_it_may_answer():
    for path, methods in document()["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            assert operation["description"], path
            assert {"200", "400", "401", "403", "422", "429"} <= set(operation["responses"]), path


def _with_examples(document):
    """Each example with the JSON pointer of the schema it must fit."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            at = f"#/paths/{path.replace('/', '~1')}/{method}"
            for number, parameter in enumerate(operation.get("parameters", ())):
                if "example" in parameter:
                    yield f"{at}/parameters/{number}/schema", parameter["example"]
            bodies = {"requestBody": operation.get("requestBody", {})}
            bodies |= {f"responses/{status}": answer for status, answer in operation["responses"].items()}
            for where, body in bodies.items():
                for kind, media in body.get("content", {}).items():
                    named = [each["value"] for each in media.get("examples", {}).values()]
                    shown = [media["example"]] if "example" in media else named
                    assert shown or "json" not in kind, f"{at}/{where}: no example"
                    for each in shown:
                        yield f"{at}/{where}/content/{kind.replace('/', '~1')}/schema", each
    for name, shape in document["components"]["schemas"].items():
        if "example" in shape:
            yield f"#/components/schemas/{name}", shape["example"]


def test_every_question_answer_and_problem_has_an_example_that_is_valid():
    whole = document()
    known = Registry().with_resource("urn:api", Resource(contents=whole, specification=DRAFT202012))
    for pointer, shown in _with_examples(whole):
        check = Draft202012Validator(
            {"$ref": f"urn:api{pointer}"}, registry=known, format_checker=Draft202012Validator.FORMAT_CHECKER
        )
        assert not [error.message for error in check.iter_errors(shown)], pointer
    throttled = whole["paths"]["/api/v1/stock"]["get"]["responses"]["429"]
    assert "Retry-After" in throttled["headers"]


@pytest.mark.django_db
def test_the_document_is_there_for_everybody():
    answer = Client().get("/api/v1/openapi.json")
    assert answer.json()["openapi"].startswith("3.1")
    again = Client().get("/api/v1/openapi.json", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/docs", "/api/v1/docs/"])
def test_the_page_names_every_address_and_problem_and_runs_no_script(address):
    answer = Client().get(address, headers={"Accept-Language": "nl"})
    page = answer.content.decode()
    assert '<html lang="en">' in page
    for path in document()["paths"]:
        assert path in page
    for slug in KINDS:
        assert f'id="problem-{slug}"' in page
    assert "<script" not in page
    assert "style=" not in page
    assert "<code>cursor</code>" in page and "``" not in page
    elsewhere = re.findall(r'(?:src|href)="(https?://[^"]*)"', page)
    assert all(found.startswith("http://testserver/") for found in elsewhere)


OPERATIONS = [(path, method.upper()) for path, methods in document()["paths"].items() for method in methods]


@pytest.fixture
def described(customer: Organisation):
    """The document over a customer with articles, served in this process by WSGI."""
    for number in range(3):
        product = ListPriceFactory(price_list=customer.price_list, product__sku=f"A{number}").product
        StockFactory(product=product)
        CustomerArticleFactory(organisation=customer, product=product)
    AgreementFactory(organisation=customer)
    # A real server would close the connection behind a request, and with it the test's transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_what_is_described_is_what_is_answered(described, customer, settings, path, method, mode):
    settings.API_REQUESTS_PER_MINUTE = settings.API_EXPORTS_PER_HOUR = 1_000_000
    _row, key = issue_key(organisation=customer, name="schemathesis")

    @examples(
        max_examples=10, derandomize=True, database=None,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=described[path][method].as_strategy(generation_mode=mode))
    def answered_as_described(case: schemathesis.Case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"})

    answered_as_described()
