"""Where carts may go and who may frame the shop: exact origins that a browser reads as we do.

A return address gets prices and names posted to it, so it is compared, part by part, with what the
operator listed, and written anew before use. ``urlsplit`` is not enough: browsers read a backslash as a
slash and it does not (security.md 3).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote, unquote

from django.utils.translation import gettext as _

DEFAULT_PORTS = {"http": 80, "https": 443}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
ANY_PORT = -1
LONGEST = 4000  # SAP's HOOK_URLs with session state reach about 2,000 characters

# Without re.ASCII the long s (U+017F) and the Kelvin sign would be letters of a scheme or host.
_ADDRESS = re.compile(
    r"\A(?P<scheme>https?)://"
    r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?)"
    r"(?::(?P<port>\d{1,5}))?"
    r"(?P<path>/[^?#]*)?"
    r"(?:\?(?P<query>[^#]*))?"
    r"(?:\#.*)?\Z",
    re.IGNORECASE | re.ASCII,
)
_ORIGIN = re.compile(
    r"\A(?P<scheme>https?)://"
    r"(?P<wild>\*\.)?(?P<host>\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?)"
    r"(?::(?P<port>\d{1,5}|\*))?"
    r"(?P<path>/[^?#;\s]*)?\Z",
    re.IGNORECASE | re.ASCII,
)
_IP_LIKE = re.compile(r"\A(\[.*\]|[0-9.]+|0x[0-9a-f.x]+)\Z", re.IGNORECASE | re.ASCII)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
# What may stay as it is in a path or query; the rest is percent-encoded when written anew.
_SAFE = "/?:@!$&'()*+,;=-._~%[]|"


class UnlistedOrigin(ValueError):
    """An address that could be used if its ``origin`` were on the connection's list."""

    def __init__(self, message: str, origin: str) -> None:
        super().__init__(message)
        self.origin = origin


@dataclass(frozen=True, slots=True)
class Address:
    """An absolute http(s) address, taken apart; ``str()`` writes it anew, without a fragment."""

    scheme: str
    host: str
    port: int
    path: str
    query: str | None

    @property
    def origin(self) -> str:
        port = "" if DEFAULT_PORTS[self.scheme] == self.port else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    def __str__(self) -> str:
        query = "" if self.query is None else "?" + quote(self.query, safe=_SAFE)
        return self.origin + quote(self.path, safe=_SAFE) + query


@dataclass(frozen=True, slots=True)
class Origin:
    """A line of a connection's list: an exact origin, or one with ``*.`` in front of a domain."""

    scheme: str
    host: str
    port: int
    path: str = "/"
    subdomains: bool = False

    def allows(self, address: Address) -> bool:
        if address.scheme != self.scheme:
            return False
        if self.port not in (ANY_PORT, address.port):
            return False
        if self.subdomains:
            if not address.host.endswith("." + self.host):
                return False
        elif address.host != self.host:
            return False
        return self.path == "/" or _below(address.path, self.path)

    @property
    def source(self) -> str:
        """As a CSP source expression."""
        star = "*." if self.subdomains else ""
        if self.port == ANY_PORT:
            return f"{self.scheme}://{self.host}:*"
        port = "" if DEFAULT_PORTS[self.scheme] == self.port else f":{self.port}"
        return f"{self.scheme}://{star}{self.host}{port}"


def _below(path: str, prefix: str) -> bool:
    decoded = unquote(unquote(path))
    # What follows a semicolon is a parameter to Java servers, which read "..;" as "..".
    parts = (part.partition(";")[0] for part in decoded.split("/"))
    if "\\" in decoded or any(part in ("..", ".") for part in parts):
        return False
    return path == prefix or path.startswith(prefix if prefix.endswith("/") else prefix + "/")


