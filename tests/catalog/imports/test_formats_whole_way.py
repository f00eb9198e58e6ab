"""A file of each trade format through the whole import: recognised, read, compared and applied."""

from decimal import Decimal
from pathlib import Path

import pytest

from catalog.imports import services
from catalog.models import Agreement, ImportProfile, ImportRun, ListPrice, Product
from tests.catalog.imports.formats.reading import PAYLOADS
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


def run(profile: ImportProfile, file: Path) -> ImportRun:
    started = services.start_import(
        profile=profile, file_name=file.name, chunks=[file.read_bytes()], trial=False, background=False
    )
    ended = services.run(started)
    assert ended.state == ImportRun.State.DONE, (ended.state, ended.error)
    return ended


def test_a_bmecat_with_etim_becomes_articles_with_prices(profile):
    customer = OrganisationFactory(number="100001", price_list=profile.price_list)
    profile.format, profile.territory = "bmecat", "BE"
    profile.save()
    run(profile, PAYLOADS / "etim.xml")
    product = Product.objects.get(sku="KP-B16")
    assert (product.name_nl, product.name_fr) == ("Automaat B16", "Disjoncteur B16")
    assert (product.etim_class, product.discount_group, product.brand.name) == ("EC000042", "D14", "Kepler")
    assert product.metals.get().weight == Decimal("0.096")
    assert ListPrice.objects.get(product=product).amount == 1000
    assert Agreement.objects.get(product=product, organisation=customer).value == Decimal("700.5")


def test_a_datanorm_of_version_5_becomes_articles_with_net_prices(profile):
    customer = OrganisationFactory(number="100001", price_list=profile.price_list)
    profile.format = "datanorm"
    profile.save()
    run(profile, PAYLOADS / "datanorm5" / "DATANORM.001")
    assert set(Product.objects.values_list("sku", flat=True)) >= {"V5-1", "V5-2", "V5-3"}
    assert Agreement.objects.filter(organisation=customer).exists()


def test_a_cif_becomes_articles(profile):
    profile.format = "cif"
    profile.save()
    run(profile, PAYLOADS / "cif" / "full.cif")
    assert Product.objects.get(sku="A1").name_fr == "Interrupteur"
