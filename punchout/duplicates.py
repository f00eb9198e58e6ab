"""A message is acted on once: the same one again gets the same answer, another one with its id is refused.

The id counts per connection. The row is written in the transaction of what the message causes, so that of
two at once one is undone and gets the other's answer. Only successes are remembered (security.md 7).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db import connection as database
from django.utils import timezone

from customers.sealing import seal, unseal
from punchout.errors import Conflict
from punchout.models import Connection, PunchoutSession, SeenMessage
from punchout.rows import insert_row

LONGEST_ID = 255
_SEEN = "SELECT id FROM punchout_seenmessage WHERE connection_id = %s AND payload_id = %s"


@dataclass(frozen=True, slots=True)
class MessageKey:
    """What makes a message the same: its connection, the id its sender gave it, and its bytes."""

    connection: Connection
    message_id: str
    body_sha256: str

    @property
    def stored_id(self) -> str:
        """The id as stored: whole, or its beginning with a digest when it is too long for the column."""
        if len(self.message_id) <= LONGEST_ID:
            return self.message_id
        return f"{self.message_id[:180]}…{hashlib.sha256(self.message_id.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Acted:
    """The answer to a message, and the session it opened, if any."""

    answer: str
    session: PunchoutSession | None = None


def earlier_answer(key: MessageKey) -> Acted | None:
    """The answer this very message got before, ``None`` when it is new (or has no id).

    Raises ``Conflict`` when the id was used with another body, or when the answer is of no use any more
    because its start address was used or is too old.
    """
    number = _number(key) if key.message_id else None
    if number is None:
        return None
    seen = SeenMessage.objects.select_related("session").get(pk=number)
    if seen.body_sha256 != key.body_sha256:
        raise Conflict("This message id was already used for another message.")
    if seen.session is not None and not _can_still_start(seen.session):
        raise Conflict("This message was already answered, and its start address was used or is too old.")
    try:
        return Acted(unseal(seen.answer), seen.session)
    except ValueError:
        raise Conflict(
            "This message was already answered.", detail="the stored answer cannot be opened"
        ) from None


def _number(key: MessageKey) -> int | None:
    """The row of a message, ``None`` when it is new, as nearly every one is: so as cheaply as can be."""
    with database.cursor() as cursor:
        cursor.execute(_SEEN, [key.connection.pk, key.stored_id])
        row = cursor.fetchone()
    return row[0] if row else None


def _can_still_start(session: PunchoutSession) -> bool:
    return (
        session.state == PunchoutSession.State.LAUNCHED
        and session.started_at is None
        and session.embedding == PunchoutSession.Embedding.UNKNOWN
        and session.start_expires_at > timezone.now()
    )


def act_once(key: MessageKey, act: Callable[[], Acted]) -> tuple[Acted, bool]:
    """Acts and remembers the answer, in one transaction; True when the message was acted on before.

    Nearly every message is new, so nothing is asked first: ``act`` runs, and is undone when the id turns
    out to be taken. Raises ``Conflict`` like ``earlier_answer``.
    """
    try:
        with transaction.atomic():
            acted = act()
            if key.message_id:
                seen = SeenMessage(
                    connection_id=key.connection.pk,
                    payload_id=key.stored_id,
                    body_sha256=key.body_sha256,
                    session_id=acted.session.pk if acted.session else None,
                    answer=seal(acted.answer),
                )
                insert_row(seen)
            return acted, False
    except IntegrityError:
        earlier = earlier_answer(key)
        if earlier is None:
            raise
        return earlier, True
