"""Rows of a CIF as articles; rows of the same part in other languages become one article.

Key of a row is Supplier ID, Supplier Part ID and Supplier Part Auxiliary ID. The auxiliary id carries a
language (the specification's multinational example) or a configuration; articles of this shop have no
configurations, so a second one is refused.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any, cast

from catalog.imports.errors import FileRefused
from catalog.imports.formats.cif import wide
from catalog.imports.formats.cif.header import FALSE, MARK, TRUE, VERSIONS, Header, read_header
from catalog.imports.formats.cif.options import CifOptions
from catalog.imports.formats.cif.prices import Prices
from catalog.imports.formats.cif.units import X12
from catalog.imports.records import (
    Action,
    ArticleRecord,
    FeatureValue,
    FileHeader,
    Media,
    Record,
    Refusal,
)
from catalog.imports.registry import Reading, register
from catalog.imports.source import Source
from catalog.imports.values import (
    LONGEST_NAME,
    NotANumber,
    decimal,
    language,
    shortened,
)
from catalog.wording import said as _

# Where a classification code goes, by the beginning of its domain.
DOMAINS = (("UNSPSC", "unspsc"), ("SPSC", "unspsc"), ("ETIM", "etim_class"), ("ECLASS", "eclass"))
_PAIR = re.compile(r'\s*([^=;{}]+?)\s*=\s*(?:"([^"]*)"|([^;{}]*))\s*(?:;|\Z)')
_LOCALE = re.compile(r"\A[a-z]{2}([-_][A-Za-z]{2})?\Z")
LANGUAGES = ("en", "nl", "fr", "de")
# How a row begins that somebody wrote for people.
REMARK = "#"
# Below the limit of the csv module for one field.
LONGEST_ROW = 100_000


def looks_like_cif(source: Source) -> bool:
    return wide.head(source).removeprefix(MARK).lstrip()[:8].upper() in VERSIONS


@register("cif", label="Ariba CIF 3.0", options=CifOptions, sniff=looks_like_cif)
def read(source: Source, reading: Reading) -> tuple[FileHeader, Iterator[Record]]:
    """The rows come as they are read; ``FileRefused`` where the header is none."""
    options = cast(CifOptions, reading.options)
    with wide.opened(source, counted=False) as stream:
        header = read_header(stream)
    if wide.is_wide(source):
        header = replace(header, charset="utf-8")
    count = header["itemcount"]
    file_header = FileHeader(
        format=f"Ariba CIF {header.version}",
        full=header.full,
        languages=(reading.language,),
        currency=header["currency"].upper() or reading.currency,
        customer=reading.customer if options.unit_price == "net" else "",
        total=int(count) if count.isascii() and count.isdigit() and len(count) < 10 else None,
        notes=header.notes,
    )
    return file_header, _Rows(header, reading, options).records(source)


class _Rows:
    def __init__(self, header: Header, reading: Reading, options: CifOptions) -> None:
        self._header = header
        self._reading = reading
        self._prices = Prices(header, reading, options, self._unit)
        # Articles that were given out, by a digest, with the languages they came in as bits.
        self._seen: dict[int, int] = {}

    def records(self, source: Source) -> Iterator[Record]:
        waiting: ArticleRecord | None = None
        with wide.opened(source) as stream:
            for line, row in self._rows(stream):
                if isinstance(row, Refusal):
                    yield row
                    continue
                for record in self._record(line, row):
                    if not isinstance(record, ArticleRecord):
                        yield record
                    elif waiting is not None and waiting.sku == record.sku:
                        waiting = _together(waiting, record)
                    else:
                        if waiting is not None:
                            yield waiting
                        # Far from its first row, its prices there are not replaced by those here.
                        again = record.action is Action.CHANGE
                        waiting = replace(record, prices=None) if again else record
        if waiting is not None:
            yield waiting

    def _rows(self, stream: IO[bytes]) -> Iterator[tuple[int, dict[str, str] | Refusal]]:
        """Rows as dictionaries with their line in the file; stops at ENDOFDATA."""
        for _line in range(self._header.lines):
            stream.readline()
        text = io.TextIOWrapper(stream, encoding=self._header.charset, errors="replace", newline="")
        names = self._header.names
        lines = _bounded(text, self._header.lines)
        separator = self._header.separator
        found = csv.reader(lines, delimiter=separator, doublequote=True, skipinitialspace=True, strict=False)
        begun = self._header.lines + 1
        ended = False
        count = 0
        for cells in found:
            line, begun = begun, self._header.lines + found.line_num + 1
            if not any(cell.strip() for cell in cells) or cells[0].startswith(REMARK):
                continue
            if cells[0].strip().upper() == "ENDOFDATA" and not any(cell.strip() for cell in cells[1:]):
                ended = True
                break
            count += 1
            if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
                reason = _("The row has %(have)s fields, and there are %(want)s names of fields.")
                texts = {"have": len(cells), "want": len(names)}
                yield line, Refusal(line, cells[1].strip()[:80], "", "", reason % texts)
                continue
            yield line, dict(zip(names, (cell.strip() for cell in cells), strict=False))
        if not ended:
            reason = _("ENDOFDATA is missing; the file may have been cut off.")
            if self._header.full:
                # What a whole catalog does not have any more would be gone.
                raise FileRefused(reason, begun)
            yield begun, Refusal(begun, "", "ENDOFDATA", "", reason, fatal=False)
        said = self._header["itemcount"]
        if said and said.lstrip("0") != str(count):
            reason = _("The file says another number of records than it has; something may be missing.")
            yield begun, Refusal(begun, "", "ITEMCOUNT", f"{said} / {count}", reason, fatal=False)
        text.detach()

    def _record(self, line: int, row: dict[str, str]) -> list[Record]:
        sku = row.get("supplier part id", "")
        if not sku:
            return [Refusal(line, "", "Supplier Part ID", "", _("An article without a number."))]
        delete = row.get("delete", "")
        if delete.lower() in TRUE:
            return [ArticleRecord(line=line, sku=sku, action=Action.DELETE)]
        if delete.lower() not in FALSE:
            return [Refusal(line, sku, "Delete", delete, _("Neither yes nor no."))]
        if self._is_shop(row):
            reason = _("A row that leads to a whole punch-out shop is no article.")
            return [Refusal(line, sku, "PunchOut Enabled", row.get("supplier url", ""), reason)]
        spoken = self._language(row)
        if spoken is None:
            said = row.get("language", "")
            return [Refusal(line, sku, "Language", said, _("The shop does not speak this language."), False)]
        seen, bit = self._seen.get(hash(sku), 0), 1 << LANGUAGES.index(spoken)
        if seen & bit:
            value = row.get("supplier part auxiliary id", "")
            reason = _("The article stood in the file before, in the same language.")
            return [Refusal(line, sku, "Supplier Part Auxiliary ID", value, reason)]
        self._seen[hash(sku)] = seen | bit
        refused: list[Record] = []
        texts = self._texts(row, spoken)
        if not texts["names"]:
            return [Refusal(line, sku, "Item Description", "", _("An article without a name."))]
        unit = self._unit(row.get("unit of measure", ""))
        prices = self._prices.of_row(line, sku, row, unit, refused)
        if seen:
            # What is neither text nor price was said by the first row.
            more = ArticleRecord(line=line, sku=sku, action=Action.CHANGE, prices=prices, **texts)
            return [*refused, more]
        if unit is None:
            reason = _("Nobody knows this unit. Say in the profile what the supplier means by it.")
            return [Refusal(line, sku, "Unit of Measure", row.get("unit of measure", ""), reason)]
        days = row.get("lead time", "")
        if days and not (days.isascii() and days.isdigit()):
            refused.append(Refusal(line, sku, "Lead Time", days, _("Not a number."), fatal=False))
        article = ArticleRecord(
            line=line,
            sku=sku,
            brand=row.get("manufacturer name") or None,
            manufacturer_part_number=row.get("manufacturer part id") or None,
            order_unit=unit,
            price_unit=self._prices.price_unit(row),
            lead_time_days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else None,
            features=tuple(_parameters(row.get("parametric data", ""))),
            media=tuple(_pictures(row)),
            prices=prices,
            **self._classes(line, sku, row, refused),
            **texts,
        )
        return [*refused, article]

    def _is_shop(self, row: dict[str, str]) -> bool:
        """A punch-out row without a price, unless it says that it is one product."""
        if row.get("punchout enabled", "").lower() not in TRUE:
            return False
        level = row.get("punchoutlevel", "").lower()
        return level in ("store", "aisle", "shelf") or (not level and not row.get("unit price"))

    def _language(self, row: dict[str, str]) -> str | None:
        """Of the row, else of an auxiliary id that is a locale, else of the profile."""
        said = row.get("language", "")
        auxiliary = row.get("supplier part auxiliary id", "")
        if not said and _LOCALE.match(auxiliary):
            said = auxiliary
        return language(said) if said else self._reading.language

    def _texts(self, row: dict[str, str], spoken: str) -> dict[str, Any]:
        description, name = row.get("item description", ""), row.get("short name", "")
        long = description if (name and description != name) or len(description) > LONGEST_NAME else ""
        name = shortened(name or description)
        return {
            "names": {spoken: name} if name else {},
            "descriptions": {spoken: long} if long else {},
        }

    def _unit(self, said: str) -> str | None:
        """By the file's own standard; where it names none UN/CEFACT first, as everybody else writes."""
        if not said:
            return self._reading.order_unit or None
        word = said.upper()
        if self._header.un_units is False:
            own = self._reading.unit_aliases.get(said)
            return own or X12.get(word) or self._reading.unit(said)
        return self._reading.unit(said) or (X12.get(word) if self._header.un_units is None else None)

    def _classes(self, line: int, sku: str, row: dict[str, str], refused: list[Record]) -> dict[str, Any]:
        written = row.get("classification codes", "")
        # A code alone is one of the system that the whole file says.
        said = [("UNSPSC", row.get("spsc code", ""))]
        said += _pairs(written) if "=" in written else [(self._header["codeformat"] or "UNSPSC", written)]
        found: dict[str, Any] = {}
        for domain, code in said:
            known = domain.upper().replace("@", "A")  # eCl@ss
            field = next((name for start, name in DOMAINS if known.startswith(start)), None)
            if not code or field is None:
                continue
            plain = code.replace("-", "")
            if field != "etim_class" and not (plain.isascii() and plain.isdigit() and len(plain) == 8):
                reason = _("A class of UNSPSC or eCl@ss has eight digits.")
                refused.append(Refusal(line, sku, "SPSC Code", code, reason, fatal=False))
                continue
            found.setdefault(field, plain)
        return found


