"""A Peppol connection is set up in the admin alone."""

import pytest
from django.test import Client
from django.urls import reverse

from punchout.models import Connection
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


def save(admin_client: Client, **changes: str) -> dict[str, list[str]]:
    """Saves a new connection; the errors of its form."""
    add = reverse("admin:punchout_connection_add") + "?adapter=peppol"
    form = admin_client.get(add).context["adminform"].form
    values = {}
    for bound in form:
        value = bound.field.prepare_value(bound.value())
        if value not in (None, False):
            values[bound.html_name] = "on" if value is True else value
    wanted = {
        "name": "Kommune",
        "slug": "kommune",
        "organisation": OrganisationFactory().pk,
        "buyer_system": "Innkjøp",
        "username": "kommune",
        "return_origins": "https://buyer.example",
    }
    response = admin_client.post(add, values | wanted | changes)
    return dict(response.context["adminform"].form.errors) if response.status_code == 200 else {}


def test_a_connection_is_made_with_its_options(admin_client: Client) -> None:
    options = {
        "option_provider": " 0208:0123456749",
        "option_tax_percent": "25",
        "option_cart_encoding": "plain",
    }
    assert save(admin_client, **options) == {}
    assert Connection.objects.get().options == {
        "provider": "0208:0123456749",
        "tax_percent": "25",
        "cart_encoding": "plain",
    }


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("provider", "0208:0123456789", "not a Belgian enterprise number"),
        ("receiver", "123", "Write the scheme"),
        ("tax_percent", "0", "above zero"),
    ],
)
def test_what_a_receiver_would_refuse_is_told_at_its_field(
    admin_client: Client, option: str, value: str, words: str
) -> None:
    errors = save(admin_client, **{f"option_{option}": value})
    assert words in " ".join(errors[f"option_{option}"])
    assert not Connection.objects.exists()
