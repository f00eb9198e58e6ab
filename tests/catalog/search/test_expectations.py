"""What buyers type and the article that must come first."""

from pathlib import Path

import pytest

from catalog import search
from catalog.models import Product
from catalog.search import matching, reading
from catalog.search.analysis import analyse, analyse_once
from catalog.search.correction import pieces, slips
from catalog.search.dictionary import EDGE, Dictionary
from catalog.search.documents import heads_of
from catalog.search.text import query_tokens, stem, tokens

EXPECTED = [
    # article numbers, however they are written
    ("en", "VLT-5SY616-7", "VLT-5SY616-7"),
    ("en", "vlt5sy6167", "VLT-5SY616-7"),
    ("nl", "VLT 5SY6 16 7", "VLT-5SY616-7"),
    ("nl", "5SY616-7", "VLT-5SY616-7"),
    ("fr", "5sy6 167", "VLT-5SY616-7"),
    ("de", "MB.1C16/6", "VLT-5SY616-7"),
    ("de", "mb1c166", "VLT-5SY616-7"),
    ("en", "2000001016100", "VLT-5SY616-7"),
    ("en", "02000001016100", "VLT-5SY616-7"),
    ("en", "XVB-3G25", "XVB-3G25"),
    ("en", "VLT-OLD-16", "VLT-OLD-16"),
    ("en", "KP-RCD", "KP-RCD-40-30"),
    ("nl", "5SY6316 automaat", "VLT-5SY6316-7"),
    # words, with endings, in the session's language and in others
    ("en", "socket outlets", "VLT-SOC-W"),
    ("nl", "stopcontacten", "VLT-SOC-W"),
    ("fr", "prises de courant", "VLT-SOC-W"),
    ("de", "Steckdosen", "VLT-SOC-W"),
    ("nl", "steckdose", "VLT-SOC-W"),
    ("en", "kabelbinder", "KT-100"),
    ("fr", "disjoncteurs 3p", "VLT-5SY6316-7"),
    ("nl", "kabelwartels", "KG-M20"),
    # accents and letters
    ("fr", "eclairage secours", "LMN-EMG"),
    ("fr", "réglette étanche", "LMN-WP-65"),
    ("de", "weiss grosse wippe", "VLT-SW-W"),
    ("de", "Schuetz", "CTR-25"),
    ("de", "SCHÜTZ 25A", "CTR-25"),
    ("fr", "presse etoupe m20", "KG-M20"),
    # the beginning of the last word
    ("nl", "stopc", "VLT-SOC-W"),
    ("nl", "installatieka 5g6", "XVB-5G6"),
    ("de", "wannenl", "LMN-WP-65"),
    ("en", "cable gl", "KG-M20"),
    # sizes
    ("nl", "3G2,5", "XVB-3G25"),
    ("en", "3g2.5", "XVB-3G25"),
    ("de", "3 G 2,5 mm²", "XVB-3G25"),
    ("nl", "xvb 3x2,5", "XVB-3G25"),
    ("en", "wire 2.5 mm2", "H07VU-2.5-BL"),
    ("nl", "draad 2,5²", "H07VU-2.5-BL"),
    ("nl", "H07VU 1,5", "H07VU-1.5-BL"),
    ("fr", "h07v-u 2,50mm²", "H07VU-2.5-BL"),
    ("nl", "automaat 32 A", "VLT-5SY632-7"),
    ("nl", "automaat C32A", "VLT-5SY632-7"),
    ("de", "leitungsschutzschalter b 20", "VLT-5SY620-6"),
    ("en", "ip 65", "LMN-WP-65"),
    ("en", "IP65 led", "LMN-WP-65"),
    ("nl", "cat6a", "CAT6A-UTP"),
    ("nl", "60 x 60", "LMN-PNL-6060"),
    ("en", "contactor 230V", "CTR-25"),
    ("en", "gland m 20", "KG-M20"),
    # the end of a compound
    ("nl", "schakelaar 10a", "VLT-SW-W"),
    ("de", "leuchte ip65", "LMN-WP-65"),
    ("nl", "automaat 3-polig", "VLT-5SY6316-7"),
    # loosely: beginnings of every word, and inside words
    ("nl", "differentieel 40A", "KP-RCD-40-30"),
    ("de", "schutz 40a 30ma", "KP-RCD-40-30"),
    # brands and categories
    ("nl", "lumenor paneel", "LMN-PNL-6060"),
    ("fr", "appareillage prise", "VLT-SOC-W"),
]


def skus(results: search.Results) -> list[str]:
    known = dict(Product.objects.values_list("id", "sku"))
    return [known[pk] for pk in results.product_ids]


