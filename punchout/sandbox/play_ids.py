"""Plays a trade ERP (IDS-Connect 2.5): WKE shops, WKS sends a cart along, ADL and AS open a place.

LI and SV are asked by the ERP itself, before it logs in.
"""

import uuid
from urllib.parse import parse_qsl, urlencode

import httpx
from django.utils.translation import gettext as _

from punchout.sandbox.build_ids import build_cart, positions_of
from punchout.sandbox.calling import fetch_form, not_understood, unreached
from punchout.sandbox.dialects import IdsDialect
from punchout.sandbox.form_body import looks_like_page, words_of_page
from punchout.sandbox.functions import find_function
from punchout.sandbox.launching import Asked, Desk, Launch, LaunchForm, Memory, Posted, form_launch
from punchout.sandbox.parse_ids import Sent, read_cart
from punchout.sandbox.parse_ids_answers import read_answer
from punchout.sandbox.received import ReceivedCart


def launch(dialect: IdsDialect, asked: Asked, desk: Desk) -> tuple[Launch, Memory]:
    """A form for the browser; a question that the ERP asks itself is asked here and read."""
    function = find_function("ids", asked.function)
    if function is not None and function.caller == "server":
        return _ask(dialect, function.name, desk), Memory(language=asked.language)
    hook_fields = (("sid", str(uuid.uuid4())),)
    hook_url = f"{desk.return_url}?{urlencode(hook_fields)}"
    memory = Memory(
        operation=asked.operation,
        language=asked.language,
        return_url=hook_url,
        hook_fields=hook_fields,
        positions=positions_of(asked.lines),
    )
    action = "WKS" if asked.operation == "edit" else asked.function or ("ADL" if asked.product else "WKE")
    fields = [
        ("kndnr", dialect.customer_number),
        ("name_kunde", dialect.user),
        ("pw_kunde", dialect.secret),
        ("version", dialect.version),
        ("action", action),
        ("hookurl", hook_url),
        ("target", dialect.target),
    ]
    if action == "WKS":
        fields.append(("warenkorb", build_cart(dialect, asked.lines)))
    if action == "ADL":
        fields.append(("ghnummer", asked.product))
    if action == "AS":
        fields.append(("searchterm", asked.search))
    form = LaunchForm(
        action=_address(dialect, desk),
        method="POST",
        charset=dialect.charset,
        fields=tuple(fields),
    )
    return form_launch(form, asked.operation), memory


def _address(dialect: IdsDialect, desk: Desk) -> str:
    return f"{desk.shop_url}/punchout/ids/{dialect.connection}"


def _ask(dialect: IdsDialect, action: str, desk: Desk) -> Launch:
    """Only ``action`` is sent: who asks has no login yet."""
    form = LaunchForm(
        action=_address(dialect, desk), method="POST", charset=dialect.charset, fields=(("action", action),)
    )
    request = form_launch(form).request_raw
    try:
        answer = fetch_form(form, desk)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return unreached("create", request, error)
    found = read_answer(action, answer.body, dialect)
    problem = None
    if answer.status != 200 or found.outcome == "unreadable":
        title = _("The catalog refused %(function)s") % {"function": action}
        flaw = found.remarks[0].text if found.remarks and answer.status == 200 else ""
        said = words_of_page(answer.body, answer.content_type) if looks_like_page(answer.body, "") else ""
        problem = not_understood(title, answer, flaw or said)
    return Launch(
        operation="create",
        request_raw=request,
        response_raw=answer.body,
        response_status=answer.status,
        problem=problem,
        found=found,
    )


def receive(dialect: IdsDialect, posted: Posted, memory: Memory | None) -> ReceivedCart:
    sent = None
    if memory is not None:
        sent = Sent(
            hook_fields=dict(memory.hook_fields),
            positions=memory.positions,
            editing=memory.operation == "edit",
        )
    return read_cart(posted.body, posted.content_type, dialect, sent, dict(parse_qsl(posted.query)))
