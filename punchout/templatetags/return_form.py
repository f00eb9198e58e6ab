"""The hidden fields of a return form."""

from html import escape

from django import template
from django.utils.safestring import SafeString

from punchout.documents import ReturnForm

register = template.Library()


@register.simple_tag
def hidden_fields(form: ReturnForm) -> SafeString:
    """Every field as hidden input, escaped; 9,000 of them in the time a template loop takes for 500."""
    # All at once: nearly nothing needs escaping, and 18,000 calls to find that out take longer than to send.
    texts = [text for field in form.fields for text in field]
    escaped = escape("\0".join(texts)).split("\0")
    if len(escaped) != len(texts):
        escaped = [escape(text) for text in texts]
    return SafeString(
        "\n".join(
            [
                f'<input type="hidden" name="{name}" value="{value}">'
                for name, value in zip(escaped[::2], escaped[1::2], strict=True)
            ]
        )
    )
