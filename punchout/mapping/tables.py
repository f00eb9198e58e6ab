"""Translation tables of a connection: from our classification or tax rate to the buyer's code."""

from collections.abc import Mapping

from punchout.documents import ReturnLine

OTHERS = "*"  # the key for whatever the table does not name


def buyer_class(table: Mapping[str, str], line: ReturnLine) -> str:
    """The buyer's code of an article: by ETIM class, eCl@ss, longest beginning of UNSPSC, category, or *."""
    if not table:
        return ""
    found = _by_code(table, line)
    return table.get(OTHERS, "") if found is None else found


def tax_code(table: Mapping[str, str], line: ReturnLine, rate: str) -> str:
    """The buyer's tax code: by a code of the article as in ``buyer_class``, by the rate, else *."""
    if not table:
        return ""
    found = _by_code(table, line)
    return table.get(rate, table.get(OTHERS, "")) if found is None else found


def _by_code(table: Mapping[str, str], line: ReturnLine) -> str | None:
    for code in (line.etim_class, line.eclass):
        if code and code in table:
            return table[code]
    unspsc = line.unspsc
    for length in range(len(unspsc), 1, -1):
        if (found := table.get(unspsc[:length])) is not None:
            return found
    return table.get(line.category) if line.category else None
