"""The fields of a form as one text, made and kept as such: a cart of 500 lines has 9,000."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

Pair = tuple[str, str]
# What no page can hold: between name and value, and between fields.
WITHIN, BETWEEN = "\x00", "\x01"


class WrittenFields(Sequence[Pair]):
    """``count`` fields that were written as one text, in which nothing else holds what stands between them.

    No name has "=" or a line end. They are taken apart where somebody asks for one.
    """

    def __init__(self, text: str, count: int) -> None:
        self.text, self._count = text, count

    @cached_property
    def _pairs(self) -> tuple[Pair, ...]:
        parts = (field.partition(WITHIN) for field in self.text.split(BETWEEN))
        return tuple((name, value) for name, _within, value in parts)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        return self._pairs[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._pairs == tuple(other)

    def __hash__(self) -> int:
        return hash(self._pairs)


def is_apart(text: str, count: int) -> bool:
    """Whether a text of so many fields can be taken apart into them."""
    return (text.count(WITHIN), text.count(BETWEEN) + 1) == (count, count)
