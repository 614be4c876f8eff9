"""What a report is: a title, columns, and rows for a period. Read this before adding one."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

Text = str | LazyText


@dataclass(frozen=True)
class Column:
    """A heading, and how a value under it is read: text, number, money (minor units), date, …"""

    key: str
    title: Text
    reads: str = "text"  # text, number, money, date, month, channel, invoice, ticket, customer


@dataclass(frozen=True)
class Table:
    """Rows in the order they are shown; sums are over the ledgers, not over what is shown."""

    columns: tuple[Column, ...]
    rows: Sequence[tuple[object, ...]]


class Report(ABC):
    """Half-open period, no formatting: page, CSV and API each do their own."""

    slug: ClassVar[str]
    title: ClassVar[Text]
    # What it can be cut by, with its heading; the first is the default.
    cuts: ClassVar[dict[str, Text]]

    @abstractmethod
    def figures(self, since: datetime, until: datetime) -> dict[str, int]:
        """Return the totals for the period [since, until)."""

    @abstractmethod
    def by(self, cut: str, since: datetime, until: datetime) -> Table:
        """Return the totals cut by `cut`, one of `cuts`."""

    @abstractmethod
    def detail(self, since: datetime, until: datetime) -> Table:
        """Return one row for each thing that was counted, for the export."""


COUNT = Column("count", _("Invoices"), "number")
GIVEN = Column("given", _("Given"), "money")
