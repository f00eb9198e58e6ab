"""API keys: shown once, verified by a keyed digest, revoked for good."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.keys import issue_key, revoke_key, verify_key
from customers.models import ApiKey
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


def test_an_issued_key_is_verified_and_names_its_organisation():
    organisation = OrganisationFactory()
    _row, shown = issue_key(organisation=organisation, name="ERP")
    assert verify_key(shown).organisation == organisation
    assert verify_key(f"  {shown}\n") is not None


def test_only_the_prefix_of_a_key_is_stored_in_clear():
    row, shown = issue_key(organisation=OrganisationFactory(), name="ERP")
    prefix, _dot, secret = shown.partition(".")
    row.refresh_from_db()
    assert row.prefix == prefix
    assert len(secret) >= 43
    assert all(secret not in str(value) for value in vars(row).values())


@pytest.mark.parametrize("presented", ["", ".", "x", "x.y", "\ud800.x", "é" * 4000, "a\x00b.c"])
def test_what_is_no_key_is_refused(presented):
    issue_key(organisation=OrganisationFactory(), name="ERP")
    assert verify_key(presented) is None


def test_a_wrong_secret_behind_a_right_prefix_is_refused():
    row, shown = issue_key(organisation=OrganisationFactory(), name="ERP")
    assert verify_key(f"{row.prefix}.{'x' * 43}") is None
    assert verify_key(shown.upper()) is None
    assert verify_key(f"{row.prefix}.\ud800") is None


def test_a_revoked_key_is_refused_and_keeps_its_first_moment():
    row, shown = issue_key(organisation=OrganisationFactory(), name="ERP")
    revoke_key(key=row)
    first = ApiKey.objects.get().revoked_at
    revoke_key(key=row)
    assert verify_key(shown) is None
    assert ApiKey.objects.get().revoked_at == first


def test_the_key_of_an_inactive_customer_is_refused():
    _row, shown = issue_key(organisation=OrganisationFactory(active=False), name="ERP")
    assert verify_key(shown) is None


def test_a_key_outlives_the_change_of_the_sealing_key(settings):
    _row, shown = issue_key(organisation=OrganisationFactory(), name="ERP")
    settings.SEALING_KEYS = ["a new key that is long enough, 32+", *settings.SEALING_KEYS]
    assert verify_key(shown) is not None
    settings.SEALING_KEYS = settings.SEALING_KEYS[:1]
    assert verify_key(shown) is None


def test_the_use_of_a_key_is_remembered_at_most_once_a_minute(django_assert_num_queries):
    _row, shown = issue_key(organisation=OrganisationFactory(), name="ERP")
    verify_key(shown)
    used = ApiKey.objects.get().last_used_at
    verify_key(shown)
    assert ApiKey.objects.get().last_used_at == used
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    with django_assert_num_queries(2):
        verify_key(shown)
    assert ApiKey.objects.get().last_used_at > used
