"""The invoice on paper says what it must, the same each time, and nothing that was smuggled in."""

import builtins
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from billing.paper import ENGLISH, SWEDISH, Line, Paper, Party, Payment, render

FOREIGN = "Привет, Ελλάδα"
REASON = "Quick help by phone, on the house (Sara Lind)"

GIFT = Paper(
    language="en",
    number="2026-000412",
    issue_date="November 20, 2026",
    supply_date="November 19, 2026",
    ticket="#1042",
    seller=Party("North Street Repairs", ("12 North Street", "Springfield", "Tax ID 36-1234567")),
    buyer=Party("Anna Lindqvist", ("48 Elm Avenue",)),
    lines=(Line("Quick help by phone", "1", "$45.00", "$45.00"),),
    total="$45.00",
    payments=(Payment("Gift", "-$45.00", REASON),),
    due="$0.00",
    is_paid=True,
    is_gift=True,
    note="",
    issued_at=datetime(2026, 11, 20, 15, 30, tzinfo=UTC),
    words=ENGLISH,
)
UNPAID = replace(
    GIFT,
    lines=(
        Line("Replace the screen", "2.5 h", "$90.00", "$225.00"),
        Line("Expedite fee", "1", "$50.00", "$50.00"),
    ),
    subtotals=(("Net", "$275.00"), ("Sales tax 6.25 %", "$17.19")),
    total="$292.19",
    payments=(Payment("Card", "-$40.00", ""), Payment("Cash", "-$2.19", "On the counter")),
    due="$250.00",
    is_paid=False,
    is_gift=False,
    note="Please pay within 14 days.",
)


def read(paper):
    return PdfReader(BytesIO(render(paper)))


def said(paper):
    """Each page's lines of text."""
    return [page.extract_text().splitlines() for page in read(paper).pages]


def described(text):
    return replace(GIFT, lines=(replace(GIFT.lines[0], description=text),))


def many(count, text="Diagnosis"):
    return tuple(Line(f"{text} {number}", "1", "$1.00", "$1.00") for number in range(1, count + 1))


def test_a_gift_says_what_it_was_worth_who_gave_it_and_that_nothing_is_due():
    assert said(GIFT) == [
        [
            "From",
            "North Street Repairs Invoice",
            "12 North Street",
            "Springfield",
            "Tax ID 36-1234567",
            "For",
            "Anna Lindqvist Invoice number 2026-000412",
            "48 Elm Avenue Date November 20, 2026",
            "Date of supply November 19, 2026",
            "Ticket #1042",
            "Description Quantity Unit price Amount",
            "Quick help by phone 1 $45.00 $45.00",
            "Total $45.00",
            "Paid",
            "Gift -$45.00",
            REASON,
            "PAID Amount due $0.00",
            "This work is our gift to you. No payment is due.",
        ]
    ]


def test_an_unpaid_invoice_has_neither_stamp_nor_gift():
    (page,) = said(UNPAID)

    assert page[page.index("Ticket #1042") + 1 :] == [
        "Description Quantity Unit price Amount",
        "Replace the screen 2.5 h $90.00 $225.00",
        "Expedite fee 1 $50.00 $50.00",
        "Net $275.00",
        "Sales tax 6.25 % $17.19",
        "Total $292.19",
        "Paid",
        "Card -$40.00",
        "Cash -$2.19",
        "On the counter",
        "Amount due $250.00",
        "Please pay within 14 days.",
    ]


def test_it_speaks_the_customers_language():
    krona = "0,00\N{NO-BREAK SPACE}kr"
    (page,) = said(replace(GIFT, language="sv", words=SWEDISH, due=krona))

    assert page[-2:] == [
        f"BETALD Att betala {krona}",
        "Det här arbetet är vår gåva till dig. Du har inget att betala.",
    ]


