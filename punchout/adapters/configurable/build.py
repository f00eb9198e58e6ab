"""The cart as the connection describes it: form fields, or a document in a field or as the body."""

import base64
from collections.abc import Sequence

from punchout.adapters.configurable.options import NUMBER, ConfigurableOptions
from punchout.adapters.configurable.values import CartFacts, LineValues, cart_values
from punchout.adapters.oci.hook import action_and_fields
from punchout.adapters.texts import transliterate
from punchout.documents import ReturnForm, ReturnLine

Fields = tuple[tuple[str, str], ...]
BODY = "text/plain"


def cart_form(
    *, return_url: str, facts: CartFacts, lines: Sequence[ReturnLine], options: ConfigurableOptions
) -> ReturnForm:
    """The form that carries the cart. Raises ``ResultTooLarge``."""
    action, its = action_and_fields(return_url, options.return_query, ())
    if options.return_as == "body":
        return ReturnForm(
            action=return_url,
            fields=_body(document(facts, lines, options)),
            target=options.target or "_top",
            charset=options.charset,
            enctype=BODY,
        )
    fields = (*its, *_cart_fields(facts, lines, options))
    if options.return_as == "document":
        fields += ((options.document_field, _encoded(document(facts, lines, options), options)),)
    else:
        fields += _line_fields(facts, lines, options)
    return ReturnForm(action=action, fields=fields, target=options.target or "_top", charset=options.charset)


def document(facts: CartFacts, lines: Sequence[ReturnLine], options: ConfigurableOptions) -> str:
    """The document of the connection's template."""
    found = cart_values(facts, lines, options.charset)
    found["lines"] = tuple(LineValues(line, options.units, options.charset) for line in lines)
    return transliterate(options.document().render(found), options.charset)


def _cart_fields(facts: CartFacts, lines: Sequence[ReturnLine], options: ConfigurableOptions) -> Fields:
    found = cart_values(facts, lines, options.charset)
    return tuple(
        (name, transliterate(template.render(found), options.charset))
        for name, template in options.cart_templates()
    )


def _line_fields(facts: CartFacts, lines: Sequence[ReturnLine], options: ConfigurableOptions) -> Fields:
    templates = options.line_templates()
    found = cart_values(facts, lines, options.charset)
    fields: list[tuple[str, str]] = []
    for number, line in enumerate(lines, start=options.first_number):
        found["line"] = LineValues(line, options.units, options.charset)
        fields += [
            (name.replace(NUMBER, str(number)), transliterate(template.render(found), options.charset))
            for name, template in templates
        ]
    return tuple(fields)


def _encoded(text: str, options: ConfigurableOptions) -> str:
    if options.document_encoding == "plain":
        return text
    return base64.b64encode(text.encode(options.charset, "replace")).decode("ascii")


def _body(text: str) -> Fields:
    """A document as the only field of a text/plain form.

    HTML, "plain text form submission": a browser writes each field as name=value, so a document that is cut
    at its first equals sign arrives as it was, with a line end behind it.
    """
    name, _equals, value = text.partition("=")
    return ((name, value),)
