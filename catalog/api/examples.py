"""An example for any shape of the OpenAPI document: its own where it has one, else made of its fields."""

from collections.abc import Mapping
from typing import Any

from catalog.api.schema import document

BY_NAME: Mapping[str, Any] = {
    "sku": "10001234",
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
    "FacetValue": {"code": "siemens", "label": "Siemens", "count": 42, "selected": False},
}


def example(schema: Mapping[str, Any], name: str = "") -> Any:
    """One value that fits."""
    if "$ref" in schema:
        called = schema["$ref"].rpartition("/")[2]
        found = document()["components"]["schemas"][called]
        if "example" in found:
            return found["example"]
        # What an object is called says better than its field does what is in it.
        if name in BY_NAME and found.get("type") != "object":
            return BY_NAME[name]
        own = NAMED.get(called, {})
        return {
            field: own[field] if field in own else example(part, field)
            for field, part in found["properties"].items()
        }
    if name in BY_NAME:
        return BY_NAME[name]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], name)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "array":
            return [example(schema["items"])]
        case "integer":
            return 1
        case "boolean":
            return False
        case "null":
            return None
    return name or "text"
