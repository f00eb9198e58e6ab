"""Ariba Catalog Interchange Format 3.0 (CIF), also as loaders other than Ariba's write it."""

from catalog.imports.formats.cif import reader  # noqa: F401  registers the format
