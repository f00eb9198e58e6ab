"""Under which identity a customer's network knows us: the To credential of his cXML connection.

Registered with ``catalog.exports`` for level-2 catalogs, so that they say what a launch and a cart say.
"""

from functools import cache, partial

from django.urls import reverse

from catalog.exports.supplier import Supplier
from customers.models import Organisation
from punchout.adapters.registry import get_adapter
from punchout.models import Connection, PartyCredential

ADAPTER = "cxml"


def of_customer(organisation: Organisation) -> Supplier | None:
    """By his oldest active connection, one that is no test first; ``None`` without a To credential."""
    credential = (
        PartyCredential.objects.filter(
            party=PartyCredential.Party.TO,
            connection__organisation=organisation,
            connection__adapter=ADAPTER,
            connection__active=True,
        )
        .select_related("connection")
        .order_by("connection__test", "connection_id", "id")
        .first()
    )
    return _supplier(credential.connection, credential) if credential else None


def _supplier(connection: Connection, credential: PartyCredential) -> Supplier:
    adapter = get_adapter(ADAPTER)
    options = adapter.options(connection)
    return Supplier(
        domain=credential.domain,
        identity=credential.identity,
        path=reverse("punchout:endpoint", args=[ADAPTER]),
        default_unspsc=getattr(options, "default_unspsc", ""),
        unit=cache(partial(adapter.unit_sent, options)),
    )
