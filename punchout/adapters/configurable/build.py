"""The cart as the connection describes it: form fields, or a document in a field or as the body."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from punchout.adapters.configurable.options import NUMBER, ConfigurableOptions
from punchout.adapters.configurable.outgoing import DOCUMENT, LINE
from punchout.adapters.configurable.templates import FieldTemplates
from punchout.adapters.configurable.values import NUMBERS, CartFacts, LineValues, cart_values
from punchout.adapters.oci.hook import action_and_fields
from punchout.adapters.outgoing import number_of
from punchout.adapters.texts import transliterate
from punchout.documents import ReturnForm, ReturnLine
from punchout.template_language import frozen

Fields = tuple[tuple[str, str], ...]
BODY = "text/plain"
NOTHING: Mapping[str, str] = {}


def cart_form(
    *,
    return_url: str,
    facts: CartFacts,
    lines: Sequence[ReturnLine],
    options: ConfigurableOptions,
    mapped: Mapping[str, str] = NOTHING,
) -> ReturnForm:
    """The form that carries the cart; ``mapped`` are fields of the whole cart. Raises ``ResultTooLarge``."""
    action, its = action_and_fields(return_url, options.return_query, ())
    if options.return_as == "body":
        return ReturnForm(
            action=return_url,
            fields=_body(document(facts, lines, options, mapped)),
            target=options.target or "_top",
            charset=options.charset,
            enctype=BODY,
        )
    fields = (*its, *_cart_fields(facts, lines, options, mapped))
    if options.return_as == "document":
        fields += ((options.document_field, _encoded(document(facts, lines, options, mapped), options)),)
    else:
        fields += _line_fields(facts, lines, options)
    return ReturnForm(action=action, fields=fields, target=options.target or "_top", charset=options.charset)


def document(
    facts: CartFacts,
    lines: Sequence[ReturnLine],
    options: ConfigurableOptions,
    mapped: Mapping[str, str] = NOTHING,
) -> str:
    """The document of the connection's template, with mapped values in place of the cart's and the lines'."""
    charset = options.charset
    found = cart_values(facts, lines, charset) | _in_document(mapped, "", charset)
    found["lines"] = tuple(_line_in_document(line, options) for line in lines)
    return transliterate(options.document().render(found), charset)


def _line_in_document(line: ReturnLine, options: ConfigurableOptions) -> Mapping[str, Any]:
    own = LineValues(line, options.units, options.charset)
    changed = _in_document(line.mapped, LINE, options.charset) if line.mapped else {}
    return frozen({**own, **changed}) if changed else own


def _in_document(mapped: Mapping[str, str], place: str, charset: str) -> dict[str, Any]:
    """Mapped values by their names in the template; what is a number there stays one where it can."""
    found: dict[str, Any] = {}
    for field, text in mapped.items():
        name = field.removeprefix(DOCUMENT + place)
        if name == field or "." in name:
            continue
        number = number_of(text) if name in (*NUMBERS, "line_count") else None
        if number is not None:
            found[name] = number
        else:
            found[name] = text == "true" if name == "test" else transliterate(text, charset)
    return found


def _cart_fields(
    facts: CartFacts, lines: Sequence[ReturnLine], options: ConfigurableOptions, mapped: Mapping[str, str]
) -> Fields:
    found = cart_values(facts, lines, options.charset)
    return tuple(_filled(options.cart_templates(), found, mapped, options.charset))


def _line_fields(facts: CartFacts, lines: Sequence[ReturnLine], options: ConfigurableOptions) -> Fields:
    templates = options.line_templates()
    found = cart_values(facts, lines, options.charset)
    fields: list[tuple[str, str]] = []
    for number, line in enumerate(lines, start=options.first_number):
        found["line"] = LineValues(line, options.units, options.charset)
        filled = _filled(templates, found, line.mapped, options.charset)
        fields += [(name.replace(NUMBER, str(number)), text) for name, text in filled]
    return tuple(fields)


def _filled(
    templates: FieldTemplates, found: dict[str, Any], mapped: Mapping[str, str], charset: str
) -> Iterator[tuple[str, str]]:
    """The fields of the options and those that the mapping adds; an empty mapping leaves one out."""
    own = set()
    for name, template in templates:
        own.add(name)
        text = mapped.get(name)
        if text is None:
            yield name, transliterate(template.render(found), charset)
        elif text:
            yield name, transliterate(text, charset)
    for name, text in mapped.items():
        if text and name not in own and not name.startswith(DOCUMENT):
            yield name, transliterate(text, charset)


def _encoded(text: str, options: ConfigurableOptions) -> str:
    if options.document_encoding == "plain":
        return text
    return base64.b64encode(text.encode(options.charset, "replace")).decode("ascii")


def _body(text: str) -> Fields:
    """A document as the only field of a text/plain form.

    HTML, "plain text form submission": a browser writes each field as name=value, so a document that is cut
    at its first equals sign arrives as it was, with a line end behind it. The options see to it that it has
    one before the first value.
    """
    name, _equals, value = text.partition("=")
    return ((name, value),)
