"""The operators' pages of the punch-out room: connections, sessions, the wire log."""

from punchout.admin import connections, hubs, records, sessions, wire

__all__ = ["connections", "hubs", "records", "sessions", "wire"]
