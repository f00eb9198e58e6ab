"""BMEcat in its versions: what is read, what is refused and on which line, and that nothing is executed."""

import resource
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

import catalog.imports.formats  # noqa: F401
from catalog.imports.errors import FileRefused
from catalog.imports.records import (
    Action,
    CategoryLink,
    CategoryRecord,
    FeatureValue,
    Media,
    MetalContent,
    PriceKind,
    PriceWithdrawn,
    Reference,
    Refusal,
)
from catalog.imports.registry import recognise
from catalog.imports.source import Source
from tests.catalog.imports.formats.reading import PAYLOADS, Read, read, reasons

CORPUS = Path(settings.CORPUS) / "catalog"
OPENING = (
    '<BMECAT version="1.2"><HEADER><CATALOG><LANGUAGE>deu</LANGUAGE><CURRENCY>EUR</CURRENCY></CATALOG>'
    "</HEADER><T_NEW_CATALOG>"
)
CLOSING = "</T_NEW_CATALOG></BMECAT>"


def article(number: str = "A1", name: str = "Name", more: str = "") -> str:
    return (
        f"<ARTICLE><SUPPLIER_AID>{number}</SUPPLIER_AID><ARTICLE_DETAILS>"
        f"<DESCRIPTION_SHORT>{name}</DESCRIPTION_SHORT></ARTICLE_DETAILS>"
        f"<ARTICLE_ORDER_DETAILS><ORDER_UNIT>C62</ORDER_UNIT></ARTICLE_ORDER_DETAILS>{more}</ARTICLE>"
    )


def written(folder: Path, content: str | bytes) -> Path:
    file = folder / "catalog.xml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.fixture
def etim() -> Read:
    return read("bmecat", PAYLOADS / "etim.xml", territory="BE")


def test_the_header_says_what_the_file_is(etim):
    header = etim.header
    assert header.format == "BMEcat 2005, ETIM 5.0, new catalog"
    assert (header.full, header.catalog, header.version) == (True, "KEPLER", "001.000")
    assert (header.languages, header.currency, header.customer) == (("en", "nl"), "EUR", "100001")


def test_texts_are_read_in_every_language_the_shop_speaks_in_both_spellings_of_its_code(etim):
    product = etim.articles["KP-B16"]
    assert product.names == {
        "nl": "Automaat B16",
        "fr": "Disjoncteur B16",
        "de": "LS-Schalter B16",
        "en": "MCB B16",
    }
    assert "".join(product.descriptions["nl"].split()) == "Eénpool,6kA&co"
    assert product.keywords == ("zekering",)


def test_codes_units_and_classes_stand_in_their_fields(etim):
    product = etim.articles["KP-B16"]
    assert (product.gtin, product.brand, product.manufacturer_part_number) == (
        "5410000012345",
        "Kepler",
        "B16",
    )
    assert (product.etim_class, product.unspsc, product.eclass) == ("EC000042", "39121601", "27141901")
    assert (product.order_unit, product.price_unit) == ("C62", 100)
    assert (product.minimum_quantity, product.quantity_step) == (12, 12)
    assert (product.status, product.lead_time_days, product.discount_group) == ("run-out", 3, "D14")
    assert product.metals == (MetalContent("CU", Decimal("0.096"), 1, Decimal(150)),)


def test_etim_properties_are_codes_numbers_ranges_and_never_a_dash(etim):
    assert etim.articles["KP-B16"].features == (
        FeatureValue("EF000001", number=Decimal(16), unit="EU570448"),
        FeatureValue("EF000002", value="EV000397"),
        FeatureValue("EF000003", number=Decimal(-25), upper=Decimal(55)),
        FeatureValue("EF000004", value="true"),
        FeatureValue("Reeks", "Reeks", value="Basis"),
    )


