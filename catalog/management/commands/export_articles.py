"""Writes one customer's article and price file."""

import sys
from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from catalog.exports import ExportOrder, ExportRefused, FormatUnknown, format_slugs, make_export
from customers.models import Organisation


class Command(BaseCommand):
    help = "Writes the articles one customer may see, at his net prices, to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customer", required=True, help="Customer number, such as 100001.")
        parser.add_argument("--format", required=True, choices=format_slugs())
        parser.add_argument("--output", required=True, help="The file; - for standard output.")
        parser.add_argument("--since", help="Only what changed since this day, or moment in ISO 8601.")
        parser.add_argument("--category", action="append", default=[], help="Slug; may be repeated.")
        parser.add_argument("--brand", action="append", default=[], help="Code; may be repeated.")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES])
        parser.add_argument("--origin", default=settings.PUBLIC_URL, help="Scheme and host of links.")
        parser.add_argument("--without-stock", action="store_true")
        parser.add_argument(
            "--levels", action="store_true", help="CIF and cXML Index: entries for the shop and categories."
        )
        parser.add_argument(
            "--every-language", action="store_true", help="BMEcat: texts in every language of the shop."
        )
        parser.add_argument(
            "--agreed-only", action="store_true", help="Only articles with a net price agreed."
        )
        parser.add_argument("--bom", action="store_true", help="CSV: begin with a byte order mark.")
        parser.add_argument("--decimal-comma", action="store_true", help="CSV: write 12,40.")

    def handle(self, *args: Any, **options: Any) -> None:
        customer = Organisation.objects.filter(number=options["customer"]).first()
        if customer is None:
            raise CommandError(f"There is no customer {options['customer']}.")
        order = ExportOrder(
            organisation=customer,
            categories=tuple(options["category"]),
            brands=tuple(options["brand"]),
            since=_moment(options["since"]) if options["since"] else None,
            language=options["language"] or "",
            origin=options["origin"].rstrip("/"),
            with_stock=not options["without_stock"],
            with_levels=options["levels"],
            every_language=options["every_language"],
            agreed_only=options["agreed_only"],
            byte_order_mark=options["bom"],
            decimal_comma=options["decimal_comma"],
        )
        try:
            export = make_export(slug=options["format"], order=order)
        except (ExportRefused, FormatUnknown) as error:
            raise CommandError(str(error)) from error
        if options["output"] == "-":
            for piece in export.content:
                sys.stdout.buffer.write(piece)
            return
        target = Path(options["output"])
        # Whoever fetches the file finds the old one or the new one, never half of it.
        unfinished = target.with_name(f"{target.name}.part")
        try:
            with unfinished.open("wb") as file:
                for piece in export.content:
                    file.write(piece)
            unfinished.replace(target)
        except OSError as error:
            raise CommandError(str(error)) from error
        finally:
            unfinished.unlink(missing_ok=True)
        self.stdout.write(f"{target}: {target.stat().st_size:,} bytes")


def _moment(text: str) -> datetime:
    """The beginning of a day, or a moment; without a zone it is in the shop's."""
    try:
        day = parse_date(text)
        moment = datetime.combine(day, time.min) if day else parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(
            f"“{text}” is neither a day like 2026-11-21 nor a moment like 2026-11-21T09:30:00."
        )
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