def test_buyers_find_first_what_they_typed(shop: Path) -> None:
    wrong = []
    for language, text, first in EXPECTED:
        results = search.search(search.Query(text, language))
        found = skus(results)
        if found[:1] != [first] or results.corrected:
            wrong.append(f"{language} {text!r}: wanted {first}, got {found[:4]} {results.corrected or ''}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("language", "text", "meant", "first"),
    [
        ("nl", "stopkontact", "stopcontact", "VLT-SOC-W"),
        ("fr", "disjonctuer 32A", "disjoncteur 32a", "VLT-5SY632-7"),
        ("de", "Leitungschutzschaltr b 10", "leitungsschutzschalter b10", "VLT-5SY610-6"),
        ("en", "contatcor", "contactor", "CTR-25"),
        ("en", "lumminaire emergancy", "luminaire emergency", "LMN-EMG"),
        ("en", "pannel xqzzq", "panel", "LMN-PNL-6060"),
    ],
)
def test_a_slip_is_corrected_and_the_correction_is_told(
    shop: Path, language: str, text: str, meant: str, first: str
) -> None:
    results = search.search(search.Query(text, language))
    assert (results.corrected, skus(results)[:1]) == (meant, [first])


def said_of(text: str) -> list[tuple[str, str]]:
    """Languages and stems by which a single word is looked for."""
    opened = reading.reader()
    assert opened is not None
    found = matching.read(opened.words, query_tokens(text), text, "nl", matching.Breadth.LOOSE)
    assert found is not None
    return [(term.language, term.stem) for term in found.wanted[0].terms]


def test_a_brand_that_all_languages_call_alike_is_looked_for_in_one(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "SAME_FROM", 1)
    # Only French takes its ending off.
    assert said_of("voltar") == [("nl", "voltara"), ("fr", "voltar")]


def test_of_few_articles_as_many_may_be_others_in_another_language(shop: Path) -> None:
    assert {("nl", "voltara"), ("en", "voltara"), ("de", "voltara")} <= set(said_of("voltar"))


def test_a_word_too_rare_to_be_spelled_out_is_told_from_the_articles(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Dictionary, "around", lambda self, part, language: iter(()))
    results = search.search(search.Query("stopkontact", "nl"))
    assert (results.corrected, skus(results)[:1]) == ("stopcontact", ["VLT-SOC-W"])


def test_the_end_of_a_compound_finds_the_whole_family(shop: Path) -> None:
    dutch = skus(search.search(search.Query("automaat", "nl")))
    german = skus(search.search(search.Query("Schalter", "de")))
    assert len([sku for sku in dutch if sku.startswith("VLT-5SY6")]) == 11
    assert {"VLT-5SY616-7", "KP-RCD-40-30", "VLT-SW-W"} <= set(german)


def test_the_thing_itself_comes_before_what_goes_with_it(shop: Path) -> None:
    found = skus(search.search(search.Query("kabel", "nl")))
    assert found.index("XVB-3G15") < found.index("KT-100")
    assert found.index("CAT6A-UTP") < found.index("KG-M20")


def test_a_discontinued_article_comes_after_those_one_can_get(shop: Path) -> None:
    found = skus(search.search(search.Query("installatieautomaat C16", "nl")))
    assert {"VLT-5SY616-7", "VLT-5SY6316-7"} <= set(found[: found.index("VLT-OLD-16")])


def test_a_hidden_article_is_never_found(shop: Path) -> None:
    assert "VLT-HIDDEN" not in skus(search.search(search.Query("VLT-HIDDEN")))
    assert "VLT-HIDDEN" not in skus(search.search(search.Query("secret breaker")))
    assert "VLT-HIDDEN" not in skus(search.search(search.Query(page_size=200)))


@pytest.mark.parametrize(
    "text", ["xqzzqy", "9999999999999", "!!!", "***", "q++ && (\"'", "a" * 5000, "\x00", "^.*$", "💡"]
)
def test_what_nobody_sells_finds_nothing_and_breaks_nothing(shop: Path, text: str) -> None:
    results = search.search(search.Query(text))
    assert (results.product_ids, results.total, results.corrected) == ((), 0, None)
    assert search.suggest(text, "en") == ()


@pytest.mark.parametrize(
    ("language", "category", "heads"),
    [
        ("en", "Cable and wire", ("Cable", "wire")),
        ("en", "Cable glands", ("glands",)),
        ("nl", "Grond- en energiekabel", ("Grond-", "energiekabel")),
        ("fr", "Presse-étoupes et accessoires", ("Presse-étoupes", "accessoires")),
        ("fr", "Prises de courant", ("Prises",)),
        ("de", "Schalter, Taster & Dimmer", ("Schalter", "Taster", "Dimmer")),
        ("de", "", ()),
    ],
)
def test_a_category_is_what_its_heads_say(language: str, category: str, heads: tuple[str, ...]) -> None:
    assert heads_of(category, language) == heads


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3G2,5", "3 g 2.50"),
        ("2,5 mm²", "2.5mm2"),
        ("2,5²", "2.5 qmm"),
        ("16 A", "16a"),
        ("16 ampère", "16A"),
        ("230V AC", "230 vac ac"),
        ("IP 65", "ip-65"),
        ("Cat.6A", "CAT 6a"),
        ("3-polig", "3 P"),
        ("1P+N", "1p + n"),
        ("C 16 A", "c16"),
        ("60 x 60 cm", "60×60"),
        ("Ø20 mm", "20mm"),
        ("4,7 kΩ", "4.7kohm"),
        ("10 µF", "10uf"),
        ("Straße", "STRASSE"),
        ("CEE 3P+N+E 32 A", "cee 3p + n + t 32A"),
        ("4-6,3 A", "4…6.3a"),
        ("0,5 – 6 mm²", "0.5-6 qmm"),
        ("½″", '1/2"'),
        ("1½ Zoll", '1 1/2"'),
        ("19 inch", '19"'),
        ("180°", "180 Grad"),
        ("10 Stück", "10 stuks"),
        ("M 25 x 1,5", "M25×1.5"),
    ],
)
def test_two_spellings_of_one_thing_are_one_token(one: str, other: str) -> None:
    assert [token.text for token in tokens(one)] == [token.text for token in tokens(other)]


