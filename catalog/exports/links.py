"""Download links: signed, for one file of one customer, until a moment; revocable, because the row decides.

Whoever has the link gets the file, without signing in: that is what a customer's program needs. So the token
names file and customer together and cannot be altered, and it is never shown in a log (``shop.logs``).
"""

from datetime import UTC, datetime
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from catalog.models import ExportFile

SALT = "catalog.exports.download"
LONGEST_TOKEN = 300


class LinkInvalid(Exception):
    """No link of ours: altered, made up, or of a file that never was."""


class LinkOver(Exception):
    """It was a link of ours, and its file is expired or was revoked."""


class _Claims(NamedTuple):
    key: str
    organisation_id: int
    until: int  # seconds since 1970


def _signer() -> signing.Signer:
    """Without a time of signing: a file has one link, however often it is shown. The end is in the claims."""
    return signing.Signer(salt=SALT)


def download_path(file: ExportFile) -> str:
    """The path of the link, from the root."""
    claims = _Claims(file.key, file.organisation_id, int(file.expires_at.timestamp()))
    return reverse("exports:download", args=[_signer().sign_object(claims)])


def download_url(file: ExportFile, origin: str = "") -> str:
    return (origin or settings.PUBLIC_URL) + download_path(file)


def file_of(token: str) -> ExportFile:
    """The file that a link stands for; raises ``LinkInvalid`` and ``LinkOver``."""
    try:
        claims = _Claims(*_signer().unsign_object(token[:LONGEST_TOKEN]))
    except (signing.BadSignature, TypeError, ValueError):
        raise LinkInvalid from None
    found = ExportFile.objects.select_related("organisation").filter(
        key=claims.key, organisation=claims.organisation_id
    )
    file = found.first()
    if file is None:
        raise LinkInvalid
    over = datetime.fromtimestamp(claims.until, UTC) <= timezone.now()
    if over or not file.downloadable or not file.organisation.active:
        raise LinkOver
    return file
