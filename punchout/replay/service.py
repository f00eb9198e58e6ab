"""Runs a stored message, or renders a returned cart, with today's code, and undoes all of it.

A stored message has no secret any more, so it cannot prove who sent it. The replay does not get past the
check: it runs the message with a secret of its own, made for this one run. That is entered for the
connection inside the transaction that is rolled back, so no other request ever finds it, and the adapter's
authentication runs as for any message. A message whose credentials were refused keeps its wrong ones.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from punchout import endpoint, wire
from punchout.adapters import Adapter, get_adapter
from punchout.documents import InboundMessage, ReturnForm, ReturnLine
from punchout.errors import PunchoutError
from punchout.handed_over import form_of
from punchout.mapping.apply import mapped_form
from punchout.models import Connection, ReturnedCart, Secret, SeenMessage, WireMessage
from punchout.replay.compare import Difference, answer_lines, difference, form_lines, steadied
from punchout.replay.rebuild import ReplayImpossible, header, language_of, rebuild
from punchout.secrets import generated_digest, new_token

# No person can choose this slot, so that both of a connection's own secrets stay what they are.
REPLAY_SLOT = 0
# Connections that may be meant where the message failed before it was known whose it is.
MOST_CONNECTIONS = 2_000


@dataclass(frozen=True, slots=True)
class Replay:
    """What today's code answers, and how that differs from what was answered then."""

    differences: tuple[Difference, ...]
    verdict: str = ""
    error: str = ""
    notes: tuple[str, ...] = ()
    milliseconds: float = 0.0

    @property
    def same(self) -> bool:
        return all(found.same for found in self.differences)


@contextmanager
def undone() -> Iterator[None]:
    """Everything inside is rolled back, and what was to happen after a commit does not."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def replay(message: WireMessage) -> Replay:
    """The message of a row of the wire log, run again. Raises ``ReplayImpossible`` where that cannot be.

    For a cart that was sent out, as ``replay_return``.
    """
    if message.direction == WireMessage.Direction.OUT:
        returned = ReturnedCart.objects.filter(session=message.session_id).first()
        if returned is None:
            raise ReplayImpossible(
                _("There is no returned cart to this form. Run the message again that it was the answer to.")
            )
        return replay_return(returned)
    adapter = _adapter(message.adapter)
    began = time.perf_counter()
    with undone():
        secret = "" if message.credentials_refused else _lend_secret(message)
        inbound = rebuild(message, adapter, secret)
        _forget_answer(message)
        with translation.override(language_of(message)):
            answer, verdict, error = endpoint.answer_message(adapter, inbound)
        headers, body = wire.answer_as_logged(answer)
        names = _names(message, inbound, secret)
    milliseconds = (time.perf_counter() - began) * 1000
    before = _Shown(
        message.verdict, message.error, message.answer_status, message.answer_headers, message.answer_body
    )
    now = _Shown(verdict, error, answer.status, headers, body)
    then, today = timezone.localdate(message.received_at), timezone.localdate()
    differences = tuple(
        difference(
            part,
            [steadied(line, day=then, names=names) for line in old],
            [steadied(line, day=today, names=names) for line in new],
        )
        for (part, old), (_part, new) in zip(before.parts(), now.parts(), strict=True)
    )
    return Replay(differences, verdict, error, tuple(inbound.record.notes), milliseconds)


@dataclass(frozen=True, slots=True)
class _Shown:
    """An answer as it is compared."""

    verdict: str
    error: str
    status: int | None
    headers: dict[str, str]
    body: str

    def parts(self) -> list[tuple[str, list[str]]]:
        # A duplicate is answered like the first of its kind, and is one here.
        same = self.verdict == WireMessage.Verdict.DUPLICATE
        verdict = WireMessage.Verdict.ACCEPTED if same else self.verdict
        return [
            (_("Verdict"), [str(WireMessage.Verdict(verdict).label), *self.error.splitlines()]),
            (_("HTTP status"), [str(self.status or "")]),
            (_("Headers of the answer"), sorted(f"{name}: {value}" for name, value in self.headers.items())),
            (_("Answer"), answer_lines(self.body, header(self.headers, "Content-Type"))),
        ]


def _adapter(slug: str) -> Adapter:
    try:
        return get_adapter(slug)
    except KeyError:
        raise ReplayImpossible(_("The protocol “%(slug)s” is not installed.") % {"slug": slug}) from None


def _lend_secret(message: WireMessage) -> str:
    """A secret that is right for the message's connection until the end of the transaction."""
    secret = new_token()
    if message.connection_id:
        keys = [message.connection_id]
    else:
        meant = Connection.objects.filter(adapter=message.adapter).order_by("pk")
        keys = list(meant.values_list("pk", flat=True)[:MOST_CONNECTIONS])
    Secret.objects.bulk_create(
        Secret(connection_id=key, slot=REPLAY_SLOT, digest=generated_digest(secret)) for key in keys
    )
    return secret


def _forget_answer(message: WireMessage) -> None:
    """The message is new again: it would only get its stored answer otherwise."""
    if message.payload_id and message.connection_id:
        SeenMessage.objects.filter(
            connection=message.connection_id, payload_id=message.payload_id, body_sha256=message.body_sha256
        ).delete()


def _names(message: WireMessage, inbound: InboundMessage, secret: str) -> dict[str, str]:
    """What this run and the stored one call differently."""
    names = {secret: wire.REDACTED}
    for record in (message, inbound.record):
        if record.session is not None:
            names[record.session.key] = "[session]"
    return names


def replay_return(returned: ReturnedCart) -> Replay:
    """The return form made anew from the cart's frozen lines, against the form that was handed over."""
    session = returned.session
    adapter = _adapter(session.connection.adapter)
    if adapter.cart_is_fetched:
        raise ReplayImpossible(_("This cart was fetched by the buyer's system; no form was handed over."))
    before = form_of(returned)
    if before is None and returned.outcome == ReturnedCart.Outcome.CART:
        raise ReplayImpossible(
            _("The form that was handed over was cleaned up; the lines of the cart are kept.")
        )
    error, now = "", None
    began = time.perf_counter()
    with undone(), translation.override(session.language):
        try:
            with transaction.atomic():
                now = rendered(returned, adapter)
        except PunchoutError as refused:
            error = f"{refused.message} {refused.detail}".strip()
        except Exception as fault:
            error = f"{type(fault).__name__}: {fault}"
    milliseconds = (time.perf_counter() - began) * 1000
    then, today = timezone.localdate(returned.created_at), timezone.localdate()
    form = difference(
        _("Return form"),
        [steadied(line, day=then) for line in form_lines(before)],
        [steadied(line, day=today) for line in form_lines(now)],
    )
    parts = (difference(_("Why it fails today"), [], [error]), form) if error else (form,)
    return Replay(parts, "failed" if error else "accepted", error, (), milliseconds)


def rendered(returned: ReturnedCart, adapter: Adapter) -> ReturnForm | None:
    """The form of a returned cart as today's code and the connection's present settings make it."""
    if returned.outcome != ReturnedCart.Outcome.CART:
        return adapter.leave_form(returned.session)
    lines = tuple(ReturnLine.from_json(line) for line in returned.lines)
    returned.session.order_number = returned.order_number
    return mapped_form(returned.session, adapter, lines)
