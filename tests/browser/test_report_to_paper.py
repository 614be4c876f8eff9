"""From a report to one invoice and its document, by keyboard; and the report itself as files."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect
from pypdf import PdfReader

from billing import gifts
from helpdesk import journey
from tests.browser.conftest import complaints
from tests.browser.pages import sessions
from tickets import intake

pytestmark = pytest.mark.django_db(transaction=True)

FARTHEST = 60  # presses of Tab to anything on a page


@pytest.fixture
def invoice(ingrid, sara, per, eva):
    """A screen that was looked at for nothing, an hour ago."""
    at = now() - timedelta(hours=1)
    ticket = intake.open_ticket(subject="Screen", channel="call", customer=ingrid, now=at)
    journey.ticket_closed(ticket, charge="free", gift_reason="Loyalty", by=sara, now=at)
    return gifts.bill(ticket, now=ticket.bill_at)


@pytest.fixture
def key(invoice):
    return sessions()["owner"]


@pytest.fixture
def page(live_server, key, chromium):
    context = chromium.new_context(base_url=live_server.url)
    context.add_cookies([{"name": "session", "value": key, "url": live_server.url}])
    page = context.new_page()
    page.complaints = complaints(page)
    page.goto("/reports/")
    yield page
    context.close()


def reach(page, name):
    """Tab on to a link with this name; return it."""
    for _press in range(FARTHEST):
        page.keyboard.press("Tab")
        focused = page.locator("main a:focus")
        if focused.count() and focused.inner_text().strip() == name:
            return focused
    pytest.fail(f"no link {name} within {FARTHEST} presses of Tab")


def follow(page, *names):
    for name in names:
        reach(page, name)
        page.keyboard.press("Enter")
        page.wait_for_load_state()


def downloaded(page, name):
    """Return the name of the file that a link leads to, and what is in it."""
    reach(page, name)
    with page.expect_download() as found:
        page.keyboard.press("Enter")
    return found.value.suggested_filename, found.value.path().read_bytes()


def words(pdf):
    return " ".join(leaf.extract_text() for leaf in PdfReader(io.BytesIO(pdf)).pages)


def test_from_a_report_to_an_invoice_and_its_document(page, invoice):
    follow(page, "What we gave", "Customer", "Ingrid Berg")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ingrid Berg")
    follow(page, invoice.reference)
    expect(page.get_by_role("heading", level=1)).to_contain_text(invoice.reference)
    document = reach(page, "Open the document").get_attribute("href")
    # A browser shows it or saves it, as it is set up.
    answer = page.context.request.get(document)

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
    said = words(answer.body())
    assert [invoice.reference in said, "PAID" in said] == [True, True]
    assert page.complaints == []


def test_what_is_looked_at_is_taken_along_as_files(page, invoice):
    follow(page, "What we gave", "Customer", "Ingrid Berg")
    name, pdf = downloaded(page, "PDF")
    assert re.fullmatch(r"gifts-[\d-]+\.pdf", name)
    assert pdf.startswith(b"%PDF-")
    said = words(pdf)
    assert [invoice.reference in said, "Ingrid Berg" in said] == [True, True]

    name, book = downloaded(page, "Excel")
    assert re.fullmatch(r"gifts-[\d-]+\.xlsx", name)
    with zipfile.ZipFile(io.BytesIO(book)) as folder:
        cells = folder.read("xl/sharedStrings.xml").decode()
    assert invoice.reference in cells

    name, lines = downloaded(page, "CSV")
    assert re.fullmatch(r"gifts-[\d-]+\.csv", name)
    assert invoice.reference in lines.decode("utf-8-sig")
    assert page.complaints == []
