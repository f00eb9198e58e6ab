"""The OpenAPI document and a page made from it: no script, nothing from elsewhere, open to everybody."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import override
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from catalog.api.problems import KINDS
from catalog.api.schema import document

CACHE = "public, max-age=300"
_CODE = re.compile(r"(`{1,2})(.+?)\1")


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    where: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address, ready to be shown."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    request: str
    answer: str
    curl: str
    problems: tuple[int, ...]


@require_safe
@gzip_page
def openapi(request: HttpRequest) -> HttpResponse:
    """The document as JSON."""
    text = _text()
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    response = HttpResponse(text, content_type="application/json")
    response["Cache-Control"] = CACHE
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response


@require_safe
@gzip_page
def page(request: HttpRequest) -> HttpResponse:
    """Every address with its parameters, an example of question and answer, and every problem. English."""
    origin = settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
    with override("en"):
        response = render(
            request,
            "catalog/api/docs.html",
            {
                "operations": list(_operations(origin)),
                "problems": KINDS.values(),
                "origin": origin,
                "rate": settings.API_REQUESTS_PER_MINUTE,
            },
        )
    response["Content-Language"] = "en"
    response["Cache-Control"] = "no-cache"
    return response


@cache
def _text() -> str:
    return json.dumps(document(), ensure_ascii=False)


def _operations(origin: str) -> Iterator[Operation]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            asked = _pretty(body["example"]) if body else ""
            good = operation["responses"]["200"]["content"].get("application/json")
            parameters = tuple(_parameter(each) for each in operation.get("parameters", ()))
            yield Operation(
                anchor=operation["operationId"],
                method=method.upper(),
                path=path,
                summary=operation["summary"],
                description=format_html_join(
                    "", "<p>{}</p>", ((_prose(part),) for part in operation["description"].split("\n\n"))
                ),
                parameters=parameters,
                request=asked,
                answer=_pretty(good["example"]) if good else "",
                curl=_curl(origin, path, parameters, asked),
                problems=tuple(sorted(int(status) for status in operation["responses"] if status != "200")),
            )


def _parameter(given: Mapping[str, Any]) -> Parameter:
    schema = given["schema"]
    repeated = schema.get("type") == "array"
    inner = schema["items"] if repeated else schema
    kind = (
        " | ".join(inner["enum"]) if "enum" in inner else inner.get("format") or inner.get("type", "number")
    )
    notes = [kind]
    if repeated:
        notes.append("may be repeated")
    if given.get("required"):
        notes.append("required")
    if "default" in schema:
        notes.append(f"default {json.dumps(schema['default']).strip(chr(34))}")
    return Parameter(given["name"], given["in"], ", ".join(notes), _prose(given.get("description", "")))


def _prose(text: str) -> SafeString:
    """A text of the document as HTML: its lines joined, and what stands in backticks as code."""
    return SafeString(_CODE.sub(r"<code>\2</code>", escape(" ".join(text.split()))))


def _curl(origin: str, path: str, parameters: tuple[Parameter, ...], body: str) -> str:
    """A command to copy; the key stays in a variable."""
    asked = {"sku": "10001234", "q": "cable 3g2,5", "format_slug": "csv"}
    whole = origin + path.replace("{sku}", asked["sku"]).replace("{format_slug}", asked["format_slug"])
    command = f'curl -H "Authorization: Bearer $API_KEY" "{whole}"'
    query = [each.name for each in parameters if each.where == "query" and each.name in asked]
    if body:
        return f'{command} \\\n  -H "Content-Type: application/json" -d @question.json'
    return command + "".join(f' \\\n  -G --data-urlencode "{name}={asked[name]}"' for name in query)


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