def test_what_is_not_known_is_left_out():
    (page,) = said(replace(GIFT, ticket="", supply_date="", payments=()))

    assert not {"Ticket", "Paid"} & {line.split(" ")[0] for line in page}
    assert "Date of supply" not in " ".join(page)


def test_programs_can_read_what_it_is():
    pdf = read(GIFT)

    assert pdf.metadata == {
        "/Title": "Invoice 2026-000412",
        "/Subject": "Ticket #1042",
        "/Author": "North Street Repairs",
        "/Creator": "Helpdesk",
        "/Producer": "Helpdesk",
        "/CreationDate": "D:20261120153000Z",
    }
    assert pdf.root_object["/Lang"] == "en"


def test_metadata_keep_foreign_names_and_lose_what_controls():
    pdf = read(replace(GIFT, seller=Party("你好\u202e\x00\ud800 & Co", ())))

    assert pdf.metadata.author == "你好 & Co"


@pytest.mark.parametrize(("page", "size"), [("A4", (595.28, 841.89)), ("Letter", (612, 792))])
def test_it_comes_in_the_paper_of_the_country(page, size):
    box = read(replace(GIFT, page=page)).pages[0].mediabox

    assert (float(box.width), float(box.height)) == size


def test_the_same_paper_gives_the_same_bytes_in_any_process():
    program = (
        "import sys; from tests.billing.test_paper import GIFT, render;"
        "sys.stdout.buffer.write(render(GIFT))"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "4242", "TZ": "Asia/Tokyo"},
        stdout=subprocess.PIPE,
        check=True,
    )

    assert elsewhere.stdout == render(GIFT)


def test_what_was_rendered_before_leaves_no_trace():
    first = render(GIFT)
    render(described(FOREIGN))

    assert render(GIFT) == first


def test_another_paper_is_another_document():
    assert read(GIFT).trailer["/ID"] != read(UNPAID).trailer["/ID"]


def test_an_instant_is_the_same_in_any_zone():
    there = GIFT.issued_at.astimezone(timezone(timedelta(hours=9)))

    assert render(replace(GIFT, issued_at=there)) == render(GIFT)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        render(replace(GIFT, issued_at=datetime(2026, 11, 20)))


@pytest.mark.parametrize(
    "text",
    [
        '#read("/etc/passwd")',
        "<img src=file:///etc/passwd>",
        "<a href='https://evil.example'>x</a>",
        "**bold** __line__ --struck--",
        "[pay](https://evil.example)",
        "{nb} {page} {pages} {0} %s",
        "(unbalanced \\ \\) Tj ET",
        "-a-b-c @import url(http://evil.example)",
        "Dvořák & Søn, Łódź, €5 − ½ × 2 “so” …",
        FOREIGN,
    ],
)
def test_text_is_only_ever_text(text):
    paper = replace(
        described(text),
        seller=Party("Shop", (text,)),
        buyer=Party("Anna", (text,)),
        payments=(Payment("Gift", "-$45.00", text),),
        note=text,
    )

    (page,) = said(paper)
    assert "\n".join(page).count(text) == 5


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("你好", "��"),
        ("مرحبا", "�����"),
        ("Happy 🎁!", "Happy �!"),
        ("a\x00b\x07c\x1bd\x7fe", "abcde"),
        ("a\tb", "a b"),
        ("a\u202eb\u200bc\u00add", "abcd"),
        ("e\N{COMBINING ACUTE ACCENT}", "é"),
        ("\ud800", "�"),
        ("שלום (1) abc", "���� (1) abc"),
    ],
)
def test_what_the_font_lacks_is_marked_and_what_controls_is_gone(written, shown, caplog):
    caplog.set_level("INFO")
    (page,) = said(described(written))

    assert page[page.index("Ticket #1042") + 2] == f"{shown} 1 $45.00 $45.00"
    assert caplog.records == []


