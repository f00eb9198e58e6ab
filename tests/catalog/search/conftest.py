"""A small shop whose index is its own: every test has a folder of its own."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from catalog import search
from catalog.models import (
    Attribute,
    AttributeChoice,
    Brand,
    Category,
    CategoryAttribute,
    Product,
    ProductAttribute,
    Stock,
    StockSite,
)


@pytest.fixture
def search_index(settings: Any, tmp_path: Path, db: None) -> Iterator[Path]:
    """An index of this test alone, and none yet; changes are only logged until someone follows them."""
    settings.SEARCH_INDEX_DIR = tmp_path / "search"
    settings.SEARCH_FOLLOW = "off"
    search.forget()
    yield settings.SEARCH_INDEX_DIR
    search.forget()


@pytest.fixture
def worker(search_index: Path) -> Iterator[Callable[[str], Iterator[str]]]:
    """Another process of the shop: what an expression is there, each time it is asked."""
    look = (
        "import sys, django; django.setup();"
        "from django.conf import settings; settings.SEARCH_INDEX_DIR = sys.argv[1];"
        "from catalog.search import labels, reading;"
        "[print(eval(sys.argv[2]), flush=True) for _ in sys.stdin]"
    )
    with contextlib.ExitStack() as workers:

        def start(expression: str) -> Iterator[str]:
            process = workers.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", look, str(search_index), expression],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
                )
            )
            assert process.stdin is not None
            assert process.stdout is not None
            workers.callback(process.stdin.close)
            while True:
                process.stdin.write("\n")
                process.stdin.flush()
                yield process.stdout.readline()

        yield start


@pytest.fixture
def article(db: None) -> Callable[..., Product]:
    return make_article


@pytest.fixture
def category(db: None) -> Callable[..., Category]:
    return make_category


@pytest.fixture
def attribute(db: None) -> Callable[..., Attribute]:
    return make_attribute


def make_article(
    sku: str,
    name_en: str = "",
    *,
    nl: str = "",
    fr: str = "",
    de: str = "",
    category: str = "various",
    brand: str = "voltara",
    stock: int = 0,
    attributes: dict[str, str | int | float | Decimal] | None = None,
    **fields: Any,
) -> Product:
    """An article; its category, brand and attributes are made when they are not there yet."""
    product = Product.objects.create(
        sku=sku,
        name_en=name_en or nl or fr or de or sku,
        name_nl=nl,
        name_fr=fr,
        name_de=de,
        category=Category.objects.get_or_create(slug=category, defaults={"name_en": category.title()})[0],
        brand=Brand.objects.get_or_create(code=brand, defaults={"name": brand.title()})[0],
        order_unit="C62",
        **fields,
    )
    if stock:
        site, _ = StockSite.objects.get_or_create(code="main", defaults={"name": "Main"})
        Stock.objects.create(product=product, site=site, quantity=stock)
    for code, value in (attributes or {}).items():
        attribute = Attribute.objects.get(code=code)
        if attribute.kind == Attribute.Kind.CHOICE:
            choice = AttributeChoice.objects.get(attribute=attribute, code=value)
            ProductAttribute.objects.create(product=product, attribute=attribute, choice=choice)
        else:
            ProductAttribute.objects.create(product=product, attribute=attribute, number=Decimal(str(value)))
    return product


def make_category(
    slug: str, parent: str | None = None, filters: tuple[str, ...] = (), **names: str
) -> Category:
    node = Category.objects.create(
        slug=slug,
        parent=Category.objects.get(slug=parent) if parent else None,
        name_en=names.pop("en", slug.title()),
        **{f"name_{language}": name for language, name in names.items()},
    )
    for position, code in enumerate(filters):
        attribute = Attribute.objects.get(code=code)
        CategoryAttribute.objects.create(category=node, attribute=attribute, position=position)
    return node


def make_attribute(
    code: str, unit: str = "", choices: dict[str, str] | None = None, **names: str
) -> Attribute:
    kind = Attribute.Kind.CHOICE if choices else Attribute.Kind.NUMBER
    made = Attribute.objects.create(
        code=code,
        kind=kind,
        unit=unit,
        name_en=names.pop("en", code),
        **{f"name_{language}": name for language, name in names.items()},
    )
    for position, (choice, name) in enumerate((choices or {}).items()):
        AttributeChoice.objects.create(attribute=made, code=choice, name_en=name, position=position)
    return made


@pytest.fixture
def shop(search_index: Path) -> Path:
    """Articles as an electrical wholesaler has them, in four languages, indexed."""
    stock_a_shop()
    search.rebuild()
    return search_index


def stock_a_shop() -> None:
    make_attribute("rated-current", "A", en="Rated current", nl="Nominale stroom", de="Nennstrom")
    make_attribute("poles", "", {"1p": "1 pole", "1pn": "1 pole + N", "3p": "3 poles"}, en="Poles")
    make_attribute("section", "mm²", en="Cross section", nl="Doorsnede")
    make_attribute("protection", "", {"ip20": "IP20", "ip44": "IP44", "ip65": "IP65"}, en="Protection")

    make_category("protection", en="Protection", nl="Beveiliging", fr="Protection", de="Schutz")
    make_category(
        "breakers",
        "protection",
        ("rated-current", "poles"),
        en="Circuit breakers",
        nl="Installatieautomaten",
        fr="Disjoncteurs",
        de="Leitungsschutzschalter",
    )
    make_category(
        "rcds", "protection", en="RCDs", nl="Aardlekschakelaars", fr="Différentiels", de="FI-Schutzschalter"
    )
    make_category(
        "cables", None, ("section",), en="Cables", nl="Kabels", fr="Câbles", de="Kabel und Leitungen"
    )
    make_category(
        "lighting", None, ("protection",), en="Lighting", nl="Verlichting", fr="Éclairage", de="Beleuchtung"
    )
    make_category(
        "wiring", en="Wiring devices", nl="Schakelmateriaal", fr="Appareillage", de="Installationsgeräte"
    )
    make_category("mounting", en="Mounting", nl="Bevestiging", fr="Fixation", de="Befestigung")

    for ampere in (6, 10, 16, 20, 32):
        for curve in "BC":
            make_article(
                f"VLT-5SY6{ampere:02d}-{7 if curve == 'C' else 6}",
                f"Miniature circuit breaker 1P {curve} {ampere} A 6 kA",
                nl=f"Installatieautomaat 1P {curve} {ampere} A 6 kA",
                fr=f"Disjoncteur modulaire 1P {curve} {ampere} A 6 kA",
                de=f"Leitungsschutzschalter 1P {curve} {ampere} A 6 kA",
                category="breakers",
                gtin=f"20000010{ampere:02d}{'BC'.index(curve)}00",
                manufacturer_part_number=f"MB.1{curve}{ampere:02d}/6",
                attributes={"rated-current": ampere, "poles": "1p"},
                stock=ampere if curve == "C" else 0,
            )
    make_article(
        "VLT-5SY6316-7",
        "Miniature circuit breaker 3P C 16 A 6 kA",
        nl="Installatieautomaat 3-polig C16 6kA",
        fr="Disjoncteur modulaire tripolaire 3P C16",
        de="Leitungsschutzschalter 3-polig C16",
        category="breakers",
        brand="kopra",
        attributes={"rated-current": 16, "poles": "3p"},
        stock=4,
    )
    make_article(
        "VLT-OLD-16",
        "Miniature circuit breaker 1P C 16 A 6 kA",
        nl="Installatieautomaat 1P C 16 A 6 kA",
        de="Leitungsschutzschalter 1P C 16 A 6 kA",
        category="breakers",
        status=Product.Status.DISCONTINUED,
        stock=50,
    )
    make_article("VLT-HIDDEN", "Secret breaker", category="breakers", status=Product.Status.HIDDEN)
    make_article(
        "KP-RCD-40-30",
        "Residual current device 2P 40 A 30 mA type A",
        nl="Differentieelschakelaar 2P 40A 30mA type A",
        fr="Interrupteur différentiel 2P 40 A 30 mA type A",
        de="FI-Schutzschalter 2P 40 A 30 mA Typ A",
        category="rcds",
        brand="kopra",
    )
    for cores, section in ((3, "1,5"), (3, "2,5"), (5, "2,5"), (5, "6")):
        make_article(
            f"XVB-{cores}G{section.replace(',', '')}",
            f"Cable XVB-F2 {cores}G{section} mm² per metre",
            nl=f"Installatiekabel XVB-F2 {cores}G{section} mm² per meter",
            fr=f"Câble d'installation XVB-F2 {cores}G{section} mm² au mètre",
            de=f"Installationsleitung XVB-F2 {cores}G{section} mm² Meterware",
            category="cables",
            brand="kabelo",
            attributes={"section": section.replace(",", ".")},
        )
    for section in ("1.5", "2.5"):
        make_article(
            f"H07VU-{section}-BL",
            f"Single core wire H07V-U {section}mm2 blue",
            nl=f"Installatiedraad H07V-U {section.replace('.', ',')} mm² blauw",
            fr=f"Fil rigide H07V-U {section.replace('.', ',')} mm² bleu",
            de=f"Aderleitung H07V-U {section.replace('.', ',')} mm² blau",
            category="cables",
            brand="kabelo",
            attributes={"section": section},
        )
    make_article(
        "CAT6A-UTP", "Data cable Cat 6A U/UTP 500 m", nl="Datakabel Cat.6A U/UTP 500 m", category="cables"
    )
    make_article(
        "LMN-PNL-6060",
        "LED panel 60x60 36W 4000K IP20",
        nl="LED-paneel 60x60 cm 36W 4000K IP20",
        fr="Dalle LED 60x60 36W 4000K IP20",
        de="LED-Panel 60x60 36W 4000K IP20",
        category="lighting",
        brand="lumenor",
        attributes={"protection": "ip20"},
    )
    make_article(
        "LMN-WP-65",
        "Weatherproof LED luminaire 1,5 m 40 W",
        nl="Waterdichte ledarmatuur 1,5 m 40 W",
        fr="Réglette étanche LED 1,5 m 40 W",
        de="Feuchtraum-Wannenleuchte LED 1,5 m 40 W",
        category="lighting",
        brand="lumenor",
        attributes={"protection": "ip65"},
    )
    make_article(
        "LMN-EMG",
        "Emergency luminaire 3 h",
        nl="Noodverlichting 3 u",
        fr="Bloc d'éclairage de secours 3 h",
        de="Notleuchte 3 h für Fluchtwege",
        category="lighting",
        brand="lumenor",
        attributes={"protection": "ip44"},
    )
    make_article(
        "VLT-SOC-W",
        "Socket outlet 16 A with earth pin, white",
        nl="Stopcontact 16 A met aardpen, wit",
        fr="Prise de courant 16 A avec broche de terre, blanc",
        de="Steckdose 16 A, reinweiß",
        category="wiring",
        description_en="Also fits the cable duct.",
    )
    make_article(
        "VLT-SW-W",
        "Two-way switch 10 A white",
        nl="Wisselschakelaar 10 A wit",
        fr="Interrupteur va-et-vient 10 A blanc",
        de="Wechselschalter 10 A weiß, große Wippe",
        category="wiring",
    )
    make_article(
        "KT-100",
        "Cable ties 200 x 4,8 mm black, 100 pieces",
        nl="Kabelbinders 200x4,8 mm zwart, 100 stuks",
        fr="Colliers de câblage 200 x 4,8 mm noirs, 100 pièces",
        de="Kabelbinder 200 x 4,8 mm schwarz, 100 Stück",
        category="mounting",
        brand="kabelo",
        description_nl="Voor het bundelen van kabel.",
    )
    make_article(
        "KG-M20",
        "Cable gland M20 IP68",
        nl="Kabelwartel M20 IP68",
        fr="Presse-étoupe M20 IP68",
        de="Kabelverschraubung M 20 IP 68",
        category="mounting",
    )
    make_article(
        "CTR-25",
        "Contactor 25 A coil 230 V AC",
        nl="Magneetschakelaar 25A spoel 230VAC",
        de="Schütz 25 A 230V",
    )
