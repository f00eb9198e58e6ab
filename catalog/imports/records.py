"""What every import format turns its file into, one record at a time; no format's own words beyond here.

A reader yields ``ArticleRecord``, ``PriceRecord``, ``StockRecord``, ``CategoryRecord`` and ``Refusal`` in the
order of the file and holds no more than one of them in memory. Categories may come after the articles that
name them. Nothing is guessed: a unit, currency or language that the file does not give comes from the import
profile or makes a ``Refusal``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple


class Action(StrEnum):
    """What a record wants of the article it names."""

    REPLACE = "replace"  # the whole article as the record says; what it leaves out becomes empty
    CHANGE = "change"  # only the fields that are given
    DELETE = "delete"  # the article is not sold any more


class PriceKind(StrEnum):
    LIST = "list"  # list price, without VAT
    NET = "net"  # net price of the customer the file was made for


class Refusal(NamedTuple):
    """A record, or a field of it, that was not taken, for the list an operator downloads.

    ``fatal``: the whole record was left out; otherwise only the field was.
    """

    line: int  # of the file, from 1; for XML the line on which the element begins
    record: str  # what it was about: mostly the article number
    field: str  # as the format calls it: PRICE_AMOUNT, column "Unit"
    value: str
    reason: str
    fatal: bool = True


class FeatureValue(NamedTuple):
    """One property of an article. ``code`` is ETIM's or eCl@ss's where there is one, else the name.

    A range has ``number`` and ``upper``. ``value`` is a code (ETIM ``EV…``) or a text.
    """

    code: str
    name: str = ""
    value: str = ""
    number: Decimal | None = None
    upper: Decimal | None = None
    unit: str = ""  # as the file says it


class Media(NamedTuple):
    source: str  # absolute address, or a name inside the file's zip
    kind: str  # picture | document
    title: str = ""
    position: int = 0


class Reference(NamedTuple):
    sku: str
    kind: str  # successor | accessory | spare part | similar | mandatory | consists of | other unit | other
    quantity: Decimal | None = None


class MetalContent(NamedTuple):
    """Metal that is paid by the day's quotation: kilograms in ``per`` order units."""

    metal: str  # CU, AL, AG, PB … (chemical symbol)
    weight: Decimal
    per: int
    base: Decimal | None = None  # already in the price, in the catalog's currency per 100 kg


class Levy(NamedTuple):
    """An eco-contribution per order unit, as its own amount: Recupel, Bebat, Auvibel."""

    scheme: str
    amount: Decimal
    currency: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class PriceRecord:
    """A price per ``price_unit`` order units, without VAT; ``None``: per the article's own price unit.

    Price files (Datanorm 4 P, BMEcat T_UPDATE_PRICES) leave that to the catalog before them.
    """

    line: int
    sku: str
    amount: Decimal
    currency: str
    price_unit: int | None = 1
    kind: PriceKind = PriceKind.LIST
    minimum_quantity: Decimal = Decimal(0)  # order units from which it holds
    valid_from: date | None = None
    valid_until: date | None = None  # inclusive
    customer: str = ""  # number of the customer, for ``NET``
    territories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceWithdrawn:
    """The list price of the article holds no more, and ``customer``'s net prices neither: on request.

    ``only_net``: what the list price is, the file does not say.
    """

    line: int
    sku: str
    customer: str = ""
    only_net: bool = False


@dataclass(frozen=True, slots=True)
class Renumbering:
    """The article is the same as before under another number."""

    line: int
    sku: str
    target: str


@dataclass(frozen=True, slots=True)
class StockRecord:
    line: int
    sku: str
    site: str  # code of the site; empty: the profile's
    quantity: Decimal  # order units
    next_date: date | None = None
    next_quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CategoryRecord:
    """A node of the file's own tree. ``code`` and ``parent`` are the file's; the root's parent is empty."""

    line: int
    code: str
    names: Mapping[str, str]  # by language: nl, fr, de, en
    parent: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """An article as the file has it. ``None`` (and an empty mapping): the file says nothing about it."""

    line: int
    sku: str
    action: Action = Action.REPLACE
    names: Mapping[str, str] = field(default_factory=dict)  # by language
    descriptions: Mapping[str, str] = field(default_factory=dict)
    gtin: str | None = None
    brand: str | None = None
    manufacturer_part_number: str | None = None
    categories: tuple[str, ...] = ()  # codes of CategoryRecord; the first is used
    status: str | None = None  # a value of ``Product.Status``
    order_unit: str | None = None  # UN/CEFACT Rec 20 or 21 without X
    content_quantity: Decimal | None = None
    content_unit: str | None = None
    price_unit: int | None = None
    minimum_quantity: Decimal | None = None
    quantity_step: Decimal | None = None
    unspsc: str | None = None
    etim_class: str | None = None
    eclass: str | None = None
    lead_time_days: int | None = None  # working days
    discount_group: str | None = None
    successor: str | None = None  # an article number
    customer_number: str | None = None  # what the customer of the file calls it
    keywords: tuple[str, ...] | None = None
    features: tuple[FeatureValue, ...] | None = None
    media: tuple[Media, ...] | None = None
    references: tuple[Reference, ...] | None = None
    metals: tuple[MetalContent, ...] | None = None
    levies: tuple[Levy, ...] | None = None
    prices: tuple[PriceRecord, ...] | None = None  # replace all prices of the article that this file gives


class CategoryLink(NamedTuple):
    """An article's place in the tree, where the file says it apart from the article (BMEcat maps)."""

    line: int
    sku: str
    category: str
    remove: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """Rows for a staging table that a reader has made and checked itself, many at a time.

    ``rows`` makes them when it hears the number of the first; ``records`` is how many numbers they take.
    """

    table: str
    records: int
    rows: Callable[[int], Iterator[tuple[Any, ...]]]


Record = (
    Ready | ArticleRecord | PriceRecord | PriceWithdrawn | Renumbering | StockRecord | CategoryRecord
    | CategoryLink | Refusal
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileHeader:
    """What a file says of itself, read before its first record; compared with the profile."""

    format: str  # as shown: "BMEcat 2005.1, new catalog"
    full: bool = True  # a full catalog: what is not in it is gone, as the profile's policy says
    previous_version: int | None = None  # BMEcat updates: counts from 0 after the new catalog
    catalog: str = ""
    version: str = ""
    languages: tuple[str, ...] = ()
    currency: str = ""
    customer: str = ""  # the customer that the file was made for
    total: int | None = None  # records it announces
    notes: tuple[str, ...] = ()  # what was forgiven
