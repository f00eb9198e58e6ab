"""A strict connection refuses what is forgiven on others, and says why."""

import pytest
from django.conf import settings

from punchout.models import PunchoutSession
from tests.factories import CANARY_SECRET
from tests.punchout.cxml.buyer import explanation, fill, make_connection, notes, post, setup, status_code

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("unknown_elements.xml", 406),
        ("children_out_of_order.xml", 406),
        ("no_supplier_part_id.xml", 406),
        ("version_attribute.xml", 200),
    ],
)
def test_a_strict_connection_refuses_what_is_not_valid(name: str, code: int) -> None:
    if not settings.CXML_DTD_DIR:
        pytest.skip("the official DTDs are not beside the project")
    connection = make_connection(options={"strict": True})
    response = post(fill(f"lenient/{name}", connection))
    assert status_code(response) == code
    assert ("1.2.071" in explanation(response)) is (code == 406)
    assert CANARY_SECRET not in explanation(response)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("quantity_zero.xml", "more than zero"),
        ("quantity_with_commas.xml", "not a number"),
        ("quantity_with_decimal_comma.xml", "not a number"),
        ("empty_supplier_part_id.xml", "no SupplierPartID"),
    ],
)
def test_a_strict_connection_refuses_lines_that_others_may_send(settings, name: str, what: str) -> None:
    settings.CXML_DTD_DIR = ""  # what the DTD says of them is not what is asked
    connection = make_connection(options={"strict": True})
    response = post(fill(f"lenient/{name}", connection))
    assert status_code(response) == 400
    assert what in explanation(response)
    assert not PunchoutSession.objects.exists()


def test_a_strict_connection_without_the_dtds_says_that_nothing_was_validated(settings) -> None:
    settings.CXML_DTD_DIR = ""
    connection = make_connection(options={"strict": True})
    assert status_code(setup(connection)) == 200
    assert any("not validated" in note for note in notes())
