"""The field table of OCI: lengths per version."""

import pytest

from punchout.adapters.oci.fields import VERSIONS, Version, cut, fit, price_unit_limit


@pytest.mark.parametrize(
    ("name", "lengths"),
    [
        ("DESCRIPTION", (40, 40, 40, 40)),
        ("MATNR", (18, 18, 40, 40)),
        ("VENDORMAT", (22, 22, 40, 40)),
        ("PRICEUNIT", (9, 9, 5, 5)),
        ("CUST_FIELD1", (0, 0, 10, 10)),
        ("CUST_FIELD4", (0, 0, 20, 20)),
        ("CUST_FIELD5", (0, 0, 50, 50)),
        ("ITEM_TYPE", (0, 0, 0, 1)),
        ("PARENT_ID", (0, 0, 0, 5)),
        ("EXT_QUOTE_ID", (35, 35, 35, 35)),
        ("SOMETHING_OF_A_DIALECT", (255, 255, 255, 255)),
    ],
)
def test_a_value_fits_up_to_the_length_of_its_version(name: str, lengths: tuple[int, ...]) -> None:
    for version, length in zip(VERSIONS, lengths, strict=True):
        assert fit(name, "9" * length, version) == ("9" * length or None)
        too_long = fit(name, "9" * (length + 1), version)
        assert too_long is None or len(too_long) == length


@pytest.mark.parametrize(("version", "limit"), [("2.0", 999999999), ("4.0", 99999), ("5.0", 99999)])
def test_the_largest_price_unit_shrank_with_version_four(version: Version, limit: int) -> None:
    assert price_unit_limit(version) == limit


def test_a_blank_value_is_left_out() -> None:
    assert fit("VENDOR", "", "4.0") is None


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("short", 10, "short"),
        ("two words", 9, "two words"),
        ("three words", 9, "three"),
        ("cable 2,5 mm", 8, "cable"),
        ("cable, grey and long", 12, "cable, grey"),
        ("cable grey - and long", 13, "cable grey"),
        ("Donaudampfschiff", 5, "Donau"),
        ("a Donaudampfschiff", 10, "a Donaudam"),
    ],
)
def test_a_text_is_cut_at_a_word(text: str, length: int, expected: str) -> None:
    assert cut(text, length) == expected
