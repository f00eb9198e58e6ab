"""Form fields made from an adapter's options, and back."""

from typing import Annotated, Literal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from pydantic import Field, StringConstraints
from pydantic import ValidationError as OptionsInvalid

from punchout.adapters import all_adapters
from punchout.adapters.oci.options import OciOptions
from punchout.adapters.registry import AdapterOptions
from punchout.admin import option_fields
from punchout.admin.option_errors import mistakes
from shop.management.commands import messages


class Rich(AdapterOptions):
    """One option of every sort."""

    version: Literal["4.0", "5.0"] = Field("4.0", title="Version", description="The newest.")
    decimals: Literal[2, 3] = 2
    strict: bool = True
    length: int = Field(40, ge=1, le=132)
    limit: int | None = None
    vendor: str = Field("", max_length=10)
    needed: str
    pairs: dict[str, Annotated[str, StringConstraints(max_length=3)]] = Field(default_factory=dict)
    names: list[str] = Field(default_factory=list)
    extras: tuple[Literal["gtin", "brand"], ...] = ()


def options_form(data=None, stored=None):
    form_class = type("OptionsForm", (forms.Form,), option_fields.fields_of(Rich))
    return form_class(data, initial=option_fields.initial_of(Rich, stored or {}))


def posted(**changes):
    values = {"version": "5.0", "decimals": "3", "length": "132", "needed": "x", "surcharges": "in_price"}
    values |= changes
    return {option_fields.PREFIX + name: value for name, value in values.items()}


def test_a_field_says_what_its_option_says():
    field = options_form().fields["option_version"]
    assert (field.label, field.help_text) == ("Version", "The newest.")
    assert options_form().fields["option_decimals"].label == "Decimals"


def test_what_an_option_may_hold_is_named_behind_what_it_is_and_nothing_is_taken_for_html():
    class Marked(AdapterOptions):
        head: str = Field("", description="Such as <?xml, or:", json_schema_extra={"words": ["a", "b"]})

    assert option_fields.fields_of(Marked)["option_head"].help_text == "Such as &lt;?xml, or: a, b"


def test_an_option_speaks_the_operators_language():
    """Texts of a model are plain; the collection of texts to translate finds them all the same."""
    source = 'level: int = Field(3, title="How much", description="Of " "it.", ge=1)'
    assert [text for _line, text, *_rest in messages._of_options(source)] == ["How much", "Of it."]


def test_what_is_typed_becomes_typed_json_without_the_defaults():
    form = options_form(
        posted(
            pairs="C62=EA\n\n MTR = M ",
            names="one\n two \n",
            extras=["gtin"],
            vendor="  77 ",
            limit="",
            strict="on",
        )
    )
    assert form.is_valid(), form.errors
    assert option_fields.validated(Rich, form.cleaned_data) == {
        "version": "5.0",
        "decimals": 3,
        "length": 132,
        "vendor": "77",
        "needed": "x",
        "pairs": {"C62": "EA", "MTR": "M"},
        "names": ["one", "two"],
        "extras": ["gtin"],
    }


def test_an_unticked_box_is_stored_as_no():
    form = options_form(posted())
    assert form.is_valid()
    assert option_fields.validated(Rich, form.cleaned_data)["strict"] is False


def test_what_was_stored_is_shown_as_it_is_typed():
    form = options_form(
        stored={"pairs": {"C62": "EA"}, "names": ["a", "b"], "strict": False, "version": "5.0"}
    )
    page = form.as_p()
    assert "C62=EA" in page
    assert "a\nb</textarea>" in page
    assert '<option value="5.0" selected>' in page
    assert "checked" not in page.partition("option_strict")[2].partition(">")[0]


