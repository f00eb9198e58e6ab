"""BMEcat 1.2, 2005, 2005.1, 2005.2 and the ETIM guidelines 2 to 5: catalogs, updates and price lists.

Names are compared without their namespace, since files have seven of them and some have none. Grammar is not
checked: no live file was seen that keeps it.
"""

from catalog.imports.formats.bmecat import reader  # noqa: F401  registers the format
