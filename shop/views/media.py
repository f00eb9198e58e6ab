"""Pictures and documents of an article, as a browser can load them."""

from catalog.media import media_address
from catalog.models import Product, ProductMedia


def loadable(product: Product, kind: ProductMedia.Kind) -> list[tuple[str, str]]:
    """(address, title) of the pictures or documents, from the prefetched media."""
    return [
        (address, media.title or product.name)
        for media in product.media.all()
        if media.kind == kind and (address := media_address(media.address))
    ]