def test_prices_are_multiplied_by_their_factor_and_kept_with_quantity_bound_territory_and_validity(etim):
    listed, net = etim.articles["KP-B16"].prices
    assert (listed.kind, listed.amount, listed.price_unit) == (PriceKind.LIST, Decimal("1000"), 100)
    assert (listed.valid_from, listed.valid_until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert listed.minimum_quantity == 0
    assert (net.kind, net.amount, net.customer) == (PriceKind.NET, Decimal("700.5"), "100001")
    assert (net.minimum_quantity, net.territories) == (120, ("BE",))


def test_pictures_have_their_whole_address_and_thumbnails_come_last(etim):
    found = sorted(etim.articles["KP-B16"].media, key=lambda each: each.position)
    assert [(each.source, each.kind) for each in found if isinstance(each, Media)] == [
        ("https://cdn.example/side.png", "picture"),
        ("https://media.example/k/b16.jpg", "picture"),
        ("https://cdn.example/b16.pdf", "document"),
        ("https://media.example/k/thumb.jpg", "picture"),
    ]


def test_references_say_what_for_and_one_without_a_type_is_refused(etim):
    product = etim.articles["KP-B16"]
    assert product.successor == "KP-B16N"
    assert product.references == (Reference("KP-X", "consists of", Decimal(2)),)
    assert ("KP-B16", "type") in reasons(etim.refused)


def test_children_may_come_before_their_parents_and_maps_after_the_articles(etim):
    assert [(each.code, each.parent, each.names) for each in etim.of(CategoryRecord)] == [
        ("12", "1", {"nl": "Automaten", "fr": "Disjoncteurs"}),
        ("1", "", {"nl": "Alles"}),
    ]
    (link,) = etim.of(CategoryLink)
    assert (link.sku, link.category, link.remove) == ("KP-B16", "12", False)


def test_an_unknown_unit_refuses_the_article_with_its_line_until_the_profile_explains_it(etim):
    (refusal,) = [each for each in etim.refused if each.record == "KP-ODD"]
    assert (refusal.field, refusal.value, refusal.fatal) == ("ORDER_UNIT", "Kluwen", True)
    lines = (PAYLOADS / "etim.xml").read_text().splitlines()
    assert "<PRODUCT_ORDER_DETAILS>" in lines[refusal.line - 1]
    explained = read("bmecat", PAYLOADS / "etim.xml", unit_aliases={"Kluwen": "RO"})
    assert explained.articles["KP-ODD"].order_unit == "RO"
    # And then its price is refused: which sign is the decimal one cannot be known.
    assert ("KP-ODD", "PRICE_AMOUNT") in reasons(explained.refused)
    assert explained.articles["KP-ODD"].prices == ()


def test_a_product_update_replaces_and_deletes_whole_articles():
    found = read("bmecat", PAYLOADS / "update_products.xml")
    assert (found.header.full, found.header.previous_version) == (False, 2)
    assert {sku: each.action for sku, each in found.articles.items()} == {
        "GONE": Action.DELETE,
        "KEPT": Action.REPLACE,
    }
    assert found.articles["KEPT"].order_unit == "C62"
    assert reasons(found.refused) == {("ODD", "mode")}
    assert found.of(CategoryLink)[0].remove


def test_a_new_catalog_that_marks_an_article_as_deleted_is_believed(tmp_path):
    """Outside of the specification, and never an article that is still sold."""
    file = tmp_path / "catalog.xml"
    file.write_text(
        '<BMECAT version="1.2"><HEADER><CATALOG><LANGUAGE>deu</LANGUAGE></CATALOG></HEADER><T_NEW_CATALOG>'
        '<ARTICLE mode="delete"><SUPPLIER_AID>OLD-1</SUPPLIER_AID></ARTICLE>'
        '<ARTICLE mode="Delete"><SUPPLIER_AID>OLD-2</SUPPLIER_AID><ARTICLE_DETAILS><DESCRIPTION_SHORT>Alt'
        "</DESCRIPTION_SHORT></ARTICLE_DETAILS></ARTICLE></T_NEW_CATALOG></BMECAT>"
    )
    found = read("bmecat", file)
    assert {sku: each.action for sku, each in found.articles.items()} == {
        "OLD-1": Action.DELETE,
        "OLD-2": Action.DELETE,
    }
    assert not found.refused


def test_a_price_update_changes_prices_only_and_leaves_the_price_quantity_to_the_catalog():
    found = read("bmecat", PAYLOADS / "update_prices.xml", last_version=3)
    changed = found.articles["A1"]
    assert (changed.action, changed.names, changed.order_unit) == (Action.CHANGE, {}, None)
    (price,) = changed.prices
    assert (price.amount, price.currency, price.price_unit) == (Decimal("12.5"), "EUR", None)


def test_an_update_after_a_lost_one_is_refused_unless_the_profile_takes_any():
    with pytest.raises(FileRefused, match="follows number 3"):
        read("bmecat", PAYLOADS / "update_prices.xml", last_version=1)
    assert read(
        "bmecat", PAYLOADS / "update_prices.xml", last_version=1, options={"any_version": True}
    ).articles


def test_net_prices_of_nobody_are_refused(tmp_path):
    price = '<ARTICLE_PRICE price_type="net_customer"><PRICE_AMOUNT>1</PRICE_AMOUNT></ARTICLE_PRICE>'
    details = f"<ARTICLE_PRICE_DETAILS>{price}</ARTICLE_PRICE_DETAILS>"
    found = read("bmecat", written(tmp_path, OPENING + article(more=details) + CLOSING))
    assert reasons(found.refused) == {("A1", "price_type")}
    assert found.articles["A1"].prices == ()


def test_the_kinds_of_price_of_a_supplier_can_be_explained(tmp_path):
    price = '<ARTICLE_PRICE price_type="udp_ek"><PRICE_AMOUNT>1</PRICE_AMOUNT></ARTICLE_PRICE>'
    details = f"<ARTICLE_PRICE_DETAILS>{price}</ARTICLE_PRICE_DETAILS>"
    file = written(tmp_path, OPENING + article(more=details) + CLOSING)
    assert read("bmecat", file).articles["A1"].prices == ()
    (found,) = read("bmecat", file, options={"price_types": {"udp_ek": "list"}}).articles["A1"].prices
    assert found.kind is PriceKind.LIST


def test_a_second_language_adds_only_its_texts(tmp_path):
    found = read("bmecat", written(tmp_path, OPENING + article() + CLOSING), options={"only_texts": True})
    changed = found.articles["A1"]
    assert (changed.action, changed.names, changed.order_unit) == (Action.CHANGE, {"de": "Name"}, None)
    assert not found.header.full


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "cp1252"], ids=lambda each: each
)
def test_any_encoding_is_read(tmp_path, encoding):
    said = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{said}"?>\n' + OPENING + article(name="Wärme Öl ß") + CLOSING
    assert read("bmecat", written(tmp_path, text.encode(encoding))).articles["A1"].names == {
        "de": "Wärme Öl ß"
    }


