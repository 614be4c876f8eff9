"""Setting text on pages with fpdf2: fonts, lines, columns and page breaks. Pure."""

import logging
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from typing import cast

import fontpkg
from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.varLib import instancer  # type: ignore[import-untyped]
from fpdf import FPDF
from fpdf.fonts import TTFFont

# It tells of every table it cuts: sixty lines of log for one invoice.
logging.getLogger("fontTools").setLevel(logging.WARNING)

Colour = tuple[int, int, int]

DARK: Colour = (27, 34, 43)
QUIET: Colour = (89, 97, 108)
HAIR: Colour = (226, 223, 218)
SUNK: Colour = (245, 244, 240)


@dataclass(frozen=True)
class Ink:
    points: float
    is_bold: bool = False
    colour: Colour = DARK
    leading: float = 1.42

    @property
    def style(self) -> str:
        return "B" if self.is_bold else ""

    @property
    def size(self) -> float:
        return self.points * 25.4 / 72


# Millimetres; MARGIN, TOP, BOTTOM and FOOT from the edges of the page.
MARGIN, TOP, BOTTOM, FOOT = 20.0, 18.0, 24.0, 16.0
GUTTER, PAD = 6.0, 1.5
NUMBERS = 34.0  # a column of numbers wraps beyond this
WHOLE = 110.0  # what is lower than this is never torn by the end of a page
CAP_HEIGHT = 0.714  # of Noto Sans, in ems


@dataclass(frozen=True)
class Text:
    x: float
    """The left edge, or the right one if `to_right`."""

    text: str
    ink: Ink
    to_right: bool = False


@dataclass(frozen=True)
class Row:
    """One line of text across the page, over the shapes that hang from its top edge."""

    height: float
    texts: tuple[Text, ...] = ()
    shapes: tuple[Callable[[FPDF, float], None], ...] = ()

    @property
    def baseline(self) -> float:
        """How far below its top edge the letters stand."""
        tallest = max((text.ink.size for text in self.texts), default=0)
        return (self.height + tallest * CAP_HEIGHT) / 2


@dataclass(frozen=True)
class Group:
    rows: tuple[Row, ...]
    gap: float = 0
    """The space above, unless it starts a page."""

    in_table: bool = False
    """The column titles stand above it on every page it is on."""

    @property
    def height(self) -> float:
        return sum(row.height for row in self.rows)


class Sheet(FPDF):
    """A document that knows our fonts and puts text exactly where it is told.

    Through `text` alone: unlike `cell` and its kin it knows no markup, no links and no `{nb}`.
    """

    def __init__(self, page: str, blocks: frozenset[int]) -> None:
        super().__init__(unit="mm", format=page)
        self.set_auto_page_break(False)
        self.advances: dict[str, dict[int, float]] = {}  # of each character, in ems / 1000
        for style, weight in ("", 400), ("B", 600):
            # Not add_font: it wants a file, and would work out the weight anew for each paper.
            file = cast(Path, BytesIO(_font_file(weight, blocks)))
            font = TTFFont(self, file, f"noto{style}", style)
            self.fonts[font.fontkey] = font
            self.advances[style] = font.cw

    @property
    def right(self) -> float:
        return self.w - MARGIN

    @property
    def aside(self) -> float:
        """Where the right half starts: the facts above the table, the sums below."""
        return self.w / 2 + GUTTER

    def width(self, text: str, ink: Ink) -> float:
        advances = self.advances[ink.style]
        return sum(advances[ord(char)] for char in text) * ink.size / 1000

    def wrap(self, text: str, width: float, ink: Ink) -> list[str]:
        """Break at spaces, and inside a word only if it is wider than `width`."""
        lines = []
        for paragraph in text.splitlines() or [""]:
            line = ""
            for word in plain(paragraph).strip(" ").split(" "):
                longer = f"{line} {word}" if line else word
                if self.width(longer, ink) <= width:
                    line = longer
                    continue
                if line:
                    lines.append(line)
                *full, line = self._pieces(word, width, ink)
                lines += full
            lines.append(line)
        return lines

    def _pieces(self, word: str, width: float, ink: Ink) -> list[str]:
        pieces, used = [""], 0.0
        for char in word:
            used += self.width(char, ink)
            if used > width and pieces[-1]:
                pieces.append("")
                used = self.width(char, ink)
            pieces[-1] += char
        return pieces

    def column(
        self, text: str, x: float, width: float, ink: Ink, *, to_right: bool = False
    ) -> list[Row]:
        """Set `text` in a column that starts at `x`, or ends there if `to_right`."""
        return [
            Row(ink.size * ink.leading, (Text(x, line, ink, to_right),))
            for line in self.wrap(text, width, ink)
        ]

    def draw(self, row: Row, y: float) -> None:
        for shape in row.shapes:
            shape(self, y)
        for it in row.texts:
            self.set_font("noto", it.ink.style, it.ink.points)
            self.set_text_color(*it.ink.colour)
            x = it.x - self.width(it.text, it.ink) if it.to_right else it.x
            self.text(x, y + row.baseline, it.text)


