"""Reads a BMEcat of any size once, from the first to the last line, holding one article at a time."""

from collections.abc import Iterator
from typing import IO, Any, cast

from lxml import etree

from catalog.imports.errors import FileRefused
from catalog.imports.formats.bmecat.articles import NUMBERS, ArticleReader
from catalog.imports.formats.bmecat.header import Header, read_header
from catalog.imports.formats.bmecat.nodes import Node, child_text, children, language_said, line, name, text
from catalog.imports.formats.bmecat.options import BmecatOptions
from catalog.imports.records import (
    Action,
    CategoryLink,
    CategoryRecord,
    FileHeader,
    Record,
    Refusal,
)
from catalog.imports.registry import Reading, register
from catalog.imports.repaired import Repaired
from catalog.imports.source import Source
from catalog.imports.values import language
from catalog.wording import said as _

TRANSACTIONS = {
    "T_NEW_CATALOG": "new catalog",
    "T_NEW_PRODUCTDATA": "new catalog without prices",
    "T_UPDATE_PRODUCTS": "product update",
    "T_UPDATE_PRICES": "price update",
}
ITEMS = ("ARTICLE", "PRODUCT")
MAPS = ("ARTICLE_TO_CATALOGGROUP_MAP", "PRODUCT_TO_CATALOGGROUP_MAP")
# These are children of a transaction and not read, or read further down.
_UNREAD = ("CATALOG_GROUP_SYSTEM", "CLASSIFICATION_SYSTEM", "FEATURE_SYSTEM", "FORMULAS", "IPP_DEFINITIONS")
KNOWN = frozenset((*ITEMS, *MAPS, *_UNREAD, "USER_DEFINED_EXTENSIONS", ""))
MODES = {"new": Action.REPLACE, "update": Action.REPLACE, "delete": Action.DELETE}
# The parent of a root; some leave it empty, some name the root itself.
NO_PARENT = ("", "0")
# A classification of a supplier's own has hundreds of properties, eCl@ss in full some ten thousand.
MOST_TEMPLATES = 200_000
_TEMPLATES = ("CLASSIFICATION_SYSTEM_FEATURE_TEMPLATE", "CLASSIFICATION_GROUP_FEATURE_TEMPLATE")
_TAGS = [
    f"{{*}}{tag}"
    for tag in (
        "BMECAT", "BMEcat", "HEADER", *TRANSACTIONS, *ITEMS, *MAPS, "CATALOG_STRUCTURE",
        "CLASSIFICATION_GROUP", "FEATURE_GROUP", *_TEMPLATES,
    )
]  # fmt: skip
Events = Iterator[tuple[str, Any]]
_UNDECLARED = etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE


def looks_like_bmecat(source: Source) -> bool:
    # UTF-16 has zeros between.
    head = source.head.replace(b"\0", b"").upper()
    return b"<BMECAT" in head or b":BMECAT" in head or b"<!DOCTYPE BMECAT" in head


@register("bmecat", label="BMEcat 1.2 / 2005 / ETIM", options=BmecatOptions, sniff=looks_like_bmecat)
def read(source: Source, reading: Reading) -> tuple[FileHeader, Iterator[Record]]:
    """The header at once; the records keep the file open until the last was taken."""
    options = cast(BmecatOptions, reading.options)
    opened = source.open()
    stream = opened.__enter__()
    try:
        document = _Document(stream, reading, options)
        header = document.begin()
    except BaseException:
        opened.__exit__(None, None, None)
        raise

    def records() -> Iterator[Record]:
        try:
            yield from document.records()
        finally:
            opened.__exit__(None, None, None)

    return header, records()


