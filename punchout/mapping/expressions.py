"""Expressions of a mapping: checked when they are saved, compiled once, quick for five hundred lines.

``{{ line.sku|shorten:18 }}``, a fixed text, or both; ``{% if … %}`` where a choice is needed. It is the
template language of ``punchout.template_language``: no file, no database, no call, bounded work.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.template import Context
from django.template.base import FilterExpression, Node, TextNode, Variable, VariableNode
from django.utils.translation import gettext as _

from punchout.mapping.names import NAMES, OPEN
from punchout.template_language import CompiledTemplate, TemplateInvalid, compile_template, text_of

LONGEST_EXPRESSION = 2_000
# What one field may become; the longest text of a protocol is shorter.
LONGEST_RESULT = 8_000
_LEFT_OPEN = re.compile(r"\{\{|\}\}|\{%|%\}")
Values = Mapping[str, Any]
_Part = Callable[[Values], str]


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression; ``names`` are what it speaks of, such as ``("line", "sku")``."""

    source: str
    names: frozenset[tuple[str, str]]
    _parts: tuple[str | _Part, ...] | None
    _template: CompiledTemplate

    @property
    def roots(self) -> frozenset[str]:
        """The names without their parts: line, attribute …"""
        return frozenset(root for root, _part in self.names)

    @property
    def open_names(self) -> frozenset[tuple[str, str]]:
        """Names that only the connection and the catalog know to be there."""
        return frozenset(name for name in self.names if name[0] in OPEN)

    def evaluate(self, values: Values) -> str:
        """The text for these values, at most ``LONGEST_RESULT`` characters."""
        if self._parts is None:
            return self._rendered(values)[:LONGEST_RESULT]
        if len(self._parts) == 1:
            (only,) = self._parts
            return only if isinstance(only, str) else only(values)[:LONGEST_RESULT]
        parts = [part if isinstance(part, str) else part(values) for part in self._parts]
        return "".join(parts)[:LONGEST_RESULT]

    def _rendered(self, values: Values) -> str:
        context = Context(dict(values), autoescape=False, use_l10n=False)
        # What Template.render does around this costs more than the expression itself.
        context.template = self._template.template
        return str(self._template.template.nodelist.render(context))


@lru_cache(maxsize=4096)
def compile_expression(source: str) -> Expression:
    """The expression, checked; ``TemplateInvalid`` in plain words for whoever wrote it."""
    compiled = compile_template(source, "plain", NAMES)
    nodes = compiled.template.nodelist
    if any(isinstance(node, TextNode) and _LEFT_OPEN.search(node.s) for node in nodes):
        raise TemplateInvalid(_("Braces are opened and not closed, or the other way round."))
    names: set[tuple[str, str]] = set()
    _collect(nodes.get_nodes_by_type(Node), names)
    parts = [_part(node) for node in nodes]
    plain = None if any(part is None for part in parts) else tuple(part for part in parts if part is not None)
    return Expression(source, frozenset(names), plain, compiled)


def _collect(nodes: Any, names: set[tuple[str, str]]) -> None:
    for node in nodes:
        if isinstance(node, VariableNode):
            _names_of(node.filter_expression, names)
        for condition, _nodes in getattr(node, "conditions_nodelists", ()):
            _condition(condition, names)


def _condition(condition: Any, names: set[tuple[str, str]]) -> None:
    """The names in a parsed ``{% if %}``: a tree of operators with filter expressions as leaves."""
    for part in (getattr(condition, "first", None), getattr(condition, "second", None)):
        if part is not None:
            _condition(part, names)
    if isinstance(value := getattr(condition, "value", None), FilterExpression):
        _names_of(value, names)


def _names_of(expression: FilterExpression, names: set[tuple[str, str]]) -> None:
    arguments = [value for _function, found in expression.filters for is_name, value in found if is_name]
    for variable in (expression.var, *arguments):
        if isinstance(variable, Variable) and variable.lookups:
            names.add((variable.lookups[0], variable.lookups[1]))


def _part(node: Node) -> str | _Part | None:
    """A piece of an expression as text or function; ``None``: only the template engine can do it."""
    if isinstance(node, TextNode):
        return str(node.s)
    if not isinstance(node, VariableNode):
        return None
    expression = node.filter_expression
    read = _reader(expression.var)
    steps = []
    for function, found in expression.filters:
        arguments = [_reader(value) if is_name else _constant(value) for is_name, value in found]
        if len(arguments) > 1:
            return None
        steps.append((function, arguments[0] if arguments else None))
    if not steps:
        return lambda values: text_of(read(values))

    def filtered(values: Values) -> str:
        value = read(values)
        for function, argument in steps:
            value = function(value) if argument is None else function(value, argument(values))
        return text_of(value)

    return filtered


def _constant(value: Any) -> Callable[[Values], Any]:
    return lambda _values: value


def _reader(variable: Any) -> Callable[[Values], Any]:
    if not isinstance(variable, Variable):
        return _constant("" if variable is None else variable)
    if variable.lookups is None:
        return _constant(variable.literal)
    first, *rest = variable.lookups
    if not rest:
        return lambda values: values[first]
    name = rest[0]
    return lambda values: values[first][name]


__all__ = ["LONGEST_EXPRESSION", "Expression", "TemplateInvalid", "Values", "compile_expression"]
