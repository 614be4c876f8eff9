"""An invoice on paper: what it says in, a PDF out. Pure: no database, no network, no clock."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from typing import Literal

from fpdf import FPDF
from fpdf.prefs import ViewerPreferences
from PIL import Image

from billing.typesetting import (
    CAP_HEIGHT,
    FOOT,
    GUTTER,
    HAIR,
    MARGIN,
    NUMBERS,
    PAD,
    QUIET,
    SUNK,
    USUAL,
    WHOLE,
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


@dataclass(frozen=True)
class Words:
    """The fixed words in the customer's language; `page` holds `{page}` and `{pages}`."""

    title: str
    number: str
    issue_date: str
    supply_date: str
    ticket: str
    seller: str
    buyer: str
    description: str
    quantity: str
    unit_price: str
    amount: str
    total: str
    paid: str
    amount_due: str
    stamp: str
    gift: str
    page: str


ENGLISH = Words(
    title="Invoice",
    number="Invoice number",
    issue_date="Date",
    supply_date="Date of supply",
    ticket="Ticket",
    seller="From",
    buyer="For",
    description="Description",
    quantity="Quantity",
    unit_price="Unit price",
    amount="Amount",
    total="Total",
    paid="Paid",
    amount_due="Amount due",
    stamp="PAID",
    gift="This work is our gift to you. No payment is due.",
    page="Page {page} of {pages}",
)
SWEDISH = Words(
    title="Faktura",
    number="Fakturanummer",
    issue_date="Fakturadatum",
    supply_date="Leveransdatum",
    ticket="Ärende",
    seller="Från",
    buyer="Till",
    description="Beskrivning",
    quantity="Antal",
    unit_price="À-pris",
    amount="Belopp",
    total="Summa",
    paid="Betalt",
    amount_due="Att betala",
    stamp="BETALD",
    gift="Det här arbetet är vår gåva till dig. Du har inget att betala.",
    page="Sida {page} av {pages}",
)


@dataclass(frozen=True)
class Line:
    description: str
    quantity: str
    unit_price: str
    amount: str


@dataclass(frozen=True)
class Party:
    name: str
    lines: tuple[str, ...]
    """Address, telephone, tax id: whatever the law and the reader want to see."""


@dataclass(frozen=True)
class Payment:
    label: str
    amount: str
    note: str
    """For a gift, why it was given and by whom."""


@dataclass(frozen=True)
class Paper:
    """Everything the invoice says. Money and dates come formatted for the reader."""

    language: str
    number: str
    issue_date: str
    supply_date: str
    ticket: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    total: str
    payments: tuple[Payment, ...]
    due: str
    is_paid: bool
    is_gift: bool
    note: str
    issued_at: datetime
    words: Words = ENGLISH
    subtotals: tuple[tuple[str, str], ...] = ()
    """Label and amount of each step from the lines to the total, such as the tax at one rate."""

    page: Literal["A4", "Letter"] = "A4"
    logo: bytes = b""
    """A PNG, which stands above the seller's name."""


KEPT: Colour = (11, 112, 63)
GIVEN: Colour = (141, 45, 125)


TITLE = Ink(20, is_bold=True, leading=1.25)
LETTERHEAD = Ink(14, is_bold=True)
NAME = Ink(12, is_bold=True)
BODY = Ink(9.5)
SMALL = Ink(8.5, colour=QUIET)
LABEL = Ink(8, is_bold=True, colour=QUIET)
SUM = Ink(11, is_bold=True)
GIFT = Ink(9.5, is_bold=True, colour=GIVEN)
SENTENCE = Ink(12, colour=GIVEN)
STAMP = Ink(16, is_bold=True, colour=KEPT)
DUE = Ink(23, is_bold=True)
LOGO_WIDTH, LOGO_HEIGHT = 55.0, 18.0  # mm, at most


def render(paper: Paper) -> bytes:
    """Return the PDF: the same bytes for the same paper. Raise ValueError without a zone."""
    if paper.issued_at.tzinfo is None:
        raise ValueError("issued_at needs a zone")

    sheet = _sheet(paper)
    titles, *lines = _table(sheet, paper)
    closing = _closing(sheet, paper)
    if lines and lines[-1].height + closing[0].gap + closing[0].height <= WHOLE:
        # The sums never stand alone on a page: the last line moves on with them.
        rows = (*lines.pop().rows, Row(closing[0].gap), *closing.pop(0).rows)
        lines.append(Group(rows, in_table=True))

    flow = Flow(sheet, titles, _running_head(sheet, paper))
    for group in (*_head(sheet, paper), *lines, *closing):
        flow.add(group)
    for number, page in enumerate(flow.pages, start=1):
        sheet.add_page()
        for y, row in page:
            sheet.draw(row, y)
        if len(flow.pages) > 1:
            words = paper.words.page.replace("{page}", str(number))
            words = words.replace("{pages}", str(len(flow.pages)))
            foot = Text(sheet.right, plain(words), SMALL, to_right=True)
            sheet.draw(Row(0, (foot,)), sheet.h - FOOT)
    return bytes(sheet.output())


