"""A report as it was asked for, and the table that stands on the page then."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpdesk.reporting import said
from helpdesk.reporting.periods import Period
from policies.models import Promise
from tickets.models import Shop
from tickets.reports import Column, Figures, Measure, Report, Row, Share, Slice, Table

ALL = "all"  # the tab with everything that was counted


@dataclass(frozen=True)
class Look:
    report: Report
    period: Period
    part: Slice  # its cut may be ALL, which then has no key

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Return what is said here: some measures say something in one cut alone."""
        return self.report.said_in(self.part.cut)

    @property
    def is_list(self) -> bool:
        """Whether what was counted stands there one by one."""
        return bool(self.part.key) or self.part.cut == ALL

    @property
    def heading(self) -> str:
        if self.part.cut == ALL:
            return str(self.report.everything)
        return str(self.report.cuts[self.part.cut])

    def name(self) -> str:
        """Return what the row it is narrowed to is called. Raises NoSuchRow."""
        if not self.part.key:
            return ""
        return called(self.part.cut, self.report.name(self.part.cut, self.part.key))

    @property
    def file_name(self) -> str:
        return f"{self.report.slug}-{self.period.first}-{self.period.last}"


def read(report: Report, period: Period, given: Mapping[str, str], shop: Shop) -> Look:
    cut = given.get("cut", "")
    if cut not in {*report.cuts, ALL}:
        cut = period.unit
    since, until = period.instants(shop.tzinfo)
    key = given.get("of", "") if cut != ALL else ""
    part = Slice(since, until, cut, key, zone=shop.tzinfo)
    return Look(report, period, report.prepared(part))


def called(cut: str, what: object) -> str:
    """Return what a row of a cut is called."""
    if cut == "kind" and what:
        return str(Promise.Kind(str(what)).label)
    return str(said.words(cut, what))


def cut_table(look: Look, shares: Sequence[Share]) -> Table:
    """Return the rows of a cut as a table, so that a file has what the page has."""
    columns = (
        Column("what", look.heading),
        *(Column(measure.key, measure.title, measure.reads) for measure in look.measures),
    )
    return Table(columns, (_row(look, share) for share in shares))


def together(look: Look, figures: Figures) -> tuple[object, ...]:
    return tuple(figures[measure.key] for measure in look.measures)


def screen(look: Look) -> tuple[Figures, Table]:
    """Return the figures and the table that stand on the page, the whole of it."""
    figures = look.report.figures(look.part)
    if look.is_list:
        return figures, look.report.detail(look.part)
    return figures, cut_table(look, look.report.by(look.part.cut, look.part))


def shown(columns: Iterable[Column], row: Row) -> list[tuple[Column, Any]]:
    """Return the cells a page has room for."""
    return [
        (column, value)
        for column, value in zip(columns, row.cells, strict=True)
        if not column.only_exported
    ]


def _row(look: Look, share: Share) -> Row:
    figures = (share.figures[measure.key] for measure in look.measures)
    return Row(share.key, (called(look.part.cut, share.what), *figures))