def test_bad_bytes_and_control_characters_are_replaced_and_counted(tmp_path):
    text = (OPENING + article(name="K\x0babel &#1;&#x1F;M@") + CLOSING).encode().replace(b"@", b"\xe4")
    found = read("bmecat", written(tmp_path, text))
    assert found.articles["A1"].names == {"de": "K abel M�"}
    (refusal,) = found.refused
    assert (refusal.value, refusal.fatal) == ("1 / 3", False)


def test_a_reference_to_a_control_character_is_found_wherever_the_file_is_cut(tmp_path, monkeypatch):
    for size in (len(OPENING) + at for at in range(40, 60)):
        monkeypatch.setattr("catalog.imports.repaired.PIECE", size)
        found = read("bmecat", written(tmp_path, OPENING + article(name="a&#x0B;b&amp;c") + CLOSING))
        assert found.articles["A1"].names == {"de": "a b&c"}


HOSTILE = [
    ('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"),
    ('<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;', "x"),
    ('<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;&b;&b;&b;&b;">', "&x;"),
    ("<!-- ]> ' --><!ELEMENT UDX.X (#PCDATA)><!ENTITY x 'a]>b'>", "&x;"),
]


@pytest.mark.parametrize(("subset", "name"), HOSTILE, ids=["file", "parameter", "bomb", "quotes"])
def test_an_internal_subset_is_accepted_and_nothing_in_it_is_executed(tmp_path, monkeypatch, subset, name):
    monkeypatch.setattr("socket.socket.connect", lambda *args: pytest.fail("something was fetched"))
    doctype = f'<!DOCTYPE BMECAT SYSTEM "bmecat_new_catalog.dtd" [\n{subset}\n]>\n'
    found = read("bmecat", written(tmp_path, doctype + OPENING + article(name=f"Name {name}") + CLOSING))
    assert found.articles["A1"].names["de"] in ("Name", "Name x")
    assert found.articles["A1"].line == 4


def test_characters_named_as_in_html_are_read_where_a_dtd_is_named(tmp_path):
    doctype = '<!DOCTYPE BMECAT SYSTEM "bmecat_new_catalog.dtd">'
    found = read("bmecat", written(tmp_path, doctype + OPENING + article(name="W&auml;rme") + CLOSING))
    assert found.articles["A1"].names == {"de": "Wärme"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (OPENING + article() + "</T_NEW_CATALOG>", "broken"),
        (OPENING + article() + "<ARTICLE></BMECAT>", "broken"),
        ("<html><body/></html>", "no BMEcat"),
        ("", "broken"),
        ("<BMECAT/>", "no catalog"),
        ("<!DOCTYPE BMECAT [" + OPENING, "no end"),
        ('<?xml version="1.0" encoding="klingon"?>' + OPENING + CLOSING, "klingon"),
    ],
)
def test_a_file_that_is_none_is_refused_in_words(tmp_path, content, reason):
    with pytest.raises(FileRefused, match=reason):
        read("bmecat", written(tmp_path, content))


