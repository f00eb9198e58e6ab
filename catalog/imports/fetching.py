"""Copies pictures and documents of imported articles from their suppliers, through the one outbound door."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO

import structlog
from django.db import transaction
from django.utils import timezone

from catalog import outbound
from catalog.imports.media import MOST_BYTES, MediaRefused, store
from catalog.models import FetchedMedia, ImportProfile, Product, ProductMedia
from catalog.wording import stored

log = structlog.get_logger(__name__)

AT_ONCE = 4
BATCH = 40
# What could not be fetched is tried again after a while, and not at every import.
AGAIN = timedelta(days=7)


def fetch_media(profile: ImportProfile) -> tuple[int, int]:
    """Fetches what articles of the profile still load from elsewhere; how many, and how many failed."""
    done = failed = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for batch in _wanted(profile):
            for source, (content, etag, reason) in zip(batch, pool.map(_fetch, batch), strict=True):
                address = ""
                if not reason:
                    try:
                        address = store(BytesIO(content))
                    except MediaRefused as refused:
                        reason = refused.args[0]
                _keep(source, address, etag, reason)
                done += not reason
                failed += bool(reason)
    log.info("media_fetched", profile=profile.slug, fetched=done, failed=failed)
    return done, failed


def _wanted(profile: ImportProfile) -> Iterator[list[str]]:
    tried = FetchedMedia.objects.filter(address="", fetched_at__gt=timezone.now() - AGAIN)
    addresses = (
        ProductMedia.objects.filter(product__source=profile, address__startswith="https://")
        .exclude(address__in=tried.values("source"))
        .order_by("address")
        .values_list("address", flat=True)
        .distinct()
    )
    last = ""
    # By key: each batch is done, one way or the other, before the next is asked for.
    while batch := list(addresses.filter(address__gt=last)[:BATCH]):
        yield batch
        last = batch[-1]


def _fetch(source: str) -> tuple[bytes, str, str]:
    try:
        found = outbound.fetch(source, most_bytes=MOST_BYTES)
    except outbound.OutboundRefused as refused:
        return b"", "", refused.args[0]
    return (found.content, found.etag, "") if found else (b"", "", "304")


@transaction.atomic
def _keep(source: str, address: str, etag: str, reason: str) -> None:
    FetchedMedia.objects.update_or_create(
        source=source,
        defaults={
            "address": address,
            "etag": etag,
            "reason": stored(reason) if reason else None,
            "fetched_at": timezone.now(),
        },
    )
    if address:
        here = ProductMedia.objects.filter(address=source)
        Product.objects.filter(pk__in=list(here.values_list("product_id", flat=True)[:10_000])).update(
            updated_at=timezone.now()
        )
        here.update(address=address)
