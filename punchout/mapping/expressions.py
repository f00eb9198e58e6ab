"""Expressions of a mapping: checked when they are saved, compiled once, quick for five hundred lines.

``{{ line.sku|shorten:18 }}``, a fixed text, or both; ``{% if … %}`` where a choice is needed. It is the
template language of ``punchout.template_language``: no file, no database, no call, bounded work.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.template import Context
from django.template.base import FilterExpression, Node, TextNode, Variable, VariableNode

from punchout.mapping.names import NAMES
from punchout.template_language import CompiledTemplate, TemplateInvalid, compile_template, text_of

LONGEST_EXPRESSION = 2_000
# What one field may become; the longest text of a protocol is shorter.
LONGEST_RESULT = 8_000
Values = Mapping[str, Any]
_Part = Callable[[Values], str]


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression. ``roots`` are the names it speaks of, without their parts: line, attribute …"""

    source: str
    roots: frozenset[str]
    _parts: tuple[str | _Part, ...] | None
    _template: CompiledTemplate

    def evaluate(self, values: Values) -> str:
        """The text for these values, at most ``LONGEST_RESULT`` characters."""
        if self._parts is None:
            return self._rendered(values)[:LONGEST_RESULT]
        parts = (part if isinstance(part, str) else part(values) for part in self._parts)
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
    roots: set[str] = set()
    _collect(nodes.get_nodes_by_type(Node), roots)
    parts = [_part(node) for node in nodes]
    plain = None if any(part is None for part in parts) else tuple(part for part in parts if part is not None)
    return Expression(source, frozenset(roots), plain, compiled)


def _collect(nodes: Any, roots: set[str]) -> None:
    for node in nodes:
        if isinstance(node, VariableNode):
            _roots_of(node.filter_expression, roots)
        for condition, _nodes in getattr(node, "conditions_nodelists", ()):
            _condition(condition, roots)


def _condition(condition: Any, roots: set[str]) -> None:
    """The names in a parsed ``{% if %}``: a tree of operators with filter expressions as leaves."""
    for part in (getattr(condition, "first", None), getattr(condition, "second", None)):
        if part is not None:
            _condition(part, roots)
    if isinstance(value := getattr(condition, "value", None), FilterExpression):
        _roots_of(value, roots)


def _roots_of(expression: FilterExpression, roots: set[str]) -> None:
    arguments = [value for _function, found in expression.filters for is_name, value in found if is_name]
    for variable in (expression.var, *arguments):
        if isinstance(variable, Variable) and variable.lookups:
            roots.add(variable.lookups[0])


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