def _together(first: ArticleRecord, more: ArticleRecord) -> ArticleRecord:
    """One article of two rows that follow each other: texts and prices of both, the rest of the first."""
    if more.action is not Action.CHANGE:
        return more
    priced = {(price.currency, price.kind) for price in first.prices or ()}
    beside = [price for price in more.prices or () if (price.currency, price.kind) not in priced]
    return replace(
        first,
        names={**more.names, **first.names},
        descriptions={**more.descriptions, **first.descriptions},
        prices=(*first.prices, *beside) if first.prices is not None else None,
    )


def _bounded(text: io.TextIOWrapper, before: int) -> Iterator[str]:
    """Lines of a length that a row may have; a quote that is never closed ends here."""
    number = before
    length = 0
    quotes = 0
    while line := text.readline(LONGEST_ROW):
        number += 1
        quotes += line.count('"')
        length = length + len(line) if quotes % 2 else 0
        if len(line) >= LONGEST_ROW or length > LONGEST_ROW:
            raise FileRefused(_("A field begins with a quote and has no end."), number)
        # A stray quote is escaped as Ariba asks for it, which is not how everybody else does it.
        yield line.replace('\\"', '""').replace("\0", "")


def _pairs(text: str) -> list[tuple[str, str]]:
    """``{ACME=8BE100;UNSPSC="39121601"}`` as pairs."""
    inner = text.strip().removeprefix("{").removesuffix("}")
    return [(name, (quoted or plain).strip()) for name, quoted, plain in _PAIR.findall(inner)]


def _parameters(text: str) -> Iterator[FeatureValue]:
    for name, value in _pairs(text):
        if not value:
            continue
        try:
            yield FeatureValue(name, name, number=decimal(value))
        except NotANumber:
            yield FeatureValue(name, name, value=value)


def _pictures(row: dict[str, str]) -> Iterator[Media]:
    sources = dict.fromkeys(row.get(name, "") for name in ("image", "thumbnail"))
    for position, source in enumerate(sources):
        if source:
            yield Media(source, "picture", position=position)