def _sheet(paper: Paper) -> Sheet:
    blocks = frozenset(ord(char) >> 8 for text in _texts(paper) for char in plain(text))
    sheet = Sheet(paper.page, blocks | USUAL)
    sheet.set_title(metadata(f"{paper.words.title} {paper.number}"))
    if paper.ticket:
        sheet.set_subject(metadata(f"{paper.words.ticket} {paper.ticket}"))
    sheet.set_author(metadata(paper.seller.name))
    sheet.set_creator("Helpdesk")
    sheet.set_producer("Helpdesk")
    sheet.set_lang(paper.language)
    sheet.set_creation_date(paper.issued_at.astimezone(UTC))
    sheet.viewer_preferences = ViewerPreferences(display_doc_title=True)
    return sheet


def _head(sheet: Sheet, paper: Paper) -> list[Group]:
    words = paper.words
    title = sheet.column(words.title, sheet.aside, sheet.right - sheet.aside, TITLE)
    facts: list[Row] = []
    for label, value in (
        (words.number, paper.number),
        (words.issue_date, paper.issue_date),
        (words.supply_date, paper.supply_date),
        (words.ticket, paper.ticket),
    ):
        if value:
            facts += _pair(sheet, label, value, SMALL, BODY)
    seller = _party(sheet, words.seller, paper.seller, LETTERHEAD)
    buyer = _party(sheet, words.buyer, paper.buyer, NAME)
    # The right half starts beside the name, below its label.
    letterhead = [*_logo(paper), *beside(seller, [Row(0), *title])]
    addressed = beside(buyer, [Row(0), *facts])
    return [Group(tuple(letterhead)), Group((*addressed, Row(9)), gap=13)]


def _logo(paper: Paper) -> list[Row]:
    """Return the logo, as large as its place allows and in its own proportions."""
    if not paper.logo:
        return []
    with Image.open(BytesIO(paper.logo), formats=("PNG",)) as picture:
        scale = min(LOGO_WIDTH / picture.width, LOGO_HEIGHT / picture.height)
        width, height = picture.width * scale, picture.height * scale
    draw = partial(_picture, png=paper.logo, width=width, height=height)
    return [Row(height, shapes=(draw,)), Row(2 * PAD)]


def _running_head(sheet: Sheet, paper: Paper) -> Group:
    half = sheet.right - sheet.aside
    title = f"{paper.words.title} {paper.number}"
    name = sheet.column(paper.seller.name, MARGIN, half, SMALL)[:1]
    number = sheet.column(title, sheet.right, half, SMALL, to_right=True)[:1]
    return Group((*beside(name, number), Row(7)))


def _party(sheet: Sheet, label: str, party: Party, ink: Ink) -> list[Row]:
    half = sheet.aside - MARGIN - GUTTER
    rows = sheet.column(label, MARGIN, half, LABEL) + sheet.column(party.name, MARGIN, half, ink)
    for line in party.lines:
        rows += sheet.column(line, MARGIN, half, BODY)
    return rows


def _table(sheet: Sheet, paper: Paper) -> list[Group]:
    """Return the column titles, then each line."""
    words = paper.words
    titles = (words.description, words.quantity, words.unit_price, words.amount)
    lines = [(it.description, it.quantity, it.unit_price, it.amount) for it in paper.lines]
    widths = [0.0]
    for number in 1, 2, 3:
        widest = max(sheet.width(plain(line[number]), BODY) for line in [titles, *lines])
        widths.append(min(widest, NUMBERS))
    widths[0] = sheet.right - MARGIN - sum(widths) - 3 * GUTTER

    def across(cells: Sequence[str], ink: Ink, colour: Colour) -> Group:
        columns, x = [sheet.column(cells[0], MARGIN, widths[0], ink)], MARGIN + widths[0]
        for cell, width in zip(cells[1:], widths[1:], strict=True):
            x += GUTTER + width
            columns.append(sheet.column(cell, x, width, ink, to_right=True))
        rule = partial(_rule, x=MARGIN, width=sheet.right - MARGIN, colour=colour)
        end = Row(0, shapes=(rule,))
        return Group((Row(PAD), *beside(*columns), Row(PAD), end), in_table=True)

    return [across(titles, LABEL, QUIET), *(across(line, BODY, HAIR) for line in lines)]


