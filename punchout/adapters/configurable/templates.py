"""The templates of a mechanism: fields and documents, compiled and tried out on a sample cart."""

import csv
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import StringIO
from typing import Any

from lxml import etree

from punchout.adapters.configurable import values
from punchout.adapters.xml import hardened_parser
from punchout.documents import ReturnLine
from punchout.sample_lines import SAMPLE_LINES
from punchout.template_language import CompiledTemplate, Format, Names, compile_template

# In front of a text that is filled in, in place of the name of a value.
CONSTANT = "="
FieldTemplates = tuple[tuple[str, CompiledTemplate], ...]


def pairs_of(entries: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Name and value of each entry."""
    for entry in entries:
        name, _equals, value = entry.partition("=")
        yield name.strip(), value.strip()


def field_template(value: str, names: Names, *, of_line: bool, sign: str = ".") -> CompiledTemplate:
    """What a field is filled with: a name, or after ``=`` a text that may speak of names."""
    if value.startswith(CONSTANT):
        return compile_template(value[1:], "plain", names)
    root = "line." if of_line and value in values.LINE_VALUES else ""
    number = value in values.NUMBERS
    return compile_template(
        f"{{{{ {root}{value}{'|comma' if number and sign == ',' else ''} }}}}", "plain", names
    )


@lru_cache(maxsize=256)
def check_document(source: str, kind: Format, launch: tuple[str, ...]) -> None:
    """``ValueError`` unless a cart of two lines, and one of none, become a document of that kind."""
    template = compile_template(source, kind, values.document_names(launch))
    for lines in (SAMPLE_LINES, ()):
        _check_kind(template.render(sample_values(lines, launch)), kind)


def sample_values(lines: Sequence[ReturnLine], launch: Sequence[str]) -> dict[str, Any]:
    """The values of the sample cart, for trying a document out."""
    found = values.cart_values(values.SAMPLE_FACTS, lines, "utf-8")
    found["launch"] = {name: f"<{name}>" for name in launch}
    found["lines"] = tuple(values.LineValues(line, {}, "utf-8") for line in lines)
    return found


def _check_kind(text: str, kind: Format) -> None:
    try:
        if kind == "xml":
            etree.fromstring(text.encode(), hardened_parser())
        elif kind == "json":
            json.loads(text)
        elif not list(csv.reader(StringIO(text), strict=True)):
            raise ValueError("it is empty")
    except (ValueError, csv.Error, etree.XMLSyntaxError) as error:
        raise ValueError(f"The sample cart does not become valid {kind.upper()}: {error}") from None
