"""What is looked for, to which limits can be added: a filter, a sample, the beginning of an order.

Limits stand beside what must be said, not around it, so that the index never looks further than they reach.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

from tantivy import Occur, Query

from catalog.search import schema


@dataclass(frozen=True)
class Either:
    """One of these, or what fits one of the others, which is looked for no further than the limits reach."""

    queries: tuple[Query, ...]
    others: tuple["Sought", ...] = ()

    def within(self, limits: tuple[Query, ...]) -> Query:
        found = (*self.queries, *(other.within(limits).query for other in self.others))
        return found[0] if len(found) == 1 else any_of(found)


@dataclass(frozen=True)
class Sought:
    """What fits all of ``musts``, the better the more of ``shoulds``, and what fits one of ``others``."""

    musts: tuple[Query | Either, ...] = ()
    shoulds: tuple[Query, ...] = ()
    others: tuple[Query, ...] = ()
    limits: tuple[Query, ...] = ()

    def within(self, limits: Iterable[Query]) -> Self:
        """The same within all of these too, scores unchanged."""
        return replace(
            self, limits=(*self.limits, *(Query.const_score_query(limit, 0.0) for limit in limits))
        )

    @cached_property
    def query(self) -> Query:
        if not self.musts:
            return self._others if self.others else Query.empty_query()
        wanted = (must.within(self.limits) if isinstance(must, Either) else must for must in self.musts)
        musts = (*wanted, *self.limits)
        if len(musts) == 1 and not self.shoulds:
            every = musts[0]
        else:
            every = Query.boolean_query(
                [
                    *((Occur.Must, must) for must in musts),
                    *((Occur.Should, should) for should in self.shoulds),
                ]
            )
        if not self.others:
            return every
        return any_of([every, *([self._others] if self.limits else self.others)])

    @property
    def _others(self) -> Query:
        found = any_of(self.others)
        if not self.limits:
            return found
        return Query.boolean_query([(Occur.Must, query) for query in (found, *self.limits)])


def any_of(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def any_term(name: str, terms: Iterable[int | str]) -> Query:
    """What has one of these in a field; for a set of them tantivy walks through all that the field has."""
    return any_of(Query.term_query(schema.SCHEMA, name, term, "basic") for term in terms)
