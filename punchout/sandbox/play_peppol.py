"""Plays a buyer's portal that takes a Peppol Punch Out cart; the launch is agreed, not specified."""

import secrets
from urllib.parse import parse_qsl, urlencode

from punchout.sandbox.dialects import PeppolDialect
from punchout.sandbox.launching import Asked, Desk, Launch, LaunchForm, Memory, Posted, form_launch
from punchout.sandbox.parse_peppol import read_catalogue
from punchout.sandbox.received import ReceivedCart


def launch(dialect: PeppolDialect, asked: Asked, desk: Desk) -> tuple[Launch, Memory]:
    hook_fields = (("rid", secrets.token_hex(8)),)
    return_url = f"{desk.return_url}?{urlencode(hook_fields)}"
    reference = f"REQ-{secrets.randbelow(10**8):08}"
    memory = Memory(
        language=asked.language, return_url=return_url, hook_fields=hook_fields, reference=reference
    )
    form = LaunchForm(
        action=f"{desk.shop_url}/punchout/peppol/{dialect.connection}",
        method="POST",
        charset="utf-8",
        fields=(
            (dialect.user_name, dialect.user),
            (dialect.password_name, dialect.secret),
            (dialect.return_name, return_url),
            (dialect.reference_name, reference),
            (dialect.language_name, asked.language),
        ),
    )
    return form_launch(form), memory


def receive(dialect: PeppolDialect, posted: Posted, memory: Memory | None) -> ReceivedCart:
    sent = dict(memory.hook_fields) if memory is not None else {}
    reference = memory.reference if memory is not None else ""
    in_address = dict(parse_qsl(posted.query))
    return read_catalogue(posted.body, posted.content_type, dialect, reference, sent, in_address)
