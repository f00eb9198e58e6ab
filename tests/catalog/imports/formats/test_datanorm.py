"""Datanorm 4 and 5: prices in cents and their units, texts wherever they stand, code pages never guessed."""

import shutil
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

import catalog.imports.formats  # noqa: F401  registers them
from catalog.imports.errors import FileRefused
from catalog.imports.formats.datanorm.encoding import proposals
from catalog.imports.formats.datanorm.values import less
from catalog.imports.records import Action, CategoryRecord, MetalContent, PriceKind, PriceRecord, Renumbering
from catalog.imports.registry import recognise
from catalog.imports.source import Source
from tests.catalog.imports.formats.reading import PAYLOADS, Read, read, reasons

CORPUS = Path(settings.CORPUS) / "catalog" / "datanorm"
CP850 = {"encoding": "cp850"}


@pytest.fixture
def version4(tmp_path: Path) -> Read:
    """All four files in a zip, in the wrong order."""
    archive = tmp_path / "datanorm.zip"
    with zipfile.ZipFile(archive, "w") as found:
        for file in sorted((PAYLOADS / "datanorm4").iterdir(), reverse=True):
            found.write(file, file.name)
    return read("datanorm", archive, options=CP850, language="de")


@pytest.fixture
def version5() -> Read:
    return read("datanorm", PAYLOADS / "datanorm5" / "DATANORM.001", language="de")


def prices(found: Read, sku: str) -> list[PriceRecord]:
    return [each for each in found.of(PriceRecord) if each.sku == sku]


def test_an_article_of_version_4_is_put_together_from_its_records_texts_and_groups(version4):
    cable = version4.articles["NYM3"]
    assert cable.names == {"de": "Mantelleitung NYM-J 3x1,5 100 m Ring"}
    assert cable.descriptions == {"de": "erste Zeile größer\nzweite Zeile\n\nFür die Verlegung\nim Erdreich"}
    assert (cable.order_unit, cable.price_unit, cable.gtin) == ("MTR", 100, "5410000012345")
    assert (cable.discount_group, cable.categories, cable.keywords) == ("3LTF", ("01/12",), ("NYM",))


@pytest.mark.parametrize(
    ("first", "second", "between"),
    [
        # Cut off after 40 characters, wherever that is.
        ("Abdeckhaube aus Kunststoff fuer Flachver", "teiler", ""),
        # Two texts, the first of which only happens to be as long.
        ("Kabelverschraubung M20 x 1,5 Polyamid 66", "IP68", " "),
        ("Leitungsschutzschalter 2polig 16 A Typ B", "ohne Zubehör", " "),
        ("Schalter mit Kontrolllampe 10 A, cremewe", " weiß", ""),
        ("Kabelbinder", "schwarz", " "),
    ],
)
def test_a_short_text_that_was_cut_in_a_word_is_one_again(tmp_path, first, second, between):
    file = tmp_path / "DATANORM.001"
    article = f"A;N;A1;{first};{second};PCE;1;1;714;;;;;;;;;;;;;;;;;;;"
    file.write_text("\r\n".join(["V;050;A;20261101;EUR;Lieferant;;;;;;;;;", article, "E;"]), "cp850")
    found = read("datanorm", file, options=CP850, language="de")
    assert found.articles["A1"].names == {"de": first + between + second}
    assert not found.refused  # an end record need not say how many there were


def test_an_addition_without_its_article_is_told_as_one(tmp_path):
    file = tmp_path / "DATANORM.001"
    header = "V 011126" + "Lieferant".ljust(115) + "04EUR"
    file.write_text("\r\n".join([header, "B;N;LOST;MATCH; ; ;0;0;0; ; ;01;0;0; ; ;"]), "cp850")
    (refused,) = read("datanorm", file, options=CP850, language="de").refused
    assert "there is none" in str(refused.reason)


def test_a_gross_price_is_a_list_price_and_its_group_makes_the_customers_net_price(version4):
    listed, net = version4.articles["NYM3"].prices
    assert (listed.kind, listed.amount, listed.price_unit) == (PriceKind.LIST, Decimal("50.00"), 100)
    assert (net.kind, net.amount, net.customer) == (PriceKind.NET, Decimal("22.50"), "018988")
    assert [each.amount for each in version4.articles["CHG"].prices] == [Decimal("10.00"), Decimal("7.00")]


