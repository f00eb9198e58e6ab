"""A multipart form as it is kept in the wire log: whole, without its secrets, and readable again."""

from collections.abc import Iterable
from email.message import Message

MULTIPART = "multipart/form-data"


def boundary_of(content_type: str) -> str:
    """The boundary of a Content-Type header; empty when it has none."""
    header = Message()
    header["Content-Type"] = content_type.replace("\r", " ").replace("\n", " ")
    found = header.get_param("boundary")
    return found if isinstance(found, str) else ""


def multipart_text(pairs: Iterable[tuple[str, str]], content_type: str) -> str:
    """The form with these names and values, in the boundary it came with; files are values like others."""
    boundary = boundary_of(content_type)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{value}\r\n'
        for name, value in pairs
    ]
    return "".join([*parts, f"--{boundary}--\r\n"])


def multipart_pairs(text: str, content_type: str) -> list[tuple[str, str]]:
    """Names and values of a form that ``multipart_text`` wrote."""
    boundary = boundary_of(content_type)
    found = []
    for part in f"\r\n{text}".split(f"\r\n--{boundary}")[1:] if boundary else ():
        head, _blank, value = part.partition("\r\n\r\n")
        _before, named, rest = head.partition('name="')
        if named:
            found.append((rest.partition('"')[0], value))
    return found


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", " ").replace("\n", " ")
