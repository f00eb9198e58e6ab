"""Plays Oracle: logs in by Oracle XML, opens the address it is given, reads ``oracleCart``."""

import secrets
from urllib.parse import parse_qsl, urlencode

import httpx
from django.utils.translation import gettext as _

from punchout.sandbox.build_oracle import LoginAnswer, build_login, read_login_answer
from punchout.sandbox.calling import Answered, not_understood, post_xml, unreached
from punchout.sandbox.dialects import OracleDialect
from punchout.sandbox.launching import Asked, Desk, Launch, Memory, Posted, Problem
from punchout.sandbox.parse_oracle import read_cart
from punchout.sandbox.received import ReceivedCart


def launch(dialect: OracleDialect, asked: Asked, desk: Desk) -> tuple[Launch, Memory]:
    """A login request; what is searched for opens the shop on its hits (transparent punch-out)."""
    hook_fields = (
        ("OAFunc", "ICX_CAT_PUNCHOUT_CALLBACK"),
        ("transactionid", str(secrets.randbelow(10**9))),
    )
    return_url = f"{desk.return_url}?{urlencode(hook_fields)}"
    memory = Memory(language=asked.language, return_url=return_url, hook_fields=hook_fields)
    keywords = asked.search or asked.product
    request = build_login(dialect, return_url=return_url, language=asked.language, keywords=keywords)
    try:
        answered = post_xml(request, f"/punchout/oraclexml/{dialect.connection}", desk)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return unreached("create", request, error), memory
    answer = read_login_answer(answered.body)
    launched = Launch(
        operation="create",
        start_url=answer.start_url if answer.granted else "",
        request_raw=request,
        response_raw=answered.body,
        response_status=answered.status,
        problem=_problem(answer, answered),
    )
    return launched, memory


def receive(dialect: OracleDialect, posted: Posted, memory: Memory | None) -> ReceivedCart:
    sent = dict(memory.hook_fields) if memory is not None else {}
    return read_cart(posted.body, posted.content_type, dialect, sent, dict(parse_qsl(posted.query)))


def _problem(answer: LoginAnswer, answered: Answered) -> Problem | None:
    if answer.granted and answered.status == 200:
        return None
    if answer.flaw or answered.status != 200:
        title = _("The catalog answered with something else than Oracle XML")
        return not_understood(title, answered, answer.flaw)
    title = _("The catalog refused: %(code)s %(text)s") % {"code": answer.code, "text": answer.text}
    return Problem(title[:300], (answer.text or _("No explanation was given."))[:2000])
