"""Article and price files for customers: what one customer may see, at his net prices, as a stream.

``make_export`` is the way in; a format is one module of ``formats``, registered by its decorator.
"""

from catalog.exports import formats  # noqa: F401  registers the formats
from catalog.exports.errors import ExportRefused, FieldUnknown
from catalog.exports.order import ExportOrder
from catalog.exports.registry import Format, FormatUnknown, find_format, format_slugs
from catalog.exports.service import Export, file_name, make_export

__all__ = [
    "Export",
    "ExportOrder",
    "ExportRefused",
    "FieldUnknown",
    "Format",
    "FormatUnknown",
    "file_name",
    "find_format",
    "format_slugs",
    "make_export",
]
