"""A mapping: expressions that can do no harm, tables, and fields that hold what the operator wrote."""

import time
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from catalog.models import Attribute, AttributeChoice, ProductAttribute
from punchout.adapters import get_adapter
from punchout.documents import ReturnForm, SetupRequest
from punchout.mapping.apply import apply_mapping, mapped_form
from punchout.mapping.expressions import LONGEST_RESULT, TemplateInvalid, compile_expression
from punchout.mapping.impact import MOST_LINES, impact_of
from punchout.mapping.sample import sample_of
from punchout.mapping.tables import buyer_class, tax_code
from punchout.mapping.trial import try_rows
from punchout.mapping.values import LineValues, Open, Rules, launch_values
from punchout.models import Connection, PunchoutSession, ReturnedCart, WireMessage
from punchout.sample_lines import SAMPLE_LINES
from punchout.services import return_cart, start_session
from shop.models import CartLine
from tests.factories import (
    ConnectionFactory,
    DeliverySiteFactory,
    ListPriceFactory,
    PersonFactory,
    ProductFactory,
)

CABLE, SOCKET = SAMPLE_LINES
RULES = Rules(unit=lambda code: {"C62": "PCE"}.get(code, code), vat_percent="21")


def made(expression: str, **values: Any) -> str:
    return compile_expression(expression).evaluate({"line": LineValues(CABLE, RULES), **values})


# -- expressions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("", ""),
        ("1000", "1000"),
        ("{{ line.sku }}", "10-2030"),
        ("{{ line.name|shorten:5 }}-{{ line.sku }}", "Cable-10-2030"),
        ("{{ line.unit_price|decimals:2|comma }}", "0,41"),
        ("{{ line.quantity }} {{ line.unit }}", "250 MTR"),
        ("{{ line.agreement|before:'-' }}/{{ line.agreement|after:'-' }}", "2026/17"),
        ('{{ line.page_url|default:"none" }}', "none"),
        ("{% if line.gtin %}{{ line.gtin }}{% else %}-{% endif %}", "5412345678908"),
        ("{% if line.brand == 'Cablo' and line.price_unit > 1 %}own{% endif %}", "own"),
        ("{{ line.list_price|default:line.price }}", "55.00"),
    ],
)
def test_an_expression_becomes_what_it_says(expression: str, text: str) -> None:
    assert made(expression) == text


@pytest.mark.parametrize(
    "expression",
    [
        "{{ line.sku.__class__ }}",
        "{{ line._line }}",
        "{{ line.line }}",
        "{{ line }}",
        "{{ settings.SECRET_KEY }}",
        "{{ request.user }}",
        "{{ session.connection.secrets }}",
        "{{ customer.connections }}",
        "{{ constant.__class__ }}",
        "{{ attribute.a.b }}",
        "{% for line in lines %}x{% endfor %}",
        "{% include 'secrets' %}",
        "{% load static %}",
        "{% now 'Y' %}",
        "{% debug %}",
        "{{ line.sku|safe }}",
        "{{ line.sku|slice:':2' }}",
        "{{ line.sku|center:99999999 }}",
        "{{ line.sku|digits:99999 }}",
        "{{ line.sku|digits:line.quantity }}",
        "{{ line.sku|add:line.sku }}",
        "{{ line.sku",
        "line.sku }}",
        "{% if line.sku %}",
        "{% if " * 3 + "%}",
        "{% if line.sku %}" * 11 + "{% endif %}" * 11,
    ],
)
def test_what_could_do_harm_or_is_a_slip_is_refused_when_it_is_saved(expression: str) -> None:
    with pytest.raises(TemplateInvalid):
        compile_expression(expression)


def test_a_name_of_the_data_reaches_its_values_and_nothing_else() -> None:
    values = {"constant": Open(plant="1000"), "attribute": Open()}
    assert made("{{ constant.plant }}", **values) == "1000"
    for name in ("keys", "items", "clear", "nothing"):
        assert made("[{{ constant." + name + " }}]", **values) == "[]"
        assert made("{% if constant." + name + " %}there{% endif %}", **values) == ""


def test_an_expression_that_grows_and_grows_stays_bounded_and_quick() -> None:
    grown = "{{ line.description|digits:40 }}" * 62
    line = replace(CABLE, description="x" * 100_000)
    began = time.process_time()
    text = compile_expression(grown).evaluate({"line": LineValues(line, RULES)})
    assert len(text) == LONGEST_RESULT
    assert time.process_time() - began < 10


