"""Templates that an operator may write: no file, no database, no call, bounded work, errors at save.

Django's template language with four tags and ten filters. A name is one of a fixed list and nothing can be
called or looked into, because every expression is checked when the template is compiled. Loops run over the
cart's lines and do not nest, so work grows with template times lines and no faster. What a value holds cannot
break the document: it is escaped for the document's format.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal
from xml.sax.saxutils import escape as escape_xml

from django.template import (
    Engine,
    Library,
    Template,
    TemplateSyntaxError,
    defaultfilters,
    defaulttags,
)
from django.template.base import FilterExpression, Lexer, NodeList, Parser, TokenType, Variable, VariableNode
from django.utils.translation import gettext as _

from punchout.template_rendering import Write, text_of, writer

Format = Literal["xml", "json", "csv", "plain"]
LONGEST_TEMPLATE = 20_000
LONGEST_RESULT = 8_000_000
DEEPEST = 10
# Filters with a number, and the largest.
COUNTED = {"decimals": 8, "digits": 40, "shorten": 4_000}
FORLOOP = ("counter", "counter0", "revcounter", "first", "last")
_TAGS = ("for", "if", "comment", "templatetag")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CSV_QUOTED = re.compile(r'[";,\t\r\n|]|^\s|\s$')

register = Library()
for _tag in _TAGS:
    register.tag(_tag, defaulttags.register.tags[_tag])
for _filter in ("default", "upper", "lower"):
    register.filter(_filter, defaultfilters.register.filters[_filter])


class TemplateInvalid(ValueError):
    """The template cannot be used; the message says why, for whoever wrote it."""


class ResultTooLarge(Exception):
    """A template made more than ``LONGEST_RESULT`` characters of a cart."""


@register.filter
def decimals(value: Any, places: Any) -> str:
    """A number with exactly so many decimals, rounded half up; what is no number stays as it is."""
    if not isinstance(value, (Decimal, int)):
        return text_of(value)
    return f"{Decimal(value).quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_UP):f}"


@register.filter
def comma(value: Any) -> str:
    """A number with a decimal comma."""
    return text_of(value).replace(".", ",")


@register.filter
def digits(value: Any, places: Any) -> str:
    """Zeros in front up to so many characters."""
    return text_of(value).zfill(int(places))


@register.filter
def shorten(value: Any, length: Any) -> str:
    """At most so many characters."""
    return text_of(value)[: int(length)]


@register.filter
def before(value: Any, sign: Any) -> str:
    """What stands before the first ``sign``; all of it where there is none."""
    return text_of(value).partition(text_of(sign) or " ")[0]


@register.filter
def after(value: Any, sign: Any) -> str:
    """What stands after the first ``sign``; nothing where there is none."""
    return text_of(value).partition(text_of(sign) or " ")[2]


@register.filter
def compact(value: Any) -> str:
    """A date as 20260131, a text without blanks and separators."""
    return re.sub(r"[^0-9A-Za-z]", "", text_of(value))


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _csv(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _CSV_QUOTED.search(text) else text


ESCAPES: Mapping[Format, Callable[[str], str] | None] = {
    "xml": lambda text: escape_xml(_NOT_XML.sub("", text), {'"': "&quot;", "'": "&#39;"}),
    "json": _json,
    "csv": _csv,
    "plain": None,
}


@dataclass(frozen=True)
class Names:
    """What a template may speak of: names of its own, and parts of ``line``, ``launch`` and the like."""

    own: frozenset[str]
    parts: tuple[tuple[str, frozenset[str]], ...] = ()
    # Names whose parts are not known beforehand (attributes of articles); their values answer any part.
    open: frozenset[str] = frozenset()

    def check(self, variable: Variable) -> None:
        """``TemplateInvalid`` unless it is a constant or a name of these."""
        if variable.lookups is None:
            return
        first, *rest = variable.lookups
        if len(rest) == 1 and first in self.open:
            return
        known = dict(self.parts).get(first)
        if (not rest and first in self.own) or (len(rest) == 1 and known is not None and rest[0] in known):
            return
        raise TemplateInvalid(_("“%(name)s” is not a name that can be used here.") % {"name": variable.var})


class _Engine(Engine):
    default_builtins = [__name__]


_ENGINE = _Engine(dirs=[], app_dirs=False, debug=False, autoescape=False, libraries={}, loaders=[])


class _Parser(Parser):
    names: Names

    def compile_filter(self, token: str) -> FilterExpression:
        expression = super().compile_filter(token)
        if isinstance(expression.var, Variable):
            self.names.check(expression.var)
        for function, arguments in expression.filters:
            most = COUNTED.get(getattr(function, "__name__", ""))
            for is_variable, argument in arguments:
                if is_variable:
                    self.names.check(argument)
                if most is not None:
                    _check_count(argument.literal if is_variable else argument, most)
        return expression

    def extend_nodelist(self, nodelist: Any, node: Any, token: Any) -> None:
        if isinstance(node, VariableNode) and str(node.filter_expression.var) == "lines":
            raise TemplateInvalid(_("The lines are written one by one, in a loop."))
        super().extend_nodelist(nodelist, node, token)


class _Template(Template):
    def __init__(self, source: str, names: Names) -> None:
        self._names = names
        super().__init__(source, engine=_ENGINE)

    def compile_nodelist(self) -> NodeList:
        tokens = Lexer(self.source).tokenize()
        _check_depth(tokens)
        parser = _Parser(tokens, {}, self.engine.template_builtins, self.origin)
        parser.names = self._names
        nodes = parser.parse()
        self.extra_data: dict[str, Any] = {}
        for loop in nodes.get_nodes_by_type(defaulttags.ForNode):
            _check_loop(loop)
        return nodes


def _check_count(count: Any, most: int) -> None:
    """A filter's number is written in the template, so that it cannot fail or grow with a cart."""
    if not isinstance(count, int) or not 0 <= count <= most:
        raise TemplateInvalid(_("The number behind the colon goes from 0 to %(most)s.") % {"most": most})


