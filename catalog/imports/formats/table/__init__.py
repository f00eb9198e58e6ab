"""CSV and XLSX with columns that an operator maps once: articles, prices, stock, in any mixture."""

from catalog.imports.formats.table import reader  # noqa: F401  registers the formats
