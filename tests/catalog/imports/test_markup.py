"""Texts out of suppliers' web shops: readable however they were escaped, and nothing else is touched."""

from pathlib import Path

import pytest

from catalog.imports.markup import characters, plain
from catalog.imports.records import ArticleRecord
from catalog.models import Product
from tests.catalog.imports.conftest import Import
from tests.catalog.imports.formats.reading import read

BMECAT = """<?xml version="1.0"?>
<BMECAT version="1.2"><HEADER><CATALOG><LANGUAGE>deu</LANGUAGE></CATALOG></HEADER>
<T_NEW_CATALOG><ARTICLE><SUPPLIER_AID>R-1</SUPPLIER_AID><ARTICLE_DETAILS>
<DESCRIPTION_SHORT>Relais 24 V &amp;plusmn;20 %</DESCRIPTION_SHORT>
</ARTICLE_DETAILS><ARTICLE_ORDER_DETAILS><ORDER_UNIT>C62</ORDER_UNIT></ARTICLE_ORDER_DETAILS></ARTICLE></T_NEW_CATALOG></BMECAT>"""


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("24 V DC &plusmn;20 %, 5 &micro;F", "24 V DC ±20 %, 5 µF"),
        ("&#216; 20 mm, &#xD8; 25 mm", "Ø 20 mm, Ø 25 mm"),
        ("R&D, AT&T, A&region, &nobody;", "R&D, AT&T, A&region, &nobody;"),
        ("Siemens &amp; Halske", "Siemens & Halske"),
    ],
)
def test_characters_named_as_in_html_become_characters(written: str, seen: str) -> None:
    assert characters(written) == plain(written) == seen


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("<p>Box<br/>with <b>lid</b></p>", "\nBox\nwith lid\n"),
        ("Features:<ul>\n<li class='x'>IP65</li>\n<li>IK08</li></ul>end", "Features:\nIP65\nIK08\nend"),
        ("<table><tr><td>Width</td><td>3 mm</td></tr></table>", "\nWidth 3 mm\n"),
        ("&lt;p&gt;Twice &amp;lt;b&amp;gt; escaped&lt;/p&gt;", "\nTwice &lt;b&gt; escaped\n"),
        ("cross-section <5 mm and >2 mm, a<b, <Typ B>", "cross-section <5 mm and >2 mm, a<b, <Typ B>"),
    ],
)
def test_html_becomes_lines_and_a_comparison_stays(written: str, seen: str) -> None:
    assert plain(written) == seen


@pytest.mark.django_db
def test_an_article_is_shown_without_the_html_that_its_supplier_sent(imported: Import) -> None:
    texts = {"en": "<ul><li>IP65</li><li>RAL&nbsp;7035</li></ul><p>See <a href='x'>guide</a></p>"}
    imported(ArticleRecord(line=1, sku="A-1", names={"en": "Box<br>grey"}, descriptions=texts))
    made = Product.objects.get()
    assert made.name_en == "Box grey"
    assert made.description_en.replace("\u00a0", " ") == "IP65\nRAL 7035\nSee guide"


def test_what_a_bmecat_escaped_twice_is_read_as_it_was_meant(tmp_path: Path) -> None:
    file = tmp_path / "catalog.xml"
    file.write_text(BMECAT)
    assert read("bmecat", file).articles["R-1"].names == {"de": "Relais 24 V ±20 %"}
