"""Reads a file or a text with one format's reader, as the import does, but keeps all of it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from catalog.imports.records import ArticleRecord, FileHeader, Record, Refusal
from catalog.imports.registry import Reading, find_format
from catalog.imports.source import Source

PAYLOADS = Path(__file__).parent / "payloads"


class Read(NamedTuple):
    header: FileHeader
    records: list[Record]

    @property
    def refused(self) -> list[Refusal]:
        return self.of(Refusal)

    @property
    def articles(self) -> dict[str, ArticleRecord]:
        return {each.sku: each for each in self.of(ArticleRecord)}

    def of(self, kind: type) -> list[Any]:
        return [each for each in self.records if isinstance(each, kind)]


def read(slug: str, file: Path, *, options: dict[str, Any] | None = None, **said: Any) -> Read:
    format = find_format(slug)
    reading = Reading(options=format.options(**(options or {})), **said)
    header, records = format.read(Source(file), reading)
    return Read(header, list(records))


def reasons(refused: Iterable[Refusal]) -> set[tuple[str, str]]:
    return {(each.record, each.field) for each in refused}
