"""What every web service has in common: a JSON body of bounded size, ETag, gzip, and no shared caches."""

import hashlib
from codecs import BOM_UTF8
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_json
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api.authentication import KeyHolder
from catalog.api.problems import QuestionInvalid, TooLarge
from catalog.api.questions import InLanguage, Question
from customers.models import ApiKey, Organisation

Asked = TypeVar("Asked", bound=Question)
# Prices are written down nowhere on the way; the rest may be kept by its customer, and asked about again.
PRICED = "private, no-store"
UNPRICED = "private, no-cache"


class RawJson(BaseParser):
    """The body as it came: reading and checking it are one step, in ``Service.body``."""

    media_type = "application/json"

    def parse(  # type: ignore[override]  # neither form nor mapping: a Question makes one of it
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> bytes:
        if stream.META.get("HTTP_CONTENT_ENCODING", "identity").lower() not in ("", "identity"):
            raise UnsupportedMediaType("a compressed body")
        limit = settings.MESSAGE_LIMIT
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge(limit)
        return body


class PlainJson(JSONRenderer):
    """Plain dicts by the serialiser that reads the questions."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        try:
            if isinstance(data, bytes):  # JSON already
                return data
            return to_json(data) if data is not None else b""
        except (PydanticSerializationError, UnicodeEncodeError):
            # Texts that are translated late, and what was sent as half a character.
            return super().render(data, accepted_media_type, renderer_context)


class OnlyJson(BaseContentNegotiation):
    """JSON in, JSON out; whatever a client says it accepts."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


@method_decorator(gzip_page, name="dispatch")
class Service(APIView):
    """One address of the web services. Names its ``scope``; reads its question with ``query`` or ``body``.

    A GET has a strong ETag over its content, which gzip makes weak (RFC 9110, 8.8.3.3). Gzip pads its answers
    by random bytes, and nothing secret stands in them beside what the client sent.
    """

    scope: ClassVar[str] = ""
    cache_control: ClassVar[str] = UNPRICED
    renderer_classes = [PlainJson]
    parser_classes = [RawJson]
    content_negotiation_class = OnlyJson
    metadata_class = None
    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: Any = super().dispatch(request, *args, **kwargs)
        if isinstance(response, Response):
            response.render()
            # What was written is not needed again. An answer and its service point at each other, so it would
            # wait for the garbage collector: 2,600 lists and mappings for 500 prices.
            response.data = response.renderer_context = None  # type: ignore[attr-defined]
        refused = response.status_code >= 400
        response["Cache-Control"] = PRICED if refused else self.cache_control
        patch_vary_headers(response, ["Authorization", "X-Api-Key"])
        # A stream has no content to make an ETag of before it is over.
        if refused or response.streaming or request.method not in ("GET", "HEAD"):
            return response
        etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        response["ETag"] = etag
        return get_conditional_response(request, etag=etag, response=response) or response

    @property
    def organisation(self) -> Organisation:
        """The customer whose key it is; only after authentication."""
        holder = self.request.user
        assert isinstance(holder, KeyHolder)
        return holder.organisation

    @property
    def scopes(self) -> list[str]:
        """What the key may read; only after authentication."""
        assert isinstance(self.request.auth, ApiKey)
        return list(self.request.auth.scopes)

    def query(self, question: type[Asked]) -> Asked:
        """The question in the address; raises ``QuestionInvalid``."""
        return question.in_address(self.request.GET)

    def body(self, question: type[Asked]) -> Asked:
        """The question in the body; raises ``QuestionInvalid``, or ``ParseError`` for what is no JSON."""
        self.query(Question)
        raw = self.request.data
        try:
            # What Windows writes into a file begins with a byte order mark.
            return question.model_validate_json(raw.removeprefix(BOM_UTF8) if isinstance(raw, bytes) else b"")
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            if first["type"] == "json_invalid":
                raise ParseError(first["msg"]) from None
            raise QuestionInvalid.of(error, in_body=True) from None

    def language(self, question: InLanguage) -> str:
        """The language of the answer: as asked, else the customer's own."""
        return question.language or self.organisation.language

    def answer(self, content: Mapping[str, Any] | bytes, language: str = "") -> Response:
        """``content`` is what becomes JSON, or is JSON already; its language stands in it or beside it."""
        response = Response(content)
        if isinstance(content, Mapping):
            language = content.get("language", language)
        if language:
            response["Content-Language"] = language
        return response

    @property
    def origin(self) -> str:
        """Scheme and host for addresses in answers."""
        return settings.PUBLIC_URL or f"{self.request.scheme}://{self.request.get_host()}"


class Nothing(Service):
    """Any other address below the web services: 404 as a problem, whoever asks."""

    authentication_classes = []
    permission_classes = []
    throttle_classes = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise Http404