@pytest.mark.parametrize("expression", ["{{ line.sku }}", "{% if line.sku %}{{ line.sku|upper }}{% endif %}"])
def test_what_a_value_holds_is_never_read_as_an_expression(expression: str) -> None:
    hostile = replace(CABLE, sku="{{ constant.plant }}{% debug %}")
    made = compile_expression(expression).evaluate({"line": LineValues(hostile, RULES)})
    assert made.lower() == "{{ constant.plant }}{% debug %}"


# -- tables --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ({}, ""),
        ({"*": "OTHER"}, "OTHER"),
        ({"26": "A", "2612": "B", "*": "C"}, "B"),
        ({"EC003249": "ETIM", "2612": "B"}, "ETIM"),
        ({"27-06-18-03": "ECL", "2612": "B"}, "ECL"),
        ({"Cables": "CAB", "*": "C"}, "CAB"),
        ({"EC003249": "", "*": "C"}, ""),
        ({"2": "too short", "*": "C"}, "C"),
    ],
)
def test_a_class_is_found_by_its_most_telling_code(table: dict[str, str], found: str) -> None:
    assert buyer_class(table, CABLE) == found


def test_a_tax_code_is_found_by_the_article_then_by_the_rate() -> None:
    assert tax_code({"21": "V1", "*": "V0"}, SOCKET, "21") == "V1"
    assert tax_code({"21": "V1", "2612": "V2"}, CABLE, "21") == "V2"
    assert tax_code({"*": "V0"}, SOCKET, "6") == "V0"


def test_the_launch_gives_plain_values_one_level_deep() -> None:
    echo = {"vendor": "77", "its": [["~OkCode", "ADDI"]], "extrinsics": {"cost-center": "CC1"}, "test": True,
            "deep": {"list": ["no"]}}  # fmt: skip
    assert launch_values(echo) == {"vendor": "77", "_OkCode": "ADDI", "cost_center": "CC1"}


def test_a_name_of_the_launch_is_found_whatever_its_case_unless_one_is_written_alike() -> None:
    launch = launch_values({"launch": {"KOSTL": "1000", "kostl": "2000", "Plant": "3000"}})
    values = {"launch": launch}
    assert made("{{ launch.KOSTL }} {{ launch.kostl }} {{ launch.PLANT }}", **values) == "1000 2000 3000"
    assert made("{% if launch.plant %}{{ launch.plant|default:'-' }}{% endif %}", **values) == "3000"
    assert made("[{{ launch.PLAN }}]", **values) == "[]"


# -- at work -------------------------------------------------------------------------------------------------


def visit(adapter: str = "oci", articles: int = 1, **options: Any) -> PunchoutSession:
    connection = ConnectionFactory(adapter=adapter, options=options)
    get_adapter(adapter).Options.model_validate(options)
    person = PersonFactory(organisation=connection.organisation, identifier="an@buyer.example", name="An")
    setup = SetupRequest(
        connection=connection, return_url="https://buyer.example/return", echo={"launch": {"po": "4711"}}
    )
    session = start_session(setup=setup, message=WireMessage()).session
    session.person = person
    session.delivery_site = DeliverySiteFactory(organisation=connection.organisation, code="GENT")
    session.save()
    for position in range(articles):
        article = ProductFactory(gtin="4012345678901", unspsc="39121600", name_en=f"Socket {position} µm")
        ListPriceFactory(product=article, price_list=session.organisation.price_list)
        CartLine.objects.create(
            cart=session.cart, product=article, sku=article.sku, quantity=Decimal(1), position=position
        )
    return session


def rows(**expressions: str) -> list[dict[str, str]]:
    return [{"field": field, "expression": text} for field, text in expressions.items()]


def returned(session: PunchoutSession) -> dict[str, str]:
    form = return_cart(session=session, base_url="https://shop.example")
    assert form is not None
    return dict(form.fields)


@pytest.mark.django_db
def test_every_source_can_be_spoken_of() -> None:
    mapping = rows(
        CUST_FIELD5="{{ customer.number }}|{{ session.shopper }}|{{ site.code }}|{{ launch.po }}",
        PLANT="{{ constant.plant }}",
        COLOUR="{{ attribute.main_colour }}",
        BRAND="{{ product.brand_code }}",
        GROUP="{{ line.buyer_class }}/{{ line.tax_code }}/{{ line.tax_rate }}",
    )
    session = visit(mapping=mapping, constants={"plant": "1000"}, classifications={"39": "ELEC"},
                    taxes={"21": "V1"}, tax_rate="21")  # fmt: skip
    article = session.cart.lines.get().product
    colour = Attribute.objects.create(code="main-colour", kind="choice", name_en="Colour")
    choice = AttributeChoice.objects.create(attribute=colour, code="w", name_en="white", name_nl="wit")
    ProductAttribute.objects.create(product=article, attribute=colour, choice=choice)
    fields = returned(session)
    number = session.organisation.number
    assert fields["NEW_ITEM-CUST_FIELD5[1]"] == f"{number}|an@buyer.example|GENT|4711"
    assert fields["NEW_ITEM-PLANT[1]"] == "1000"
    assert fields["NEW_ITEM-COLOUR[1]"] == "white"
    assert fields["NEW_ITEM-BRAND[1]"] == article.brand.code
    assert fields["NEW_ITEM-GROUP[1]"] == "ELEC/V1/21"
    assert fields["NEW_ITEM-MATGROUP[1]"] == "ELEC"


