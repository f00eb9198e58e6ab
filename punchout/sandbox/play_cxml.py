"""Plays a cXML system: setup and profile requests, their answers, and the cart (cXML Guide 1.2.051)."""

import secrets
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _

from punchout.sandbox.build_cxml import Setup, build_profile_request, build_setup_request
from punchout.sandbox.calling import Answered, not_understood, post_xml, unreached
from punchout.sandbox.dialects import CxmlDialect
from punchout.sandbox.launching import Asked, Desk, Launch, Memory, Posted, Problem
from punchout.sandbox.parse_cxml import Expected, SetupAnswer, read_order_message, read_setup_answer
from punchout.sandbox.parse_cxml_profile import read_profile
from punchout.sandbox.received import ReceivedCart
from punchout.sandbox.systems import LANGUAGES
from punchout.sandbox.xml_reading import canonical_content, parse_xml

PATH = "/punchout/cxml"


def launch(dialect: CxmlDialect, asked: Asked, desk: Desk) -> tuple[Launch, Memory]:
    """The setup request, or the function that asks for the profile, answered."""
    if dialect.creates_only and asked.operation != "create":
        raise ValueError("this system has no edit and no inspect")
    host = urlsplit(desk.return_url).hostname or "localhost"
    memory = Memory(
        operation=asked.operation,
        language=asked.language if asked.language in LANGUAGES else "en",
        return_url=desk.return_url,
        buyer_cookie_xml=_new_cookie(dialect),
        payload_id=f"{secrets.token_hex(10)}.{secrets.randbelow(100_000)}@{host}",
    )
    if asked.function == "ProfileRequest":
        return _ask_profile(dialect, memory, desk), memory
    request = build_setup_request(
        dialect,
        Setup(
            operation=asked.operation,
            buyer_cookie_xml=memory.buyer_cookie_xml,
            payload_id=memory.payload_id,
            return_url=desk.return_url,
            language=memory.language,
            lines=asked.lines,
            selected_item=asked.product,
        ),
    )
    try:
        answered = post_xml(request, PATH, desk)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return unreached(asked.operation, request, error), memory
    answer = read_setup_answer(answered.body)
    launched = Launch(
        operation=asked.operation,
        start_url=answer.start_url if answer.granted else "",
        request_raw=request,
        response_raw=answered.body,
        response_status=answered.status,
        problem=_problem(answer, answered),
    )
    return launched, memory


def _ask_profile(dialect: CxmlDialect, memory: Memory, desk: Desk) -> Launch:
    request = build_profile_request(dialect, memory.payload_id, memory.language)
    try:
        answered = post_xml(request, PATH, desk)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return unreached("create", request, error)
    answer, found = read_profile(answered.body)
    return Launch(
        operation="create",
        request_raw=request,
        response_raw=answered.body,
        response_status=answered.status,
        problem=None if found is not None else _problem(answer, answered),
        found=found,
    )


def receive(dialect: CxmlDialect, posted: Posted, memory: Memory | None) -> ReceivedCart:
    return read_order_message(posted.body, posted.content_type, dialect, _expected(memory))


def _expected(memory: Memory | None) -> Expected | None:
    if memory is None:
        return None
    cookie = parse_xml(f"<BuyerCookie>{memory.buyer_cookie_xml}</BuyerCookie>".encode())
    return Expected(
        operation=memory.operation,
        buyer_cookie=canonical_content(cookie),
        payload_id=memory.payload_id,
        language=memory.language,
    )


def _problem(answer: SetupAnswer, answered: Answered) -> Problem | None:
    if answer.granted:
        return None
    if answer.flaw and not answer.code:
        # Without cXML the peer can only count it as a transport error and try again (p. 34).
        title = _("The catalog answered with something else than cXML")
        return not_understood(title, answered, answer.flaw)
    title = _("The catalog refused: %(code)s %(text)s") % {"code": answer.code, "text": answer.text}
    return Problem(title[:300], (answer.flaw or answer.detail or _("No explanation was given."))[:2000])


def _new_cookie(dialect: CxmlDialect) -> str:
    if dialect.cookie_style == "empty":
        return ""
    if dialect.cookie_style == "hex":
        return secrets.token_hex(16)
    if dialect.cookie_style == "number":
        return str(secrets.randbelow(9 * 10**9) + 10**9)
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
    return "1CX" + "".join(secrets.choice(letters) for _position in range(14))