def parse_address(text: str) -> Address:
    """``text`` as address; ``ValueError`` in plain words when a browser might read it otherwise."""
    text = text.strip(" ")
    if len(text) > LONGEST:
        raise ValueError(_("The address is too long."))
    if _FORBIDDEN.search(text):
        raise ValueError(_("The address contains a blank, a backslash or a control character."))
    match = _ADDRESS.match(text)
    if match is None:
        raise ValueError(_("This is not an absolute http or https address without user name."))
    scheme = match["scheme"].lower()
    port = int(match["port"]) if match["port"] else DEFAULT_PORTS[scheme]
    if not 0 < port < 65536:
        raise ValueError(_("The port is not a port number."))
    return Address(scheme, match["host"].lower(), port, match["path"] or "/", match["query"])


def parse_origin(line: str, *, path_allowed: bool) -> Origin:
    """One line of a list; ``ValueError`` when it is not an origin, or too wide."""
    match = _ORIGIN.match(line)
    if match is None:
        raise ValueError(
            _("“%(line)s” is not an origin such as https://sap.buyer.example.") % {"line": line[:80]}
        )
    scheme, host = match["scheme"].lower(), match["host"].lower()
    subdomains = bool(match["wild"])
    if subdomains and (host.count(".") < 1 or _IP_LIKE.match(host)):
        raise ValueError(
            _("“%(line)s” is too wide: name at least a domain, as in https://*.ariba.com.")
            % {"line": line[:80]}
        )
    if match["port"] == "*":
        if host not in LOOPBACK:
            raise ValueError(
                _("“%(line)s”: any port is only possible on the loopback.") % {"line": line[:80]}
            )
        port = ANY_PORT
    else:
        port = int(match["port"]) if match["port"] else DEFAULT_PORTS[scheme]
        if not 0 < port < 65536:
            raise ValueError(_("The port is not a port number."))
    path = match["path"] or "/"
    if path != "/" and not path_allowed:
        raise ValueError(_("“%(line)s”: an origin has no path.") % {"line": line[:80]})
    return Origin(scheme, host, port, path, subdomains)


def _lines(text: str) -> Iterable[str]:
    return (line.strip() for line in text.splitlines() if line.strip())


# Pure functions of a connection's text, asked for by every launch and every page.
@lru_cache(maxsize=1024)
def parse_return_origins(text: str) -> tuple[Origin, ...]:
    return tuple(parse_origin(line, path_allowed=True) for line in _lines(text))


@lru_cache(maxsize=1024)
def parse_frame_origins(text: str) -> tuple[Origin, ...]:
    return tuple(parse_origin(line, path_allowed=False) for line in _lines(text))


def frame_sources(text: str) -> tuple[str, ...]:
    """The CSP sources of a connection's frame origins."""
    return csp_sources(parse_frame_origins(text))


def csp_sources(listed: Iterable[Origin]) -> tuple[str, ...]:
    """``listed`` as Content-Security-Policy can say it: its grammar has no IPv6 addresses."""
    return tuple(origin.source for origin in listed if not origin.host.startswith("["))


def form_action_sources(action: str, return_origins: str) -> tuple[str, ...]:
    """Where a page may post: the return address and, as browsers check redirects too, its listed hosts."""
    try:
        target = parse_address(action).origin
    except ValueError:
        return (action.partition(":")[0] + ":",)  # SAPEVENT:POST, a scheme of SAP GUI's browser
    return ("'self'", target, *csp_sources(parse_return_origins(return_origins)))


def allowed_address(text: str, allowed: Iterable[Origin]) -> Address:
    """``text`` when one of ``allowed`` covers it, taken apart; ``ValueError`` otherwise.

    An adapter that refuses a launch for it raises its error ``from`` this one: an ``UnlistedOrigin`` of a
    test connection is then shown to its operator (``punchout.pending_origins``).
    """
    address, listed = parse_address(text), tuple(allowed)
    if any(origin.allows(address) for origin in listed):
        return address
    if any(origin.allows(replace(address, path=origin.path)) for origin in listed):
        reason = _("The address is below none of the paths that this connection lists for %(origin)s.")
    else:
        reason = _("The host %(origin)s is not on the list of this connection.")
    raise UnlistedOrigin(reason % {"origin": address.origin}, address.origin)