@pytest.mark.django_db
def test_currency_and_unit_go_out_as_the_buyer_calls_them_and_the_commitment_stays_ours() -> None:
    session = visit(units={"C62": "ST"}, currencies={"EUR": "EURO"})
    fields = returned(session)
    assert (fields["NEW_ITEM-UNIT[1]"], fields["NEW_ITEM-CURRENCY[1]"]) == ("ST", "EURO")
    cart = ReturnedCart.objects.get()
    assert (cart.currency, cart.lines[0]["currency"], cart.lines[0]["unit"]) == ("EUR", "EUR", "C62")
    assert "mapped" not in cart.lines[0]


@pytest.mark.django_db
def test_an_empty_expression_leaves_a_field_out_and_a_text_is_cut_to_its_length() -> None:
    session = visit(mapping=rows(LEADTIME="", DESCRIPTION="{{ line.name }} " + "long " * 20))
    fields = returned(session)
    assert "NEW_ITEM-LEADTIME[1]" not in fields
    assert len(fields["NEW_ITEM-DESCRIPTION[1]"]) <= 40


@pytest.mark.django_db
def test_a_header_field_is_worked_out_once() -> None:
    session = visit("ids", mapping=rows(Kommission="{{ session.shopper_name }} {{ session.line_count }}"))
    session.echo = {"version": "2.5"}
    session.save()
    assert "<Kommission>An 1</Kommission>" in next(iter(returned(session).values()))


@pytest.mark.django_db
@pytest.mark.parametrize("articles", [2, 9])
def test_what_is_asked_of_articles_takes_a_fixed_number_of_queries(
    articles: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    session = visit(
        articles=articles, mapping=rows(A="{{ attribute.colour }}{{ product.status }}{{ site.city }}")
    )
    width = Attribute.objects.create(code="colour", kind="number", name_en="Colour temperature", unit="K")
    for line in session.cart.lines.all():
        ProductAttribute.objects.create(product=line.product, attribute=width, number=3000)
    session = PunchoutSession.objects.select_related("connection", "organisation").get(pk=session.pk)
    adapter = get_adapter("oci")
    skus = CartLine.objects.filter(cart=session.cart_id).values_list("sku", flat=True)
    lines = tuple(replace(CABLE, sku=sku) for sku in skus)
    with django_assert_num_queries(5):  # person, site, articles, attributes, their values
        mapped = apply_mapping(session, adapter, adapter.options(session.connection), lines)
    assert [line.mapped["A"].startswith("3000 Kactive") for line in mapped.lines] == [True] * articles


@pytest.mark.django_db
def test_an_article_that_is_gone_has_only_empty_values() -> None:
    session = visit(mapping=rows(A="[{{ product.status }}{{ attribute.colour }}]"))
    adapter = get_adapter("oci")
    mapped = apply_mapping(session, adapter, adapter.options(session.connection), (CABLE,))
    assert mapped.lines[0].mapped == {"A": "[]"}


# -- tried out -----------------------------------------------------------------------------------------------


def tried(*typed: tuple[str, str], adapter: str = "oci", **options: Any) -> list[Any]:
    connection = ConnectionFactory(adapter=adapter, options=options)
    port = get_adapter(adapter)
    return try_rows(port, port.options(connection), sample_of(connection), typed)


@pytest.mark.django_db
def test_each_row_says_what_comes_of_it() -> None:
    (row,) = tried(("VENDORMAT", "{{ line.sku }}"))
    assert (row.results, row.error, row.note) == (("10-2030", "20-0001"), "", "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "expression", "words"),
    [
        ("", "x", "Which field?"),
        ("vendor mat", "x", "There is no field “vendor mat”"),
        ("PRICE", "{{ line.name }}", "PRICE has to be a number"),
        ("PLANT", "{{ constant.plant }}", "There is no constant “plant”"),
        ("PLANT", "{{ line.skew }}", "“line.skew” is not a name"),
        ("PLANT", "{{ line.sku }", "Braces"),
    ],
)
def test_a_mistake_is_said_at_its_row(field: str, expression: str, words: str) -> None:
    (row,) = tried((field, expression))
    assert words in row.error


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "expression", "words"),
    [
        ("DESCRIPTION", "x" * 41, "41 characters; it is cut after 40."),
        ("CUST_FIELD1", "x" * 11, "11 characters; more than 10 are not sent."),
        ("DESCRIPTOIN", "x", "Is DESCRIPTION meant?"),
        ("PLANT", "{{ attribute.colour }}", "No article has an attribute “colour”."),
        ("MATGRUOP", "x", "It is added under that name. Is MATGROUP meant?"),
        ("EXT_PRODUCT_ID", "X{{ line.sku }}", "find it only if it is our article number"),
        ("UNIT", "", "A cart in which this is empty is stopped."),
    ],
)
def test_what_is_odd_and_possible_is_a_note(field: str, expression: str, words: str) -> None:
    (row,) = tried((field, expression))
    assert (row.error, words in row.note) == ("", True), row


