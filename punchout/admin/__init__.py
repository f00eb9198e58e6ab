"""The operators' pages of the punch-out room: connections, sessions, the wire log."""

from punchout.admin import connections, records, sessions, wire

__all__ = ["connections", "records", "sessions", "wire"]
