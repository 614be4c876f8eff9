"""What a report is: totals, and what they are made of. Read this before adding one."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.functional import Promise as LazyText

Text = str | LazyText


class NoSuchRow(LookupError):
    """There is no row by that key."""


@dataclass(frozen=True)
class Slice:
    """The part of the ledger that is looked at: a half-open period, and one row of a cut in it."""

    since: datetime
    until: datetime
    cut: str = ""
    key: str = ""  # of the row; empty: all of the period


@dataclass(frozen=True)
class Figures:
    """Totals; amounts in minor units of the shop's currency."""

    count: int
    customers: int
    amount: int
    due: int  # what is still open on what was counted


@dataclass(frozen=True)
class Share:
    """What one row of a cut comes to, and the key it is found by again."""

    key: str
    what: object  # a name, the first of a month, or a kind of contact; empty: none
    count: int
    amount: int


@dataclass(frozen=True)
class Column:
    """A heading, and how a value under it is read."""

    key: str
    title: Text
    reads: str = (
        "text"  # text, words, money (minor units), date, channel, invoice, ticket, currency
    )
    only_exported: bool = False  # a page has less room than a file


@dataclass(frozen=True)
class Row:
    """Values in the order of the columns, and the key `detail` goes on after."""

    key: str
    cells: tuple[object, ...]


@dataclass(frozen=True)
class Table:
    columns: tuple[Column, ...]
    rows: Iterable[Row]  # read as they are asked for, and once


class Report(ABC):
    """Nothing in here is formatted: page, CSV and API each do their own."""

    slug: ClassVar[str]
    title: ClassVar[Text]
    # What it can be cut by, with its heading; the first is the default.
    cuts: ClassVar[dict[str, Text]]

    @abstractmethod
    def figures(self, part: Slice) -> Figures: ...

    @abstractmethod
    def by(self, cut: str, part: Slice, *, most: int | None = None) -> Sequence[Share]:
        """Return what each month, customer, … comes to: all of them, or the `most` biggest."""

    @abstractmethod
    def name(self, cut: str, key: str) -> object:
        """Return what the row `key` of `cut` is called. Raises NoSuchRow."""

    @abstractmethod
    def detail(self, part: Slice, *, after: str = "", most: int | None = None) -> Table:
        """Return one row for each thing that was counted, the latest first.

        With `after`, the key of a row, what comes after that one. Raises NoSuchRow.
        """
