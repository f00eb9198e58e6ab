"""Where pictures and documents of articles can be loaded from."""

from django.contrib.staticfiles.storage import staticfiles_storage


def media_address(address: str) -> str:
    """An address that can be loaded: https as it is, otherwise below the static files; else empty.

    A path without a file gives an empty text, so that one bad row does not take the page down.
    """
    if address.startswith("https://"):
        return address
    if not address or ":" in address or address.startswith("/"):
        return ""
    try:
        return staticfiles_storage.url(address)
    except ValueError:
        return ""
