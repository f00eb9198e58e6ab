"""Long texts by their key, wherever in the file they stand; on disk, for a file may be gigabytes of them."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

BATCH = 5_000


class TextLine(NamedTuple):
    # T: keyed text, D: bound to an article, E: a line to be put into texts, Z: a metal of an article
    kind: str
    key: str
    number: int
    text: str
    insert: str = ""  # of a D: the key of an E or T whose lines stand here


class LongTexts:
    """Lines of texts, put together in their numbers' order. A database of its own, gone with the process."""

    def __init__(self) -> None:
        # Whether there was a line of this kind at all.
        self._kinds: dict[str, bool] = {}
        # An empty name is a temporary file that sqlite deletes itself.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(
            "CREATE TABLE line (kind TEXT, key TEXT, number INTEGER, text TEXT, inserted TEXT)"
        )

    def __enter__(self) -> "LongTexts":
        return self

    def __exit__(self, *details: object) -> None:
        self._database.close()

    def keep(self, found: Iterable[TextLine]) -> None:
        """Keeps all of them; to be called once, before any text is asked for."""
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?)", found)
        self._database.execute("CREATE INDEX line_by_key ON line (kind, key, number)")
        self._database.execute("COMMIT")

    def text(self, kind: str, key: str) -> str:
        """The whole text with its lines as they were cut; empty for one that is nowhere."""
        return "\n".join(self._lines(kind, key)).strip() if key else ""

    def take(self, kind: str, key: str) -> list[str]:
        """The lines, which are gone afterwards, so that what nobody takes can be told."""
        if not self._has(kind):
            return []
        return [
            row[0]
            for row in self._database.execute(
                "DELETE FROM line WHERE kind = ? AND key = ? RETURNING text", (kind, key)
            ).fetchall()
        ]

    def untaken(self, kind: str) -> Iterator[tuple[str, int]]:
        """Keys and numbers of the lines that nobody has taken."""
        yield from self._database.execute(
            "SELECT key, number FROM line WHERE kind = ? ORDER BY number", (kind,)
        )

    def _has(self, kind: str) -> bool:
        if kind not in self._kinds:
            row = self._database.execute("SELECT 1 FROM line WHERE kind = ? LIMIT 1", (kind,)).fetchone()
            self._kinds[kind] = row is not None
        return self._kinds[kind]

    def _lines(self, kind: str, key: str) -> Iterator[str]:
        rows = self._database.execute(
            "SELECT text, inserted FROM line WHERE kind = ? AND key = ? ORDER BY number, rowid", (kind, key)
        ).fetchall()
        for text, insert in rows:
            if insert:
                inserted = self._database.execute(
                    "SELECT text FROM line WHERE key = ? AND kind IN ('E', 'T') ORDER BY number, rowid",
                    (insert,),
                )
                yield from (row[0] for row in inserted)
            else:
                yield text.rstrip()
