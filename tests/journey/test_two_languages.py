"""A Swedish customer of an English-speaking shop hears Swedish."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from billing.models import Invoice
from helpdesk import duties, journey
from policies.models import Promise
from tests.conftest import boston
from tickets.models import Service

HOUR = timedelta(hours=1)
TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def nils(customer):
    return customer("Nils Åkesson", language="sv")


@pytest.fixture
def ticket(logged, nils, monday_nine):
    return logged("Skärmen är svart.", now=monday_nine, customer=nils).ticket


def test_a_callback_is_promised_in_swedish(ticket, sara):
    promise = journey.callback_promised(ticket, by=sara, now=TEN)

    assert promise.told_text == (
        "Vi ringer tillbaka måndag till fredag 09:00 till 17:00. "
        "Du hör från oss senast 14:00 i dag."
    )


def test_a_turnaround_is_promised_in_swedish(ticket, sara):
    repair = Service.objects.get(name="Laptop repair")
    journey.quoted(ticket, repair, by=sara, now=TEN, accepted_how="phone")

    assert Promise.objects.get().told_text == (
        "Laptop repair tar vanligtvis 3 arbetsdagar. Din är klar senast 17:00 torsdag. "
        "Det som kan komma emellan: parts"
    )


def test_the_invoice_is_in_swedish(ticket, close):
    close(ticket, now=TEN, gift_reason="Snabb hjälp")
    duties.swept(now=TEN + HOUR)

    invoice = Invoice.objects.get()
    said = PdfReader(BytesIO(invoice.document.pdf)).pages[0].extract_text()
    assert invoice.language == "sv"
    assert "Dahl & Daughters Faktura" in said
    assert "Fakturadatum 2 mars 2026" in said
    assert "BETALD Att betala 0,00\xa0US$" in said
    assert "Snabb hjälp (Sara Lind)" in said
    assert "Det här arbetet är vår gåva till dig." in said


def test_a_stranger_hears_the_language_of_the_shop(missed, sara, monday_nine):
    ticket = missed(now=monday_nine).ticket

    promise = journey.callback_promised(ticket, by=sara, now=monday_nine)

    assert promise.told_text.startswith("We call back Monday to Friday")


def test_what_was_told_stays_in_the_language_it_was_told_in(ticket, nils, sara):
    promise = journey.callback_promised(ticket, by=sara, now=TEN)
    told = promise.told_text

    nils.language = "en"
    nils.save()

    promise.refresh_from_db()
    assert promise.told_text == told
