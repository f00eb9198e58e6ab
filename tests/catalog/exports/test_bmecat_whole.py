"""A BMEcat of ours, with properties in four languages, changes nothing when our own importer reads it."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from lxml import etree

import catalog.imports.formats  # noqa: F401  registers them
from catalog.exports.schedules import ask_for, path_of, write_file
from catalog.imports import services
from catalog.models import (
    Attribute,
    AttributeChoice,
    Category,
    CategoryMapping,
    ExportSchedule,
    ImportProfile,
    ImportRun,
    ListPrice,
    Product,
    ProductAttribute,
    ProductMedia,
    ProductMetal,
)
from customers.keys import issue_key
from tests.factories import (
    BrandFactory,
    CategoryFactory,
    ListPriceFactory,
    ProductFactory,
)

pytestmark = pytest.mark.django_db
XSD = Path(settings.CORPUS) / "catalog" / "bmecat_schema" / "warappa__OpenTransSharp__bmecat_2005.xsd"
SPACE = {"b": "http://www.bmecat.org/bmecat/2005"}
LABELS = {"name_en": "Colour", "name_nl": "Kleur", "name_fr": "Couleur", "name_de": "Farbe"}


@pytest.fixture
def assortment(customer) -> Product:
    top = CategoryFactory(
        slug="cables", name_en="Cables", name_nl="Kabels", name_fr="Câbles", name_de="Kabel"
    )
    leaf = CategoryFactory(slug="ground", name_en="Ground & more", name_nl="Grond", parent=top)
    product = ProductFactory(
        sku="NYM-3", gtin="5410000012349", name_en="Cable <NYM>", name_nl="Kabel", name_fr="Câble",
        name_de="Kabel NYM", description_en="Long & wide", description_nl="Lang", category=leaf,
        order_unit="MTR", content_unit="MTR", price_unit=100, minimum_quantity=50, quantity_step=50,
        brand=BrandFactory(code="kepler", name="Kepler"), manufacturer_part_number="K-3",
        etim_class="EC000830", unspsc="26121600",
    )  # fmt: skip
    ListPriceFactory(product=product, price_list=customer.price_list, amount="120.00", price_unit=100)
    section = Attribute.objects.create(code="section", kind="number", unit="mm²", name_en="Cross-section")
    core = Attribute.objects.create(code="cores", kind="number", name_en="Cores", name_nl="Aders")
    colour = Attribute.objects.create(code="colour", kind="choice", **LABELS)
    grey = AttributeChoice.objects.create(
        attribute=colour, code="grey", name_en="grey", name_nl="grijs", name_fr="gris", name_de="grau"
    )
    halogen = Attribute.objects.create(code="ef000227", kind="choice", name_en="Halogen free")
    yes = AttributeChoice.objects.create(attribute=halogen, code="ev000045", name_en="Yes & no")
    # Two properties of one name can only be told apart by their codes.
    inner = Attribute.objects.create(code="width-inside", kind="number", unit="mm", name_en="Width")
    Attribute.objects.create(code="width-outside", kind="number", unit="mm", name_en="Width")
    for attribute, value in (
        (section, {"number": "1.5"}), (core, {"number": 3}), (colour, {"choice": grey}),
        (halogen, {"choice": yes}), (inner, {"number": "12.25"}),
    ):  # fmt: skip
        ProductAttribute.objects.create(product=product, attribute=attribute, **value)
    ProductMedia.objects.create(product=product, kind="picture", address="https://cdn.example/1.png")
    ProductMetal.objects.create(product=product, metal="CU", weight="0.043", per=1, base=150)
    return product


def state() -> dict[str, list[tuple]]:
    """All that an import of articles could change."""
    own = {"updated_at", "source"}
    return {
        model.__name__: list(
            model.objects.order_by("pk").values_list(
                *(field.name for field in model._meta.concrete_fields if field.name not in own)
            )
        )
        for model in (
            Product, Category, Attribute, AttributeChoice, ProductAttribute, ProductMedia, ProductMetal,
            ListPrice,
        )
    }  # fmt: skip


@pytest.fixture
def imported(settings, tmp_path, customer):
    settings.IMPORT_DIR = tmp_path / "imports"
    profile = ImportProfile.objects.create(
        slug="own", name="Own", format="bmecat", price_list=customer.price_list, order_unit="C62",
        brand=BrandFactory(code="own"), category=CategoryFactory(slug="rest"), currency="EUR",
    )  # fmt: skip

    # A supplier's codes are not the shop's, unless somebody says so.
    for each in Category.objects.all():
        CategoryMapping.objects.create(profile=profile, code=each.slug, category=each)

    def run(content: bytes) -> ImportRun:
        started = services.start_import(
            profile=profile, file_name="own.xml", chunks=[content], trial=False, background=False
        )
        ended = services.run(started)
        assert (ended.state, ended.error, ended.refused) == (ImportRun.State.DONE, "", 0)
        return ended

    return run


def test_a_bmecat_of_ours_changes_nothing_when_it_is_imported(assortment, imported, export):
    before = state()
    imported(export("bmecat", every_language=True))
    after = state()
    assert after == before


def test_several_languages_stand_side_by_side_and_the_first_is_the_default(assortment, export):
    root = etree.fromstring(export("bmecat", every_language=True, language="fr"))
    languages = root.findall(".//b:LANGUAGE", SPACE)
    assert [(each.text, each.get("default")) for each in languages] == [
        ("fra", "true"), ("eng", None), ("nld", None), ("deu", None)
    ]  # fmt: skip
    said = {each.get("lang"): each.text for each in root.findall(".//b:DESCRIPTION_SHORT", SPACE)}
    assert said == {"eng": "Cable <NYM>", "nld": "Kabel", "fra": "Câble", "deu": "Kabel NYM"}
    long = {each.get("lang"): each.text for each in root.findall(".//b:DESCRIPTION_LONG", SPACE)}
    assert long == {"eng": "Long & wide", "nld": "Lang"}
    assert "Câbles" in {each.text for each in root.findall(".//b:GROUP_NAME[@lang='fra']", SPACE)}


def test_properties_are_etims_by_code_and_our_own_by_name_with_unit(assortment, export):
    root = etree.fromstring(export("bmecat", language="nl"))
    found = {}
    for block in root.findall(".//b:PRODUCT_FEATURES", SPACE):
        system = block.findtext("b:REFERENCE_FEATURE_SYSTEM_NAME", namespaces=SPACE)
        for feature in block.findall("b:FEATURE", SPACE):
            name, value, unit = (
                feature.findtext(f"b:{tag}", "", SPACE) for tag in ("FNAME", "FVALUE", "FUNIT")
            )
            found[system, name] = (value, unit)
    assert found == {
        ("ETIM", "EF000227"): ("EV000045", ""),
        ("udf-shop-1.0", "Cross-section"): ("1.5", "MMK"),
        ("udf-shop-1.0", "Aders"): ("3", ""),
        ("udf-shop-1.0", "Kleur"): ("grijs", ""),
        ("udf-shop-1.0", "width-inside"): ("12.25", "MMT"),
    }


@pytest.mark.parametrize("every_language", [True, False])
def test_a_bmecat_with_properties_is_valid(assortment, export, every_language):
    if not XSD.is_file():
        pytest.skip("the official schemas are not here")
    ProductMetal.objects.all().delete()  # metals stand in extensions, which are no part of this schema
    schema = etree.XMLSchema(etree.parse(XSD))
    schema.assertValid(etree.fromstring(export("bmecat", every_language=every_language)))


def test_a_schedule_and_the_web_service_choose_the_languages(assortment, customer, tmp_path, settings):
    settings.EXPORT_DIR = tmp_path
    schedule = ExportSchedule.objects.create(
        name="x", organisation=customer, format="bmecat", every_language=True
    )
    file = ask_for(schedule=schedule)
    write_file(file_id=file.pk)
    assert b'lang="fra"' in path_of(file).read_bytes()
    _key, shown = issue_key(organisation=customer, name="x")
    client = Client(headers={"Authorization": f"Bearer {shown}"})
    assert b'lang="fra"' in client.get("/api/v1/exports/bmecat?every_language=true").getvalue()
    assert b"lang=" not in client.get("/api/v1/exports/bmecat?agreed=true").getvalue()
    assert b"NYM-3" not in client.get("/api/v1/exports/bmecat?agreed=true").getvalue()
