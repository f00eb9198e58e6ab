"""Pictures and documents: MIME_ROOT and MIME_SOURCE together, unless the source is an address by itself."""

from pathlib import PurePosixPath

from catalog.imports.formats.bmecat.nodes import Node, child, child_text, children, text
from catalog.imports.records import Media
from catalog.imports.source import PICTURES_AND_DOCUMENTS

PICTURES = frozenset((".jpg", ".jpeg", ".png", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".svg"))
ADDRESS = ("http://", "https://")
# A logo is no picture of the article, and a thumbnail only the last resort.
LAST = {"thumbnail": 1_000, "logo": 2_000, "icon": 2_000, "MD17": 2_000, "MD18": 2_000}
# ETIM BMEcat guideline, MIME_CODE: the article, something like it, its surroundings, its sides, logos.
PICTURE_CODES = frozenset(("MD01", "MD02", "MD20", *(f"MD{n}" for n in range(23, 31)), "MD17", "MD18"))


def media(item: Node, root: str) -> tuple[Media, ...]:
    """What MIME_INFO and ETIM's UDX.EDXF.MIME_INFO name, each source once, in the file's order."""
    found: dict[str, Media] = {}
    extensions = child(item, "USER_DEFINED_EXTENSIONS")
    blocks = [
        *((node, "MIME", "MIME") for node in children(item, "MIME_INFO")),
        *((node, "UDX.EDXF.MIME", "UDX.EDXF.MIME") for node in children(extensions, "UDX.EDXF.MIME_INFO")),
    ]
    for block, tag, prefix in blocks:
        for number, node in enumerate(children(block, tag)):
            source = _source(node, prefix, root)
            if not source or source in found:
                continue
            purpose = child_text(node, f"{prefix}_PURPOSE").lower()
            code = child_text(node, f"{prefix}_CODE").upper()
            order = child_text(node, f"{prefix}_ORDER")
            position = int(order) if order.isascii() and order.isdigit() and len(order) < 5 else number
            found[source] = Media(
                source=source,
                kind=_kind(child_text(node, f"{prefix}_TYPE").lower(), source, purpose, code),
                title=child_text(node, f"{prefix}_DESCR", f"{prefix}_DESIGNATION"),
                position=min(position + LAST.get(purpose, 0) + LAST.get(code, 0), 32_000),
            )
    return tuple(found.values())


def _source(node: Node, prefix: str, root: str) -> str:
    # ETIM repeats the source for every language; the first is as good as any.
    source = next((text(each) for each in children(node, f"{prefix}_SOURCE")), "")
    if not source or source.lower().startswith(ADDRESS) or not root:
        return source
    return f"{root.rstrip('/')}/{source.replace(chr(92), '/').lstrip('/')}"


def _kind(media_type: str, source: str, purpose: str, code: str) -> str:
    ending = PurePosixPath(source.partition("?")[0].lower()).suffix
    if ending in PICTURES:
        return "picture"
    if ending in PICTURES_AND_DOCUMENTS or purpose == "data_sheet":
        return "document"
    return "picture" if media_type.startswith("image/") or code in PICTURE_CODES else "document"
