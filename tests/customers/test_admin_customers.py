"""The customers' pages of the admin."""

import pytest
from django.urls import reverse

from customers.keys import issue_key, verify_key
from customers.models import ApiKey
from tests.factories import DeliverySiteFactory, OrganisationFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("factory", "name"),
    [(OrganisationFactory, "organisation"), (DeliverySiteFactory, "deliverysite"), (PersonFactory, "person")],
)
def test_a_list_makes_as_many_queries_for_one_row_as_for_many(
    admin_client, factory, name, django_assert_max_num_queries
):
    factory()
    address = reverse(f"admin:customers_{name}_changelist")
    with django_assert_max_num_queries(12) as first:
        admin_client.get(address)
    factory.create_batch(15)
    with django_assert_max_num_queries(len(first.captured_queries)):
        assert admin_client.get(address).status_code == 200


def test_a_customer_is_found_by_his_number(admin_client):
    wanted, other = OrganisationFactory(), OrganisationFactory()
    page = admin_client.get(reverse("admin:customers_organisation_changelist"), {"q": wanted.number})
    assert wanted.name in page.content.decode()
    assert other.name not in page.content.decode()


def test_a_new_api_key_is_shown_once_and_works(admin_client):
    organisation = OrganisationFactory()
    answer = admin_client.post(
        reverse("admin:customers_apikey_add"),
        {"organisation": organisation.pk, "name": "ERP", "scopes": ["stock", "articles"]},
    )
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    row = ApiKey.objects.get()
    assert set(row.scopes) == {"stock", "articles"}
    text = answer.content.decode()
    shown = text.partition('<code class="once">')[2].partition("</code>")[0]
    assert verify_key(shown) == row
    later = admin_client.get(reverse("admin:customers_apikey_change", args=[row.pk])).content.decode()
    assert shown.partition(".")[2] not in later
    assert row.digest not in later


def test_what_a_key_may_read_is_ticked_and_can_be_changed(admin_client):
    row, _shown = issue_key(organisation=OrganisationFactory(), name="ERP")
    add = admin_client.get(reverse("admin:customers_apikey_add")).content.decode()
    assert add.count('type="checkbox" name="scopes"') == add.count("checked") == 3
    admin_client.post(
        reverse("admin:customers_apikey_change", args=[row.pk]), {"name": "ERP", "scopes": ["stock"]}
    )
    row.refresh_from_db()
    assert row.scopes == ["stock"]
    refused = admin_client.post(reverse("admin:customers_apikey_change", args=[row.pk]), {"name": "ERP"})
    assert refused.status_code == 200
    assert row.scopes == ["stock"]


def test_the_selected_keys_are_revoked(admin_client):
    row, shown = issue_key(organisation=OrganisationFactory(), name="ERP")
    admin_client.post(
        reverse("admin:customers_apikey_changelist"), {"action": "revoke", "_selected_action": [row.pk]}
    )
    assert verify_key(shown) is None


def test_the_digest_of_a_key_is_on_no_page(admin_client):
    row, _shown = issue_key(organisation=OrganisationFactory(), name="ERP")
    for address in (
        reverse("admin:customers_apikey_changelist"),
        reverse("admin:customers_apikey_change", args=[row.pk]),
        reverse("admin:customers_apikey_delete", args=[row.pk]),
        reverse("admin:customers_apikey_history", args=[row.pk]),
    ):
        assert row.digest not in admin_client.get(address).content.decode()