@pytest.mark.parametrize("count", [0, 1, 3, 60, 300])
def test_a_long_table_goes_on_under_its_titles(count):
    pages = said(replace(GIFT, lines=many(count)))

    rows = [line for page in pages for line in page if line.startswith("Diagnosis")]
    assert rows == [f"Diagnosis {number} 1 $1.00 $1.00" for number in range(1, count + 1)]
    for page in pages if count else []:
        assert page.count("Description Quantity Unit price Amount") == 1
    assert pages[-1][-1 if len(pages) == 1 else -2] == ENGLISH.gift


@pytest.mark.parametrize("count", range(18, 23))
def test_the_sums_are_never_alone_on_a_page(count):
    last = said(replace(GIFT, lines=many(count)))[-1]

    assert last.index("Total $45.00") == last.index(f"Diagnosis {count} 1 $1.00 $1.00") + 1


def test_each_of_several_pages_says_which_it_is():
    pages = said(replace(GIFT, lines=many(60)))

    feet = [page[-1] for page in pages]
    assert feet == [f"Page {number} of {len(pages)}" for number in range(1, len(pages) + 1)]
    assert {page[0] for page in pages[1:]} == {"North Street Repairs Invoice 2026-000412"}


def test_a_single_page_has_no_number():
    assert "Page 1 of 1" not in said(GIFT)[0]


@pytest.mark.parametrize("text", ["W" * 400, "wide word " * 40])
def test_what_is_too_wide_wraps_and_loses_nothing(text):
    paper = replace(described(text), note=text, buyer=Party(text, (text,)))

    lines = [line.lower() for page in said(paper) for line in page]
    own = sum(line.lower().count("w") for line in said(replace(GIFT, buyer=Party("", ())))[0])
    assert sum(line.count("w") for line in lines) == text.lower().count("w") * 4 + own
    assert max(len(line) for line in lines) < 90


def test_a_description_longer_than_a_page_goes_on_over_it():
    pages = said(described("word " * 4000))

    assert len(pages) > 3
    assert sum(line.split().count("word") for page in pages for line in page) == 4000


def test_new_lines_in_a_note_stay():
    (page,) = said(replace(GIFT, note="One.\r\nTwo.\u2028Three."))

    assert page[-3:] == ["One.", "Two.", "Three."]


def test_nothing_in_it_acts_or_leads_elsewhere():
    paper = replace(UNPAID, note="https://evil.example javascript:alert(1) file:///etc/passwd")
    pdf = read(paper)

    keys = {key for number in pdf.xref[0] for key in names(pdf.get_object(number))}
    acting = {"/URI", "/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles"}
    assert not keys & {*acting, "/Filespec", "/GoToR", "/SubmitForm", "/AA", "/A", "/Annots"}


def names(value):
    """Every name in an object of the PDF, without following references."""
    if isinstance(value, DictionaryObject):
        for key, item in value.items():
            yield key
            yield from names(item)
    elif isinstance(value, ArrayObject):
        for item in value:
            yield from names(item)
    elif isinstance(value, str) and not isinstance(value, IndirectObject):
        yield value


def test_once_warm_it_opens_no_file(monkeypatch):
    paper = described("<img src=file:///etc/passwd> @import 'http://evil.example'")
    expected = render(paper)

    def refuse(*args, **kwargs):
        raise AssertionError(f"opened {args}")

    monkeypatch.setattr(builtins, "open", refuse)
    monkeypatch.setattr("io.open", refuse)
    monkeypatch.setattr("os.open", refuse)

    assert render(paper) == expected


def test_it_is_small_enough_to_send_and_brings_its_fonts():
    document = render(GIFT)
    fonts = PdfReader(BytesIO(document)).pages[0]["/Resources"]["/Font"].values()

    embedded = [font.get_object()["/DescendantFonts"][0]["/FontDescriptor"] for font in fonts]
    assert [font["/FontName"] for font in embedded] == [
        "/MPDFAA+NotoSans",
        "/MPDFAA+NotoSansSemiBold",
    ]
    assert all("/FontFile2" in font for font in embedded)
    assert len(document) < 60_000
