"""What is on the screen as a file: CSV, a workbook, or paper."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from billing import documents, report_paper
from helpdesk.reporting import looks, rows, said, workbook
from helpdesk.reporting.looks import Look
from tickets.models import Shop
from tickets.reports import Column, Measure, Row

MOST_ON_PAPER = 2000  # rows: more than that nobody leafs through, and a workbook has them
NUMBERS = frozenset({"money", "count", "percent", "minutes"})
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX, "pdf": "application/pdf"}


@dataclass(frozen=True)
class File:
    name: str
    content_type: str
    parts: Iterable[bytes]


def made(look: Look, kind: str, shop: Shop, *, now: datetime) -> File:
    """Make the file. Raises NoSuchRow."""
    look.name()  # before the first byte of it has left
    if kind == "csv":
        parts = rows.lines(look.report.detail(look.part))
    elif kind == "xlsx":
        parts = iter([workbook.written(look, shop)])
    else:
        parts = iter([_paper(look, shop, now)])
    return File(f"{look.file_name}.{kind}", TYPES[kind], parts)


def _paper(look: Look, shop: Shop, now: datetime) -> bytes:
    figures, table = looks.screen(look)
    found = list(itertools.islice(table.rows, MOST_ON_PAPER + 1))
    columns = [column for column in table.columns if not column.only_exported]
    cut = _("There is more: these are the first %d. The workbook has them all.") % MOST_ON_PAPER
    sums = [] if look.is_list else [_figure(it, figures[it.key], shop) for it in columns[1:]]
    return report_paper.render(
        report_paper.Paper(
            language=_language(),
            title=str(look.report.title),
            facts=_facts(look, now),
            seller=shop.name,
            figures=tuple(
                report_paper.Figure(
                    str(it.title), _figure(it, figures[it.key], shop), str(it.means)
                )
                for it in look.measures
            ),
            # What a cut is by stands over its first column, and a name stands on top.
            heading=str(look.report.everything) if look.is_list else "",
            titles=tuple(str(column.title) for column in columns),
            numbers=frozenset(n for n, it in enumerate(columns) if it.reads in NUMBERS),
            rows=tuple(_line(table.columns, row, shop) for row in found[:MOST_ON_PAPER]),
            sums=(_("Together"), *sums) if sums else (),
            note=cut if len(found) > MOST_ON_PAPER else "",
            page=_("Page {page} of {pages}"),
            made_at=now,
            size="Letter" if shop.region in documents.LETTER_COUNTRIES else "A4",
        )
    )


def _facts(look: Look, now: datetime) -> tuple[str, ...]:
    made = date_format(localtime(now), pgettext("date format, a moment", "j M Y H:i"))
    return tuple(filter(None, [str(look.period), look.name(), _("Made %s") % made]))


def _line(columns: Iterable[Column], row: Row, shop: Shop) -> tuple[str, ...]:
    return tuple(
        said.cell(column, value, shop.currency, _language())
        for column, value in looks.shown(columns, row)
    )


def _figure(it: Column | Measure, value: float | None, shop: Shop) -> str:
    return said.say(value, it, shop.currency, _language())


def _language() -> str:
    return get_language() or "en"