def test_an_element_that_never_ends_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("catalog.imports.repaired.LONGEST_ELEMENT", 1_000_000)
    with pytest.raises(FileRefused, match="longer than"):
        read("bmecat", written(tmp_path, OPENING + "<X>" + "<Y/>" * 400_000 + "</X>" + CLOSING))


def test_markup_inside_a_text_is_read_as_its_words_and_ten_thousand_tags_deep_refused(tmp_path):
    def nested(times: int) -> Path:
        return written(tmp_path, OPENING + article(name="<b>" * times + "x" + "</b>" * times) + CLOSING)

    assert read("bmecat", nested(500)).articles["A1"].names == {"de": "x"}
    with pytest.raises(FileRefused, match="depth"):
        read("bmecat", nested(10_000))


def test_memory_stays_flat(tmp_path):
    file = tmp_path / "large.xml"
    with file.open("w") as stream:
        stream.write(OPENING)
        for number in range(20_000):
            stream.write(article(str(number), more=f"<!-- {'x' * 3000} -->") + "\n")
        stream.write(CLOSING)
    assert file.stat().st_size > 60_000_000
    source = Source(file)
    chosen = recognise(source)
    assert chosen is not None and chosen.slug == "bmecat"
    from catalog.imports.registry import Reading

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _header, records = chosen.read(source, Reading(options=chosen.options()))
    assert sum(1 for _each in records) == 20_000
    # Kilobytes: far less than the file, and than a tree of it.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000
    assert source.position == source.total


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of other people's catalogs is not here")
class TestOtherPeoplesCatalogs:
    @pytest.mark.parametrize(
        "file", sorted(CORPUS.glob("bmecat_[12]*/*.xml")), ids=lambda file: file.stem.rpartition("__")[2]
    )
    def test_every_catalog_is_read_or_refused_in_words(self, file):
        try:
            found = read("bmecat", file, customer="100001")
        except FileRefused as refused:
            assert str(refused)
            return
        lines = len(file.read_bytes().splitlines())
        assert all(each.reason and 0 <= each.line <= lines for each in found.refused)
        assert found.header.format.startswith("BMEcat ")

    @pytest.mark.parametrize(
        ("name", "refused"),
        [
            ("testCreateBMEcatFullDataSeparatorsWrong", set()),
            ("testCreateExcelArticleDetailsOutOfArticleException", {"ARTICLE_DETAILS", "price_type"}),
            ("testCreateExcelFromBMEcatFullDataDoubleEntries", set()),
            ("testCreateExcelFullDataWithReferenceWithoutType", {"type", "price_type"}),
            ("testCreateExcelNestedArticleDetailsException", {"ARTICLE_DETAILS"}),
            ("testCreateExcelWithDateWithNotUsedType", {"DATETIME"}),
            ("testCreateExcelWithoutProductId", {"SUPPLIER_PID"}),
            ("testImportFromBMEcatFullDataPricenamesDifferent", {"price_type"}),
        ],
    )
    def test_the_faults_of_the_corpus_are_refused_where_they_are(self, name, refused):
        (file,) = CORPUS.glob(f"bmecat_12/*{name}.xml")
        found = read("bmecat", file, customer="100001")
        assert {each.field for each in found.of(Refusal)} == refused

    def test_a_comma_in_a_price_is_its_decimal_sign(self):
        (file,) = CORPUS.glob("bmecat_12/*testCreateBMEcatFullDataSeparatorsWrong.xml")
        prices = read("bmecat", file, customer="1").articles["12345"].prices
        assert Decimal("17.5") in {each.amount for each in prices}

    def test_a_tree_of_sixteen_hundred_nodes_comes_with_its_article(self):
        (file,) = CORPUS.glob("bmecat_12/*CategoryTreeAndDTDNotExistent.xml")
        found = read("bmecat", file)
        codes = {each.code for each in found.of(CategoryRecord)}
        assert len(codes) > 1_600
        assert {each.category for each in found.of(CategoryLink)} <= codes


