"""Pictures and documents that come with a file: taken from its zip, or known by the address they had.

What is stored is named by its content, so that the same picture is stored once and never changes; its kind
is found by its first bytes, never by its name.
"""

import hashlib
from collections.abc import Iterable
from io import BytesIO
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage

from catalog.imports.errors import FileRefused
from catalog.imports.labels import write_map
from catalog.imports.refused import said_field, said_reason
from catalog.imports.source import Source
from catalog.imports.tables import Staging
from catalog.models import FetchedMedia, ImportProfile
from catalog.wording import said as _

FOLDER = "articles"
MOST_BYTES = 25 * 1024 * 1024
# First bytes and the ending they get. No SVG and no HTML: they can carry scripts.
KINDS: tuple[tuple[bytes, int, str], ...] = (
    (b"\xff\xd8\xff", 0, ".jpg"),
    (b"\x89PNG\r\n\x1a\n", 0, ".png"),
    (b"GIF87a", 0, ".gif"),
    (b"GIF89a", 0, ".gif"),
    (b"WEBP", 8, ".webp"),
    (b"%PDF-", 0, ".pdf"),
)


class MediaRefused(ValueError):
    """This is no picture or document that the shop keeps."""


def store(file: IO[bytes]) -> str:
    """Keeps a picture or document; its address, such as ``media/articles/ab/….jpg``."""
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise MediaRefused(_("Larger than %s MB.") % (MOST_BYTES // 2**20))
    ending = next((end for start, at, end in KINDS if data[at : at + len(start)] == start), None)
    if ending is None:
        raise MediaRefused(_("Neither JPEG, PNG, GIF, WebP nor PDF."))
    digest = hashlib.sha256(data).hexdigest()
    name = f"{FOLDER}/{digest[:2]}/{digest}{ending}"
    if not default_storage.exists(name):
        default_storage.save(name, File(BytesIO(data)))
    return f"media/{name}"


def resolve(staging: Staging, profile: ImportProfile, source: Source) -> None:
    """``{mediamap}``: where what the file names is kept; what cannot be kept is refused."""
    stored: dict[str, str] = {}
    refused: list[tuple[str, str]] = []
    addresses = (row[0] for row in staging.rows("SELECT DISTINCT address FROM {media}"))
    remote: list[str] = []
    for address in addresses:
        if address.startswith("https://"):
            remote.append(address)
            continue
        if address.startswith("http:"):
            refused.append((address, _("Only addresses that begin with https:// are used.")))
            continue
        part = source.find(address)
        if part is None:
            refused.append((address, _("The file names it, but it is not in the zip.")))
            continue
        try:
            with source.open(part, counted=False) as file:
                stored[address] = store(file)
        except (MediaRefused, FileRefused) as error:
            refused.append((address, error.args[0]))
    stored.update(_fetched(remote))
    write_map(staging, "mediamap", {"address": "text", "stored": "text"}, stored.items())
    write_map(
        staging,
        "mediabad",
        {"address": "text", "reason": "text", "filled": "text"},
        [(address, *said_reason(reason)) for address, reason in refused],
    )
    staging.do("DELETE FROM {refusal} WHERE compared = 2")
    staging.do(
        "INSERT INTO {refusal} (line, record, field, ours, value, reason, filled, fatal, compared)"
        " SELECT coalesce(a.line, 0), m.sku, %s, %s, m.address, b.reason, b.filled, 0, 2 FROM {media} m"
        " JOIN {mediabad} b ON b.address = m.address LEFT JOIN {article} a ON a.seq = m.article",
        said_field(_("picture or document")),
    )


def _fetched(addresses: list[str]) -> Iterable[tuple[str, str]]:
    for start in range(0, len(addresses), 500):
        yield from (
            FetchedMedia.objects.filter(source__in=addresses[start : start + 500])
            .exclude(address="")
            .values_list("source", "address")
        )
