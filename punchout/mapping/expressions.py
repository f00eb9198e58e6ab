"""Expressions of a mapping: checked when they are saved, compiled once, quick for five hundred lines.

``{{ line.sku|shorten:18 }}``, a fixed text, or both; ``{% if … %}`` where a choice is needed. It is the
template language of ``punchout.template_language``: no file, no database, no call, bounded work.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.template.base import FilterExpression, Node, TextNode, Variable, VariableNode
from django.utils.translation import gettext as _

from punchout.mapping.names import NAMES, OPEN
from punchout.template_language import TemplateInvalid, compile_template
from punchout.template_rendering import Values, Write

LONGEST_EXPRESSION = 2_000
# What one field may become; the longest text of a protocol is shorter.
LONGEST_RESULT = 8_000
_LEFT_OPEN = re.compile(r"\{\{|\}\}|\{%|%\}")


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression; ``names`` are what it speaks of, such as ``("line", "sku")``."""

    source: str
    names: frozenset[tuple[str, str]]
    _write: Write

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
        return self._write(values)[:LONGEST_RESULT]


@lru_cache(maxsize=4096)
def compile_expression(source: str) -> Expression:
    """The expression, checked; ``TemplateInvalid`` in plain words for whoever wrote it."""
    compiled = compile_template(source, "plain", NAMES)
    nodes = compiled.nodes
    if any(isinstance(node, TextNode) and _LEFT_OPEN.search(node.s) for node in nodes):
        raise TemplateInvalid(_("Braces are opened and not closed, or the other way round."))
    names: set[tuple[str, str]] = set()
    _collect(nodes.get_nodes_by_type(Node), names)
    return Expression(source, frozenset(names), compiled.write)


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


__all__ = ["LONGEST_EXPRESSION", "Expression", "TemplateInvalid", "Values", "compile_expression"]
