"""Errors as ``application/problem+json`` (RFC 9457) that name the field; nothing of a request is repeated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from pydantic import ValidationError
from rest_framework import exceptions
from rest_framework.response import Response

from catalog.search import SearchUnavailable

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
# Each type is an anchor of the page that explains it.
TYPES = "/api/v1/docs/#problem-"
SEARCH_RETRY_SECONDS = 30
NO_KEY = "Send the API key as “Authorization: Bearer <key>” or as “X-Api-Key: <key>”."
# The name of a field that does not exist is the client's text: said, but never at length.
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of problem: ``slug`` is its anchor, ``title`` the same for every occurrence."""

    slug: str
    status: int
    title: str
    explanation: str
    waits: bool = False  # answered with Retry-After


KINDS = {
    kind.slug: kind
    for kind in (
        Kind("unreadable", 400, "The request cannot be read", "The body is no JSON in UTF-8."),
        Kind(
            "key-in-address",
            400,
            "An API key does not belong in an address",
            "Addresses end up in logs and histories. Send the key in a header, and have this one replaced.",
        ),
        Kind(
            "unauthenticated",
            401,
            "A valid API key is needed",
            "The key is missing, unknown or revoked, or the customer it was issued to is no longer active.",
        ),
        Kind(
            "forbidden",
            403,
            "The API key may not do this",
            "Keys are issued for articles, prices and stock separately. Ask for a key with the scope named.",
        ),
        Kind(
            "not-found",
            404,
            "There is no such thing here",
            "The address or the article does not exist, or a parameter names nothing that is there: "
            "“errors” says which.",
        ),
        Kind("method", 405, "This method is not offered here", "The header Allow says which ones are."),
        Kind(
            "not-exportable",
            409,
            "This file cannot be made",
            "“detail” says why: too many rows for a spreadsheet, no connection that names the "
            "supplier's identity, or nothing to put into it.",
        ),
        Kind("too-large", 413, "The body is too large", "Ask about at most 500 articles at a time."),
        Kind("media-type", 415, "The body must be JSON", "Send application/json, not compressed."),
        Kind(
            "invalid",
            422,
            "A field is not right",
            "“errors” names each field, by pointer in the body or parameter in the address, and says why.",
        ),
        Kind(
            "throttled",
            429,
            "Too many requests",
            "The header Retry-After says after how many seconds the key is served again.",
            waits=True,
        ),
        Kind("fault", 500, "Something went wrong on our side", "It was recorded. Trying again may help."),
        Kind(
            "unavailable",
            503,
            "The search is not ready",
            "Try again after the seconds in Retry-After.",
            waits=True,
        ),
    )
}
BY_STATUS = {kind.status: kind for kind in reversed(KINDS.values())}


class KeyInAddress(exceptions.APIException):
    """Raised before the key is looked at: whether it is valid is not said."""

    status_code = 400
    default_detail = "Send the key in a header, and ask for a new one: this one may have been recorded."
    default_code = "key-in-address"


class ScopeMissing(exceptions.PermissionDenied):
    def __init__(self, scope: str) -> None:
        super().__init__(f"This API key was not issued for “{scope}”.")


class NotExportable(exceptions.APIException):
    """The export's own reason, for the customer."""

    status_code = 409
    default_code = "not-exportable"


class TooLarge(exceptions.APIException):
    status_code = 413
    default_code = "too-large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body may have at most {limit:,} bytes.")


class QuestionInvalid(Exception):
    """The fields that are not right; each of ``errors`` has ``parameter`` or ``pointer``, and ``detail``."""

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        super().__init__("invalid question")
        self.errors = errors

    @classmethod
    def of(cls, error: ValidationError, *, in_body: bool) -> "QuestionInvalid":
        return cls(
            [_field_error(found, in_body) for found in error.errors(include_url=False, include_input=False)]
        )

    @classmethod
    def parameter(cls, name: str, detail: str) -> Self:
        return cls([{"parameter": name, "detail": detail}])


class NamesNothing(QuestionInvalid):
    """The fields are right by themselves, and nothing is there for them."""


def answer(error: Exception, context: Mapping[str, Any]) -> Response:
    """The one function from error to answer; never lets one through to a page in HTML."""
    match error:
        case NamesNothing():
            return problem("not-found", error.errors[0]["detail"], errors=list(error.errors))
        case QuestionInvalid():
            many = len(error.errors)
            detail = "One field is not right." if many == 1 else f"{many} fields are not right."
            return problem("invalid", detail, errors=list(error.errors))
        case SearchUnavailable():
            found = problem("unavailable", "The search is being built.")
            found["Retry-After"] = str(SEARCH_RETRY_SECONDS)
            return found
        case Http404():
            return problem("not-found", "Nothing is found at this address.")
        case PermissionDenied():
            return problem("forbidden", "This API key may not do this.")
        case RequestDataTooBig():
            return problem("too-large", "The body is larger than is read here.")
        case exceptions.APIException():
            return _known(error, context)
    log.exception("api_fault", exc_info=error)
    return problem("fault", "The request could not be answered.")


def problem(slug: str, detail: str, **more: Any) -> Response:
    """An answer that describes one problem; ``more`` are extension members."""
    kind = KINDS[slug]
    body = {"type": TYPES + slug, "title": kind.title, "status": kind.status, "detail": detail, **more}
    return Response(body, status=kind.status, content_type=MEDIA_TYPE)


def _known(error: exceptions.APIException, context: Mapping[str, Any]) -> Response:
    code = error.default_code
    kind = KINDS.get(code) or BY_STATUS.get(error.status_code) or BY_STATUS[400]
    missing = isinstance(error, exceptions.NotAuthenticated)
    found = problem(kind.slug, NO_KEY if missing else str(error.detail))
    challenge = getattr(error, "auth_header", None)
    if challenge:
        found["WWW-Authenticate"] = challenge
    wait = getattr(error, "wait", None)
    if wait is not None:
        found["Retry-After"] = str(max(1, round(wait)))
    if isinstance(error, exceptions.MethodNotAllowed):
        found["Allow"] = ", ".join(context["view"].allowed_methods)
    return found


def _field_error(found: Mapping[str, Any], in_body: bool) -> dict[str, str]:
    steps = [str(step)[:LONGEST_NAME] for step in found["loc"]]
    detail = found["msg"].removeprefix("Value error, ")
    if not in_body:
        return {"parameter": steps[0] if steps else "", "detail": detail}
    pointer = "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)
    return {"pointer": f"#{pointer}", "detail": detail}