class _Document:
    def __init__(self, stream: IO[bytes], reading: Reading, options: BmecatOptions) -> None:
        self._repaired = Repaired(stream)
        self._reading = reading
        self._options = options
        self._header = Header()
        self._transaction = ""
        self._templates: dict[str, str] = {}
        self._notes: tuple[str, ...] = ()
        # Nothing is executed: no entity is replaced, no DTD is read, nothing is fetched. The limits of
        # libxml2 on the size of texts are lifted, since nothing can make a text larger than the file.
        self._parser = etree.iterparse(
            self._repaired,
            events=("start", "end"),
            tag=_TAGS,
            encoding="utf-8",
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            attribute_defaults=False,
            huge_tree=True,
            remove_comments=True,
            remove_pis=True,
        )
        self._events: Events = _guarded(self._parser)

    def begin(self) -> FileHeader:
        """Everything until the transaction begins; raises ``FileRefused`` for what is no BMEcat."""
        version = ""
        for event, node in self._events:
            tag = name(node)
            if event == "start":
                if not version and tag.upper() != "BMECAT":
                    raise FileRefused(_("The file is no BMEcat: it begins with %s.") % tag[:40], line(node))
                version = version or node.get("version") or "?"
                if tag in TRANSACTIONS:
                    self._transaction = tag
                    return self._file_header(version, node)
            elif tag == "HEADER":
                self._header = read_header(node, self._reading, self._options)
                node.clear()
        raise FileRefused(
            _("The file has no catalog in it: neither T_NEW_CATALOG nor an update.")
            if version
            else _("The file is no BMEcat.")
        )

    def _file_header(self, version: str, node: Node) -> FileHeader:
        header = self._header
        updates = self._transaction.startswith("T_UPDATE")
        notes = [
            _("%s characters could not be read and became �.") % self._repaired.unreadable
            if self._repaired.unreadable
            else "",
            _undeclared_prefix() if self._undeclared() else "",
        ]
        self._notes = tuple(note for note in notes if note)
        previous = self._previous(node) if updates else None
        title = f"BMEcat {version}" + (f", ETIM {header.etim}" if header.etim else "")
        return FileHeader(
            format=f"{title}, {TRANSACTIONS[self._transaction]}",
            full=not updates and not self._options.only_texts,
            previous_version=previous,
            catalog=header.catalog,
            version=header.version,
            languages=header.languages,
            currency=header.currency,
            customer=header.buyer,
            notes=self._notes,
        )

    def _previous(self, node: Node) -> int | None:
        """How many updates were sent before this one; raises ``FileRefused`` when one of them is missing.

        BMEcat 1.2: the first update after a new catalog says 0.
        """
        said = node.get("prev_version", "").strip()
        if not (said.isascii() and said.isdigit() and len(said) < 10):
            if self._options.any_version or not said:
                return None
            raise FileRefused(_("prev_version of an update is a number, not “%s”.") % said[:20], line(node))
        last = self._reading.last_version
        if last is not None and int(said) != last and not self._options.any_version:
            raise FileRefused(
                _(
                    "This update follows number %(said)s, but the last one that was imported is number "
                    "%(last)s. Ask for the updates between, or for a whole catalog."
                )
                % {"said": said, "last": last},
                line(node),
            )
        return int(said)

    def records(self) -> Iterator[Record]:
        articles = ArticleReader(self._header, self._reading, self._options, self._templates)
        for event, node in self._events:
            if event == "start":
                continue
            self._repaired.taken()
            tag = name(node)
            parent = node.getparent()
            if tag in ITEMS and parent is not None and name(parent) == self._transaction:
                yield from self._item(node, articles)
            elif tag in MAPS:
                yield from _link(node)
            elif tag == "CATALOG_STRUCTURE":
                yield from self._category(node)
            elif tag in _TEMPLATES:
                self._template(node)
            elif tag == self._transaction:
                yield from _strays(node)
            elif tag in ITEMS or tag not in ("CLASSIFICATION_GROUP", "FEATURE_GROUP"):
                continue
            node.clear(keep_tail=True)
            if parent is None or name(parent) in ITEMS:
                # Some say an article's category inside of it: what stands before that is still to be read.
                continue
            if tag in ITEMS or tag in MAPS or tag == "CATALOG_STRUCTURE":
                yield from _forget_before(node, parent)
        if self._repaired.unreadable or self._repaired.removed:
            yield Refusal(
                0,
                "",
                "",
                f"{self._repaired.unreadable} / {self._repaired.removed}",
                _("So many characters could not be read, or may not stand in XML; they were replaced."),
                fatal=False,
            )
        yield from articles.passed_over()
        undeclared = self._undeclared()
        if undeclared and _undeclared_prefix() not in self._notes:
            yield Refusal(undeclared, "", "xmlns", "", _undeclared_prefix(), fatal=False)

    def _undeclared(self) -> int:
        """The line of the first prefix that nobody has declared so far; zero when there is none."""
        return next((each.line for each in self._parser.error_log if each.type == _UNDECLARED), 0)

    def _item(self, node: Node, articles: ArticleReader) -> Iterator[Record]:
        if self._transaction == "T_UPDATE_PRICES":
            yield from articles.prices(node)
            return
        action = Action.REPLACE
        if self._transaction == "T_UPDATE_PRODUCTS":
            mode = node.get("mode", "update").strip().lower()
            if mode not in MODES:
                number = child_text(node, "SUPPLIER_AID", "SUPPLIER_PID")
                yield Refusal(line(node), number, "mode", mode, _("Neither new nor update nor delete."))
                return
            action = MODES[mode]
        elif node.get("mode", "").strip().lower() == "delete":
            # No new catalog needs it, and some name there what they no longer sell.
            action = Action.DELETE
        yield from articles.article(node, action)

    def _category(self, node: Node) -> Iterator[Record]:
        code, parent = child_text(node, "GROUP_ID"), child_text(node, "PARENT_ID")
        names: dict[str, str] = {}
        for each in children(node, "GROUP_NAME"):
            said = language_said(each)
            spoken = language(said) if said else self._header.language
            if spoken and (written := text(each)):
                names.setdefault(spoken, written)
        if not code or not names:
            reason = _("A category without a number or a name.")
            yield Refusal(line(node), code, "GROUP_ID", "", reason)
            return
        order = child_text(node, "GROUP_ORDER")
        top = parent in NO_PARENT or parent == code or node.get("type") == "root"
        yield CategoryRecord(
            line=line(node),
            code=code,
            names=names,
            parent="" if top else parent,
            position=int(order) if order.isascii() and order.isdigit() and len(order) < 9 else 0,
        )

    def _template(self, node: Node) -> None:
        """Names of properties that articles give by their number (FT_IDREF)."""
        number = child_text(node, "FT_ID")
        if number and len(self._templates) < MOST_TEMPLATES:
            self._templates.setdefault(number, child_text(node, "FT_NAME"))


