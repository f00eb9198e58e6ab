"""Texts in the buyer's charset: readable, plain, and never an entity."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from punchout.adapters.texts import LABELS, one_line, plain_text, resolve, transliterate


@pytest.mark.parametrize(
    ("text", "latin", "ascii_"),
    [
        ("5 €", "5 EUR", "5 EUR"),
        ("“a” ‘b’ „c“", '"a" \'b\' "c"', '"a" \'b\' "c"'),
        ("1–2—3", "1-2-3", "1-2-3"),
        ("10 Ω", "10 Ohm", "10 Ohm"),
        ("10 \u2126", "10 Ohm", "10 Ohm"),
        ("≤ 5 ≥", "<= 5 >=", "<= 5 >="),
        ("Ø 8 mm²", "Ø 8 mm²", "O 8 mm2"),
        ("⌀ 8", "Ø 8", "O 8"),
        ("µF μF", "µF µF", "uF uF"),
        ("±1 °C ×2", "±1 °C ×2", "+/-1  degC x2"),
        ("Šlosar Łódź", "Slosar Lódz", "Slosar Lodz"),
        ("œuvre ﬁn", "oeuvre fin", "oeuvre fin"),
        ("e\u0301te\u0301", "été", "ete"),
        ("H₂O x⁴", "H2O x4", "H2O x4"),
        ("straße", "straße", "strasse"),
        ("…•", "...-", "...-"),
        ("½ ⅓", "½ 1/3", "1/2 1/3"),
        ("ΔU φ", "DeltaU phi", "DeltaU phi"),
        ("日本 😀 ✓", "?? ? ?", "?? ? ?"),
        ("®™", "®(TM)", "(R)(TM)"),
    ],
)
def test_a_character_outside_the_charset_is_spelled_out(text: str, latin: str, ascii_: str) -> None:
    assert transliterate(text, "iso-8859-1") == latin
    assert transliterate(text, "us-ascii") == ascii_
    assert transliterate(text, "utf-8") == text


def test_what_a_charset_has_stays() -> None:
    assert transliterate("5 €", "windows-1252") == "5 €"
    assert transliterate("5 €", "iso-8859-15") == "5 €"
    assert transliterate("Łódź", "iso-8859-2") == "Łódź"


@settings(max_examples=300)
@given(text=st.text(), charset=st.sampled_from(sorted(LABELS.values())))
def test_the_result_can_always_be_written_and_has_no_control_characters(text: str, charset: str) -> None:
    written = transliterate(one_line(text), charset)
    written.encode(charset)
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in written)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a\r\nb\rc\u2028d\n\n\ne", "a\nb\nc\nd\ne"),
        ("  a\t\tb\u00a0 c ", "a b c"),
        ("<p>a</p>b<br/>c", "a\nb\nc"),
        ("a <script>alert(1)</script> b", "a alert(1) b"),
        ("AT&T < 5 & > 3", "AT&T < 5 & > 3"),
        ("&euro; &#8804; &nbsp;x &unknown;", "€ ≤ x &unknown;"),
        ("a\u202eb\u200fc\ufeffd\u00ade\x07f", "abcdef"),
        ("&#7;&#x202e;a", "a"),
        ("", ""),
    ],
)
def test_text_is_plain(text: str, plain: str) -> None:
    assert plain_text(text) == plain


@pytest.mark.parametrize(
    "name", ["utf-16", "utf-7", "utf-32", "idna", "rot13", "base64", "x", "", " ", "a\0b", "cp037"]
)
def test_a_charset_that_no_form_can_be_in_is_not_taken(name: str) -> None:
    assert resolve(name) is None