@pytest.mark.django_db
def test_a_field_of_the_cart_cannot_speak_of_a_line_and_none_is_there_twice() -> None:
    whole, first, second = tried(("Kommission", "{{ line.sku }}"), ("EAN", "1"), ("EAN", "2"), adapter="ids")
    assert "field of the whole cart" in whole.error
    assert first.error == ""
    assert second.error == "EAN is there twice."


# -- what a change would have done ---------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("adapter", ["oci", "oraclexml", "peppol"])
def test_a_change_shows_field_by_field_what_it_does_to_the_last_carts(adapter: str) -> None:
    session = visit(adapter, articles=2)
    return_cart(session=session, base_url="https://shop.example")
    connection = Connection.objects.get()
    name = {"oci": "VENDORMAT", "oraclexml": "itemID", "peppol": "SellersItemIdentification"}[adapter]
    new = {"mapping": rows(**{name: "X-{{ line.sku }}"})}
    before = ReturnedCart.objects.values().get()
    impact = impact_of(connection, connection.options, new)
    (cart,) = impact.changed
    sku = session.cart.lines.first().sku
    marks = {mark: text for mark, text in cart.difference.lines if sku in text and mark != " "}
    assert f"X-{sku}" in marks["+"]
    assert f"X-{sku}" not in marks["-"]
    assert ReturnedCart.objects.values().get() == before
    assert Connection.objects.get().options == {}
    assert impact_of(connection, {}, {}).changed == ()


@pytest.mark.django_db
def test_a_change_that_would_stop_a_cart_says_so() -> None:
    session = visit()
    return_cart(session=session, base_url="https://shop.example")
    (cart,) = impact_of(session.connection, {}, {"accepted_units": ["MTR"]}).changed
    assert cart.difference.same
    assert cart.stopped_by == ("Line 1: SAP SRM accepts MTR, not PCE.",)


@pytest.mark.django_db
def test_of_a_long_cart_the_first_lines_are_compared() -> None:
    session = visit(articles=MOST_LINES + 3)
    return_cart(session=session, base_url="https://shop.example")
    (cart,) = impact_of(session.connection, {}, {"mapping": rows(LEADTIME="9")}).changed
    assert cart.lines_left_out == 3


@pytest.mark.django_db
def test_a_form_made_again_is_the_form_that_was_sent() -> None:
    session = visit(mapping=rows(PLANT="{{ constant.plant }}"), constants={"plant": "1"})
    sent = return_cart(session=session, base_url="https://shop.example")
    (sample,) = [sample_of(session.connection)]
    assert sample.returned is not None
    assert isinstance(sent, ReturnForm)
    assert mapped_form(sample.session, get_adapter("oci"), sample.lines) == sent


@pytest.mark.django_db
def test_a_name_that_the_last_launch_did_not_have_is_remarked() -> None:
    session = visit()
    returned(session)
    adapter = get_adapter("oci")
    options = adapter.options(session.connection)
    typed = [("PLANT", "{{ launch.PO }}"), ("COST", "{{ launch.kostl }}")]
    known, unknown = try_rows(adapter, options, sample_of(session.connection), typed)
    assert (known.results, known.note) == (("4711",), "")
    assert "had no “kostl”" in unknown.note
    # Without a returned cart nobody knows what a launch sends.
    connection = ConnectionFactory(adapter="oci")
    assert [row.note for row in try_rows(adapter, options, sample_of(connection), typed)] == ["", ""]