class Flow:
    """Puts groups on pages from the top down."""

    def __init__(self, sheet: Sheet, titles: Group, running_head: Group) -> None:
        self.bottom = sheet.h - BOTTOM
        self.titles = titles
        self.running_head = running_head
        self.pages: list[list[tuple[float, Row]]] = [[]]
        self.y = TOP
        self.is_fresh = True
        self.has_titles = False

    def add(self, group: Group) -> None:
        titles = 0 if self.has_titles or not group.in_table else self.titles.height
        needed = group.gap + titles + group.height
        if group.height <= WHOLE and self.y + needed > self.bottom:
            self._turn()
        if not self.is_fresh:
            self.y += group.gap
        for row in group.rows:
            if self.y + row.height > self.bottom:
                self._turn()
            if group.in_table and not self.has_titles:
                self._put(self.titles)
                self.has_titles = True
            self._put(Group((row,)))

    def _turn(self) -> None:
        self.pages.append([])
        self.y = TOP
        self._put(self.running_head)
        self.is_fresh = True
        self.has_titles = False

    def _put(self, group: Group) -> None:
        for row in group.rows:
            self.pages[-1].append((self.y, row))
            self.y += row.height
        self.is_fresh = False


def beside(*columns: Sequence[Row]) -> list[Row]:
    rows = []
    for abreast in zip_longest(*columns, fillvalue=Row(0)):
        texts = tuple(text for row in abreast for text in row.texts)
        rows.append(Row(max(row.height for row in abreast), texts))
    return rows


USUAL = frozenset({0x00, 0x01, 0x20, 0x21, 0x22, 0xFF})
"""Blocks of 256 characters that every cut holds: Latin, punctuation, currencies, REPLACEMENT."""

REPLACEMENT = "\ufffd"
NO_BREAK = "\u00a0\u202f"


@cache
def _known() -> frozenset[int]:
    with TTFont(fontpkg.path("Noto Sans"), lazy=True) as font:
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=16)
def _font_file(weight: int, blocks: frozenset[int]) -> bytes:
    """Cut these blocks out of the variable font, at one weight; the whole would take seconds."""
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True)
    options.drop_tables += ["GDEF", "GPOS", "GSUB"]
    cut = subset.Subsetter(options)
    cut.populate(unicodes=[char for char in _known() if char >> 8 in blocks])
    with TTFont(fontpkg.path("Noto Sans"), lazy=True, recalcTimestamp=False) as font:
        cut.subset(font)
        axes = {"wght": weight, "wdth": 100}
        instancer.instantiateVariableFont(font, axes, inplace=True, updateFontNames=True)
        file = BytesIO()
        font.save(file)
    return file.getvalue()


def plain(text: str) -> str:
    """Keep what the font can show; the rest becomes a visible mark, or goes if it is control."""
    if text.isascii() and text.isprintable():
        return text
    shown = []
    for char in unicodedata.normalize("NFC", text):
        if char.isspace() and char not in NO_BREAK:
            shown.append(" ")
        elif unicodedata.category(char) in ("Cc", "Cf"):
            continue
        else:
            shown.append(char if ord(char) in _known() else REPLACEMENT)
    return "".join(shown)


def metadata(text: str) -> str:
    """Viewers have fonts of their own, so only what no viewer can show goes."""
    return "".join(char for char in text if unicodedata.category(char) not in ("Cc", "Cf", "Cs"))
