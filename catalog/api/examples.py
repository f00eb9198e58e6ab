"""An example for every question, answer and problem of the OpenAPI document, each valid by its own schema.

A shape's own example where it has one, else made of its fields.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.api.problems import KINDS, MEDIA_TYPE, TYPES, Kind

FIELD_ERROR = {"pointer": "#/items/0/quantity", "detail": "Input should be greater than 0"}
BY_NAME: Mapping[str, Any] = {
    "sku": "10001234",
    "q": "cable 3g2,5",
    "format_slug": "csv",
    "skus": ["10009999"],
    "gtin": "5410000012345",
    "manufacturer_number": "5SL6116-7",
    "customer_number": "MAT-000123",
    "language": "en",
    "status": "active",
    "quantity": "250",
    "amount": "12.40",
    "minimum_quantity": "1",
    "quantity_step": "1",
    "price_unit": 1,
    "lead_time_days": 2,
    "unspsc": "39121601",
    "etim": "EC000042",
    "eclass": "27-14-19-01",
    "unit": "C62",
    "next": "cDUw",
    "next_date": "2026-12-01",
    "next_quantity": "400",
    "updated_at": "2026-11-21T09:30:00.000000+00:00",
    "url": "https://shop.example/static/pictures/10001234.svg",
    "count": 42,
    "exact": True,
    "more": False,
    "replaced_by": None,
    "facets_exact": True,
    "corrected": None,
    "previous": None,
    "children": [],
    "gtins": [],
    "manufacturer_numbers": [],
    "customer_numbers": [],
    "not_found": ["10009999"],
}
NAMED: Mapping[str, Mapping[str, Any]] = {
    "Brand": {"code": "siemens", "name": "Siemens"},
    "CategoryName": {"code": "miniature-circuit-breakers", "name": "Miniature circuit breakers"},
    "Category": {"code": "protection", "name": "Protection"},
    "Article": {
        "name": "Miniature circuit breaker C16, 1P, 6 kA",
        "description": "For DIN rail, 1 module wide.",
        "content": None,
    },
    "Attribute": {
        "code": "EF000227",
        "name": "Rated current",
        "kind": "number",
        "value": "16",
        "text": "16",
        "unit": "A",
    },
    "Medium": {"kind": "picture", "title": "Front"},
    "SiteStock": {"code": "ghent", "name": "Ghent"},
    "Facet": {"code": "brand", "label": "Brand", "unit": None},
    "ExportFile": {"format": "csv", "name": "articles.csv"},
    "FacetValue": {"code": "siemens", "label": "Siemens", "count": 42, "selected": False},
}


# Parameters that say nothing without an example.
TELLING = ("sku", "q", "gtin", "format_slug")
BODY_ONLY = ("unreadable",)


def fill(document: dict[str, Any]) -> None:
    """Writes the examples into the document, and which headers a problem comes with."""
    shapes = document["components"]["schemas"]
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] in TELLING:
                    parameter["example"] = example(parameter["schema"], shapes, parameter["name"])
            body = operation.get("requestBody", {}).get("content", {})
            for media in (*body.values(), *_json_answers(operation)):
                media["example"] = example(media["schema"], shapes)
            for status, response in operation["responses"].items():
                if MEDIA_TYPE in response.get("content", {}):
                    kinds = [
                        kind
                        for kind in KINDS.values()
                        if str(kind.status) == status and (body or kind.slug not in BODY_ONLY)
                    ]
                    _problems(response, kinds)


def _json_answers(operation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    content = operation["responses"]["200"]["content"]
    if "application/json" in content:
        yield content["application/json"]


def _problems(response: dict[str, Any], kinds: Sequence[Kind]) -> None:
    response["description"] = " ".join(f"{kind.title}." for kind in kinds)
    response["content"][MEDIA_TYPE]["examples"] = {
        kind.slug: {
            "summary": kind.title,
            "value": {
                "type": f"{TYPES}{kind.slug}",
                "title": kind.title,
                "status": kind.status,
                "detail": kind.explanation,
                **({"errors": [FIELD_ERROR]} if kind.slug == "invalid" else {}),
            },
        }
        for kind in kinds
    }
    if any(kind.waits for kind in kinds):
        response["headers"] = {
            "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds until the next try."}
        }


def example(schema: Mapping[str, Any], shapes: Mapping[str, Any], name: str = "") -> Any:
    """One value that fits."""
    if "$ref" in schema:
        called = schema["$ref"].rpartition("/")[2]
        found = shapes[called]
        if "example" in found:
            return found["example"]
        # What an object is called says better than its field does what is in it.
        if name in BY_NAME and found.get("type") != "object":
            return BY_NAME[name]
        own = NAMED.get(called, {})
        return {
            field: own[field] if field in own else example(part, shapes, field)
            for field, part in found["properties"].items()
        }
    if name in BY_NAME:
        value = BY_NAME[name]
        return [value] if schema.get("type") == "array" and not isinstance(value, list) else value
    if "anyOf" in schema:
        return example(schema["anyOf"][0], shapes, name)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "date-time":
        return "2026-11-21T09:30:00Z"
    match schema.get("type"):
        case "array":
            return [example(schema["items"], shapes)]
        case "integer":
            return 1
        case "boolean":
            return False
        case "null":
            return None
    return name or "text"
