"""A procurement system is chosen first, and what is known of it is filled in."""

from pathlib import Path

import pytest
from django.conf import settings

from punchout.adapters import get_adapter
from punchout.adapters.options import ON_MAPPING_PAGE
from punchout.models import Connection
from punchout.presets import PRESETS, preset_of
from tests.factories import OrganisationFactory

ADD = "/admin/punchout/connection/add/"
SYSTEMS = (
    "sap-srm", "sap-s4", "ariba", "coupa", "oracle", "jaggaer", "dynamics365", "ifs", "basware",
    "sap-ecc", "odoo", "dolibarr", "tradecentric", "workday",
)  # fmt: skip


def filled_in(client, address):
    form = client.get(address).context["adminform"].form
    return {bound.html_name: bound.initial for bound in form}


def posted(client, slug, **changes):
    """What a browser sends from the preset's form when the operator only adds who it is for."""
    form = client.get(f"{ADD}?preset={slug}").context["adminform"].form
    values = {}
    for bound in form:
        value = bound.field.prepare_value(bound.value())
        if value not in (None, False, ""):
            values[bound.html_name] = "on" if value is True else value
    return {
        **values,
        "name": "ACME",
        "slug": "acme",
        "organisation": OrganisationFactory().pk,
        "username": "acme",
        "return_origins": "https://buyer.example",
        "credentials-TOTAL_FORMS": "0",
        "credentials-INITIAL_FORMS": "0",
        **changes,
    }


def test_every_system_that_is_promised_has_a_preset():
    assert tuple(PRESETS) == SYSTEMS


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.slug)
def test_the_options_of_a_preset_are_valid_and_differ_from_nothing_unknown(preset):
    options = get_adapter(preset.adapter).Options
    options.model_validate(dict(preset.options))
    assert set(preset.options) <= set(options.model_fields)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.slug)
def test_a_preset_says_where_it_comes_from_and_what_nobody_confirmed(preset):
    assert str(preset.sources) and str(preset.ask) and preset.doubts
    text = (Path(settings.BASE_DIR) / "docs" / "presets.md").read_text()
    assert f"## {preset.name}\n" in text


@pytest.mark.django_db
@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.slug)
def test_the_form_of_a_system_has_its_values_and_saves_them(admin_client, preset):
    values = filled_in(admin_client, f"{ADD}?preset={preset.slug}")
    page = admin_client.get(f"{ADD}?preset={preset.slug}").content.decode()
    assert (values["adapter"], values["buyer_system"]) == (preset.adapter, preset.buyer_system)
    for name in set(preset.options) - set(ON_MAPPING_PAGE):
        assert values[f"option_{name}"] == preset.options[name]
    answer = admin_client.post(f"{ADD}?preset={preset.slug}", posted(admin_client, preset.slug))
    assert answer.status_code == 302, answer.context["errors"]
    connection = Connection.objects.get(slug="acme")
    stored = get_adapter(preset.adapter).options(connection).model_dump(mode="json")
    assert {name: stored[name] for name in preset.options} == dict(preset.options)
    assert not stored["mapping"] or f"<code>{stored['mapping'][0]['field']}</code>" in page
    assert connection.cookieless is preset.framed


@pytest.mark.django_db
def test_what_a_preset_filled_in_can_be_changed(admin_client):
    values = posted(admin_client, "jaggaer", option_description_length="100", option_accepted_units="EA\nMTR")
    admin_client.post(f"{ADD}?preset=jaggaer", values)
    options = Connection.objects.get(slug="acme").options
    assert (options["description_length"], options["accepted_units"]) == (100, ["EA", "MTR"])


@pytest.mark.django_db
def test_the_page_names_every_system_and_shows_the_doubts_of_the_chosen_one(admin_client):
    page = admin_client.get(ADD).content.decode()
    for preset in PRESETS.values():
        assert f'href="?preset={preset.slug}"' in page
    chosen = admin_client.get(f"{ADD}?preset=dynamics365").content.decode()
    assert "ShortName as an attribute" in chosen and 'aria-current="true">Dynamics 365' in chosen


@pytest.mark.django_db
def test_an_unknown_preset_is_an_ordinary_form(admin_client):
    assert filled_in(admin_client, f"{ADD}?preset=nobody")["buyer_system"] in (None, "")


def test_a_connection_is_recognised_by_what_its_buyer_calls_the_system():
    assert preset_of("SAP S/4HANA (plant 2)", "oci") is PRESETS["sap-s4"]
    assert preset_of("JAGGAER", "cxml") is PRESETS["jaggaer"]
    assert preset_of("JAGGAER", "oci") is None
