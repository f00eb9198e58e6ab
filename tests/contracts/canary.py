"""Looks for a word everywhere it could have been left: in every table, whatever is written, every answer."""

from collections.abc import Iterator
from typing import Any

from django.db import connection as database

from tests.contracts.harness import Launch

# What a sender's software calls a body, rightly or not.
CONTENT_TYPES = (
    "", "text/xml", "text/xml; charset=utf-16", "text/xml; charset=utf-7", "application/xml; charset=latin-1",
    "text/plain", "application/json", "application/octet-stream", "application/x-www-form-urlencoded",
    "multipart/form-data", "multipart/form-data; boundary=x", "text/html; charset=unicode_escape",
)  # fmt: skip


def tables_with(word: str) -> list[str]:
    """The tables and columns of the database that hold ``word``, also inside JSON and binary values."""
    found = []
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                found += [
                    f"{table}.{name}" for name, value in zip(columns, row, strict=True) if _has(value, word)
                ]
    return sorted(set(found))


def _has(value: Any, word: str) -> bool:
    if isinstance(value, memoryview | bytes):
        return word.encode() in bytes(value)
    return word in str(value)


def broken(launch: Launch, secret: str) -> Iterator[Launch]:
    """The launch cut off, called something else, in another charset, with rubbish around or inside it."""
    body, kind = launch.body, launch.content_type
    bodies = [body]
    if secret.encode() in body:
        at = body.index(secret.encode())
        end = at + len(secret)
        bodies += [
            body[:end],
            body[: end + 2],
            body[: end + 20],
            body[at - 12 :],
            body[:at] + b"<![CDATA[" + body[at:end] + b"]]>" + body[end:],
            body[:at] + b"<!-- -->" + body[at:],
            body[:at] + b"\x00" + body[at:],
            body[:at] + b"&" + body[at:],
            body[: at - 1] + b" <b>" + body[at - 1 :],
            body[:at] + b'"' + body[at:end] + b"'" + body[end:],
        ]
    bodies += [b"\xff\xfe" + body, b"  \r\n" + body, body + body, body.replace(b"<", b"&lt;"), body[1:]]
    bodies += [body.decode("utf-8", "replace").encode("utf-16"), body.swapcase()]
    for other in bodies:
        yield Launch(launch.path, launch.method, other, kind, launch.headers)
    for name in CONTENT_TYPES:
        yield Launch(launch.path, launch.method, body, name, launch.headers)
    yield Launch(launch.path, "PUT", body, kind, launch.headers)
