"""The formats, one module or folder each; importing this registers them."""

from catalog.imports.formats import bmecat, cif, datanorm  # noqa: F401
