"""Lists of the admin on a phone: a row is a card, so each cell says which column it is of."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

register = template.Library()


@register.filter
def labelled(cells: Iterable[SafeString], headers: Iterable[Mapping[str, Any]]) -> Iterator[SafeString]:
    """The cells of a row as Django's admin makes them (``<td …>…</td>``), with ``data-label`` for CSS."""
    for cell, header in zip(cells, headers, strict=False):
        tag, rest = cell[:3], cell[3:]
        if tag in ("<td", "<th") and "action-checkbox" not in header.get("class_attrib", ""):
            yield mark_safe(f'{tag} data-label="{escape(capfirst(header["text"]))}"{rest}')  # noqa: S308  escaped
        else:
            yield cell
