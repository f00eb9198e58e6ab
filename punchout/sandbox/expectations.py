"""What a played system expects of a cart, in words: the rules that a conformance report was made by."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from punchout.sandbox.dialects import (
    CebeoDialect,
    CxmlDialect,
    IdsDialect,
    OciDialect,
    OracleDialect,
    PeppolDialect,
    Protocol,
    System,
)
from punchout.sandbox.oci_fields import LENGTHS, LENGTHS_BY_VERSION, SAP_DECIMALS


@dataclass(frozen=True)
class Expectation:
    """One rule: what it is about, and what the system does."""

    about: str
    rule: str


def expectations_of(system: System) -> tuple[Expectation, ...]:
    rules = _RULES[system.protocol](system.dialect)
    return tuple(Expectation(about, rule) for about, rule in rules)


Rules = Iterator[tuple[str, str]]


def _units(known: frozenset[str] | None, otherwise: str) -> Rules:
    if known:
        yield _("Units"), ", ".join(sorted(known)) + ". " + otherwise


def _lengths(lengths: Mapping[str, int], lost: frozenset[str] = frozenset()) -> Rules:
    if not lengths:
        return
    parts = [
        (_("%(name)s %(length)s (a longer one loses the line)") if name in lost else "%(name)s %(length)s")
        % {"name": name, "length": length}
        for name, length in lengths.items()
    ]
    yield _("Longest values"), ", ".join(parts)


def _oci(dialect: OciDialect) -> Rules:
    yield _("Charset"), dialect.charset
    yield _("Numbers"), _("11 digits, a point, 3 decimals; anything else loses the line")
    if dialect.price_decimals != SAP_DECIMALS:
        decimals = dialect.price_decimals
        yield _("Decimals of a price"), _("as many as are sent") if decimals is None else str(decimals)
    if dialect.price_unit == "ignored":
        yield "PRICEUNIT", _("not read: the price counts for one ordered unit")
    if dialect.price_unit == "divided":
        text = _("divided into the price, which keeps %(decimals)s decimals")
        yield "PRICEUNIT", text % {"decimals": dialect.divided_decimals}
    yield from _units(dialect.known_units, _("Another one loses the line."))
    lengths = {**LENGTHS_BY_VERSION.get(dialect.version, LENGTHS), **dialect.lengths}
    yield from _lengths({name: length for name, length in lengths.items() if dialect.heeds(name)})
    if dialect.longest is not None:
        yield _("Longest value of any field"), str(dialect.longest)
    if dialect.loses_long_text:
        yield "LONGTEXT", _("is lost: DESCRIPTION has to stand on its own")
    if dialect.joins_equal:
        yield _("Lines with the same article"), _("become one")
    if dialect.any_of:
        yield _("At least one of"), ", ".join(dialect.any_of)
    if dialect.one_fails_all:
        yield _("One bad line"), _("loses the whole cart")
    if dialect.hook_value:
        yield _("Return address"), dialect.hook_value
    required = [name for name in ("QUANTITY", "UNIT", "CURRENCY") if dialect.heeds(name)]
    required += dialect.required
    if not {"DESCRIPTION", "MATNR"} & {*dialect.required}:
        required.append(_("DESCRIPTION or MATNR") if dialect.heeds("MATNR") else "DESCRIPTION")
    yield _("Required"), ", ".join(dict.fromkeys(required))
    if dialect.expected:
        yield _("Filled in there when missing"), ", ".join(dialect.expected)
    if dialect.reads is not None:
        yield _("Fields that are read"), ", ".join(sorted(dialect.reads))
    where = {
        "body": _("posted as fields, not left in the address"),
        "address": _("left in the address, not posted as fields"),
        "either": _("posted or left in the address"),
    }
    yield _("Query of the return address"), where[dialect.hook_in]


def _cxml(dialect: CxmlDialect) -> Rules:
    yield _("cXML version"), dialect.dtd_version
    yield _("Required by the DTD"), "SupplierPartID, UnitPrice, Description, UnitOfMeasure, Classification"
    becomes = dialect.unknown_unit_becomes
    if becomes:
        otherwise = _("Another one becomes %(unit)s without a word.") % {"unit": becomes}
    else:
        otherwise = _("Another one loses the line.")
    yield from _units(dialect.known_units, otherwise)
    yield from _lengths(dialect.lengths, dialect.too_long_is_lost)
    if dialect.lengths_in_bytes:
        yield _("Lengths"), _("counted in bytes of UTF-8")
    if dialect.price_decimals is not None:
        yield _("Decimals of a price"), str(dialect.price_decimals)
    if dialect.forbidden_in_ids:
        yield _("Refused in article numbers"), " ".join(dialect.forbidden_in_ids)
    if dialect.needs_unspsc:
        yield _("Required"), _("a Classification of domain UNSPSC, 8 digits")
    if dialect.reads is not None:
        yield _("Elements that are read"), ", ".join(("quantity", *sorted(dialect.reads)))
    if dialect.creates_only:
        yield _("Edit and inspect"), _("never asked for")
    if dialect.empty_cart_warning:
        yield _("Empty cart"), str(dialect.empty_cart_warning)


def _ids(dialect: IdsDialect) -> Rules:
    yield _("IDS-Connect version"), dialect.version
    yield from _units(dialect.known_units, _("For another one the user has to choose."))
    yield from _lengths(dialect.lengths)
    yield _("NetPrice"), _("total of the line, not the price of one unit")


def _oracle(dialect: OracleDialect) -> Rules:
    yield from _units(dialect.known_units, _("Another one loses the line."))
    yield from _lengths(dialect.lengths, dialect.too_long_is_lost)
    yield _("Price"), _("of one unit; there is no price unit")
    yield _("Empty cart"), _("stops with an error")


def _peppol(dialect: PeppolDialect) -> Rules:
    yield _("Rules"), "PEPPOL-T77-R001 – R010"
    yield from _units(dialect.known_units, _("Another one loses the line."))
    yield from _lengths(dialect.lengths)
    yield _("Empty cart"), _("has no message")


def _cebeo(dialect: CebeoDialect) -> Rules:
    yield _("Numbers"), _("with a decimal comma; prices per unit of measure")
    yield from _units(dialect.known_units, _("For another one the user has to choose."))
    yield from _lengths(dialect.lengths)


_RULES: Mapping[Protocol, Callable[[Any], Rules]] = MappingProxyType(
    {
        "oci": _oci,
        "cxml": _cxml,
        "ids": _ids,
        "oraclexml": _oracle,
        "peppol": _peppol,
        "cebeoxml": _cebeo,
    }
)
