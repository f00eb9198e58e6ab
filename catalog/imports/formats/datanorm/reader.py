"""Reads the files of a Datanorm in their order, .RAB, .WRG, DATANORM, DATPREIS; long texts first.

Articles name their texts by key, and texts stand before or after them. So each file is read twice: once for
its texts, which are kept on disk, once for everything else.
"""

import re
from collections.abc import Iterator
from typing import cast

from django.utils import timezone

from catalog.imports.errors import FileRefused
from catalog.imports.formats.datanorm import metals
from catalog.imports.formats.datanorm.articles import Articles, category_code, renumbered
from catalog.imports.formats.datanorm.encoding import SAMPLE, proposals
from catalog.imports.formats.datanorm.header import Header, read_header
from catalog.imports.formats.datanorm.lines import MARK, Line, lines
from catalog.imports.formats.datanorm.options import DatanormOptions
from catalog.imports.formats.datanorm.prices import Prices
from catalog.imports.formats.datanorm.texts import LongTexts, TextLine
from catalog.imports.formats.datanorm.values import day, whole
from catalog.imports.records import Action, ArticleRecord, CategoryRecord, FileHeader, Record, Refusal
from catalog.imports.registry import Reading, register
from catalog.imports.source import Part, Source, is_media
from catalog.models import Product
from catalog.wording import said as _

# What is read first, by the end or the beginning of the name; discounts and groups before who needs them.
ORDER = (
    re.compile(r"\.rab\Z"),
    re.compile(r"\.(wrg|war)\Z"),
    re.compile(r"\Adatanorm"),
    re.compile(r"\Adatpreis"),
)
BEGINNING = 20
_HEAD = re.compile(rb"\A(\xef\xbb\xbf)?V( [0-9]{6}.{110,}0[3-5]|;0[345]0;)", re.DOTALL)


def looks_like_datanorm(source: Source) -> bool:
    return bool(_HEAD.match(source.head))


@register("datanorm", label="Datanorm 4 / 5", options=DatanormOptions, sniff=looks_like_datanorm)
def read(source: Source, reading: Reading) -> tuple[FileHeader, Iterator[Record]]:
    """Raises ``FileRefused`` for another customer's file, and while it is not known which code page it is."""
    options = cast(DatanormOptions, reading.options)
    parts = ordered(source)
    notes = _check_encoding(source, parts, options)
    headers = {part.path: _header(source, part, options) for part in parts}
    customers = {header.customer for header in headers.values() if header.customer}
    _check_customer(customers, reading, options)
    first = next(iter(headers.values()))
    customer = reading.customer or next(iter(sorted(customers)), "")
    currency = first.currency or reading.currency
    if not currency:
        raise FileRefused(_("Neither the file nor the profile says a currency."), 1)
    kinds = ", ".join(dict.fromkeys(f"Datanorm {header.version}" for header in headers.values()))
    header = FileHeader(
        format=kinds,
        full=options.full,
        catalog=first.title,
        languages=(reading.language,),
        currency=currency,
        customer=customer,
        notes=tuple(notes),
    )
    return header, _records(source, parts, headers, reading, options, currency, customer)


def _without_article() -> str:
    return _("This record belongs to an article record in front of it, and there is none.")


def ordered(source: Source) -> list[Part]:
    """The parts to read, in the order of their kinds and then of their names.

    What else lies in the zip, such as a letter, is left.
    """

    def place(part: Part) -> tuple[int, str]:
        name = part.name.casefold()
        found = (number for number, kind in enumerate(ORDER) if kind.search(name))
        return next(found, 2), name

    found = [part for part in source.parts if not is_media(part.name)]
    if not found:
        raise FileRefused(_("There is nothing to read in the file."))
    return sorted([part for part in found if _begins(source, part)] or found, key=place)


def _begins(source: Source, part: Part) -> bool:
    """Whether the part begins as a Datanorm does."""
    with source.open(part, counted=False) as stream:
        return stream.read(64).removeprefix(MARK).lstrip()[:2].upper() in (b"V ", b"V;")


def _check_encoding(source: Source, parts: list[Part], options: DatanormOptions) -> list[str]:
    if options.encoding:
        return []
    for part in parts:
        with source.open(part, counted=False) as stream:
            while piece := stream.read(SAMPLE):
                if piece.isascii():
                    continue
                shown = "; ".join(
                    f"{each.encoding}: “{each.excerpt}” ({each.score} %)" for each in proposals(piece)
                )
                raise FileRefused(
                    _("Choose the code page of the file %(name)s in the profile. It could be %(found)s.")
                    % {"name": part.name, "found": shown}
                )
    return []


