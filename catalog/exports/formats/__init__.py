"""The formats, one module each; importing this registers them."""

from catalog.exports.formats import cif, csv_file, cxml_index, xlsx  # noqa: F401
