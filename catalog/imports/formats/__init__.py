"""The formats, one module or folder each; importing this registers them."""

from catalog.imports.formats import bmecat, cif, datanorm, table  # noqa: F401
