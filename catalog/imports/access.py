"""What a supplier's server asks for before it gives a file: sealed when kept, said to that server alone."""

import base64
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from catalog.imports.errors import FileRefused
from catalog.models import ImportSchedule
from catalog.wording import said as _
from customers.sealing import seal, unseal

Access = ImportSchedule.Access
# Where a key stands within an address.
KEY = "{key}"


class Request(NamedTuple):
    """Where a file is asked for; ``authorization`` is for this server alone."""

    address: str
    authorization: str = ""


def set_secret(schedule: ImportSchedule, secret: str) -> None:
    """Keeps a password, token or key; saving is the caller's."""
    schedule.sealed = seal(secret)


def request_for(schedule: ImportSchedule) -> Request:
    """What is sent to the server; raises ``FileRefused`` when its secret is not known any more."""
    if schedule.access == Access.OPEN:
        return Request(schedule.address)
    try:
        secret = unseal(schedule.sealed) if schedule.sealed else ""
    except ValueError:
        secret = ""
    if not secret:
        raise FileRefused(_("The password for this address cannot be read any more. Enter it again."))
    match Access(schedule.access):
        case Access.ADDRESS:
            return Request(schedule.address.replace(KEY, quote(secret, safe="")))
        case Access.TOKEN:
            return Request(schedule.address, f"Bearer {secret}")
    pair = base64.b64encode(f"{schedule.user}:{secret}".encode()).decode("ascii")
    return Request(schedule.address, f"Basic {pair}")


def server_of(schedule: ImportSchedule) -> tuple[str, str]:
    """Who gets the secret: what was entered for one server is not sent to another."""
    return schedule.access, host_of(schedule.address)


def host_of(address: str) -> str:
    """Server and port as an address names them; empty for what is no address."""
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""
