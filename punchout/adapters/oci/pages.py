"""Pages that a buyer's system reads by itself: one form of hidden fields, and nothing that could be seen.

Each names its charset in the header and in the page, and is written in it.
"""

from html import escape

from django.templatetags.static import static

from punchout.documents import ReturnForm
from punchout.return_page import PLACE, with_fields

SUBMIT = "punchout/submit.js"
# The address of the page may hold the credentials of the call.
HEADERS = {"Referrer-Policy": "no-referrer"}
PAGE = """<!DOCTYPE html>
<html>
<head><meta charset="{charset}"><title></title>{script}</head>
<body>
{body}
</body>
</html>
"""


def content_type(form: ReturnForm) -> str:
    return f"text/html; charset={form.charset}"


def form_page(form: ReturnForm, *, submits: bool) -> bytes:
    """The form as a page; with ``submits`` a script sends it, otherwise there is no script in it."""
    body = (
        f'<form id="hand-over" action="{escape(form.action)}" method="{form.method}" '
        f'target="{escape(form.target)}" accept-charset="{form.charset}">\n{PLACE}\n</form>'
    )
    # A file of our own and no inline script: the page needs no nonce to be allowed to send itself.
    script = f'<script src="{escape(static(SUBMIT))}" defer></script>' if submits else ""
    page = PAGE.format(charset=form.charset, script=script, body=body)
    return b"".join(with_fields(page, form))


def page_without_form(text: str) -> bytes:
    """What is answered about an article that is gone: a form without it would be read as a price of 0."""
    return PAGE.format(charset="utf-8", script="", body=f"<p>{escape(text)}</p>").encode()
