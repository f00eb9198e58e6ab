"""Connections, credentials, sessions, the wire log and returned carts."""

from punchout.models.connections import Connection, PartyCredential, PendingOrigin, Secret
from punchout.models.hubs import Hub, HubCredential, HubSecret
from punchout.models.messages import SeenMessage, WireMessage
from punchout.models.returned_carts import ReturnedCart
from punchout.models.sessions import PunchoutSession
from punchout.sandbox.models import SandboxRun

__all__ = [
    "Connection",
    "Hub",
    "HubCredential",
    "HubSecret",
    "PartyCredential",
    "PendingOrigin",
    "PunchoutSession",
    "ReturnedCart",
    "SandboxRun",
    "Secret",
    "SeenMessage",
    "WireMessage",
]