def test_net_prices_are_the_customers_and_a_price_of_zero_comes_by_the_price_file(version4):
    (net,) = version4.articles["NET1"].prices
    assert (net.kind, net.amount, net.price_unit) == (PriceKind.NET, Decimal("0.88"), 1)
    assert version4.articles["PERP"].prices is None


def test_a_price_file_has_three_articles_a_line_and_leaves_the_price_unit_to_the_article(version4):
    listed, net = prices(version4, "PERP")
    assert (listed.amount, listed.price_unit, listed.valid_from) == (Decimal("20.00"), None, date(2027, 1, 1))
    # 20.00 less 10 %, less 5 %, rounded at the end.
    assert (net.kind, net.amount) == (PriceKind.NET, Decimal("17.10"))
    assert [each.amount for each in prices(version4, "NET1")] == [Decimal("0.90")]
    # A discount group in a price file is explained by the .RAB file.
    assert [each.amount for each in prices(version4, "NYM3") if each.valid_from] == [
        Decimal("55.00"),
        Decimal("24.75"),
    ]
    assert ("BAD", "price") in reasons(version4.refused)


def test_scale_prices_are_read_and_other_surcharges_refused(version4):
    (scale,) = [each for each in prices(version4, "NYM3") if each.minimum_quantity]
    assert (scale.minimum_quantity, scale.amount, scale.price_unit) == (500, Decimal("45.00"), None)
    assert ("NYM3", "Z") in reasons(version4.refused)


def test_a_scale_price_counts_quantities_of_the_customers_price_in_either_versions_fields(tmp_path):
    file = tmp_path / "DATANORM.001"
    header = "V 011126" + "Lieferant".ljust(115) + "04EUR"
    records = [
        "Z;N;A1;01;1;ab 500;;1;+;2;0;4400;;1;500;9999;",  # as version 5 has it
        "Z;N;A1;2;1;2;ab 50 km;2;4300;50;99;",  # by distance
        "Z;N;A1;3;1;1;Liste;1;4200;500;9999;",
    ]
    file.write_text("\r\n".join([header, *records]), "cp850")
    found = read("datanorm", file, customer="100001")
    assert [(each.amount, each.minimum_quantity) for each in found.of(PriceRecord)] == [(44, 500)]
    assert [each.line for each in found.refused] == [3, 4]


@pytest.mark.parametrize(
    ("header", "article", "metal", "per"),
    [
        (
            "V 011126" + "Lieferant".ljust(115) + "04EUR",
            "A;N;A1;00;Kabel;;1;2;m;1000;;;;",
            "Z;N;{};1;4;CU;150;10;430;1000;",
            100,
        ),
        (
            "V;050;A;20261101;EUR;Lieferant;;;;;;;;;",
            "A;N;A1;Kabel;;MTR;1;100;714;;;;;;;;;;;;;;;;;;;",
            "Z;N;{};01;3;CU;2;1;15000;10;430;1000;",
            1,
        ),
    ],
    ids=["4", "5"],
)
def test_metals_are_read_by_weight_and_base_wherever_their_records_stand(
    tmp_path, header, article, metal, per
):
    file = tmp_path / "DATANORM.001"
    file.write_text("\r\n".join([header, metal.format("A1"), article, metal.format("LOST"), "E;"]), "cp850")
    found = read("datanorm", file, language="de")
    assert found.articles["A1"].metals == (MetalContent("CU", Decimal("4.3"), per, Decimal(150)),)
    assert [(each.line, each.record, each.field) for each in found.refused] == [(4, "LOST", "Z")]


def test_a_discount_beside_a_net_price_is_told_and_not_taken_off(tmp_path):
    file = tmp_path / "DATPREIS.001"
    header = "V 011126" + "Lieferant".ljust(115) + "04EUR"
    file.write_text(f"{header}\r\nP;A;A1;2;4590;1;500;2;950;;;A2;2;100;1;0;1;0;1;0;\r\n", "cp850")
    found = read("datanorm", file, customer="100001")
    assert [each.amount for each in found.of(PriceRecord)] == [Decimal("45.90"), 1]
    assert [(each.record, each.value) for each in found.refused] == [("A1", "1 500, 2 950")]