@pytest.mark.parametrize(
    ("said", "found_by"),
    [
        ("CEE 3P+N+E 16 A", {"3p", "3pn", "5p", "16a"}),
        ("CEE 3P+E 32 A", {"3p", "4p", "32a"}),
        ("4-6,3 A", {"4a", "6.3a"}),
        ("PH2×100", {"ph2"}),
        ("M20x1,5", {"m20", "20mm"}),
        ("105×105×55 mm", {"105x105", "105x105x55"}),
        ("4x58 W", {"58w"}),
        ("116-6 A", {"116", "6", "1166"}),
    ],
)
def test_what_is_said_together_is_found_by_its_parts(said: str, found_by: set[str]) -> None:
    assert found_by <= {word for token in tokens(said) for word in (token.text, *token.also)}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("120 cm", {("1200mm",), ("1.2m",)}),
        ("0,75 kW", {("750w",)}),
        ("0,03 A", {("30ma",)}),
        ("16 A", set()),
        ("100 m", set()),
        ("2x16 A", {("2p", "16a")}),
        ("10 st", {("10",)}),
    ],
)
def test_a_measure_may_be_written_in_another_unit(typed: str, meant: set[tuple[str, ...]]) -> None:
    (token,) = query_tokens(typed)
    assert set(token.meanings) == meant


@pytest.mark.parametrize(
    "label", ["EAN: ", "gtin ", "Art.-Nr. ", "Best.-Nr.: ", "réf. ", "Artikelnummer ", "part no. "]
)
def test_a_number_may_be_copied_with_the_word_that_says_it_is_one(shop: Path, label: str) -> None:
    results = search.search(search.Query(f"{label}2000001016100", "de"))
    assert (skus(results), results.corrected) == (["VLT-5SY616-7"], None)


@pytest.mark.parametrize(
    ("left", "right", "count"),
    [
        ("kabel", "kabel", 0),
        ("kabel", "kabl", 1),
        ("kabel", "kalbe", 2),
        ("kabel", "kable", 1),
        ("a", "bcd", 3),
    ],
)
def test_slips_are_counted_with_swapped_neighbours_as_one(left: str, right: str, count: int) -> None:
    assert slips(left, right, 2) == count


def _slipped(word: str) -> set[str]:
    """Every word that differs from this one by one slip, with a letter that it does not have."""
    places = range(len(word) + 1)
    found = {word[:place] + "x" + word[place:] for place in places}
    found |= {word[:place] + "x" + word[place + 1 :] for place in places}
    found |= {word[:place] + word[place + 1 :] for place in places}
    return found | {word[:place] + word[place : place + 2][::-1] + word[place + 2 :] for place in places}


@pytest.mark.parametrize(("word", "most"), [("doos", 1), ("kabel", 1), ("kabelgot", 2), ("kabelbaan", 2)])
def test_so_many_slips_leave_a_piece_of_the_word_as_it_is(word: str, most: int) -> None:
    known = {word}
    for _ in range(most):
        known = {other for each in known for other in _slipped(each)}
    assert [o for o in known if not any(piece in EDGE + o + EDGE for piece in pieces(word, most))] == []


@pytest.mark.parametrize(
    "text",
    [
        "Installatieautomaat 3P C 16 A 6 kA, 20 mm Elbocalum ELB56427-23",
        "Kabel XVB-F2 3 G 2,5 mm² Cat. 6A, 100 m",
        "Relais 230 V AC, 4 P, IP 65, 10 µF (2 x 1,5 mm²)",
        "Aardlekschakelaar 3 P + N 40 A, 3 polig. E 27 en Ø 20 mm",
        'CEE-stekker 3 P + N + E 32 A, M 25 x 1,5, 4 - 6,3 A, 1 1/2 " en 360 ° (10 stuks)',
    ],
)
def test_a_text_read_in_pieces_says_what_it_says_as_a_whole(text: str) -> None:
    whole = [stem(word, "nl") for token in tokens(text) for word in (token.text, *token.also)]
    assert analyse(text, "nl").stems.split() == whole
    assert analyse_once(text, "nl").stems.split() == whole
