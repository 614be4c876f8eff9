"""What a report is: numbers, and what they are made of. Read this before adding one."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
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
    zone: tzinfo = UTC  # whose days, weeks and months it is cut into
    keys: tuple[int, int] | None = None  # what `Report.prepared` found: the first and the last row


@dataclass(frozen=True)
class Measure:
    """A number a report gives, of a whole period and of each row of a cut."""

    key: str
    title: Text
    means: Text  # what is counted and what is not, for whoever asks
    reads: str = "count"  # count, money (minor units), percent (0 to 100), minutes
    look: str = "other"  # of its bars: gift, kept, ahead, soon, broken, unexplained, other
    adds_up: bool = True  # over the rows of a cut: how many customers there were does not
    only: tuple[str, ...] = ()  # the cuts it is said in; empty: all of them
    silent: tuple[str, ...] = ()  # the cuts it says nothing in: each customer is one customer


# By the key of its measure; none where there is nothing to say.
Figures = Mapping[str, float | None]


@dataclass(frozen=True)
class Share:
    """What one row of a cut comes to, and the key it is found by again."""

    key: str
    what: object  # a name, the first of a month, or a kind of contact; empty: none
    figures: Figures


@dataclass(frozen=True)
class Column:
    """A heading, and how a value under it is read."""

    key: str
    title: Text
    # text, words, money (minor units), date, moment, minutes, count, channel, invoice, ticket,
    # currency
    reads: str = "text"
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
    """Nothing in here is formatted: page, files and API each do their own."""

    slug: ClassVar[str]
    title: ClassVar[Text]
    # The first is what its chart shows, unless `stack` says more, and the rows are ordered by.
    measures: ClassVar[tuple[Measure, ...]]
    # What it can be cut by, with its heading. All have a "month", a "week" and a "day".
    cuts: ClassVar[dict[str, Text]]
    everything: ClassVar[Text]  # the heading over all that was counted, one by one
    empty: ClassVar[tuple[Text, Text]]  # what a period without any says, and how that changes
    headline: ClassVar[tuple[str, ...]]  # the measures that tell most of a month
    # The measures a bar is made of. They never count the same thing twice: its length is their sum.
    stack: ClassVar[tuple[str, ...]] = ()
    budget: ClassVar[str] = ""  # the shop's field that says what a month of the first may come to

    def said_in(self, cut: str) -> tuple[Measure, ...]:
        """Return the measures that say something of `cut`."""
        said = (it for it in self.measures if not it.only or cut in it.only)
        return tuple(it for it in said if cut not in it.silent)

    def stacked(self, cut: str) -> tuple[Measure, ...]:
        """Return what the bars of `cut` are made of."""
        said = {it.key: it for it in self.said_in(cut)}
        return tuple(said[key] for key in self.stack if key in said) or self.measures[:1]

    def prepared(self, part: Slice) -> Slice:
        """Return `part` with what all that is asked of it would find out again."""
        return part

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
