"""Sets in the return form: an article and what it consists of."""

from dataclasses import replace
from decimal import Decimal

import pytest

from catalog.models import ProductReference
from punchout.adapters import get_adapter
from punchout.adapters.oci.build import return_form
from punchout.adapters.oci.options import OciOptions
from punchout.adapters.sets import Part
from punchout.documents import ReturnForm
from punchout.models import PunchoutSession
from tests.factories import ConnectionFactory, ProductFactory
from tests.punchout.oci.returning import HOOK, LINE, item

PARTS = (
    Part("PART-1", "Box", Decimal(1), "C62", "", "Boxes"),
    Part("PART-2", "Cable of a set with a name that is longer than forty", Decimal("2.5"), "MTR", "", ""),
)


def hierarchy(found: ReturnForm) -> list[tuple[str | None, ...]]:
    fields = dict(found.fields)
    names = ("VENDORMAT", "ITEM_TYPE", "PARENT_ID", "QUANTITY", "PRICE")
    count = sum(name.startswith("NEW_ITEM-VENDORMAT[") for name in fields)
    return [tuple(fields.get(f"NEW_ITEM-{name}[{n}]") for name in names) for n in range(1, count + 1)]


def test_the_parts_of_a_set_follow_its_line_and_name_its_index() -> None:
    surcharge = replace(LINE, number=3, sku="SURCHARGE-CU", parent=2, token="s")
    lines = (replace(LINE, sku="A"), replace(LINE, number=2, sku="SET"), surcharge, replace(LINE, number=4))
    found = return_form(
        return_url=HOOK,
        echo={"version": "5.0"},
        quote_id="",
        lines=lines,
        options=OciOptions(version="5.0", surcharge_hierarchy=True, components=True),
        sets={2: PARTS},
    )
    assert hierarchy(found) == [
        ("A", None, None, "2.000", "12.400"),
        ("SET", "R", None, "2.000", "12.400"),
        ("PART-1", "O", "2", "2.000", "0.000"),
        ("PART-2", "O", "2", "5.000", "0.000"),
        ("SURCHARGE-CU", "O", "2", "2.000", "12.400"),
        ("1234567", None, None, "2.000", "12.400"),
    ]
    assert len(item(found, 4)["DESCRIPTION"]) <= 40


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("version", "components", "count"), [("5.0", True, 2), ("5.0", False, 1), ("4.0", True, 1)]
)
def test_the_parts_of_the_catalogs_sets_go_to_buyers_of_5_0_where_agreed(
    version: str, components: bool, count: int
) -> None:
    connection = ConnectionFactory(options={"version": version, "components": components}, secret="s")
    whole, part = ProductFactory(sku="SET"), ProductFactory(sku="PART-1")
    ProductReference.objects.create(product=whole, target=part, kind="consists of")
    session = PunchoutSession(
        connection=connection, organisation=connection.organisation, echo={"version": version}, language="en"
    )
    found = get_adapter("oci").return_form(session, (replace(LINE, sku="SET"),))
    assert found is not None
    assert len(hierarchy(found)) == count
