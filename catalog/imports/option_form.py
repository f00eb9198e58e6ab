"""Form fields made from a format's options, and back: the form never knows a format."""

from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError as OptionsInvalid
from pydantic.fields import FieldInfo

from catalog.imports.registry import ReaderOptions

PREFIX = "option_"
# How a few values read that say nothing by themselves.
SHOWN = {
    "tab": gettext_lazy("tabulator"),
    "%d/%m/%Y": "31/12/2026", "%Y-%m-%d": "2026-12-31", "%d.%m.%Y": "31.12.2026",
    "%d-%m-%Y": "31-12-2026", "%Y%m%d": "20261231", "%m/%d/%Y": "12/31/2026",
}  # fmt: skip


class ListField(forms.CharField):
    """Texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, (list, tuple, set, frozenset)) else value

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in (super().clean(value) or "").splitlines() if line.strip()]


class PairsField(forms.CharField):
    """A table, ``word = meaning`` a line."""

    widget = forms.Textarea(attrs={"rows": 6})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{key} = {item}" for key, item in value.items())
        return value

    def clean(self, value: Any) -> Any:
        pairs: dict[str, str] = {}
        for number, line in enumerate((super().clean(value) or "").splitlines(), start=1):
            key, equals, item = (part.strip() for part in line.rpartition("="))
            if not line.strip():
                continue
            if not equals or not key:
                raise ValidationError(_("Line %s is not: word = meaning.") % number)
            pairs[key] = item
        return pairs


def fields_of(options: type[ReaderOptions], leave_out: tuple[str, ...] = ()) -> dict[str, forms.Field]:
    """One form field for an option, by its name with ``PREFIX``."""
    return {
        PREFIX + name: _field(name, info)
        for name, info in options.model_fields.items()
        if name not in leave_out
    }


def initial_of(options: type[ReaderOptions], stored: dict[str, Any]) -> dict[str, Any]:
    return {
        PREFIX + name: stored.get(name, info.get_default(call_default_factory=True, validated_data={}))
        for name, info in options.model_fields.items()
    }


def validated(
    options: type[ReaderOptions], cleaned: dict[str, Any], stored: dict[str, Any]
) -> dict[str, Any]:
    """The options as JSON, what no field is for as it was stored; ``ValidationError`` by form field."""
    values = {name: value for name, value in stored.items() if name in options.model_fields}
    for name, info in options.model_fields.items():
        if PREFIX + name in cleaned:
            value = cleaned[PREFIX + name]
            if value in ("", None) and (NoneType in get_args(info.annotation) or value is None):
                values.pop(name, None)
            else:
                values[name] = value
    try:
        return options.model_validate(values).model_dump(mode="json", exclude_defaults=True)
    except OptionsInvalid as invalid:
        errors: dict[str | None, list[str]] = {}
        for error in invalid.errors(include_url=False):
            first = PREFIX + str((error["loc"] or ("",))[0])
            errors.setdefault(first if first in cleaned else None, []).append(error["msg"])
        if None in errors:
            raise ValidationError(errors[None]) from None
        raise ValidationError(errors) from None  # type: ignore[arg-type]


def _field(name: str, info: FieldInfo) -> forms.Field:
    annotation: Any = info.annotation
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(part for part in get_args(annotation) if part is not NoneType)
    common: dict[str, Any] = {
        "label": _(info.title).capitalize() if info.title else name.replace("_", " ").capitalize(),
        "help_text": _(info.description) if info.description else "",
        "required": info.is_required(),
    }
    if get_origin(annotation) is Literal:
        choices = [(value, SHOWN.get(str(value), str(value) or "—")) for value in get_args(annotation)]
        return forms.ChoiceField(choices=choices, **common)
    if annotation is bool:
        return forms.BooleanField(**{**common, "required": False})
    if annotation is int:
        return forms.IntegerField(**common)
    if (get_origin(annotation) or annotation) is dict:
        return PairsField(**common)
    if (get_origin(annotation) or annotation) in (list, tuple, set, frozenset):
        return ListField(**common)
    return forms.CharField(**common)
