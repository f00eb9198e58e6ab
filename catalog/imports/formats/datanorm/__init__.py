"""Datanorm 4 and 5: article, price, discount and group files, alone or together in a zip.

The specification is sold by Krammer Verlag. What is read here is what live files and public programs agree
on; where they do not, the record is refused with the reason.
"""

from catalog.imports.formats.datanorm import reader  # noqa: F401  registers the format
