"""What a test launch wanted to return to is remembered for the operator, and used only once he allowed it.

security.md 3: first-seen origins are pending. A connection that is not a test refuses and remembers nothing.
"""

from django.db import transaction
from django.utils import timezone

from punchout.documents import InboundMessage
from punchout.errors import PunchoutError
from punchout.models import Connection, PendingOrigin
from punchout.origins import UnlistedOrigin

MOST = 20  # a connection; whoever tests does not come from more hosts
LONGEST = 300


def remember(inbound: InboundMessage, error: PunchoutError) -> None:
    """Notes the origin of a launch that was refused for it, of a sender who proved who he is."""
    reason, connection = error.__cause__, inbound.record.connection
    if not isinstance(reason, UnlistedOrigin) or inbound.replayed:
        return
    if connection is None or not connection.test or len(reason.origin) > LONGEST:
        return
    if connection.pending_origins.count() >= MOST:
        return
    PendingOrigin.objects.get_or_create(
        connection=connection,
        origin=reason.origin,
        defaults={"message_id": inbound.record.pk, "first_seen_at": timezone.now()},
    )


@transaction.atomic
def allow(*, pending: PendingOrigin) -> Connection:
    """Puts the origin on its connection's list; ``ValidationError`` when it may not stand there."""
    connection = Connection.objects.select_for_update().get(pk=pending.connection_id)
    listed = connection.return_origins.splitlines()
    if pending.origin not in listed:
        connection.return_origins = "\n".join([*listed, pending.origin])
        connection.clean()
        connection.save(update_fields=["return_origins"])
    pending.delete()
    return connection
