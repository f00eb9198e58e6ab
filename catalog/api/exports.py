"""Whole article and price files by web service, streamed; what it costs is why each key has few an hour."""

from collections.abc import Iterator
from typing import ClassVar

from django.conf import settings
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api import answers
from catalog.api.base import PRICED, Service
from catalog.api.problems import NamesNothing, NotExportable
from catalog.api.questions import ExportQuery, Question
from catalog.api.schema import described, described_file
from catalog.api.throttling import PerKey
from catalog.exports import (
    ExportOrder,
    ExportRefused,
    FieldUnknown,
    Format,
    FormatUnknown,
    file_name,
    find_format,
    make_export,
)
from catalog.exports.links import download_url
from catalog.models import ExportFile
from customers.models import ApiKey

MOST_FILES = 100


class ExportsPerKey(PerKey):
    """So many files an hour for each key, beside the requests a minute."""

    name = "api-exports"
    window_seconds = 3600

    @property
    def limit(self) -> int:
        return settings.API_EXPORTS_PER_HOUR


class ExportFilesService(Service):
    scope: ClassVar[str] = ApiKey.Scope.PRICES
    cache_control = PRICED
    http_method_names = ["get", "head"]

    @described(
        "export_files_read", "prices", "Files that were made by schedule", Question, answers.ExportFiles
    )
    def get(self, request: Request) -> Response:
        """Your scheduled files that can be fetched now, the newest first, each with its link.

        A link needs no key and works until it expires; a file of only changes follows the one before it.
        """
        self.query(Question)
        ready = ExportFile.objects.filter(
            organisation=self.organisation,
            status=ExportFile.Status.READY,
            revoked_at__isnull=True,
            expires_at__gt=timezone.now(),
        )
        files = [
            {
                "name": file.filename,
                "format": file.format,
                "bytes": file.size,
                "complete": file.since is None,
                "finished_at": file.finished_at.isoformat() if file.finished_at else None,
                "expires_at": file.expires_at.isoformat(),
                "url": download_url(file, self.origin),
            }
            for file in ready.order_by("-id")[:MOST_FILES]
        ]
        return self.answer({"files": files})


class ExportService(Service):
    scope: ClassVar[str] = ApiKey.Scope.PRICES
    cache_control = PRICED
    throttle_classes = [PerKey, ExportsPerKey]
    http_method_names = ["get", "head"]

    @described_file("export_read", "prices", "All articles and net prices as a file", ExportQuery)
    def get(self, request: Request, format_slug: str) -> HttpResponseBase:
        """Every article you may see, at your net prices, in one file: `csv`, `xlsx`, `dbf`, `bmecat`,
        `datanorm-4` and others.

        The file begins at once and is never held whole; `xlsx`, `dbf` and Datanorm begin when all of it is
        written. `cif` and `cxml-index` are level-2 catalogs, for networks that punch out to single articles.
        Stock is in the file when the key may read stock. With `since` it holds what changed, and names what
        went; take a complete file now and then, because stock is no change.
        """
        order = self._order(self.query(ExportQuery))
        try:
            export = make_export(slug=format_slug, order=order)
        except FormatUnknown:
            raise Http404 from None
        except FieldUnknown as error:
            raise NamesNothing.parameter(error.field, f"There is no such {error.field}.") from None
        except ExportRefused as error:
            raise NotExportable(str(error)) from None
        return _download(export.format, export.filename, order, export.content)

    def head(self, request: Request, format_slug: str) -> HttpResponseBase:
        """Whether there is such a file, without making it."""
        order = self._order(self.query(ExportQuery))
        try:
            chosen = find_format(format_slug)
        except FormatUnknown:
            raise Http404 from None
        return _download(chosen, file_name(chosen, order), order, iter(()))

    def _order(self, asked: ExportQuery) -> ExportOrder:
        assert isinstance(self.request.auth, ApiKey)
        return ExportOrder(
            organisation=self.organisation,
            categories=tuple(asked.category),
            brands=tuple(asked.brand),
            since=asked.since,
            language=self.language(asked),
            origin=self.origin,
            agreed_only=asked.agreed,
            every_language=asked.every_language,
            with_levels=asked.levels,
            with_stock=ApiKey.Scope.STOCK in self.request.auth.scopes,
            byte_order_mark=asked.bom,
            decimal_comma=asked.decimal == "comma",
        )


def _download(
    chosen: Format, filename: str, order: ExportOrder, content: Iterator[bytes]
) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=chosen.media_type)
    response["Content-Disposition"] = content_disposition_header(True, filename) or ""
    response["Content-Language"] = order.written_language
    return response
