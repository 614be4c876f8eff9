"""A report as a workbook: numbers, dates and amounts are what they are, and text is only text."""

import io
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from billing import money
from billing.money import Money
from helpdesk.reporting import looks, said
from helpdesk.reporting.looks import Look
from helpdesk.reporting.rows import is_formula
from tickets.models import Shop
from tickets.reports import Column, Figures, Table

MOST_LETTERS = 32_767  # in a cell; what is longer is cut, as the format has no room for it
# A workbook refuses these in XML, whoever wrote them.
CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])
WIDTHS = {"words": 28, "text": 24, "moment": 17, "date": 12, "minutes": 12}


class Book:
    """A workbook being written, with the ways its cells can look."""

    def __init__(self, shop: Shop) -> None:
        self.file = io.BytesIO()
        self.currency = shop.currency
        self.book = xlsxwriter.Workbook(
            self.file,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        amount = "#,##0" + "." * bool(money.exponent(shop.currency))
        amount += "0" * money.exponent(shop.currency)
        formats = {
            "title": {"bold": True, "font_size": 16},
            "heading": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
            "means": {"text_wrap": True, "valign": "top", "font_color": "#59616C"},
            "money": {"num_format": amount},
            "percent": {"num_format": "0%"},
            "count": {"num_format": "#,##0"},
            "minutes": {"num_format": "#,##0"},
            "date": {"num_format": "yyyy-mm-dd"},
            "moment": {"num_format": "yyyy-mm-dd hh:mm"},
            # Also after somebody has edited the cell it is text.
            "quoted": {"quote_prefix": True},
            "plain": {},
        }
        self.formats = {name: self.book.add_format(given) for name, given in formats.items()}

    def page(self, title: str) -> Any:
        """Add an empty sheet; of two that would be called the same the second gets a number."""
        name = _sheet_name(title)
        taken = {sheet.name.lower() for sheet in self.book.worksheets()} | {"history"}
        if name.lower() in taken:
            name = f"{name[:28]} {len(taken)}"
        return self.book.add_worksheet(name)

    def sheet(self, title: str, table: Table, sums: tuple[object, ...] = ()) -> None:
        """Add a sheet with the table, and with `sums` below all columns but the first."""
        sheet = self.page(title)
        for x, column in enumerate(table.columns):
            sheet.set_column(x, x, WIDTHS.get(column.reads, 14))
            self.text(sheet, 0, x, _heading(column, self.currency), "heading")
        sheet.freeze_panes(1, 0)
        y = 0
        for y, row in enumerate(table.rows, start=1):
            self.row(sheet, y, table.columns, row.cells)
        if sums:
            self.row(sheet, y + 1, table.columns, (_("Together"), *sums))
        sheet.autofilter(0, 0, max(1, y), len(table.columns) - 1)

    def row(self, sheet: Any, y: int, columns: Iterable[Column], cells: Iterable[object]) -> None:
        for x, (column, value) in enumerate(zip(columns, cells, strict=True)):
            self.cell(sheet, y, x, column.reads, value)

    def cell(self, sheet: Any, y: int, x: int, reads: str, value: object) -> None:
        if value is None or value == "":
            return
        if isinstance(value, datetime):
            local = localtime(value).replace(tzinfo=None)
            sheet.write_datetime(y, x, local, self.formats["moment"])
        elif isinstance(value, date):
            sheet.write_datetime(y, x, value, self.formats["date"])
        elif reads == "money" and isinstance(value, int):
            amount = float(money.decimal(Money(value, self.currency)))  # a cell is a float
            sheet.write_number(y, x, amount, self.formats["money"])
        elif isinstance(value, int | float):
            number = value / 100 if reads == "percent" else value
            sheet.write_number(y, x, number, self.formats.get(reads, self.formats["plain"]))
        else:
            self.text(sheet, y, x, str(said.words(reads, value)))

    def text(self, sheet: Any, y: int, x: int, text: str, look: str = "plain") -> None:
        text = text.translate(CONTROLS)[:MOST_LETTERS]
        look = "quoted" if look == "plain" and is_formula(text) else look
        sheet.write_string(y, x, text, self.formats[look])

    def close(self) -> bytes:
        self.book.close()
        return self.file.getvalue()


def written(look: Look, shop: Shop) -> bytes:
    """Write what is on the screen, what it says, and everything that was counted."""
    book = Book(shop)
    figures, table = looks.screen(look)
    _summary(book, look, shop, figures)
    if look.is_list:
        book.sheet(look.name() or look.heading, table)
    else:
        book.sheet(look.heading, table, looks.together(look, figures))
        book.sheet(str(look.report.everything), look.report.detail(look.part))
    return book.close()


def _summary(book: Book, look: Look, shop: Shop, figures: Figures) -> None:
    """Begin with what the report is, of when, its figures and what each of them means."""
    sheet = book.page(str(look.report.title))
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 18)
    sheet.set_column(2, 2, 80)
    book.text(sheet, 0, 0, str(look.report.title), "title")
    facts = [look.name(), str(look.period), shop.name]
    for y, fact in enumerate(filter(None, facts), start=1):
        book.text(sheet, y, 0, fact)
    for y, measure in enumerate(look.measures, start=6):
        column = Column(measure.key, measure.title, measure.reads)
        book.text(sheet, y, 0, _heading(column, shop.currency))
        book.cell(sheet, y, 1, measure.reads, figures[measure.key])
        book.text(sheet, y, 2, str(measure.means), "means")


def _heading(column: Column, currency: str) -> str:
    """Return a heading that says the unit, since the cells are bare numbers."""
    if column.reads == "money":
        return f"{column.title} ({currency})"
    return _("%s (minutes)") % column.title if column.reads == "minutes" else str(column.title)


def _sheet_name(title: str) -> str:
    """Return `title` as the name of a sheet: 31 letters, none of those that mean something."""
    name = title.translate(CONTROLS | dict.fromkeys(map(ord, "[]:*?/\\"), " ")).strip(" '")[:31]
    return name.strip(" '") or "1"