def _header(source: Source, part: Part, options: DatanormOptions) -> Header:
    with source.open(part, counted=False) as stream:
        found: list[Line] = []
        for line in lines(stream, options.encoding):
            found.append(line)
            if len(found) == BEGINNING:
                break
    return read_header(found)


def _check_customer(customers: set[str], reading: Reading, options: DatanormOptions) -> None:
    expected = options.customer_number or reading.customer
    wrong = sorted(each for each in customers if expected and each.lstrip("0") != expected.lstrip("0"))
    if wrong and not options.any_customer:
        raise FileRefused(
            _("The file was made for customer %(said)s, not for %(expected)s.")
            % {"said": wrong[0], "expected": expected}
        )
    if len(customers) > 1 and not options.any_customer:
        raise FileRefused(_("The files were made for several customers: %s.") % ", ".join(sorted(customers)))


def _records(
    source: Source,
    parts: list[Part],
    headers: dict[str, Header],
    reading: Reading,
    options: DatanormOptions,
    currency: str,
    customer: str,
) -> Iterator[Record]:
    groups: dict[str, tuple[str, str]] = {}
    with LongTexts() as texts:
        texts.keep(_all_texts(source, parts, headers, options))
        for part in parts:
            header = headers[part.path]
            prices = Prices(header, currency, customer)
            prices.groups = groups
            articles = Articles(header, reading, options, texts, prices)
            with source.open(part) as stream:
                yield from _File(header, articles, prices, reading).records(lines(stream, options.encoding))
        for sku, number in texts.untaken("Z"):
            yield Refusal(number, sku, "Z", "", _without_article(), fatal=False)


def _all_texts(
    source: Source, parts: list[Part], headers: dict[str, Header], options: DatanormOptions
) -> Iterator[TextLine]:
    for part in parts:
        with source.open(part, counted=False) as stream:
            for line in lines(stream, options.encoding):
                if line.kind in ("T", "D") or (line.kind == "E" and headers[part.path].version == 4):
                    yield from _text_lines(line, headers[part.path].version)
                elif line.kind == "Z" and metals.is_raw_material(line, headers[part.path].version):
                    raw = metals.raw_material(line, headers[part.path].version)
                    if raw is not None:
                        yield TextLine("Z", line.field(3), line.number, metals.kept(raw))


def _text_lines(line: Line, version: int) -> Iterator[TextLine]:
    """Version 4 has two lines of 40 characters in a record, version 5 one."""
    key = line.field(3)
    if line.kind == "D":
        # Number and flag of the line; then in version 4 the key of a text that stands here before the text
        # itself, in version 5 behind it.
        for start in (4, 8) if version == 4 else (4,):
            number = whole(line.field(start))
            if number is not None:
                insert, text = (start + 2, start + 3) if version == 4 else (start + 3, start + 2)
                yield TextLine("D", key, number, _as_written(line, text), line.field(insert))
    elif version == 5:
        yield TextLine("T", key, whole(line.field(5)) or 0, _as_written(line, 6))
    else:
        for start in (5, 8):
            number = whole(line.field(start))
            if number is not None:
                yield TextLine(line.kind, key, number, _as_written(line, start + 2))


def _as_written(line: Line, position: int) -> str:
    return line.fields[position - 1] if position <= len(line.fields) else ""


