"""The storefront's middleware: whose session it is, in which language, and who may frame the page."""

import re
from collections.abc import Callable

from csp.constants import SELF
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.urls import get_script_prefix, set_script_prefix
from django.utils import translation

from shop import context

SESSION_PATH = re.compile(r"\A/s/(?P<key>[A-Za-z0-9_-]{16,64})(?P<rest>/.*)\Z")
GetResponse = Callable[[HttpRequest], HttpResponse]


class BuyerSession(SessionBase):
    """The session of a buyer's request: holds the CSRF secret, is never stored and never shared.

    The state of a punch-out lives in its own row; Django's session framework is only used because CSRF
    protection reads its secret from there (``CSRF_USE_SESSIONS``). Nobody is ever signed in here, so a
    person who is signed in to the admin in the same browser is not inherited.
    """

    def __init__(self, csrf_secret: str) -> None:
        super().__init__()
        self._session_cache = {"_csrftoken": csrf_secret}

    def load(self) -> dict[str, str]:
        return self._session_cache

    def save(self, must_create: bool = False) -> None:
        return None


class ShoppingMiddleware:
    """Sets ``request.shopping``; a request below ``/s/<key>/`` runs with that prefix as script name.

    So every ``{% url %}`` on the page stays inside the session, whether its key is a public id with a
    cookie or the secret itself.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match = SESSION_PATH.match(request.path_info)
        if match is None:
            request.shopping = context.VISITOR  # type: ignore[attr-defined]
            return self.get_response(request)
        found = context.resolve(request, match["key"])
        if not isinstance(found, context.ShoppingContext):
            request.shopping = context.VISITOR  # type: ignore[attr-defined]
            return found if found is not None else self.get_response(request)
        request.shopping = found  # type: ignore[attr-defined]
        request.session = BuyerSession(found.csrf_secret)
        prefix = f"{get_script_prefix().rstrip('/')}/s/{match['key']}"
        outer = get_script_prefix()
        request.path_info = match["rest"]
        request.path = prefix + match["rest"]
        request.META["SCRIPT_NAME"] = prefix
        request.urlconf = settings.SESSION_URLCONF
        set_script_prefix(prefix + "/")
        try:
            response = self.get_response(request)
        finally:
            set_script_prefix(outer)
        response.setdefault("Cache-Control", "no-store")
        return response


class LanguageMiddleware:
    """Speaks the session's language; a visitor gets his browser's, else the default."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found: context.ShoppingContext = request.shopping  # type: ignore[attr-defined]
        if found.organisation is None:
            language = translation.get_language_from_request(request)
        else:
            language = found.language
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.setdefault("Content-Language", language)
            return response


class FramingMiddleware:
    """Says who may frame each response: the connection's configured origins, else nobody.

    A view outside a session (a refused launch, the start page) sets ``response.frame_ancestors``.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        origins = getattr(response, "frame_ancestors", None)
        if origins is None:
            origins = getattr(request, "shopping", context.VISITOR).frame_ancestors
        if origins:
            replaced = {**getattr(response, "_csp_replace", {}), "frame-ancestors": [SELF, *origins]}
            response._csp_replace = replaced  # type: ignore[attr-defined]
        else:
            response.setdefault("X-Frame-Options", "DENY")
        return response
