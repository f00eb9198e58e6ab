"""The OpenAPI 3.1 document, made from the models that validate and describe (drf-spectacular)."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

from django.utils.translation import override
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, model_json_schema

from catalog.api import answers, examples, questions
from catalog.api.problems import KINDS, MEDIA_TYPE
from catalog.exports.registry import format_slugs, media_types

Handler = TypeVar("Handler", bound=Callable[..., Any])
PREFIX = "/api/v1/"
REFERENCE = "#/components/schemas/{model}"
# What every address may answer; the others are named where they can happen.
ALWAYS = ("key-in-address", "unauthenticated", "forbidden", "invalid", "throttled", "fault")
WITH_BODY = ("unreadable", "too-large", "media-type")


def described(
    operation: str,
    tag: str,
    summary: str,
    question: type[BaseModel],
    answer: type[BaseModel],
    *,
    in_body: bool = False,
    path: Mapping[str, str] | None = None,
    also: Iterable[str] = (),
) -> Callable[[Handler], Handler]:
    """Describes a handler; its docstring is the description. ``also`` are further types of problem."""
    slugs = [*ALWAYS, *(WITH_BODY if in_body else ()), *also]
    parameters = [
        OpenApiParameter(
            name,
            {"type": "string", "minLength": 1, "maxLength": 40, "pattern": questions.PRINTABLE},
            OpenApiParameter.PATH,
            description=text,
        )
        for name, text in (path or {}).items()
    ]
    if not in_body:
        parameters += query_parameters(question)
    responses: dict[Any, Any] = {(200, "application/json"): answer}
    for slug in slugs:
        kind = KINDS[slug]
        responses[kind.status, MEDIA_TYPE] = OpenApiResponse(answers.Problem, description=f"{kind.title}.")
    return extend_schema(
        operation_id=operation,
        tags=[tag],
        summary=summary,
        parameters=parameters,
        request={"application/json": question} if in_body else None,
        responses=responses,
    )


def described_file(
    operation: str, tag: str, summary: str, question: type[BaseModel]
) -> Callable[[Handler], Handler]:
    """Describes a handler that answers with a file in the format the address names."""
    chosen = OpenApiParameter(
        "format_slug",
        {"type": "string", "enum": format_slugs()},
        OpenApiParameter.PATH,
        description="Kind of file.",
    )
    responses: dict[Any, Any] = {
        (200, media_type): OpenApiResponse(OpenApiTypes.BINARY) for media_type in media_types()
    }
    for slug in (*ALWAYS, "not-found", "not-exportable"):
        kind = KINDS[slug]
        responses[kind.status, MEDIA_TYPE] = OpenApiResponse(answers.Problem, description=f"{kind.title}.")
    return extend_schema(
        operation_id=operation,
        tags=[tag],
        summary=summary,
        parameters=[chosen, *query_parameters(question)],
        responses=responses,
    )


def query_parameters(question: type[BaseModel]) -> list[OpenApiParameter]:
    """The fields of a question as parameters of an address; a list is a parameter that is repeated."""
    schema = model_json_schema(question, schema_generator=InOrder)
    required = set(schema.get("required", ()))
    found = []
    for name, given in schema["properties"].items():
        field = {key: value for key, value in given.items() if key not in ("title", "description", "default")}
        choices = [part for choice in field.pop("anyOf", ()) for part in choice.get("anyOf", [choice])]
        # In an address all is text, and a parameter that is not there is not null.
        written = [part for part in choices if part.get("type") != "null"]
        texts = [part for part in written if part.get("type") == "string"]
        field |= next(iter(texts or written), {})
        default = given.get("default")
        if default not in (None, [], ""):
            field["default"] = default
        found.append(
            OpenApiParameter(
                name,
                field,
                OpenApiParameter.QUERY,
                required=name in required,
                description=given.get("description", ""),
                explode=True if field.get("type") == "array" else None,
                style="form" if field.get("type") == "array" else None,
            )
        )
    return found


class InOrder(GenerateJsonSchema):
    """Fields in the order they were written, as an answer has them."""

    def sort(self, value: dict[str, Any], parent_key: str | None = None) -> dict[str, Any]:
        return value


class Shape(OpenApiSerializerExtension):
    """pydantic's own JSON Schema: for questions what is accepted, for answers what is always there."""

    target_class = "pydantic.BaseModel"
    match_subclasses = True
    priority = 1

    def get_name(self, auto_schema: Any, direction: str) -> str:
        return str(self.target.__name__)

    def map_serializer(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        mode: Any = "validation" if direction == "request" else "serialization"
        schema = model_json_schema(self.target, schema_generator=InOrder, ref_template=REFERENCE, mode=mode)
        for name, part in schema.pop("$defs", {}).items():
            # The same identity as when the part is answered by itself.
            shape = getattr(answers, name, None) or getattr(questions, name)
            component = ResolvedComponent(
                name=name, type=ResolvedComponent.SCHEMA, object=shape, schema=_untitled(part)
            )
            auto_schema.registry.register_on_missing(component)
        return _untitled(schema)


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "catalog.api.authentication.ApiKeyAuthentication"
    name = ["bearer", "header"]  # two ways to send the same key

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return [
            {"type": "http", "scheme": "bearer", "description": "Authorization: Bearer <key>"},
            {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "X-Api-Key: <key>"},
        ]


def only_ours(endpoints: Iterable[Any], **kwargs: Any) -> list[Any]:
    """Each address once: the spelling with a slash at the end is another of the same."""
    return [row for row in endpoints if row[0].startswith(PREFIX) and not row[0].endswith("/")]


def complete(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """What spectacular leaves out: a body is required, and an answer has words."""
    for methods in result["paths"].values():
        for operation in methods.values():
            operation["responses"]["200"]["description"] = "What was asked for."
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
    return result


@cache
def document() -> dict[str, Any]:
    """The whole document in English, made once a process."""
    with override("en"):
        made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    examples.fill(made)
    return made


def _untitled(schema: Any) -> Any:
    """Without the titles pydantic makes of names: they say nothing more. What is said in an example stays."""
    if isinstance(schema, dict):
        return {
            key: value if key in ("example", "examples") else _untitled(value)
            for key, value in schema.items()
            if not (key == "title" and isinstance(value, str))
        }
    if isinstance(schema, list):
        return [_untitled(value) for value in schema]
    return schema