class _File:
    """The records of one file, in its order; an article waits for its second record (B of version 4)."""

    def __init__(self, header: Header, articles: Articles, prices: Prices, reading: Reading) -> None:
        self._header = header
        self._articles = articles
        self._prices = prices
        self._reading = reading
        self._full = cast(DatanormOptions, reading.options).full
        self._waiting: Line | None = None
        self._count = 0
        self._ended = False
        self._mains: set[str] = set()

    def records(self, found: Iterator[Line]) -> Iterator[Record]:
        for line in found:
            self._count += 1
            version = self._header.version
            if version == 4 and line.kind == "B" and self._belongs(line):
                yield from self._article(line)
                continue
            yield from self._article(None)
            match line.kind:
                case "A":
                    self._waiting = line
                case "B" if version == 5:
                    yield from self._gone(line)
                case "P":
                    yield from self._prices.changed(line)
                case "R":
                    yield from self._discount(line)
                case "S":
                    yield from self._groups(line)
                case "Z" if metals.is_raw_material(line, version) and metals.raw_material(line, version):
                    continue  # kept with the texts, for its article
                case "Z":
                    yield from self._prices.scale(line)
                case "C" if line.field(3).upper() == "TERMIN-1":
                    yield from self._valid_from(line)
                case "E" if version == 5:
                    yield from self._end(line)
                case "V" | "K" | "T" | "D" | "E" | "C" | "G" | "J":
                    continue
                case kind:
                    reason = (
                        _without_article() if kind == "B" else _("No record of Datanorm begins with this.")
                    )
                    yield Refusal(line.number, "", kind[:20], ";".join(line.fields)[:80], reason, fatal=False)
        yield from self._article(None)
        if self._header.version == 5 and not self._ended:
            reason = _("The end record is missing; the file may have been cut off.")
            if self._full:
                # What a whole catalog does not have any more would be gone.
                raise FileRefused(reason, self._count)
            yield Refusal(self._count, "", "E", "", reason, fatal=False)

    def _belongs(self, line: Line) -> bool:
        return self._waiting is not None and self._waiting.field(3) == line.field(3)

    def _article(self, more: Line | None) -> list[Record]:
        if self._waiting is None:
            return []
        waiting, self._waiting = self._waiting, None
        return self._articles.record(waiting, more)

    def _gone(self, line: Line) -> Iterator[Record]:
        """Version 5: ``B;L;no;successor;date`` deletes, ``B;A;old;new`` renumbers."""
        sku = line.field(3)
        if line.field(2).upper() == "L" and sku:
            successor, until = line.field(4) or None, day(line.field(5))
            if until is not None and until > timezone.localdate():
                # Sold until then: the file that follows does not have it any more.
                status = Product.Status.RUN_OUT.value
                yield ArticleRecord(line.number, sku, Action.CHANGE, status=status, successor=successor)
            else:
                yield ArticleRecord(line.number, sku, Action.DELETE, successor=successor)
            return
        if line.field(2).upper() == "A" and sku:
            yield renumbered(line.number, sku, line.field(4), "B")
            return
        reason = _("Neither gone (L) nor another number (A).")
        yield Refusal(line.number, sku, "B", line.field(2), reason)

    def _discount(self, line: Line) -> Iterator[Record]:
        start = 3 if self._header.version == 4 else 2
        group, kind, value = (line.field(start + n) for n in range(3))
        if not group or whole(value) is None or kind not in ("1", "2", "3"):
            yield Refusal(line.number, group, "R", f"{kind} {value}", _("Not a discount."), fatal=False)
        else:
            self._prices.groups[group] = (kind, value)

    def _groups(self, line: Line) -> Iterator[Record]:
        start = 3 if self._header.version == 4 else 2
        if self._header.version == 4:
            main, title, group, name = (line.field(start + n) for n in range(4))
        else:
            main, group, name = (line.field(start + n) for n in range(3))
            title = "" if group else name
        language = self._reading.language
        if main and (title or not group) and main not in self._mains:
            self._mains.add(main)
            yield CategoryRecord(line=line.number, code=main, names={language: title or main})
        if group and name:
            if main and main not in self._mains:
                self._mains.add(main)
                yield CategoryRecord(line=line.number, code=main, names={language: main})
            code = category_code(main, group)
            yield CategoryRecord(line=line.number, code=code, names={language: name}, parent=main)
        elif not main:
            yield Refusal(line.number, group, "S", name, _("A category without a number or a name."))

    def _valid_from(self, line: Line) -> Iterator[Record]:
        self._prices.valid_from = day(line.field(4))
        if self._prices.valid_from is None:
            yield Refusal(line.number, "", "TERMIN-1", line.field(4), _("Not a date."), fatal=False)

    def _end(self, line: Line) -> Iterator[Record]:
        self._ended = True
        said = whole(line.field(2))
        # Some count the end record itself, some do not.
        if not line.field(2):
            return  # ABB's files end with a bare E
        if said is None or said not in (self._count, self._count - 1):
            reason = _("The file says another number of records than it has; something may be missing.")
            value = f"{line.field(2)} / {self._count}"
            yield Refusal(line.number, "", "E", value, reason, fatal=False)
