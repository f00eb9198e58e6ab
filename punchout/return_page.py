"""The fields of a return form as the bytes of its page, escaped and encoded all at once.

Nearly nothing in 9,000 fields needs either, and as many calls to find that out take longer than to send the
cart. The page around them is rendered without them: each block of a template copies what it holds.
"""

from html import escape

from punchout.documents import ReturnForm
from punchout.form_text import BETWEEN, WITHIN

# Where a template has the fields. No value can write it there, as templates escape them.
PLACE = "<!-- fields -->"
# In each charset of ours ASCII is ASCII, and nothing else has its bytes.
_REFERENCES = [(character.encode(), escape(character).encode()) for character in "&<>\"'"]


def with_fields(page: str, form: ReturnForm) -> list[bytes]:
    """The parts of a rendered page in the form's charset, with every field as hidden input in its place."""
    before, _place, behind = page.partition(PLACE)
    return [_encoded(before, form), hidden_inputs(form), _encoded(behind, form)]


def hidden_inputs(form: ReturnForm) -> bytes:
    """Every field as hidden input, one a line, in the form's charset."""
    if form.joined is not None:
        inputs = _escaped(form)
        inputs = inputs.replace(WITHIN.encode(), b'" value="')
        inputs = inputs.replace(BETWEEN.encode(), b'">\n<input type="hidden" name="')
        return b'<input type="hidden" name="%b">' % inputs
    pairs = ((escape(name), escape(value)) for name, value in form.fields)
    lines = (f'<input type="hidden" name="{name}" value="{value}">' for name, value in pairs)
    return _encoded("\n".join(lines), form)


def _escaped(form: ReturnForm) -> bytes:
    """The joined fields, escaped after they were encoded, where nothing in them needs a reference.

    A text with one character outside Latin-1 is twice as long until then, and searched fifty times as slow.
    """
    if form.encoded is None:
        return _encoded(escape(form.joined or ""), form)
    escaped = form.encoded
    for character, reference in _REFERENCES:
        escaped = escaped.replace(character, reference)
    return escaped


def _encoded(text: str, form: ReturnForm) -> bytes:
    return text.encode(form.charset, "xmlcharrefreplace")
