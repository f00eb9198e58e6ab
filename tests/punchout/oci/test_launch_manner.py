"""How a launch wants the shop and the cart: language, version, charset, target, function."""

import pytest

from tests.factories import OrganisationFactory
from tests.punchout.oci.launching import (
    launch,
    make_connection,
    notes,
    refused,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "value", "language"),
    [
        ("SAP-LANGUAGE", "DE", "de"),
        ("sap-language", "fr", "fr"),
        ("LANGUAGE", "N", "nl"),
        ("language", "D", "de"),
        ("LANGUAGE", "F", "fr"),
        ("LANGUAGE", "nl-BE", "nl"),
        ("LANGUAGE", "de_DE", "de"),
        ("LANG", "fr", "fr"),
        ("LANGUAGE", "ZH", "en"),
        ("LANGUAGE", "1", "en"),
    ],
)
def test_the_language_follows_the_launch(name: str, value: str, language: str) -> None:
    make_connection(organisation=OrganisationFactory(language="en"))
    assert launch(**{name: value}).language == language


@pytest.mark.parametrize(
    ("sent", "ceiling", "version"),
    [
        ("", "4.0", "4.0"),
        ("4.0", "5.0", "4.0"),
        ("5.0", "5.0", "5.0"),
        ("3.0", "4.0", "3.0"),
        ("2.0b", "4.0", "2.0"),
        ("3.5", "5.0", "4.0"),
        ("5.0", "4.0", "4.0"),
        ("9.9", "5.0", "5.0"),
    ],
)
def test_the_version_is_the_buyers_up_to_what_was_agreed(sent: str, ceiling: str, version: str) -> None:
    make_connection(options={"version": ceiling})
    assert launch(OCI_VERSION=sent).echo["version"] == version


def test_a_version_that_is_not_obeyed_is_noted() -> None:
    make_connection()
    launch(OCIVERSION="5.0")
    assert "this connection is set to 4.0" in notes()


@pytest.mark.parametrize(
    ("sent", "option", "charset"),
    [
        ("", "", "iso-8859-1"),
        ("utf-8", "", "utf-8"),
        ("UTF8", "", "utf-8"),
        ("ISO-8859-1", "", "iso-8859-1"),
        ("8859-1", "", "iso-8859-1"),
        ("1100", "", "iso-8859-1"),
        ("4110", "", "utf-8"),
        ("Windows-1252", "", "windows-1252"),
        ("latin5", "", "iso-8859-9"),
        ("CP1251", "", "windows-1251"),
        ("ISO_8859-7", "", "iso-8859-7"),
        ("utf-16", "", "iso-8859-1"),
        ("utf-7", "", "iso-8859-1"),
        ("nonsense", "", "iso-8859-1"),
        ("utf-8", "iso-8859-15", "iso-8859-15"),
    ],
)
def test_the_charset_is_the_buyers_unless_an_option_says_otherwise(
    sent: str, option: str, charset: str
) -> None:
    make_connection(options={"charset": option})
    assert launch(http_content_charset=sent).echo["charset"] == charset


@pytest.mark.parametrize(
    ("parameters", "option", "target"),
    [
        ({}, "", "_top"),
        ({"~target": "_parent"}, "", "_parent"),
        ({"~TARGET": "_parent", "returntarget": "main"}, "", "main"),
        ({"returntarget": "main"}, "_self", "_self"),
        ({"~TARGET": "a b<c>"}, "", "_top"),
    ],
)
def test_the_target_is_returntarget_then_its_target_then_top(
    parameters: dict[str, str], option: str, target: str
) -> None:
    make_connection(options={"target": option})
    assert launch(**parameters).echo["target"] == target


def test_an_unknown_function_is_a_normal_visit_with_a_note() -> None:
    make_connection()
    assert launch(FUNCTION="DANCE").landing == "/"
    assert "FUNCTION=DANCE" in notes()


@pytest.mark.parametrize(
    "function", ["DETAIL", "validate", "BACKGROUND_SEARCH", "DETAILADD", "QUANTITYCHECK", "DOWNLOADJSON"]
)
def test_a_function_that_is_not_offered_is_refused(function: str) -> None:
    make_connection(options={"functions": []})
    response = refused(FUNCTION=function)
    assert response.status_code == 400
    assert function.upper().encode() in response.content


def test_sourcing_opens_the_shop_on_that_search() -> None:
    make_connection()
    assert (
        launch(FUNCTION="SOURCING", SEARCHSTRING="kabel 3g2,5 & más").landing
        == "/search?q=kabel%203g2%2C5%20%26%20m%C3%A1s"
    )
    assert len(launch(FUNCTION="SOURCING", SEARCHSTRING="é" * 500).landing) <= 255
    assert launch(FUNCTION="SOURCING").landing == "/"


def test_the_email_is_who_is_shopping_when_no_user_is_sent() -> None:
    make_connection(options={"shopper_email_parameter": "EMAIL"})
    person = launch(EMAIL="An.Jansen@buyer.example").person
    assert (person.identifier, person.email) == ("an.jansen@buyer.example", "An.Jansen@buyer.example")
