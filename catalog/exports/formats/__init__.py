"""The formats, one module each; importing this registers them."""

from catalog.exports.formats import bmecat, cif, csv_file, cxml_index, datanorm, dbf_file, xlsx  # noqa: F401
