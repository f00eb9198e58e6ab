"""Form fields made from an adapter's pydantic options, and back: the form never knows a protocol."""

import json
from collections.abc import Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import gettext as _
from pydantic import ValidationError as OptionsInvalid
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from punchout.adapters.options import ON_MAPPING_PAGE, AdapterOptions
from punchout.admin.option_errors import mistakes

PREFIX = "option_"
# In ``json_schema_extra`` of a text option: it has several lines.
MULTILINE = "multiline"
# There too: the words it may hold, which are said behind its description.
WORDS = "words"
NOTHING: Mapping[str, Any] = {}
SEQUENCES = (list, tuple, set, frozenset)


class TextField(forms.CharField):
    """A text of several lines, with every blank it has; line ends as ``\\n``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def clean(self, value: Any) -> Any:
        return (super().clean(value) or "").replace("\r\n", "\n")


class LinesField(forms.CharField):
    """A list, one entry a line."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 60})

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else "\n".join(map(str, value))

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in (super().clean(value) or "").splitlines() if line.strip()]


class PairsField(forms.CharField):
    """A table, ``KEY=VALUE`` a line; a JSON object is understood too."""

    widget = forms.Textarea(attrs={"rows": 6, "cols": 60})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return "\n".join(f"{key}={item}" for key, item in value.items())
        return value

    def clean(self, value: Any) -> Any:
        text = super().clean(value) or ""
        if text.lstrip().startswith("{"):
            return _json_object(text)
        pairs: dict[str, str] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            key, equals, item = line.partition("=")
            key = key.strip()
            if not equals or not key:
                raise ValidationError(_("Line %(number)s is not KEY=VALUE.") % {"number": number})
            if key in pairs:
                raise ValidationError(_("%(key)s is there twice.") % {"key": key})
            pairs[key] = item.strip()
        return pairs


def _json_object(text: str) -> dict[str, Any]:
    try:
        return dict(json.loads(text))
    except ValueError as error:
        raise ValidationError(_("This is not a JSON object: %(error)s") % {"error": error}) from None


class LiteralField(forms.TypedChoiceField):
    """One of a few values, of whatever type they are."""

    def __init__(self, values: tuple[Any, ...], **kwargs: Any) -> None:
        by_text = {str(value): value for value in values}
        kwargs["choices"] = [(text, text or "—") for text in by_text]
        kwargs["required"] = kwargs["required"] and "" not in by_text
        kwargs["empty_value"] = by_text.get("")
        # Of what was posted, and of what is stored, to see whether it changed.
        super().__init__(coerce=lambda value: by_text[str(value)], **kwargs)


class LiteralsField(forms.TypedMultipleChoiceField):
    """Several of a few values."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, values: tuple[Any, ...], **kwargs: Any) -> None:
        by_text = {str(value): value for value in values}
        super().__init__(coerce=by_text.__getitem__, choices=[(text, text) for text in by_text], **kwargs)


def names_of(options: type[AdapterOptions]) -> tuple[str, ...]:
    """The options of the connection's own page, in their order; the mapping has a page for itself."""
    return tuple(name for name in options.model_fields if name not in ON_MAPPING_PAGE)


def sections_of(options: type[AdapterOptions], label: object) -> list[tuple[str, tuple[str, ...]]]:
    """The options of the connection's own page in parts with a title each: first what every protocol has.

    ``label``: what the protocol is called.
    """
    shared = _("What the buyer's system takes")
    title, found = shared, dict[str, list[str]]()
    for name in names_of(options):
        if name in options.SECTIONS:
            title = _("%(protocol)s: %(section)s") % {"protocol": label, "section": options.SECTIONS[name]}
        elif title == shared and name not in AdapterOptions.model_fields:
            title = _("Options of %(protocol)s") % {"protocol": label}
        found.setdefault(title, []).append(PREFIX + name)
    return [(title, tuple(names)) for title, names in found.items()]


def fields_of(options: type[AdapterOptions]) -> dict[str, forms.Field]:
    """One form field an option, by its name with ``PREFIX``; labels and help come from the model."""
    return {PREFIX + name: _field(name, options.model_fields[name]) for name in names_of(options)}


def initial_of(options: type[AdapterOptions], stored: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields show: the stored values, else the defaults. Never fails on stored nonsense."""
    return {PREFIX + name: stored.get(name, _default(info)) for name, info in options.model_fields.items()}


def validated(
    options: type[AdapterOptions], cleaned: Mapping[str, Any], stored: Mapping[str, Any] = NOTHING
) -> dict[str, Any]:
    """The options as JSON; ``ValidationError`` names the form field of each mistake.

    Only what differs from the default is stored, so that a better default reaches old connections. What is
    edited on the mapping's page stays as it is ``stored``.
    """
    values = {name: stored[name] for name in ON_MAPPING_PAGE if name in stored}
    values |= {name: cleaned[PREFIX + name] for name in options.model_fields if PREFIX + name in cleaned}
    for name, info in options.model_fields.items():
        if values.get(name) in ("", None) and _optional(info.annotation):
            values[name] = None
    try:
        return options.model_validate(values).model_dump(mode="json", exclude_defaults=True)
    except OptionsInvalid as invalid:
        errors: dict[str, list[str]] = {}
        for name, text in mistakes(invalid):
            field = PREFIX + name if name in names_of(options) else "adapter"
            errors.setdefault(field, []).append(text)
        raise ValidationError(errors) from None


def _default(info: FieldInfo) -> Any:
    default = info.get_default(call_default_factory=True, validated_data={})
    return None if default is PydanticUndefined else default


def _optional(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType) and NoneType in get_args(annotation)


def _without_none(annotation: Any) -> Any:
    if not _optional(annotation):
        return annotation
    rest = [part for part in get_args(annotation) if part is not NoneType]
    return rest[0] if len(rest) == 1 else annotation


def _choices(annotation: Any) -> tuple[Any, ...] | None:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(member.value for member in annotation)
    return None


def _extra(info: FieldInfo) -> Mapping[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else NOTHING


def _help(info: FieldInfo) -> str:
    """The description in the reader's language; escaped, because the admin takes it for HTML."""
    said = _(info.description) if info.description else ""
    return escape(" ".join(filter(None, (said, ", ".join(_extra(info).get(WORDS, ()))))))


def _field(name: str, info: FieldInfo) -> forms.Field:
    annotation = _without_none(info.annotation)
    common: dict[str, Any] = {
        "label": _(info.title) if info.title else name.replace("_", " ").capitalize(),
        "help_text": _help(info),
        "required": info.is_required(),
    }
    choices = _choices(annotation)
    if choices is not None:
        return LiteralField(("", *choices) if _optional(info.annotation) else choices, **common)
    origin = get_origin(annotation)
    if origin in SEQUENCES:
        inner = _choices(get_args(annotation)[0]) if get_args(annotation) else None
        return LiteralsField(inner, **common) if inner is not None else LinesField(**common)
    if origin is dict or annotation is dict:
        return PairsField(**common)
    if annotation is bool:
        return forms.BooleanField(**{**common, "required": False})
    if annotation is int:
        return forms.IntegerField(**{**common, "required": not _optional(info.annotation)})
    if annotation is str and _extra(info).get(MULTILINE):
        text = forms.Textarea(attrs={"rows": 16, "cols": 90, "spellcheck": "false"})
        return TextField(widget=text, **common)
    if annotation is str:
        return forms.CharField(widget=forms.TextInput(attrs={"size": 60}), **common)
    return forms.CharField(**common, widget=forms.TextInput(attrs={"size": 60}))