def test_of_list_prices_from_quantities_on_the_lowest_counts_and_the_others_are_told(tmp_path):
    def price(kind: str, amount: str, bound: str) -> str:
        return (
            f'<ARTICLE_PRICE price_type="{kind}"><PRICE_AMOUNT>{amount}</PRICE_AMOUNT>'
            f"<PRICE_CURRENCY>EUR</PRICE_CURRENCY><LOWER_BOUND>{bound}</LOWER_BOUND></ARTICLE_PRICE>"
        )

    prices = (
        price("net_list", "90", "100") + price("net_list", "95", "10") + price("net_customer", "80", "50")
    )
    details = f"<ARTICLE_PRICE_DETAILS>{prices}</ARTICLE_PRICE_DETAILS>"
    file = written(tmp_path, OPENING + article(more=details) + "</T_NEW_CATALOG></BMECAT>")
    found = read("bmecat", file, customer="100001")
    assert [(each.kind, each.amount, each.minimum_quantity) for each in found.articles["A1"].prices] == [
        (PriceKind.LIST, 95, 0),
        (PriceKind.NET, 80, 50),
    ]
    assert [(each.field, each.value) for each in found.refused] == [("LOWER_BOUND", "100")]


@pytest.mark.parametrize(("kind", "only_net"), [("net_list", False), ("net_customer", True)])
@pytest.mark.parametrize("transaction", ["T_NEW_CATALOG", "T_UPDATE_PRICES"])
def test_a_price_that_became_one_on_request_is_withdrawn(tmp_path, transaction, kind, only_net):
    amount = f'<ARTICLE_PRICE price_type="{kind}"><PRICE_AMOUNT>0</PRICE_AMOUNT></ARTICLE_PRICE>'
    details = f"<ARTICLE_PRICE_DETAILS><DAILY_PRICE>TRUE</DAILY_PRICE>{amount}</ARTICLE_PRICE_DETAILS>"
    content = OPENING.replace("T_NEW_CATALOG", transaction) + article(more=details)
    found = read("bmecat", written(tmp_path, f"{content}</{transaction}></BMECAT>"), customer="100001")
    assert [(each.sku, each.customer, each.only_net) for each in found.of(PriceWithdrawn)] == [
        ("A1", "100001", only_net)
    ]
    assert not found.refused


def test_a_kind_of_price_that_nobody_knows_is_told_once(tmp_path):
    def priced(number: str) -> str:
        prices = "".join(
            f'<ARTICLE_PRICE price_type="{kind}"><PRICE_AMOUNT>9</PRICE_AMOUNT></ARTICLE_PRICE>'
            for kind in ("net_list", "nrp", "udp_action")
        )
        return article(number, more=f"<ARTICLE_PRICE_DETAILS>{prices}</ARTICLE_PRICE_DETAILS>")

    found = read("bmecat", written(tmp_path, OPENING + priced("A1") + priced("A2") + CLOSING))
    assert [(each.field, each.value) for each in found.refused] == [("price_type", "udp_action")]
    assert len(found.articles) == 2


def test_prices_that_an_update_deletes_are_withdrawn(tmp_path):
    content = OPENING.replace("T_NEW_CATALOG", "T_UPDATE_PRICES") + article().replace(
        "<ARTICLE>", '<ARTICLE mode="delete">'
    )
    found = read("bmecat", written(tmp_path, f"{content}</T_UPDATE_PRICES></BMECAT>"))
    assert [each.sku for each in found.of(PriceWithdrawn)] == ["A1"] and not found.articles


def test_a_category_inside_of_its_article_leaves_the_article_whole(tmp_path):
    inside = (
        "<ARTICLE_TO_CATALOGGROUP_MAP><CATALOG_GROUP_ID>7</CATALOG_GROUP_ID></ARTICLE_TO_CATALOGGROUP_MAP>"
    )
    found = read("bmecat", written(tmp_path, OPENING + article(more=inside) + article("A2") + CLOSING))
    assert [(each.sku, each.category) for each in found.of(CategoryLink)] == [("A1", "7")]
    assert list(found.articles) == ["A1", "A2"] and not found.refused
