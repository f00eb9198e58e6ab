"""An operator defines a mechanism in the admin, without code, and sees what it sends."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from punchout.models import Connection
from tests.factories import ConnectionFactory, OrganisationFactory
from tests.punchout.configurable.test_contract import template

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("operator", "o@example.com", "x"))
    return client


def posted(client: Client, url: str, **changes: str) -> dict[str, Any]:
    """The form as the browser would send it back unchanged, with these changes."""
    page = client.get(url)
    form = page.context["adminform"].form
    data = {}
    for name, field in form.fields.items():
        value = field.prepare_value(form.get_initial_for_field(field, name))
        if value is True:
            data[name] = "on"
        elif value not in (None, False):
            data[name] = value
    return {**data, **changes}


def test_a_mechanism_is_made_in_the_admin_alone(staff: Client) -> None:
    url = reverse("admin:punchout_connection_add") + "?adapter=configurable"
    organisation = OrganisationFactory()
    data = posted(
        staff,
        url,
        name="Own",
        slug="own",
        organisation=str(organisation.pk),
        buyer_system="Own ERP",
        username="buyer",
        adapter="configurable",
        option_return_as="document",
        option_document_template=template("cart.xml").replace("\n", "\r\n"),
        option_header_fields="sid=launch.sid\ntotal=={{ total|comma }} EUR",
        option_echo_parameters="sid",
    )
    response = staff.post(url, data)
    assert response.status_code == 302, response.context["errors"]
    made = Connection.objects.get()
    assert made.options["document_template"] == template("cart.xml")
    assert made.options["header_fields"] == ["sid=launch.sid", "total=={{ total|comma }} EUR"]


def test_a_mistake_in_a_template_is_shown_beside_it(staff: Client) -> None:
    connection = ConnectionFactory(adapter="configurable")
    url = reverse("admin:punchout_connection_change", args=[connection.pk])
    page = staff.post(url, posted(staff, url, option_document_template="<a>{{ line.skuu }}</a>"))
    assert page.status_code == 200
    errors = page.context["adminform"].form.errors
    assert "line.skuu" in str(errors["option_document_template"])
    assert Connection.objects.get().options == {}


def test_a_template_is_edited_in_a_field_of_several_lines(staff: Client) -> None:
    connection = ConnectionFactory(adapter="configurable")
    page = staff.get(reverse("admin:punchout_connection_change", args=[connection.pk])).content.decode()
    assert '<textarea name="option_document_template"' in page


def test_the_test_page_shows_what_a_sample_cart_becomes(staff: Client) -> None:
    connection = ConnectionFactory(
        adapter="configurable",
        options={"return_as": "document", "document_template": template("cart.xml")},
    )
    page = staff.get(reverse("admin:punchout_connection_test", args=[connection.pk])).content.decode()
    assert "A sample cart of two lines" in page
    assert "&lt;article&gt;10-2030&lt;/article&gt;" in page


def test_the_test_page_of_options_that_no_longer_work_still_opens(staff: Client) -> None:
    connection = ConnectionFactory(adapter="configurable", options={"no_such_option": 1})
    page = staff.get(reverse("admin:punchout_connection_test", args=[connection.pk]))
    assert page.status_code == 200
    assert "A sample cart" not in page.content.decode()
