"""Rows as CSV that spreadsheets read as what it is: text stays text. Pure functions."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date

from billing import money
from billing.money import Money
from billing.reports.contract import Column, Row, Table
from tickets.models.work import Kind

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
    first = next((char for char in text if not _is_blank(char)), "")
    return f"'{text}" if first in FORMULAS or text[:1] in BREAKS else text


def _cell(column: Column, value: object, currency: str) -> str:
    if column.reads == "money" and isinstance(value, int):
        return str(money.decimal(Money(value, currency)))
    if column.reads == "channel":
        return neutral(str(Kind(str(value)).label))
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, int) else neutral(str(value))


def _is_blank(char: str) -> bool:
    """Tell what a spreadsheet skips, or does not show: spaces, controls, direction marks."""
    return char.isspace() or unicodedata.category(char) in {"Cc", "Cf"}
