"""A mechanism as data: how a launch comes in, and what the cart goes back as."""

import re
from typing import Annotated, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.config import JsonDict

from punchout.adapters.configurable import values
from punchout.adapters.configurable.templates import (
    FieldTemplates,
    check_document,
    field_template,
    pairs_of,
    sample_values,
)
from punchout.adapters.oci.options import is_target
from punchout.adapters.registry import AdapterOptions
from punchout.sample_lines import SAMPLE_LINES
from punchout.template_language import CompiledTemplate, Format, TemplateInvalid, compile_template

NUMBER = "{n}"
_ECHOED = re.compile(r"\A[A-Za-z][A-Za-z0-9_]{0,59}\Z")
_TAG = re.compile(r"\{[{%]")
_DECLARED = re.compile(r"""<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
MOST_FIELDS = 100

ParameterName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
RequiredName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
# NAME=VALUE; a list, because PostgreSQL does not keep the order of a mapping, and some buyers need one.
FieldEntry = Annotated[str, StringConstraints(pattern=r"^[^=\s][^=]{0,119}=", max_length=1000)]
UnitCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,8}$")]

USUAL_LINE = [
    f"items[{NUMBER}][{name}]={name}" for name in ("sku", "name", "quantity", "unit", "unit_price", "total")
]
USUAL_CART = ["currency=currency", "total=total"]
USUAL_DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<cart currency="{{ currency }}" total="{{ total }}">
{% for line in lines %}  <line number="{{ line.number }}">
    <article>{{ line.sku }}</article>
    <name>{{ line.name }}</name>
    <quantity unit="{{ line.unit }}">{{ line.quantity }}</quantity>
    <price per="{{ line.price_unit }}">{{ line.price }}</price>
  </line>
{% endfor %}</cart>
"""
# For the form in the admin: several lines, every blank of them kept.
MULTILINE: JsonDict = {"multiline": True}
_LINE_WORDS: JsonDict = {"words": [*sorted(values.LINE_VALUES)]}


def _target(name: str) -> str:
    if name and not is_target(name):
        raise ValueError("A target is a name such as _top, _parent, _self or that of a frame.")
    return name


class ConfigurableOptions(AdapterOptions):
    SECTIONS = {"launch": _("the launch"), "return_as": _("the way back")}

    # -- the launch
    launch: Literal["form", "query", "form or query", "json"] = Field(
        "form",
        title="The launch comes as",
        description=(
            "form: fields of a POST. query: parameters of the address; the password then ends in the logs of "
            "whatever lies between. json: the body of a POST from the buyer's server; names may be paths "
            "such as user.login."
        ),
    )
    answer: Literal["redirect", "json"] = Field(
        "redirect",
        title="The launch is answered with",
        description="redirect: 303 to the start page, for a browser. json: its address, for a server.",
    )
    answer_name: RequiredName = Field("url", title="Name of the address in the JSON answer")
    username_parameter: RequiredName = Field("username", title="Parameter with the user name")
    password_parameter: RequiredName = Field(
        "password", title="Parameter with the password", description="Never stored, never logged."
    )
    return_parameter: RequiredName = Field("return_url", title="Parameter with the return address")
    language_parameter: ParameterName = Field("language", title="Parameter with the language")
    shopper_parameter: ParameterName = Field(
        "", title="Parameter with the user", description="Who is shopping: his lists are there next time."
    )
    shopper_name_parameter: ParameterName = Field("", title="Parameter with the user's name")
    shopper_email_parameter: ParameterName = Field("", title="Parameter with the user's e-mail address")
    article_parameter: ParameterName = Field(
        "", title="Parameter with an article number", description="The shop opens on that article."
    )
    search_parameter: ParameterName = Field(
        "", title="Parameter with words to search for", description="The shop opens on that search."
    )
    echo_parameters: list[str] = Field(
        [],
        title="Parameters to give back",
        description="Their values are known on the way back as launch.NAME.",
    )

    # -- the way back
    return_as: Literal["fields", "document", "body"] = Field(
        "fields",
        title="The cart goes back as",
        description=(
            "fields: form fields, as listed below. document: one form field with a document. body: the "
            "document alone, as the body of the POST (text/plain). A browser can only write one with an "
            "equals sign in its fixed beginning: <?xml version=, sep=; in front of a CSV, or a member of a "
            'JSON object such as "format": "v=1".'
        ),
    )
    header_fields: list[FieldEntry] = Field(
        USUAL_CART,
        title="Fields of the cart",
        description=(
            "NAME=VALUE, also sent beside a document. Values: currency, total, line_count, cart_id, date, "
            "language, customer_number, shopper, test, launch.NAME; or =TEXT, in which "
            "{{ total|decimals:2 }} is filled in: SUM==EUR {{ total|comma }}."
        ),
        max_length=MOST_FIELDS,
    )
    line_fields: list[FieldEntry] = Field(
        USUAL_LINE,
        title="Fields of a line",
        description=(
            "NAME=VALUE; {n} in the name is the number of the line; or =TEXT, in which "
            "{{ line.price|decimals:2|comma }} is filled in. Values:"
        ),
        json_schema_extra=_LINE_WORDS,
        max_length=MOST_FIELDS,
    )
    first_number: Literal[0, 1] = Field(1, title="Number of the first line")
    document_format: Literal["xml", "json", "csv"] = Field(
        "xml", title="Format of the document", description="Values are escaped for it."
    )
    document_template: str = Field(
        USUAL_DOCUMENT,
        title="Document",
        description=(
            "{% for line in lines %} … {% endfor %}, {% if … %}, {{ line.name }} and the other values of "
            "lines and cart. Filters: decimals:2, comma, digits:5, compact, upper, lower, shorten:40, "
            'default:"-". Tried out on a sample cart when it is saved.'
        ),
        json_schema_extra=MULTILINE,
    )
    document_field: RequiredName = Field("cart", title="Form field of the document")
    document_encoding: Literal["plain", "base64"] = Field("plain", title="Encoding of the document")
    charset: Literal["utf-8", "iso-8859-1", "iso-8859-15", "windows-1252"] = Field(
        "utf-8", title="Charset of the return", description="Characters outside it are spelled out."
    )
    decimal_sign: Literal[".", ","] = Field(
        ".", title="Decimal sign", description="In fields; a document says it itself, with comma."
    )
    target: Annotated[str, AfterValidator(_target)] = Field("_top", title="Target of the return")
    return_query: Literal["keep", "split"] = Field(
        "keep",
        title="Query of the return address",
        description="keep: leave it in the address. split: post its parameters as fields.",
    )
    on_leave: Literal["nothing", "empty"] = Field(
        "nothing",
        title="Leaving without a cart",
        description="nothing: send nothing. empty: send a cart without lines.",
    )
    units: dict[str, UnitCode] = Field(
        default_factory=dict, title="Units", description="Ours to the buyer's, such as C62=EA."
    )

    @field_validator("echo_parameters")
    @classmethod
    def _can_be_named(cls, names: list[str]) -> list[str]:
        for name in names:
            if not _ECHOED.match(name):
                raise ValueError(
                    f"“{name[:60]}” cannot be spoken of as launch.NAME: letters, digits and _ only."
                )
        return names

    @field_validator("header_fields", "line_fields")
    @classmethod
    def _fields_compile(cls, fields: list[str], info: ValidationInfo) -> list[str]:
        launch = info.data.get("echo_parameters", [])
        in_line = info.field_name == "line_fields"
        names = values.line_names(launch) if in_line else values.cart_names(launch)
        sample = sample_values(SAMPLE_LINES, launch)
        for name, value in pairs_of(fields):
            try:
                template = field_template(value, names, of_line=in_line)
                template.render(sample | {"line": sample["lines"][0]})
            except TemplateInvalid as error:
                raise ValueError(f"{name}: {error}") from None
        return fields

    @field_validator("document_template")
    @classmethod
    def _document_works(cls, source: str, info: ValidationInfo) -> str:
        kind: Format = info.data.get("document_format", "xml")
        check_document(source, kind, tuple(info.data.get("echo_parameters", ())))
        return source

    @model_validator(mode="after")
    def _fits_together(self) -> "ConfigurableOptions":
        if self.answer == "json" and self.launch == "query":
            raise ValueError("A launch by query is a browser's; answer it with a redirect.")
        if self.return_as == "body":
            if "=" not in _TAG.split(self.document_template, maxsplit=1)[0]:
                raise ValueError(
                    "A browser can only send a body that has an equals sign before its first value: "
                    '<?xml version= in XML, sep=; as first line of a CSV, "format": "v=1" in JSON.'
                )
            if self.document_encoding != "plain":
                raise ValueError("A body is not sent as base64.")
        declared = _DECLARED.match(self.document_template)
        if declared and self.return_as != "fields" and declared[1].lower() != self.charset:
            raise ValueError(f"The document says {declared[1]}, but the return is in {self.charset}.")
        if not self.document_template.isascii() and self.charset != "utf-8":
            try:
                self.document_template.encode(self.charset)
            except UnicodeEncodeError as error:
                raise ValueError(
                    f"The document has a character that {self.charset} has not: {error}"
                ) from None
        return self

    @property
    def launch_names(self) -> tuple[str, ...]:
        return tuple(self.echo_parameters)

    def line_templates(self) -> FieldTemplates:
        """The fields of a line, compiled; their names still with ``{n}``."""
        names = values.line_names(self.launch_names)
        return tuple(
            (name, field_template(value, names, of_line=True, sign=self.decimal_sign))
            for name, value in pairs_of(self.line_fields)
        )

    def cart_templates(self) -> FieldTemplates:
        names = values.cart_names(self.launch_names)
        return tuple(
            (name, field_template(value, names, of_line=False, sign=self.decimal_sign))
            for name, value in pairs_of(self.header_fields)
        )

    def document(self) -> CompiledTemplate:
        return compile_template(
            self.document_template, self.document_format, values.document_names(self.launch_names)
        )
