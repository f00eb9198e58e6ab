"""Which languages a file has, and how BMEcat calls them."""

from django.conf import settings

from catalog.exports.order import ExportOrder

# ISO 639-2 as BMEcat 2005 lists it, the terminological spelling.
LANGUAGES = {"en": "eng", "nl": "nld", "fr": "fra", "de": "deu"}
_SPOKEN = tuple(code for code, _name in settings.LANGUAGES)


def languages_of(order: ExportOrder) -> tuple[str, ...]:
    """The written language first; the others where they are wanted."""
    first = order.written_language
    if not order.every_language:
        return (first,)
    return (first, *(code for code in _SPOKEN if code != first))
