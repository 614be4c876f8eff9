"""A report as a file: what is on the screen, as CSV, a workbook and on paper."""

import csv
import io
import zipfile
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from helpdesk.reporting import rows as lines
from tests.conftest import boston

pytestmark = pytest.mark.django_db

PAGE = "/reports/gifts/"
FILE = "/reports/gifts/export.csv"
NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def rows(response):
    text = b"".join(response.streaming_content).decode("utf-8")
    assert text[0] == "\ufeff"
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_the_export_has_a_row_for_each_gift(owner, customer, gift):
    invoice = gift(customer("Ingrid Berg"), reason="Loyalty")

    response = owner.get(FILE)

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == (
        'attachment; filename="gifts-2026-01-01-2026-12-31.csv"'
    )
    assert rows(response) == [
        {
            "Invoice": invoice.reference,
            "Issued": "2026-03-02",
            "Ticket": str(invoice.ticket_id),
            "Customer": "Ingrid Berg",
            "Technician": "Sara Lind",
            "Service": "",
            "Channel": "Call",
            "Reason": "Loyalty",
            "Given by": "Sara Lind",
            "Given": "45.00",
            "Currency": "USD",
        }
    ]


@pytest.mark.parametrize(
    "name",
    [
        '=HYPERLINK("http://evil.example","Ingrid")',
        "+1 617 555 0142",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "＝1+1",
        "＋1",
        "－1",
        "＠A1",
    ],
)
def test_no_name_is_a_formula(owner, customer, gift, name):
    gift(customer(name), reason=name)

    (row,) = rows(owner.get(FILE))

    assert (row["Customer"], row["Reason"]) == (f"'{name}", f"'{name}")


def test_the_export_is_of_what_the_page_shows(owner, customer, gift):
    bo, my = customer("Bo", "+16175550001"), customer("My", "+16175550002")
    gift(bo)
    gift(my, at=boston(2026, 2, 2, 9))

    page = owner.get(PAGE, {"cut": "customer", "of": bo.pk, "period": "month"})

    assert [row["Customer"] for row in rows(owner.get(page.context["export_url"]))] == ["Bo"]


def test_bad_dates_make_no_file(owner):
    response = owner.get(FILE, {"from": "yesterday"})

    assert response.status_code == 302
    assert response["Location"] == PAGE


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param("Ingrid", "Ingrid", id="a name"),
        pytest.param("", "", id="nothing"),
        pytest.param("a=b", "a=b", id="further in it calculates nothing"),
        pytest.param("=1+1", "'=1+1", id="equals"),
        pytest.param("  =1+1", "'  =1+1", id="after spaces"),
        pytest.param("\u200b\ufeff=1", "'\u200b\ufeff=1", id="after what cannot be seen"),
        pytest.param("\xa0@A1", "'\xa0@A1", id="after a hard space"),
        pytest.param("\tIngrid", "'\tIngrid", id="tab"),
        pytest.param("\rIngrid", "'\rIngrid", id="carriage return"),
        pytest.param("\nIngrid", "'\nIngrid", id="line feed"),
        pytest.param("In\0grid", "Ingrid", id="NUL"),
        pytest.param("\0=1", "'=1", id="NUL before a formula"),
        pytest.param("−1", "−1", id="a true minus is text"),
        pytest.param("'=1", "'=1", id="quoted before"),
    ],
)
def test_a_cell_is_text(text, cell):
    assert lines.neutral(text) == cell


# -- a workbook ----------------------------------------------------------------------------------


