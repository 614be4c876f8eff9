"""Rows as CSV that spreadsheets read as what it is: text stays text. Pure functions."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.utils.timezone import localtime

from billing import money
from billing.money import Money
from tickets.models.work import Kind
from tickets.reports import Column, Row, Table

BOM = "\ufeff"  # without it a spreadsheet guesses at the letters
# What a cell begins with that a spreadsheet calculates, also as typed on a Japanese keyboard.
FORMULAS = frozenset("=+-@＝＋－＠")
BREAKS = frozenset("\t\r\n")


class _Line:
    """What csv writes into: it hands back each line."""

    def write(self, line: str) -> str:
        return line


def lines(table: Table) -> Iterator[bytes]:
    """Yield the heading and the rows, as they are read."""
    writer = csv.writer(_Line())
    heading = [neutral(str(column.title)) for column in table.columns]
    yield str(BOM + writer.writerow(heading)).encode()
    for row in table.rows:
        yield str(writer.writerow(cells(table.columns, row))).encode()


def cells(columns: Iterable[Column], row: Row) -> list[str]:
    """Return a row as it stands in the file; amounts in major units, with a dot."""
    named = dict(zip((column.reads for column in columns), row.cells, strict=True))
    currency = named.get("currency")
    return [
        _cell(column, value, str(currency))
        for column, value in zip(columns, row.cells, strict=True)
    ]


def neutral(text: str) -> str:
    """Return `text` as a cell no spreadsheet calculates: what looks like a formula is quoted."""
    text = text.replace("\0", "")
    return f"'{text}" if is_formula(text) else text


def is_formula(text: str) -> bool:
    """Tell what a spreadsheet might calculate."""
    first = next((char for char in text if not _is_blank(char)), "")
    return first in FORMULAS or text[:1] in BREAKS


def _cell(column: Column, value: object, currency: str) -> str:
    if column.reads == "money" and isinstance(value, int):
        return str(money.decimal(Money(value, currency)))
    if value is None or value == "":
        return ""
    if column.reads == "channel":
        return neutral(str(Kind(str(value)).label))
    if isinstance(value, datetime):
        return localtime(value).isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, int) else neutral(str(value))


def _is_blank(char: str) -> bool:
    """Tell what a spreadsheet skips, or does not show: spaces, controls, direction marks."""
    return char.isspace() or unicodedata.category(char) in {"Cc", "Cf"}
