"""A connection is set up, given its secret and tested from the admin alone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from punchout.admin.connection_checks import run_checks
from punchout.models import Connection, PartyCredential, PunchoutSession, Secret, WireMessage
from punchout.secrets import matching, rotate, set_secret
from tests.factories import (
    CANARY_SECRET,
    ConnectionFactory,
    ListPriceFactory,
    OrganisationFactory,
    PartyCredentialFactory,
)

pytestmark = pytest.mark.django_db

ADD = "/admin/punchout/connection/add/"
NO_ROWS = {"credentials-TOTAL_FORMS": "0", "credentials-INITIAL_FORMS": "0"}


def page_of(connection, name="change"):
    return reverse(f"admin:punchout_connection_{name}", args=[connection.pk])


def shown_values(client, address):
    """What a browser would post back from the page, unchanged."""
    form = client.get(address).context["adminform"].form
    values = {}
    for bound in form:
        value = bound.field.prepare_value(bound.value())
        if value not in (None, False):
            values[bound.html_name] = "on" if value is True else value
    return values


def oci_values(client, **changes):
    values = {
        **shown_values(client, f"{ADD}?adapter=oci"),
        "name": "ACME SRM",
        "slug": "acme-srm",
        "organisation": OrganisationFactory().pk,
        "buyer_system": "SAP SRM",
        "username": "acme",
        "return_origins": "https://srm.acme.example",
    }
    return values | changes


def test_an_oci_connection_is_made_with_its_options(admin_client):
    answer = admin_client.post(ADD, oci_values(admin_client, option_version="5.0", option_search_hits="20"))
    connection = Connection.objects.get()
    assert answer["Location"] == page_of(connection)
    assert connection.options["version"] == "5.0"
    assert connection.options["search_hits"] == 20


def test_a_cxml_connection_is_made_with_its_credentials(admin_client):
    values = {
        **shown_values(admin_client, f"{ADD}?adapter=cxml"),
        "name": "Coupa",
        "slug": "coupa",
        "organisation": OrganisationFactory().pk,
        "buyer_system": "Coupa",
        "return_origins": "https://acme.coupahost.example",
        "option_return_encoding": "cXML-base64",
        "credentials-TOTAL_FORMS": "2",
        "credentials-INITIAL_FORMS": "0",
        "credentials-0-party": "from",
        "credentials-0-domain": "DUNS",
        "credentials-0-identity": "123456789",
        "credentials-1-party": "sender",
        "credentials-1-domain": "DUNS",
        "credentials-1-identity": "123456789",
    }
    admin_client.post(ADD, values)
    connection = Connection.objects.get()
    assert connection.options == {"return_encoding": "cXML-base64"}
    assert connection.credentials.count() == 2
    # The same identity in another spelling is the same identity.
    values |= {"slug": "other", "credentials-1-party": "from", "credentials-1-domain": "duns "}
    page = admin_client.post(ADD, values)
    assert "This credential is there twice." in page.content.decode()
    assert Connection.objects.count() == 1


def test_a_wrong_option_is_said_at_its_field_and_nothing_is_saved(admin_client):
    page = admin_client.post(ADD, oci_values(admin_client, option_price_decimals="9"))
    assert page.status_code == 200
    assert "option_price_decimals" in page.context["adminform"].form.errors
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    "line", ["https://*.example", "*", "https://srm.acme.example:*", "javascript:alert(1)"]
)
def test_a_return_origin_that_is_too_wide_is_refused(admin_client, line):
    page = admin_client.post(ADD, oci_values(admin_client, return_origins=line))
    assert "return_origins" in page.context["adminform"].form.errors


def test_oci_needs_a_user_name(admin_client):
    page = admin_client.post(ADD, oci_values(admin_client, username=""))
    assert "username" in page.context["adminform"].form.errors


def test_the_page_of_a_connection_says_what_the_buyer_must_enter(admin_client, settings):
    settings.PUBLIC_URL = "https://shop.example"
    oci = ConnectionFactory(slug="acme")
    assert "https://shop.example/punchout/oci/acme<" in admin_client.get(page_of(oci)).content.decode()
    cxml = ConnectionFactory(slug="coupa", adapter="cxml")
    page = admin_client.get(page_of(cxml)).content.decode()
    assert page.index("https://shop.example/punchout/cxml<") < page.index("/punchout/cxml/coupa<")


def test_saving_a_page_unchanged_changes_nothing(admin_client):
    connection = ConnectionFactory(options={"version": "5.0", "units": {"C62": "ST"}, "longtext": False})
    values = shown_values(admin_client, page_of(connection))
    assert admin_client.post(page_of(connection), values).status_code == 302
    connection.refresh_from_db()
    assert connection.options == {"version": "5.0", "units": {"C62": "ST"}, "longtext": False}


def test_another_protocol_starts_with_its_own_defaults(admin_client):
    connection = ConnectionFactory(options={"version": "5.0"})
    values = shown_values(admin_client, page_of(connection)) | {"adapter": "cxml"} | NO_ROWS
    answer = admin_client.post(page_of(connection), values, follow=True)
    connection.refresh_from_db()
    assert (connection.adapter, connection.options) == ("cxml", {})
    assert "option_return_encoding" in answer.content.decode()


def test_a_protocol_that_is_not_installed_any_more_can_still_be_looked_at(admin_client):
    connection = ConnectionFactory(adapter="gone")
    page = admin_client.get(page_of(connection))
    assert page.status_code == 200
    assert "gone (not installed)" in page.content.decode()
    assert admin_client.get(page_of(connection, "test")).status_code == 200


def test_the_list_makes_as_many_queries_for_one_connection_as_for_many(
    admin_client, django_assert_max_num_queries
):
    ConnectionFactory()
    address = reverse("admin:punchout_connection_changelist")
    with django_assert_max_num_queries(12) as first:
        admin_client.get(address)
    ConnectionFactory.create_batch(15)
    with django_assert_max_num_queries(len(first.captured_queries)):
        admin_client.get(address)


def test_a_connection_is_found_by_the_identity_of_its_buyer(admin_client):
    credential = PartyCredentialFactory()
    ConnectionFactory(name="Somebody else")
    page = admin_client.get(
        reverse("admin:punchout_connection_changelist"), {"q": credential.identity}
    ).content.decode()
    assert credential.connection.name in page
    assert "Somebody else" not in page


# -- secrets


def generated(client, connection):
    page = client.post(page_of(connection, "secrets"), {"action": "generate"}, follow=True)
    assert page.redirect_chain
    return page.context["new_secret"]


def test_a_generated_secret_is_shown_once_and_opens_the_connection(admin_client):
    connection = ConnectionFactory()
    secret = generated(admin_client, connection)
    assert matching(connection.secrets.all(), secret) is not None
    for name in ("secrets", "change", "test", "history"):
        assert secret not in admin_client.get(page_of(connection, name)).content.decode()


def test_a_secret_waiting_to_be_shown_is_not_in_the_session_in_clear(admin_client):
    connection = ConnectionFactory()
    admin_client.post(page_of(connection, "secrets"), {"action": "generate"})
    stored = str(dict(admin_client.session))
    secret = admin_client.get(page_of(connection, "secrets")).context["new_secret"]
    assert secret
    assert secret not in stored


def test_after_a_rotation_the_old_secret_works_until_its_overlap_ends(admin_client):
    connection = ConnectionFactory(secret=CANARY_SECRET)
    fresh = generated(admin_client, connection)
    assert matching(connection.secrets.all(), CANARY_SECRET) is not None
    connection.secrets.filter(slot=1).update(valid_until=timezone.now() - timedelta(seconds=1))
    assert matching(connection.secrets.all(), CANARY_SECRET) is None
    assert matching(connection.secrets.all(), fresh) is not None


def test_the_agreed_secret_is_set_and_never_shown(admin_client):
    connection = ConnectionFactory()
    values = {"action": "set", "secret": "agreed-with-acme", "again": "agreed-with-acme"}
    page = admin_client.post(page_of(connection, "secrets"), values, follow=True)
    assert "agreed-with-acme" not in page.content.decode()
    assert matching(connection.secrets.all(), "agreed-with-acme") is not None


@pytest.mark.parametrize(
    ("secret", "again"),
    [("", ""), ("short", "short"), (" blank-before", " blank-before"), ("agreed-one", "agreed-two")],
)
def test_an_agreed_secret_that_would_not_work_is_refused(admin_client, secret, again):
    connection = ConnectionFactory()
    values = {"action": "set", "secret": secret, "again": again}
    page = admin_client.post(page_of(connection, "secrets"), values)
    assert page.status_code == 200
    assert not Secret.objects.exists()
    assert not secret or secret not in page.content.decode()


def test_a_retired_secret_is_refused_at_once_and_does_not_come_back(admin_client):
    connection = ConnectionFactory(secret=CANARY_SECRET)
    admin_client.post(page_of(connection, "secrets"), {"action": "retire", "slot": "1"})
    assert matching(connection.secrets.all(), CANARY_SECRET) is None
    rotate(connection)
    assert matching(connection.secrets.all(), CANARY_SECRET) is None


def test_the_operator_is_warned_before_a_working_secret_is_displaced(admin_client):
    connection = ConnectionFactory(secret=CANARY_SECRET)
    warning = "Both slots are in use"
    assert warning not in admin_client.get(page_of(connection, "secrets")).content.decode()
    rotate(connection)
    assert warning in admin_client.get(page_of(connection, "secrets")).content.decode()


def test_looking_at_the_secrets_needs_the_right_to_change_the_connection(client, django_user_model):
    connection = ConnectionFactory()
    clerk = django_user_model.objects.create_user("clerk", password="long enough 123", is_staff=True)
    client.force_login(clerk)
    for name in ("secrets", "test"):
        assert client.get(page_of(connection, name)).status_code == 403
        assert client.post(page_of(connection, name), {"action": "generate"}).status_code == 403
    assert not Secret.objects.exists()


# -- the test page


@pytest.fixture
def ready():
    """An OCI connection that a buyer can launch."""
    connection = ConnectionFactory(slug="acme", secret=CANARY_SECRET)
    ListPriceFactory(price_list=connection.organisation.price_list)
    return connection


def tones(connection):
    return {check.label: check.tone for check in run_checks(connection)}


def test_a_connection_in_order_passes_every_check(ready):
    assert set(tones(ready).values()) == {"good"}


def test_what_is_missing_is_named(ready):
    ready.active = False
    ready.username = ""
    ready.return_origins = ""
    ready.options = {"nonsense": 1}
    ready.secrets.all().delete()
    found = {label for label, tone in tones(ready).items() if tone == "bad"}
    assert found == {"Active", "Who the buyer is", "Where carts may go", "Options", "Secret"}


@pytest.mark.parametrize(("method", "warned"), [("get", True), ("post", False)])
def test_a_password_that_came_in_an_address_is_pointed_out(ready, client, method, warned):
    form = {"USERNAME": "buyer", "PASSWORD": CANARY_SECRET, "HOOK_URL": "https://buyer.example/return"}
    assert getattr(client, method)("/punchout/oci/acme", form).status_code == 303
    assert [check.tone for check in run_checks(ready) if "POST" in check.text] == ["warn"] * warned


def test_two_connections_with_the_same_credentials_are_pointed_out():
    first, second = ConnectionFactory.create_batch(2, adapter="cxml")
    for connection in (first, second):
        for party in (PartyCredential.Party.FROM, PartyCredential.Party.SENDER):
            PartyCredentialFactory(connection=connection, party=party, identity="123456789")
    texts = " ".join(check.text for check in run_checks(first))
    assert second.name in texts


@pytest.mark.parametrize("protocol", ["oci", "cxml"])
def test_a_test_launch_goes_through_the_real_endpoint_and_is_marked(admin_client, ready, protocol):
    if protocol == "cxml":
        ready.adapter = "cxml"
        ready.save()
        for party in (PartyCredential.Party.FROM, PartyCredential.Party.SENDER):
            PartyCredentialFactory(connection=ready, party=party, identity="123456789")
    page = admin_client.post(page_of(ready, "test"), {"secret": CANARY_SECRET})
    trial = page.context["trial"]
    assert trial.good, (trial.title, trial.detail, trial.message and trial.message.error)
    message = WireMessage.objects.get(direction="in")
    assert "Connection test by admin" in message.notes
    assert message.connection == ready
    session = PunchoutSession.objects.get()
    assert session.state == PunchoutSession.State.CANCELLED
    assert session.start_expires_at <= timezone.now()
    text = page.content.decode()
    assert CANARY_SECRET not in text
    assert reverse("admin:punchout_wiremessage_change", args=[message.pk]) in text


def test_a_test_launch_with_a_wrong_secret_shows_the_refusal(admin_client, ready):
    page = admin_client.post(page_of(ready, "test"), {"secret": "not-this-one"})
    assert not page.context["trial"].good
    assert WireMessage.objects.get().verdict == WireMessage.Verdict.REFUSED
    assert "not-this-one" not in page.content.decode()
    assert not PunchoutSession.objects.exists()


def test_without_a_return_origin_nothing_is_sent(admin_client, ready):
    Connection.objects.update(return_origins="")
    page = admin_client.post(page_of(ready, "test"), {"secret": CANARY_SECRET})
    assert not page.context["trial"].good
    assert not WireMessage.objects.exists()


def test_the_stored_form_of_a_secret_is_on_no_page(admin_client):
    connection = ConnectionFactory(secret=CANARY_SECRET)
    set_secret(connection, 2)
    hidden = [value for row in Secret.objects.all() for value in (row.digest, row.sealed) if value]
    assert len(hidden) == 2
    secret = Secret.objects.first()
    addresses = [page_of(connection, name) for name in ("change", "secrets", "test", "history", "delete")]
    addresses += [
        reverse("admin:punchout_connection_changelist"),
        reverse("admin:punchout_secret_changelist"),
        reverse("admin:punchout_secret_change", args=[secret.pk]),
    ]
    for address in addresses:
        text = admin_client.get(address).content.decode()
        for value in (*hidden, CANARY_SECRET):
            assert value not in text, address