def _check_depth(tokens: Sequence[Any]) -> None:
    depth = 0
    for token in tokens:
        word = token.contents.partition(" ")[0] if token.token_type == TokenType.BLOCK else ""
        depth += (word in ("if", "for")) - (word in ("endif", "endfor"))
        if depth > DEEPEST:
            raise TemplateInvalid(_("Blocks are nested deeper than %(most)s.") % {"most": DEEPEST})


def _check_loop(loop: Any) -> None:
    if list(loop.loopvars) != ["line"] or str(loop.sequence) != "lines":
        raise TemplateInvalid(_("The only loop is {%% for line in lines %%}.") % {})
    if loop.nodelist_loop.get_nodes_by_type(defaulttags.ForNode):
        raise TemplateInvalid(_("Loops cannot be nested."))


@dataclass(frozen=True, slots=True)
class CompiledTemplate:
    """A checked template: its nodes, and the function that they are."""

    nodes: NodeList
    write: Write

    def render(self, values: Mapping[str, Any]) -> str:
        """The document for these values, which must be plain: text, numbers, dates, mappings and tuples."""
        result = self.write(values)
        if len(result) > LONGEST_RESULT:
            raise ResultTooLarge
        return result


# A connection's options are read at every launch; the same text is compiled once.
@lru_cache(maxsize=512)
def compile_template(source: str, format: Format, names: Names) -> CompiledTemplate:
    """The template, checked; ``TemplateInvalid`` in plain words for whoever wrote it."""
    if len(source) > LONGEST_TEMPLATE:
        raise TemplateInvalid(_("A template has at most %(most)s characters.") % {"most": LONGEST_TEMPLATE})
    try:
        nodes = _Template(source, names).nodelist
    except TemplateSyntaxError as error:
        raise TemplateInvalid(str(error)) from None
    return CompiledTemplate(nodes, writer(nodes, ESCAPES[format]))


def frozen(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A mapping that a template can read and nothing can change."""
    return MappingProxyType(dict(values))


def names_of(own: Sequence[str], **parts: Sequence[str]) -> Names:
    """``Names`` from lists."""
    return Names(frozenset(own), tuple((name, frozenset(found)) for name, found in sorted(parts.items())))