def test_an_article_of_version_5_goes_with_its_successor_on_its_day(tmp_path):
    file = tmp_path / "DATANORM.001"
    records = ["B;L;GONE;NEXT;20200101;", "B;L;LATER;NEXT;20991231;", "E;4;"]
    file.write_text("\r\n".join(["V;050;A;20261101;EUR;Lieferant;;;;;;;;;", *records]), "cp850")
    articles = read("datanorm", file).articles
    assert (articles["GONE"].action, articles["GONE"].successor) == (Action.DELETE, "NEXT")
    assert (articles["LATER"].status, articles["LATER"].successor) == ("run-out", "NEXT")


def test_dimensions_of_version_5_have_their_text_before_the_block_that_is_put_in(tmp_path):
    file = tmp_path / "DATANORM.001"
    records = [
        "T;N;INS1;2;01;nach EN 1057;",
        "A;N;A1;Rohr;;MTR;1;1;714;;;;;;;;;;;;;;;;;;;",
        "D;N;A1;01;F;Festigkeit R250;;",
        "D;N;A1;02;T;;INS1;",
        "E;6;",
    ]
    file.write_text("\r\n".join(["V;050;A;20261101;EUR;Lieferant;;;;;;;;;", *records]), "cp850")
    found = read("datanorm", file, language="de").articles["A1"]
    assert found.descriptions == {"de": "Festigkeit R250\nnach EN 1057"}


def test_groups_become_a_tree(version4):
    assert [(each.code, each.parent, each.names["de"]) for each in version4.of(CategoryRecord)] == [
        ("01", "", "Kabel"),
        ("01/12", "01", "Erdkabel"),
        ("01/13", "01", "Mantelleitungen"),
        ("02", "", "Schalter"),
    ]


def test_articles_change_and_go_and_what_is_wrong_is_refused_with_its_line(version4):
    assert version4.articles["CHG"].action is Action.CHANGE
    assert version4.articles["GONE"].action is Action.DELETE
    refused = reasons(version4.refused)
    assert {
        ("OLD", "A"),
        ("UNIT", "unit"),
        ("CODE", "price unit"),
        ("", "A"),
        ("", "Q"),
        ("ODD", "R"),
    } <= refused
    lines = (PAYLOADS / "datanorm4" / "DATANORM.001").read_bytes().decode("cp850").splitlines()
    (unit,) = [each for each in version4.refused if each.field == "unit"]
    assert lines[unit.line - 1].startswith("A;N;UNIT")


def test_copper_is_taken_when_the_profile_says_its_unit_and_refused_otherwise(version4):
    assert version4.articles["NYM3"].metals is None
    assert ("NYM3", "copper") in reasons(version4.refused)
    file = PAYLOADS / "datanorm4" / "DATANORM.001"
    found = read("datanorm", file, options={**CP850, "copper_weight": "kg"}, language="de")
    assert found.articles["NYM3"].metals == (MetalContent("CU", Decimal(43), 100, Decimal(150)),)


def test_version_5_says_units_and_amounts_themselves(version5):
    product = version5.articles["V5-1"]
    assert (product.order_unit, product.price_unit, product.minimum_quantity) == ("C62", 100, 12)
    assert (product.manufacturer_part_number, product.gtin) == ("B16-N", "5410000012345")
    assert (product.categories, product.discount_group) == (("10/20",), "D14")
    assert product.descriptions == {"de": "Zeile eins\nZeile zwei"}
    assert [each.amount for each in product.prices] == [Decimal("1250.00")]
    assert version5.articles["V5-3"].prices == ()
    assert version5.articles["V5-9"].action is Action.DELETE
    assert [(each.sku, each.target) for each in version5.of(Renumbering)] == [("V5-8", "V5-7")]
    assert not version5.refused


def test_version_5_price_and_scale_records_have_their_unit_and_day(version5):
    (scale,) = prices(version5, "V5-1")
    assert (scale.kind, scale.amount, scale.price_unit) == (PriceKind.NET, Decimal("990.00"), 100)
    (changed,) = prices(version5, "V5-2")
    assert (changed.amount, changed.price_unit, changed.valid_from) == (Decimal("2.40"), 1, date(2027, 2, 1))


