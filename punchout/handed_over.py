"""A return form is kept once and exactly: its fields as the body of its message in the wire log.

The body has a line ``name=value`` for each field, as it is read, searched and exported. Where that does not
say by itself where a field begins and ends (a document of many lines, a name with "=") its lengths stand
beside the rest of the form in ``ReturnedCart.form``. When the message is removed, the form is gone as well.
"""

from collections.abc import Iterator
from typing import Any

from punchout.documents import ReturnForm
from punchout.form_text import BETWEEN, WITHIN, WrittenFields
from punchout.models import ReturnedCart

# What a form is besides its fields.
_HEAD = ("action", "target", "charset", "method", "enctype")


def body_of(form: ReturnForm) -> str:
    """The fields as the wire log keeps them."""
    if form.joined is None:
        return "\n".join(map("=".join, form.fields))
    return form.joined.replace(WITHIN, "=").replace(BETWEEN, "\n")


def head_of(form: ReturnForm) -> dict[str, Any]:
    """What ``ReturnedCart.form`` keeps of a form."""
    head = {name: getattr(form, name) for name in _HEAD}
    lengths = _lengths(form)
    return {**head, "lengths": lengths} if lengths else head


def form_of(returned: ReturnedCart) -> ReturnForm | None:
    """The form exactly as it was handed over; ``None``: there was none, or it was cleaned up."""
    kept, message = returned.form, returned.message
    if not kept or message is None:
        return None
    fields = tuple(_fields(message.body, kept.get("lengths", {})))
    return ReturnForm(fields=fields, **{name: kept[name] for name in _HEAD})


def _lengths(form: ReturnForm) -> dict[str, list[int]]:
    """By their places, how long names and values are of those fields whose line cannot be read back."""
    text = form.joined
    if text is None or not _names_say_where_they_end(form, text):
        return {
            str(place): [len(name), len(value)]
            for place, (name, value) in enumerate(form.fields)
            if "=" in name or "\n" in name or "\n" in value
        }
    # From one line end to that of the next field that has any: nearly no field has.
    found, place, counted = {}, 0, 0
    at = text.find("\n")
    while at >= 0:
        begin = text.rfind(BETWEEN, 0, at) + 1
        middle = text.index(WITHIN, begin)
        end = text.find(BETWEEN, at)
        end = end if end >= 0 else len(text)
        place += text.count(BETWEEN, counted, begin)
        found[str(place)] = [middle - begin, end - middle - 1]
        counted, at = begin, text.find("\n", end)
    return found


def _names_say_where_they_end(form: ReturnForm, text: str) -> bool:
    if "=" not in text or isinstance(form.fields, WrittenFields):
        return True
    return "=" not in "".join([name for name, _value in form.fields])


def _fields(body: str, lengths: dict[str, list[int]]) -> Iterator[tuple[str, str]]:
    at, place = 0, 0
    while at <= len(body) and body:
        if known := lengths.get(str(place)):
            middle = at + known[0]
            end = middle + 1 + known[1]
        else:
            middle = body.index("=", at)
            end = body.find("\n", middle)
            end = end if end >= 0 else len(body)
        yield body[at:middle], body[middle + 1 : end]
        at, place = end + 1, place + 1
