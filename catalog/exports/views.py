"""Hands out an exported file to whoever has its link."""

import hashlib

import structlog
from django.conf import settings
from django.db.models import F
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.exports.links import LinkInvalid, LinkOver, file_of
from catalog.exports.registry import FormatUnknown, find_format
from catalog.exports.schedules import path_of
from catalog.exports.throttle import allowed
from catalog.models import ExportFile
from customers.senders import remote_address

log = structlog.get_logger(__name__)
HOUR = 3600


@require_safe
def download(request: HttpRequest, token: str) -> HttpResponseBase:
    """404 for a link that is none of ours, 410 for one whose time is over, 429 for too many."""
    # Of an address and of a link: neither guessing nor fetching again and again costs the shop much.
    address = remote_address(request)
    link = hashlib.sha256(token.encode()).hexdigest()[:24]
    limit = settings.EXPORT_DOWNLOADS_PER_HOUR
    if not (
        allowed(f"export-link:{link}", limit=limit, seconds=HOUR)
        and allowed(f"export-address:{address}", limit=10 * limit, seconds=HOUR)
    ):
        return _refused(request, "throttled", 429)
    try:
        file = file_of(token)
        content = path_of(file).open("rb")
        media_type = find_format(file.format).media_type
    except LinkInvalid:
        raise Http404 from None
    except (LinkOver, FileNotFoundError, FormatUnknown):
        return _refused(request, "over", 410)
    response = FileResponse(content, as_attachment=True, filename=file.filename, content_type=media_type)
    if request.method == "GET":
        ExportFile.objects.filter(pk=file.pk).update(
            downloads=F("downloads") + 1, downloaded_at=timezone.now()
        )
        log.info("export_downloaded", file=file.pk, organisation=file.organisation_id)
    return _private(response)


def _refused(request: HttpRequest, why: str, status: int) -> HttpResponseBase:
    response = render(request, "catalog/download_refused.html", {"why": why}, status=status)
    if status == 429:
        response["Retry-After"] = str(HOUR)
    return _private(response)


def _private(response: HttpResponseBase) -> HttpResponseBase:
    """Net prices are kept by nobody on the way, and found by no search engine."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
