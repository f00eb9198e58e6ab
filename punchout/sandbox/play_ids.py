"""Plays a trade ERP (IDS-Connect 2.5): WKE shops, WKS sends a cart along, ADL and AS open a place."""

import uuid
from urllib.parse import parse_qsl, urlencode

from punchout.sandbox.build_ids import build_cart, positions_of
from punchout.sandbox.dialects import IdsDialect
from punchout.sandbox.launching import Asked, Desk, Launch, LaunchForm, Memory, Posted, form_launch
from punchout.sandbox.parse_ids import Sent, read_cart
from punchout.sandbox.received import ReceivedCart


def launch(dialect: IdsDialect, asked: Asked, desk: Desk) -> tuple[Launch, Memory]:
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
        action=f"{desk.shop_url}/punchout/ids/{dialect.connection}",
        method="POST",
        charset=dialect.charset,
        fields=tuple(fields),
    )
    return form_launch(form, asked.operation), memory


def receive(dialect: IdsDialect, posted: Posted, memory: Memory | None) -> ReceivedCart:
    sent = None
    if memory is not None:
        sent = Sent(
            hook_fields=dict(memory.hook_fields),
            positions=memory.positions,
            editing=memory.operation == "edit",
        )
    return read_cart(posted.body, posted.content_type, dialect, sent, dict(parse_qsl(posted.query)))
