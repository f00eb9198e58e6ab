"""Pictures and documents of an article, as a browser can load them."""

from django.contrib.staticfiles.storage import staticfiles_storage

from catalog.models import Product, ProductMedia


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


def loadable(product: Product, kind: ProductMedia.Kind) -> list[tuple[str, str]]:
    """(address, title) of the pictures or documents, from the prefetched media."""
    return [
        (address, media.title or product.name)
        for media in product.media.all()
        if media.kind == kind and (address := media_address(media.address))
    ]
