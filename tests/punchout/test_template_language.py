"""What a template may do, and that it can do nothing else."""

import json
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from punchout import template_language
from punchout.template_language import (
    LONGEST_TEMPLATE,
    ResultTooLarge,
    TemplateInvalid,
    compile_template,
    frozen,
    names_of,
)

NAMES = names_of(
    ("total", "day", "test", "lines"),
    line=("sku", "name", "quantity"),
    launch=("session",),
    forloop=("counter", "first", "last"),
)
LINES = (
    frozen({"sku": "A1", "name": "Cable <b> & \"x\" 'y'", "quantity": Decimal("2.5")}),
    frozen({"sku": "B2", "name": "Socket; white\nflush", "quantity": Decimal("1E+2")}),
)
VALUES = {
    "total": Decimal("1234.567"),
    "day": date(2026, 1, 31),
    "test": True,
    "lines": LINES,
    "launch": frozen({"session": "s-1"}),
}


def rendered(source: str, format: template_language.Format = "plain") -> str:
    return compile_template(source, format, NAMES).render(VALUES)


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("{{ total }}", "1234.567"),
        ("{{ total|decimals:2 }}", "1234.57"),
        ("{{ total|decimals:4|comma }}", "1234,5670"),
        ("{{ day }} {{ day|compact }}", "2026-01-31 20260131"),
        ("{{ test }}", "true"),
        ("{% if test %}T{% else %}P{% endif %}", "T"),
        ("{{ launch.session|upper }}", "S-1"),
        (
            "{% for line in lines %}{{ forloop.counter|digits:3 }}={{ line.sku }} {% endfor %}",
            "001=A1 002=B2 ",
        ),
        ("{% for line in lines %}{{ line.name|shorten:5 }}|{% endfor %}", "Cable|Socke|"),
        ("{% for line in lines %}{{ line.quantity }}|{% endfor %}", "2.5|100|"),
        ('{{ launch.session|default:"-" }}', "s-1"),
        ("{% comment %}{{ total }}{% endcomment %}{% templatetag openvariable %}", "{{"),
    ],
)
def test_values_are_written_as_documents_have_them(source: str, result: str) -> None:
    assert rendered(source) == result


def test_a_value_cannot_break_an_xml_document() -> None:
    text = rendered(
        "<c>{% for line in lines %}<n a='{{ line.name }}'>{{ line.name }}</n>{% endfor %}</c>", "xml"
    )
    found = etree.fromstring(text).findall("n")
    assert [element.text for element in found] == [line["name"] for line in LINES]
    assert found[0].get("a") == LINES[0]["name"]


def test_a_value_cannot_break_a_json_document() -> None:
    source = '[{% for line in lines %}"{{ line.name }}"{% if not forloop.last %},{% endif %}{% endfor %}]'
    assert json.loads(rendered(source, "json")) == [line["name"] for line in LINES]


def test_a_value_cannot_break_a_csv_document() -> None:
    assert rendered("{% for line in lines %}{{ line.sku }};{{ line.name }}\n{% endfor %}", "csv") == (
        'A1;"Cable <b> & ""x"" \'y\'"\nB2;"Socket; white\nflush"\n'
    )


def test_a_value_that_looks_like_a_template_is_only_text() -> None:
    values = {**VALUES, "launch": frozen({"session": "{{ total }}{% for %}"})}
    assert compile_template("{{ launch.session }}", "plain", NAMES).render(values) == "{{ total }}{% for %}"


@pytest.mark.parametrize(
    "source",
    [
        "{% load static %}",
        '{% include "shop/base.html" %}',
        '{% extends "shop/base.html" %}',
        "{% debug %}",
        "{% now 'Y' %}",
        "{% url 'admin:index' %}",
        "{% csrf_token %}",
        "{% with x=total %}{{ x }}{% endwith %}",
        "{% autoescape off %}{{ total }}{% endautoescape %}",
        "{% cycle 'a' 'b' %}",
        "{% regroup lines by sku as x %}",
        "{{ total|safe }}",
        "{{ total|ljust:99999999 }}",
        "{{ lines|join:lines }}",
        "{{ lines }}",
        "{{ total.is_nan }}",
        "{{ line.sku.upper }}",
        "{{ line.clear }}",
        "{{ line.nothing }}",
        "{{ settings.SECRET_KEY }}",
        "{{ request }}",
        "{{ launch.items }}",
        "{{ total.__class__ }}",
        "{{ total|default:settings.SECRET_KEY }}",
        "{% if settings.SECRET_KEY %}{% endif %}",
        "{% if total > line.sku.x %}{% endif %}",
        "{% if test and not request %}{% endif %}",
        "{{ forloop.parentloop.counter }}",
        "{% for x in lines %}{% endfor %}",
        "{% for line in launch.session %}{% endfor %}",
        "{% for line, x in lines %}{% endfor %}",
        "{% for line in lines %}{% for line in lines %}{% endfor %}{% endfor %}",
        "{% for line in lines %}{% if test %}{% for line in lines %}{% endfor %}{% endif %}{% endfor %}",
        "{% for line in lines %}{% empty %}{% for line in lines %}{% endfor %}{% endfor %}"
        + "{% if test %}" * 11
        + "{% endif %}" * 11,
        "{{ total|decimals:9 }}",
        "{{ total|decimals:total }}",
        "{{ total|digits:'x' }}",
        "{{ total|decimals }}",
        "{% if test %}",
        "{{ }}",
        "{% if " + "not " * 5000 + "test %}{% endif %}",
        "x" * (LONGEST_TEMPLATE + 1),
    ],
)
def test_everything_else_is_refused_when_it_is_written(source: str) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        compile_template(source, "plain", NAMES)
    assert str(refused.value)


def test_a_result_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template_language, "LONGEST_RESULT", 100)
    with pytest.raises(ResultTooLarge):
        rendered("{% for line in lines %}" + "x" * 51 + "{% endfor %}")


def test_what_a_template_reads_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        LINES[0]["sku"] = "other"  # type: ignore[index]


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("{{ line.sku|default:'-' }}{% if line.sku %}yes{% else %}no{% endif %}", "-no"),
        ("{% for line in lines reversed %}{{ line.sku }}{{ forloop.counter }} {% endfor %}", "B21 A12 "),
        (
            "{% for line in lines %}{% if forloop.first %}({% elif forloop.last %}){% endif %}{% endfor %}",
            "()",
        ),
        ("{% if total > 1000 and not launch.session == 'x' %}big{% endif %}", "big"),
        ("{% if line.quantity > 1 %}{% else %}nothing to compare{% endif %}", "nothing to compare"),
        ("{{ launch.session|after:'-'|default:total|digits:3 }}", "001"),
    ],
)
def test_a_name_outside_its_loop_is_empty_and_conditions_compare_what_there_is(
    source: str, result: str
) -> None:
    assert rendered(source) == result


def test_a_cart_without_lines_gets_what_stands_for_none() -> None:
    source = "{% for line in lines %}{{ line.sku }}{% empty %}none{% endfor %}"
    assert compile_template(source, "plain", NAMES).render({**VALUES, "lines": ()}) == "none"