def _guarded(events: Any) -> Events:
    """What the parser cannot read refuses the file, at its line.

    A prefix that nobody declared (``xsi:schemaLocation`` without its ``xmlns:xsi``) is none of that: libxml2
    goes on, and complains when all was read.
    """
    try:
        yield from events
    except etree.XMLSyntaxError as error:
        fatal = [each for each in events.error_log if each.level == etree.ErrorLevels.FATAL]
        if not fatal and any(each.type == _UNDECLARED for each in events.error_log):
            return
        reason, line = (fatal[0].message, fatal[0].line) if fatal else (error.msg, error.lineno)
        raise FileRefused(_("The XML is broken: %s") % reason, line) from error


def _undeclared_prefix() -> str:
    return _("The file uses a prefix that it does not declare; it was read as if it did.")


def _link(node: Node) -> Iterator[Record]:
    number, group = child_text(node, "ART_ID", "PROD_ID"), child_text(node, "CATALOG_GROUP_ID")
    number = number or child_text(node.getparent(), *NUMBERS)
    if number and group:
        yield CategoryLink(line(node), number, group, remove=node.get("mode") == "delete")
    else:
        reason = _("A place in the tree without its article or its category.")
        yield Refusal(line(node), number, "CATALOG_GROUP_ID", group, reason)


def _forget_before(node: Node, parent: Node) -> Iterator[Record]:
    """Takes what came before out of the tree, so that it does not grow with the file."""
    while node.getprevious() is not None:
        first = parent[0]
        yield from _stray(first)
        parent.remove(first)


def _strays(transaction: Node) -> Iterator[Record]:
    for node in transaction:
        yield from _stray(node)


def _stray(node: Node) -> Iterator[Record]:
    parent = node.getparent()
    if parent is None or name(parent) not in TRANSACTIONS or name(node) in KNOWN:
        return
    yield Refusal(line(node), "", name(node), "", _("An element that belongs into an article stands alone."))