def _closing(sheet: Sheet, paper: Paper) -> list[Group]:
    """Return the sums down to what is due, then the words below them."""
    words, half = paper.words, sheet.right - sheet.aside
    rows: list[Row] = []
    for label, amount in paper.subtotals:
        rows += _pair(sheet, label, amount, BODY, BODY)
    rows += [Row(PAD / 2), *_pair(sheet, words.total, paper.total, SUM, SUM)]
    if paper.payments:
        rows += [Row(1.5 * PAD), *sheet.column(words.paid, sheet.aside, half, LABEL)]
    for payment in paper.payments:
        ink = GIFT if paper.is_gift else BODY
        rows += [Row(PAD / 2), *_pair(sheet, payment.label, payment.amount, ink, ink)]
        if payment.note:
            rows += sheet.column(payment.note, sheet.aside, half, SMALL)
    due = _due(sheet, paper)
    groups = [Group(tuple(rows), 4), Group(tuple(due), 6)]
    if sum(group.height for group in groups) <= WHOLE:
        groups = [Group((*rows, Row(6), *due), 4)]
    if paper.note:
        note = sheet.column(paper.note, MARGIN, (sheet.right - MARGIN) * 0.75, SMALL)
        groups.append(Group(tuple(note), 8))
    return groups


def _due(sheet: Sheet, paper: Paper) -> list[Row]:
    words, half, width = paper.words, sheet.right - sheet.aside, sheet.right - MARGIN
    label = sheet.column(words.amount_due, sheet.aside, half, SUM)
    amount = sheet.column(paper.due, sheet.right, half, DUE, to_right=True)
    taken = sheet.width(plain(words.amount_due), SUM) + sheet.width(plain(paper.due), DUE)
    rows = beside(label, amount) if taken + GUTTER <= half else [*label, *amount]
    if paper.is_paid:
        rows[0] = _stamped(sheet, rows[0], words.stamp)
    rows = [Row(5), *rows, Row(5)]
    if paper.is_gift:
        rows += [*sheet.column(words.gift, MARGIN, width, SENTENCE), Row(5)]
    # The card reaches into the margins, so that what is on it stays in line with the rest.
    height = sum(row.height for row in rows)
    card = partial(_card, x=MARGIN - GUTTER, width=width + 2 * GUTTER, height=height)
    return [Row(0, shapes=(card,)), *rows]


def _stamped(sheet: Sheet, row: Row, word: str) -> Row:
    tick, pad = STAMP.size * CAP_HEIGHT, 3.0
    text = Text(MARGIN + pad + tick + pad / 2, plain(word), STAMP)
    right = text.x + sheet.width(text.text, STAMP) + pad
    frame = partial(_frame, x=MARGIN, width=right - MARGIN, baseline=row.baseline, pad=pad)
    return Row(row.height, (text, *row.texts), (frame,))


def _pair(sheet: Sheet, label: str, value: str, left: Ink, right: Ink) -> list[Row]:
    half = (sheet.right - sheet.aside) / 2
    return beside(
        sheet.column(label, sheet.aside, half, left),
        sheet.column(value, sheet.right, half, right, to_right=True),
    )


def _picture(pdf: FPDF, y: float, *, png: bytes, width: float, height: float) -> None:
    pdf.image(BytesIO(png), MARGIN, y, width, height)


def _rule(pdf: FPDF, y: float, *, x: float, width: float, colour: Colour) -> None:
    pdf.set_draw_color(*colour)
    pdf.set_line_width(0.2)
    pdf.line(x, y, x + width, y)


def _card(pdf: FPDF, y: float, *, x: float, width: float, height: float) -> None:
    pdf.set_fill_color(*SUNK)
    pdf.rect(x, y, width, height, style="F", round_corners=True, corner_radius=2)


def _frame(pdf: FPDF, y: float, *, x: float, width: float, baseline: float, pad: float) -> None:
    """Draw a stamp: a tick, and a frame around it and the word that stands on `baseline`."""
    tick = STAMP.size * CAP_HEIGHT
    top = y + baseline - tick
    pdf.set_draw_color(*KEPT)
    pdf.set_fill_color(*KEPT)
    pdf.set_line_width(0.5)
    height = tick + 1.6 * pad
    pdf.rect(x, top - 0.8 * pad, width, height, round_corners=True, corner_radius=1.5)
    corners = ((0.14, 0.44), (0, 0.6), (0.4, 1), (1, 0.16), (0.84, 0), (0.38, 0.68))
    points = [(x + pad + tick * across, top + tick * down) for across, down in corners]
    pdf.polygon(points, style="F")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _texts(getattr(value, field.name))
