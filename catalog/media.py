"""Where pictures and documents of articles can be loaded from."""

import re

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest

# As ``catalog.imports.media`` names what it keeps: by content, so that it never changes.
_NAME = r"articles/[0-9a-f]{2}/[0-9a-f]{64}\.(?:jpg|png|gif|webp|pdf)"
KEPT = re.compile(rf"\Amedia/{_NAME}\Z")
FOREVER = "public, max-age=31536000, immutable"


def kept_file(request: HttpRequest, name: str) -> FileResponse:
    """A picture or document that the shop keeps; nothing else below MEDIA_ROOT can be reached."""
    if not KEPT.match(f"media/{name}") or not default_storage.exists(name):
        raise Http404
    response = FileResponse(default_storage.open(name))
    response["Cache-Control"] = FOREVER
    return response


def media_address(address: str) -> str:
    """An address that can be loaded: https as it is, kept here, or below the static files; else empty.

    A path without a file gives an empty text, so that one bad row does not take the page down.
    """
    if address.startswith("https://"):
        return address
    if KEPT.match(address):
        return default_storage.url(address.removeprefix("media/"))
    if not address or ":" in address or address.startswith("/"):
        return ""
    try:
        return staticfiles_storage.url(address)
    except ValueError:
        return ""
