"""The parameters of a launch, from a form, an address or a JSON body, and without secrets for the log."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from punchout.adapters import parameters as forms
from punchout.adapters.configurable.options import ConfigurableOptions
from punchout.adapters.parameters import Parameters
from punchout.documents import InboundMessage
from punchout.errors import MessageUnreadable, OperationUnsupported
from punchout.wire import REDACTED

DEEPEST = 10
METHODS = {"form": ("POST",), "query": ("GET",), "form or query": ("GET", "POST"), "json": ("POST",)}


class MethodRefused(OperationUnsupported):
    """The launch came by a method that this connection does not take."""


def read_parameters(inbound: InboundMessage, options: ConfigurableOptions) -> Parameters:
    """The parameters from where the connection expects them; ``MessageUnreadable`` for anything else."""
    allowed = METHODS[options.launch]
    if inbound.method not in allowed:
        raise MethodRefused(
            f"The launch came by {inbound.method[:10]}; this connection takes {' and '.join(allowed)}."
        )
    if options.launch == "json":
        return Parameters(tuple(_json_pairs(inbound.body)))
    if options.launch == "form":
        return forms.read_parameters(replace(inbound, query=""))
    if options.launch == "query":
        return forms.read_parameters(replace(inbound, body=b""))
    return forms.read_parameters(inbound)


def _json_pairs(body: bytes) -> list[tuple[str, str]]:
    found = list(_flat(_json(body), "", 0))
    if len(found) > forms.MOST_PARAMETERS:
        raise MessageUnreadable(f"The launch has more than {forms.MOST_PARAMETERS} parameters.")
    return found


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise MessageUnreadable("The body is not a JSON object in UTF-8.") from None
    if not isinstance(found, dict):
        raise MessageUnreadable("The body is not a JSON object.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two values counts is read differently by every system, so none does."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _flat(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Every scalar with its path; positions in a list count as names."""
    if depth > DEEPEST:
        raise MessageUnreadable(f"The body is nested deeper than {DEEPEST}.")
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _flat(inner, f"{path}.{number}" if path else str(number), depth + 1)
    elif value is not None:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        yield path.replace("\x00", ""), text.replace("\x00", "")


# -- for the wire log ----------------------------------------------------------------------------------------


def redacted(inbound: InboundMessage, options: ConfigurableOptions | None) -> tuple[str, str]:
    """Query and body without the password, whatever it is called.

    ``options`` is ``None`` for an unknown connection: what its password is called is not known, so nothing
    but the names of parameters is kept.
    """
    if options is None:
        body = f"[not kept: {len(inbound.body)} bytes for an unknown connection]" if inbound.body else ""
        return _names_only(inbound.query), body
    password = options.password_parameter
    query = forms.redact_form(inbound.query, password)
    if inbound.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return query, forms.redact_body(inbound, password)
    try:
        document = json.loads(inbound.body.decode("utf-8-sig"))
        return query, json.dumps(_without_secrets(document, "", password), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        return query, f"[not kept: {len(inbound.body)} bytes that are not JSON]"


def _names_only(query: str) -> str:
    return "&".join(f"{pair.partition('=')[0]}={REDACTED}" for pair in query.split("&") if "=" in pair)


def _without_secrets(value: Any, path: str, password: str) -> Any:
    name = path.rpartition(".")[2]
    if path and (forms.is_secret(path, password) or forms.is_secret(name, password)):
        return REDACTED
    if isinstance(value, dict):
        return {
            key: _without_secrets(inner, f"{path}.{key}" if path else key, password)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [
            _without_secrets(inner, f"{path}.{number}" if path else str(number), password)
            for number, inner in enumerate(value)
        ]
    return value