def test_a_wrong_count_or_no_end_record_is_said(tmp_path):
    lines = (PAYLOADS / "datanorm5" / "DATANORM.001").read_text().rstrip("\x1a\n").splitlines()
    file = tmp_path / "DATANORM.001"
    file.write_text("\r\n".join(lines[:-1]))
    assert ("", "E") in reasons(read("datanorm", file).refused)
    file.write_text("\r\n".join([*lines[:5], "E;4711;"]))
    (refusal,) = [each for each in read("datanorm", file).refused if each.field == "E"]
    assert refusal.value == "4711 / 6"


def test_a_code_page_is_never_guessed_but_proposed_with_what_it_would_read():
    with pytest.raises(FileRefused, match=r"cp850: “.*größer.*” \(99 %\)"):
        read("datanorm", PAYLOADS / "datanorm4" / "DATANORM.001")
    best = proposals("Rückschlagventil für Öl".encode("cp1252"))[0]
    assert best.encoding in ("cp1252", "latin-1") and "für" in best.excerpt + "für"
    assert proposals("Größe".encode())[0] == ("utf-8", 100, "Größe")
    assert proposals(b"plain") == []


def test_a_file_for_another_customer_is_refused():
    file = PAYLOADS / "datanorm5" / "DATANORM.001"
    with pytest.raises(FileRefused, match="for customer 100001, not for 100002"):
        read("datanorm", file, customer="100002")
    assert read("datanorm", file, customer="100002", options={"any_customer": True}).articles
    ours = read("datanorm", file, customer="100002", options={"customer_number": "100001"})
    # The number of the file is the supplier's for us; the prices are those of the profile's customer.
    assert {each.customer for each in ours.articles["V5-2"].prices} == {"100002"}


def test_net_prices_of_nobody_are_refused(tmp_path):
    file = tmp_path / "DATANORM.001"
    shutil.copy(PAYLOADS / "datanorm5" / "DATANORM.001", file)
    file.write_text("\n".join(line for line in file.read_text().splitlines() if not line.startswith("K;")))
    found = read("datanorm", file)
    assert ("V5-2", "price") in reasons(found.refused)
    assert found.articles["V5-2"].prices == ()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("A;N;1;\r\n", "V record"),
        ("", "V record"),
        ("V " + "x" * 121 + "03DEM\r\n", "version 3"),
        ("V;050;A;20261121;;;;\r\n", "currency"),
        ("V;050;A;20261121;EUR;;;\r\n" + "T;" + "x" * 20_000, "longer"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(tmp_path, content, reason):
    file = tmp_path / "DATANORM.001"
    file.write_text(content)
    with pytest.raises(FileRefused, match=reason):
        read("datanorm", file)


@pytest.mark.parametrize(
    ("discounts", "net"),
    [
        ([("1", "5500")], "45"),
        ([("2", "700")], "70"),
        ([("3", "1000")], "110"),
        ([("1", "1000"), ("1", "1000"), ("1", "1000")], "72.9"),
        ([("0", "3LTF")], None),
        ([("1", "20000")], None),
    ],
)
def test_discounts_are_percents_multipliers_and_surcharges_in_a_row(discounts, net):
    assert less(Decimal(100), discounts) == (None if net is None else Decimal(net))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of other people's catalogs is not here")
class TestOtherPeoplesFiles:
    @pytest.mark.parametrize("file", sorted(CORPUS.glob("*.[0W]*")), ids=lambda file: file.name[:60])
    def test_every_file_is_recognised_and_read(self, file):
        chosen = recognise(Source(file))
        assert chosen is not None and chosen.slug == "datanorm"
        best = next(iter(proposals(file.read_bytes())), None)
        found = read("datanorm", file, options={"encoding": best.encoding if best else ""}, language="de")
        assert found.records
        assert not [each for each in found.refused if each.fatal]
        assert all("�" not in str(each.names) for each in found.articles.values())

    def test_texts_and_articles_that_follow_them_come_together(self):
        (file,) = CORPUS.glob("*v4_products_before_texts.001")
        found = read("datanorm", file, options=CP850, language="de").articles["QBMK10208R"]
        assert found.descriptions["de"].startswith("Installationskabel zur Nachrichten- und")
        assert "speziell f\nür die" in found.descriptions["de"]
        assert [(each.amount, each.price_unit) for each in found.prices or ()] == [(Decimal("2.40"), 1)]
