"""A report on paper, set like an invoice: words in, a PDF out. Pure: no database, no clock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import cast

from fpdf import FPDF
from fpdf.prefs import ViewerPreferences

from billing.typesetting import (
    FOOT,
    GUTTER,
    HAIR,
    MARGIN,
    PAD,
    QUIET,
    SUNK,
    USUAL,
    Colour,
    Flow,
    Group,
    Ink,
    Row,
    Sheet,
    Text,
    beside,
    metadata,
    plain,
)

TITLE = Ink(20, is_bold=True, leading=1.25)
NAME = Ink(12, is_bold=True)
FIGURE = Ink(15, is_bold=True, leading=1.3)
BODY, BOLD = Ink(8.5), Ink(8.5, is_bold=True)
SMALL = Ink(8, colour=QUIET)
LABEL = Ink(8, is_bold=True, colour=QUIET)

SIZES = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}
ABREAST = 4  # figures beside each other
BROADEST = 62.0  # millimetres: what a column of text asks for at most
NARROW = 4.0  # millimetres between two columns
UPRIGHT = 6  # columns; more than that lie down


@dataclass(frozen=True)
class Figure:
    label: str
    value: str
    means: str


@dataclass(frozen=True)
class Paper:
    """Everything the report says, formatted for the reader; `page` holds `{page}`, `{pages}`."""

    language: str
    title: str
    facts: tuple[str, ...]
    seller: str
    figures: tuple[Figure, ...]
    heading: str  # over the table; empty: its titles say enough
    titles: tuple[str, ...]
    numbers: frozenset[int]
    """The columns that hold numbers: they stand to the right."""

    rows: tuple[tuple[str, ...], ...]
    sums: tuple[str, ...]
    note: str
    page: str
    made_at: datetime
    size: str = "A4"


def render(paper: Paper) -> bytes:
    """Return the PDF: the same bytes for the same paper. Raise ValueError without a zone."""
    if paper.made_at.tzinfo is None:
        raise ValueError("made_at needs a zone")
    sheet = _sheet(paper)
    titles, *rows = _table(sheet, paper)
    flow = Flow(sheet, titles, _running_head(sheet, paper))
    for group in (*_head(sheet, paper), *_figures(sheet, paper), *rows, *_note(sheet, paper)):
        flow.add(group)
    for number, page in enumerate(flow.pages, start=1):
        sheet.add_page()
        for y, row in page:
            sheet.draw(row, y)
        if len(flow.pages) > 1:
            words = paper.page.replace("{page}", str(number))
            words = words.replace("{pages}", str(len(flow.pages)))
            foot = Text(sheet.right, plain(words), SMALL, to_right=True)
            sheet.draw(Row(0, (foot,)), sheet.h - FOOT)
    return bytes(sheet.output())


def _sheet(paper: Paper) -> Sheet:
    blocks = frozenset(ord(char) >> 8 for text in _texts(paper) for char in plain(text))
    width, height = SIZES[paper.size]
    lies = len(paper.titles) > UPRIGHT
    # It takes a name of a size or two lengths; only the latter can lie down.
    size = cast(str, (height, width) if lies else (width, height))
    sheet = Sheet(size, blocks | USUAL)
    sheet.set_title(metadata(" · ".join([paper.title, *paper.facts[:1]])))
    sheet.set_author(metadata(paper.seller))
    sheet.set_creator("Helpdesk")
    sheet.set_producer("Helpdesk")
    sheet.set_lang(paper.language)
    sheet.set_creation_date(paper.made_at.astimezone(UTC))
    sheet.viewer_preferences = ViewerPreferences(display_doc_title=True)
    return sheet


def _texts(paper: Paper) -> Iterator[str]:
    yield from (paper.title, paper.seller, paper.heading, paper.note, paper.page)
    yield from (*paper.facts, *paper.titles, *paper.sums)
    for figure in paper.figures:
        yield from (figure.label, figure.value, figure.means)
    for row in paper.rows:
        yield from row


def _head(sheet: Sheet, paper: Paper) -> list[Group]:
    half = sheet.aside - MARGIN - GUTTER
    left = sheet.column(paper.title, MARGIN, half, TITLE)
    right = sheet.column(paper.seller, sheet.right, half, NAME, to_right=True)
    for fact in paper.facts:
        left += sheet.column(fact, MARGIN, half, BODY)
    return [Group((*beside(left, right), Row(4)))]


def _running_head(sheet: Sheet, paper: Paper) -> Group:
    half = sheet.right - sheet.aside
    name = sheet.column(paper.seller, MARGIN, half, SMALL)[:1]
    said = " · ".join([paper.title, *paper.facts[:1]])
    title = sheet.column(said, sheet.right, half, SMALL, to_right=True)[:1]
    return Group((*beside(name, title), Row(7)))


def _figures(sheet: Sheet, paper: Paper) -> list[Group]:
    """Return a card with the figures, some abreast, each above what it means."""
    whole = sheet.right - MARGIN
    width = (whole - (ABREAST - 1) * GUTTER) / ABREAST
    groups = []
    for first in range(0, len(paper.figures), ABREAST):
        columns = []
        for n, figure in enumerate(paper.figures[first : first + ABREAST]):
            x = MARGIN + n * (width + GUTTER)
            columns.append(
                [
                    *sheet.column(figure.value, x, width, FIGURE),
                    *sheet.column(figure.label, x, width, BOLD),
                    *sheet.column(figure.means, x, width, SMALL),
                ]
            )
        rows = [Row(4), *beside(*columns), Row(4)]
        height = sum(row.height for row in rows)
        card = partial(_card, x=MARGIN - GUTTER, width=whole + 2 * GUTTER, height=height)
        groups.append(Group((Row(0, shapes=(card,)), *rows)))
    heading = sheet.column(paper.heading, MARGIN, whole, NAME) if paper.heading else [Row(0)]
    return [*groups, Group(tuple(heading), gap=7)]


def _table(sheet: Sheet, paper: Paper) -> list[Group]:
    """Return the column titles, then each row, then the sums."""
    lines = [*paper.rows, paper.sums] if paper.sums else list(paper.rows)
    widths = _widths(sheet, paper, lines)

    def across(cells: Sequence[str], ink: Ink, colour: Colour) -> Group:
        columns, x = [], MARGIN
        for n, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            is_number = n in paper.numbers
            at = x + width if is_number else x
            columns.append(sheet.column(cell, at, width, ink, to_right=is_number))
            x += width + NARROW
        rule = partial(_rule, x=MARGIN, width=sheet.right - MARGIN, colour=colour)
        rows = (Row(PAD * 0.7), *beside(*columns), Row(PAD * 0.7), Row(0, shapes=(rule,)))
        return Group(rows, in_table=True)

    inks = [BODY] * len(paper.rows) + [BOLD]
    return [
        across(paper.titles, LABEL, QUIET),
        *(across(line, ink, HAIR) for line, ink in zip(lines, inks, strict=False)),
    ]


def _widths(sheet: Sheet, paper: Paper, lines: Sequence[tuple[str, ...]]) -> list[float]:
    """Give each column what it asks for; where that is too much, text takes less of it."""
    least, asked = [], []
    for n, title in enumerate(paper.titles):
        words = title.split(" ")
        least.append(max(sheet.width(plain(word), LABEL) for word in words) + 0.5)
        cells = max((sheet.width(plain(line[n]), BOLD) for line in lines), default=0)
        asked.append(max(least[n], min(cells + 0.5, BROADEST)))
    room = sheet.right - MARGIN - NARROW * (len(asked) - 1)
    texts = [n for n in range(len(asked)) if n not in paper.numbers]
    spare = room - sum(asked)
    if spare < 0:
        loose = sum(asked[n] - least[n] for n in texts) or 1
        share = max(0, 1 + spare / loose)
        for n in texts:
            asked[n] = least[n] + (asked[n] - least[n]) * share
    elif texts:
        asked[texts[0]] += spare
    return [width * min(1, room / sum(asked)) for width in asked]


def _note(sheet: Sheet, paper: Paper) -> list[Group]:
    if not paper.note:
        return []
    return [Group(tuple(sheet.column(paper.note, MARGIN, sheet.right - MARGIN, SMALL)), gap=5)]


def _rule(pdf: FPDF, y: float, *, x: float, width: float, colour: Colour) -> None:
    pdf.set_draw_color(*colour)
    pdf.set_line_width(0.2)
    pdf.line(x, y, x + width, y)


def _card(pdf: FPDF, y: float, *, x: float, width: float, height: float) -> None:
    pdf.set_fill_color(*SUNK)
    pdf.rect(x, y, width, height, style="F")