def test_each_mistake_is_said_at_its_field():
    form = options_form(posted(length="133", vendor="12345678901", pairs="C62=PIECE"))
    assert form.is_valid()
    with pytest.raises(ValidationError) as caught:
        option_fields.validated(Rich, form.cleaned_data)
    messages = caught.value.message_dict
    assert set(messages) == {"option_length", "option_vendor", "option_pairs"}
    assert messages["option_pairs"] == ["C62: At most 3 characters."]
    assert messages["option_length"] == ["At most 132."]
    assert messages["option_vendor"] == ["At most 10 characters."]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"units": {"C62": "PIECE"}}, ("units", "C62: “PIECE” cannot be used here; see the examples.")),
        (
            {"extra_fields": {"gtin": "gtin"}},
            ("extra_fields", "gtin: “gtin” cannot be used here; see the examples."),
        ),
        (
            {"extra_fields": {"PRICE": "=1"}},
            ("extra_fields", "PRICE cannot be replaced: the shop calculates it."),
        ),
        (
            {"field_lengths": {"VENDORMAT": "long"}},
            ("field_lengths", "VENDORMAT: “long” is not a whole number."),
        ),
        ({"version": "6.0"}, ("version", "“6.0” is not one of: 2.0, 3.0, 4.0, 5.0.")),
        ({"search_hits": 0}, ("search_hits", "At least 1.")),
    ],
)
def test_a_mistake_is_said_once_and_in_plain_words(options, words):
    with pytest.raises(OptionsInvalid) as caught:
        OciOptions.model_validate(options)
    assert mistakes(caught.value) == [words]


def test_a_value_that_is_neither_a_name_nor_a_text_is_said_with_the_names():
    with pytest.raises(OptionsInvalid) as caught:
        OciOptions.model_validate({"extra_fields": {"CUST_FIELD1": "nonsense"}})
    ((name, text),) = mistakes(caught.value)
    assert name == "extra_fields"
    assert text.startswith("CUST_FIELD1: “nonsense” is not one of: agreement, brand, ")


@pytest.mark.parametrize("text", ["C62", "=EA", "C62=EA\nC62=PCE", '{"C62": ', "{1: 2}"])
def test_a_table_that_is_none_is_refused(text):
    form = options_form(posted(pairs=text))
    assert "option_pairs" in form.errors


def test_a_table_may_be_pasted_as_json():
    form = options_form(posted(pairs='{"C62": "EA"}'))
    assert form.is_valid()
    assert option_fields.validated(Rich, form.cleaned_data)["pairs"] == {"C62": "EA"}


def test_a_choice_that_is_not_offered_is_refused():
    assert "option_version" in options_form(posted(version="6.0")).errors
    assert "option_extras" in options_form(posted(extras=["price"])).errors


@pytest.mark.parametrize("adapter", all_adapters(), ids=lambda adapter: adapter.slug)
def test_the_defaults_of_every_adapter_survive_its_form(adapter):
    fields = option_fields.fields_of(adapter.Options)
    form_class = type("OptionsForm", (forms.Form,), fields)
    shown = form_class(initial=option_fields.initial_of(adapter.Options, {}))
    data = {}
    for bound in shown:
        value = bound.value()
        if not (isinstance(bound.field, forms.BooleanField) and not value):
            data[bound.html_name] = bound.field.prepare_value(value)
    form = form_class(data)
    assert form.is_valid(), form.errors
    assert option_fields.validated(adapter.Options, form.cleaned_data) == {}


@pytest.mark.parametrize("adapter", all_adapters(), ids=lambda adapter: adapter.slug)
def test_every_option_stands_in_one_part_of_the_form(adapter):
    sections = option_fields.sections_of(adapter.Options, adapter.label)
    assert [name for _title, names in sections for name in names] == [
        option_fields.PREFIX + name for name in option_fields.names_of(adapter.Options)
    ]
    assert adapter.Options.SECTIONS.keys() <= set(option_fields.names_of(adapter.Options))
    assert sections[0][0] == "What the buyer's system takes"


def test_the_options_of_oci_are_told_apart_by_what_they_are_about():
    oci = next(adapter for adapter in all_adapters() if adapter.slug == "oci")
    titles = [title for title, _names in option_fields.sections_of(oci.Options, "OCI")]
    assert titles == [
        "What the buyer's system takes",
        "OCI: the launch",
        "OCI: the way back",
        "OCI: the lines",
    ]
