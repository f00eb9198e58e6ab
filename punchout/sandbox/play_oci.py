"""Plays an OCI system: launches by form, calls its functions, reads what comes back (OCI 4.0 and 5.0)."""

import secrets
from urllib.parse import parse_qsl, urlencode

import httpx
from django.utils.translation import gettext as _

from punchout.sandbox.calling import fetch_form, not_understood, unreached
from punchout.sandbox.dialects import OciDialect
from punchout.sandbox.form_body import looks_like_page, words_of_page
from punchout.sandbox.functions import find_function
from punchout.sandbox.launching import Asked, Desk, Launch, LaunchForm, Memory, Posted, form_launch
from punchout.sandbox.parse_oci import read_return
from punchout.sandbox.parse_oci_answers import read_answer
from punchout.sandbox.received import ReceivedCart

PAGE_SIZE = "50"  # of DOWNLOADJSON


def launch(dialect: OciDialect, asked: Asked, desk: Desk) -> tuple[Launch, Memory]:
    """A form for the browser; a function that SAP's server calls is called here and read."""
    hook_fields = dialect.hook_query
    if dialect.hook_id and not dialect.hook_value:
        hook_fields = (*hook_fields, (dialect.hook_id, secrets.token_hex(8)))
    query = f"?{urlencode(hook_fields)}" if hook_fields else ""
    hook_url = dialect.hook_value or desk.return_url + query
    memory = Memory(language=asked.language, return_url=hook_url, hook_fields=hook_fields)
    form = LaunchForm(
        action=f"{desk.shop_url}/punchout/oci/{dialect.connection}",
        method=dialect.method,
        charset=dialect.charset,
        fields=_parameters(dialect, asked, desk, hook_url),
    )
    function = find_function("oci", asked.function)
    if function is None or function.caller == "browser":
        return form_launch(form), memory
    prepared = form_launch(form)
    try:
        answer = fetch_form(form, desk)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return unreached("create", prepared.request_raw, error), memory
    found = read_answer(function.name, answer.body, answer.content_type, dialect)
    problem = None
    if answer.status != 200 or found.outcome == "unreadable":
        title = _("The catalog refused %(function)s") % {"function": function.name}
        flaw = found.remarks[0].text if found.remarks and answer.status == 200 else ""
        said = words_of_page(answer.body, answer.content_type) if looks_like_page(answer.body, "") else ""
        problem = not_understood(title, answer, flaw or said)
    return (
        Launch(
            operation="create",
            request_raw=prepared.request_raw,
            response_raw=answer.body,
            response_status=answer.status,
            problem=problem,
            found=found,
        ),
        memory,
    )


def receive(dialect: OciDialect, posted: Posted, memory: Memory | None) -> ReceivedCart:
    if memory is None:
        return read_return(posted.body, posted.content_type, dialect)
    in_address = dict(parse_qsl(posted.query, keep_blank_values=True))
    return read_return(posted.body, posted.content_type, dialect, dict(memory.hook_fields), in_address)


def _parameters(dialect: OciDialect, asked: Asked, desk: Desk, hook_url: str) -> tuple[tuple[str, str], ...]:
    """The rows of the Customizing table in its order: the return address, then the ITS parameters."""
    fields = [(dialect.version_name, dialect.version), *dialect.fixed, *dialect.credentials]
    if dialect.language_name:
        fields.append((dialect.language_name, asked.language.upper()))
    if asked.function:
        fields.append(("FUNCTION", asked.function))
    for name, value in (
        ("PRODUCTID", asked.product),
        ("QUANTITY", asked.quantity),
        ("SEARCHSTRING", asked.search),
    ):
        if value and asked.function:
            fields.append((name, value))
    if asked.function == "DOWNLOADJSON":
        fields += [("pagesize", PAGE_SIZE), ("requestedpage", "1"), ("cti", "X")]
    if dialect.cancel_name:
        fields.append((dialect.cancel_name, desk.cancel_url))
    fields.append((dialect.hook_name, hook_url))
    if dialect.version_name == "OCI_VERSION":
        fields.append(("OPI_VERSION", "1.0"))
    if dialect.charset_name:
        fields.append((dialect.charset_name, dialect.charset))
    if dialect.return_target:
        fields.append(("returntarget", dialect.return_target))
    return (*fields, *dialect.its_fields)