def sheets(response):
    """The cells of each sheet: {(row, column): (type, value)}, read from the XML itself."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as book:
        shared = [
            "".join(text.text or "" for text in item.iter(f"{NS}t"))
            for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        ]
        workbook = ElementTree.fromstring(book.read("xl/workbook.xml"))
        names = [it.get("name") for it in workbook.iter(f"{NS}sheet")]
        for n, name in enumerate(names, start=1):
            sheet = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{n}.xml"))
            assert list(sheet.iter(f"{NS}f")) == []
            cells = {}
            for cell in sheet.iter(f"{NS}c"):
                value = cell.find(f"{NS}v")
                if value is not None:
                    is_text = cell.get("t") == "s"
                    said = shared[int(value.text)] if is_text else float(value.text)
                    cells[cell.get("r")] = said
            found[name] = cells
    return found


def test_a_workbook_has_numbers_and_dates(owner, customer, gift):
    gift(customer("Ingrid Berg"), reason="Loyalty")

    response = owner.get("/reports/gifts/export.xlsx", {"cut": "customer"})
    book = sheets(response)

    assert response["Content-Disposition"] == (
        'attachment; filename="gifts-2026-01-01-2026-12-31.xlsx"'
    )
    assert list(book) == ["What we gave", "Customer", "Every invoice"]
    assert [book["Customer"][at] for at in ("A2", "B2", "C2", "A3", "B3")] == [
        *("Ingrid Berg", 45.0, 1.0),
        *("Together", 45.0),
    ]
    assert book["Customer"]["B1"] == "Given (USD)"
    assert book["Every invoice"]["B2"] == 46083.0  # 2 March 2026, as workbooks count days
    assert book["Every invoice"]["J2"] == 45.0


@pytest.mark.parametrize("name", ["=1+1", "+1 617", "@SUM(1)", "-1"])
def test_no_name_is_a_formula_in_a_workbook(owner, customer, gift, name):
    gift(customer(name))

    book = sheets(owner.get("/reports/gifts/export.xlsx", {"cut": "customer"}))

    assert book["Customer"]["A2"] == name


def test_a_workbook_names_its_sheets_whatever_they_are_called(owner, customer, gift):
    somebody = customer("What we gave: [all] / everything there is to know")
    gift(somebody)

    address = "/reports/gifts/export.xlsx"
    book = sheets(owner.get(address, {"cut": "customer", "of": somebody.pk}))

    assert list(book) == ["What we gave", "What we gave   all    everythin"]


# -- paper ---------------------------------------------------------------------------------------


def words(response):
    reader = PdfReader(io.BytesIO(b"".join(response.streaming_content)))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def test_paper_says_what_the_screen_says(owner, customer, gift):
    gift(customer("Ingrid Berg"), reason="Loyalty")

    response = owner.get("/reports/gifts/export.pdf", {"cut": "customer"})
    (page,) = words(response)

    assert response["Content-Type"] == "application/pdf"
    for said in (
        *("What we gave", "1 January 2026 – 31 December 2026", "Dahl & Daughters"),
        *("$45.00", "Invoices settled by a gift", "Ingrid Berg", "Together"),
    ):
        assert said in page


@pytest.mark.parametrize(
    ("query", "once"),
    [
        ({"cut": "customer"}, "Customer "),
        ({"cut": "technician"}, "Technician"),
        ({"cut": "customer", "of": "{ingrid}"}, "Every invoice"),
        ({"cut": "all"}, "Every invoice"),
    ],
)
def test_nothing_stands_over_the_table_twice(owner, customer, gift, query, once):
    ingrid = customer("Ingrid Berg")
    gift(ingrid)
    query = {name: value.format(ingrid=ingrid.pk) for name, value in query.items()}

    (page,) = words(owner.get("/reports/gifts/export.pdf", query))

    assert page.count(once) == 1


def test_who_it_is_about_stands_on_top_and_in_their_rows(owner, customer, gift):
    ingrid = customer("Ingrid Berg")
    gift(ingrid)

    (page,) = words(owner.get("/reports/gifts/export.pdf", {"cut": "customer", "of": ingrid.pk}))

    assert page.count("Ingrid Berg") == 2


def test_paper_has_as_many_pages_as_it_takes(owner, customer, gift):
    ingrid = customer("Ingrid Berg")
    for day in range(1, 32):
        gift(ingrid, at=boston(2026, 1, day, 9))
        gift(ingrid, at=boston(2026, 1, day, 11))

    pages = words(owner.get("/reports/gifts/export.pdf", {"cut": "all"}))

    assert len(pages) > 1
    assert sum(page.count("Ingrid Berg") for page in pages) == 62
    assert [f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, 1)] == [True] * len(
        pages
    )
    assert ["Invoice" in page for page in pages] == [True] * len(pages)


@pytest.mark.parametrize("slug", ["gifts", "promises", "callbacks", "free-contacts"])
@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
@pytest.mark.parametrize("cut", ["month", "all"])
def test_every_report_is_a_file_of_every_kind(owner, ingrid, gift, missed, slug, kind, cut):
    gift(ingrid)
    missed(now=boston(2026, 3, 9, 9))

    response = owner.get(f"/reports/{slug}/export.{kind}", {"cut": cut})

    assert response.status_code == 200
    assert len(b"".join(response.streaming_content)) > 50
