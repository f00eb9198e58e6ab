"""Who asks: one customer's API key in a header, never in an address (RFC 6750, section 2.1)."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from catalog.api.problems import KeyInAddress, ScopeMissing
from catalog.prepared_objects import PreparedObject
from customers.keys import keys_of, verify_key
from customers.models import ApiKey, Organisation

if TYPE_CHECKING:  # the views import the settings, which import this
    from rest_framework.views import APIView

# Names under which people put keys into addresses.
KEY_PARAMETERS = frozenset(
    {"key", "apikey", "api_key", "api-key", "x-api-key", "token", "access_token", "authorization", "bearer"}
)
KEY_TEXT = re.compile(r"[0-9a-f]{12}(?:\.|%2e)[A-Za-z0-9_-]{20}", re.IGNORECASE)
# What every question begins with: compiled once, and planned once by PostgreSQL.
_BY_PREFIX: PreparedObject[ApiKey] = PreparedObject(keys_of)


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """The program behind a request; what it may read is its customer's."""

    key: ApiKey
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    @property
    def organisation(self) -> Organisation:
        return self.key.organisation


class ApiKeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer <key>`` or ``X-Api-Key: <key>``; anything else is 401 with a challenge."""

    def authenticate(self, request: Request) -> tuple[KeyHolder, ApiKey] | None:
        _refuse_key_in_address(request)
        presented = _presented(request)
        if presented is None:
            return None
        key = verify_key(presented, _BY_PREFIX.get)
        if key is None:
            raise AuthenticationFailed("The API key is unknown or revoked, or its customer is not active.")
        return KeyHolder(key), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class HasScope(BasePermission):
    """The key was issued for the ``scope`` of the view; without one on the view any key will do."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not isinstance(request.user, KeyHolder):
            return False
        scope = getattr(view, "scope", "")
        if scope and scope not in request.user.key.scopes:
            raise ScopeMissing(scope)
        return True


def _presented(request: Request) -> str | None:
    """The key of the headers; two that differ are no key."""
    scheme, _space, bearer = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme and scheme.lower() != "bearer":
        raise AuthenticationFailed("Send the key as “Authorization: Bearer <key>” or as “X-Api-Key: <key>”.")
    found = {text for text in (bearer.strip(), request.headers.get("X-Api-Key", "").strip()) if text}
    if len(found) > 1:
        raise AuthenticationFailed("Authorization and X-Api-Key name two different keys.")
    return found.pop() if found else None


def _refuse_key_in_address(request: Request) -> None:
    if any(name.lower() in KEY_PARAMETERS for name in request.GET):
        raise KeyInAddress
    if KEY_TEXT.search(request.get_full_path()):
        raise KeyInAddress
