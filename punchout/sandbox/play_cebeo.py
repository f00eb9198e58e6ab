"""Plays an installer's ERP by cebeoXML: opens the shop, asks for articles, fetches the open order."""

import httpx
from django.utils.translation import gettext as _

from punchout.sandbox.build_cebeo import build_request
from punchout.sandbox.calling import not_understood, post_xml, unreached
from punchout.sandbox.dialects import CebeoDialect
from punchout.sandbox.functions import find_function
from punchout.sandbox.launching import (
    Asked,
    Desk,
    Launch,
    LaunchForm,
    Memory,
    Posted,
    Problem,
    form_launch,
)
from punchout.sandbox.parse_cebeo import read_answer
from punchout.sandbox.received import ReceivedCart, Remark


def launch(dialect: CebeoDialect, asked: Asked, desk: Desk) -> tuple[Launch, Memory]:
    """Opens the shop by form; a function is a request to the web service, answered at once."""
    path = f"/punchout/cebeoxml/{dialect.connection}"
    memory = Memory(language=asked.language)
    function = find_function("cebeoxml", asked.function)
    if function is None:
        form = LaunchForm(
            action=desk.shop_url + path,
            method="POST",
            charset="utf-8",
            fields=(
                ("CustomerNumber", dialect.customer_number),
                ("UserName", dialect.user),
                ("Password", dialect.secret),
                ("language", asked.language),
            ),
        )
        return form_launch(form), memory
    request = build_request(dialect, function.name, product=asked.product, search=asked.search)
    try:
        answered = post_xml(request, path, desk)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return unreached("create", request, error), memory
    answer = read_answer(function.name, answered.body, dialect)
    problem = None
    if answered.status != 200 or answer.cart.outcome == "unreadable":
        flaw = answer.cart.remarks[0].text if answer.cart.remarks else ""
        problem = not_understood(_("The catalog answered with something else than cebeoXML"), answered, flaw)
    elif answer.code != "0":
        title = _("The catalog refused: %(code)s %(text)s") % {"code": answer.code, "text": answer.text}
        problem = Problem(title[:300], (answer.text or _("No explanation was given."))[:2000])
    return (
        Launch(
            operation="create",
            request_raw=request,
            response_raw=answered.body,
            response_status=answered.status,
            problem=problem,
            found=answer.cart,
        ),
        memory,
    )


def receive(dialect: CebeoDialect, posted: Posted, memory: Memory | None) -> ReceivedCart:
    """Nothing is ever posted to such an ERP: it fetches."""
    text = _("This system takes no cart from a browser; it fetches the open order.")
    return ReceivedCart(
        outcome="unreadable",
        remarks=(Remark("lost", "POST", text),),
        document=posted.body[:200_000].decode("utf-8", "replace"),
    )
