"""Work is done and charged for."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from billing import invoicing
from billing.models import Invoice, Settlement
from helpdesk import duties, journey
from tests.conftest import boston

HOUR = timedelta(hours=1)
NOON = boston(2026, 3, 2, 12)


@pytest.fixture
def invoice(ticket, close):
    close(ticket, now=NOON, charge="charged")
    duties.swept(now=NOON + HOUR)
    return Invoice.objects.get()


@pytest.fixture
def pay(invoice, sara):
    def pay(amount, kind="card", reason=""):
        journey.invoice_paid(invoice, kind=kind, amount=amount, by=sara, now=NOON + 2 * HOUR)
        return invoicing.paid(invoice)

    return pay


def test_it_is_invoiced_like_a_gift_but_not_given(invoice, ticket, ingrid):
    assert (invoice.reference, invoice.total) == ("2026-0001", 4500)
    assert Settlement.objects.count() == 0
    ticket.refresh_from_db()
    assert ticket.gift_reason == ""


def test_the_document_says_what_is_due(invoice):
    said = PdfReader(BytesIO(invoice.document.pdf)).pages[0].extract_text().splitlines()

    assert "Amount due $45.00" in said
    assert "PAID" not in said


def test_it_is_paid(invoice, pay, sara):
    assert pay(4500) == 4500

    payment = Settlement.objects.get()
    assert (payment.kind, payment.amount, payment.author) == ("card", 4500, sara)
    assert payment.settled_at == NOON + 2 * HOUR


def test_it_is_paid_in_parts(invoice, pay):
    assert [pay(1000), pay(3000, "cash"), pay(500, "transfer")] == [1000, 4000, 4500]


@pytest.mark.parametrize("too_much", [4501, 10**12])
def test_it_is_never_paid_more_than_is_due(invoice, pay, too_much):
    with pytest.raises(invoicing.NotPayable, match="more than what is due on 2026-0001"):
        pay(too_much)

    assert invoicing.paid(invoice) == 0


def test_nor_in_parts(invoice, pay):
    pay(4000)

    with pytest.raises(invoicing.NotPayable):
        pay(501)
    assert pay(500) == 4500
    with pytest.raises(invoicing.NotPayable):
        pay(1)


@pytest.mark.parametrize("nothing", [0, -1, -4500])
def test_a_payment_of_nothing_is_none(invoice, pay, nothing):
    with pytest.raises(invoicing.NotPayable):
        pay(nothing)

    assert Settlement.objects.count() == 0


def test_paying_changes_nothing_on_the_invoice(invoice, pay):
    before = Invoice.objects.filter(pk=invoice.pk).values().get()

    pay(4500)

    assert Invoice.objects.filter(pk=invoice.pk).values().get() == before


def test_what_is_paid_and_due_comes_from_the_ledger(invoice, pay, logged, ingrid, close):
    pay(1500)
    close(logged(now=NOON, customer=ingrid).ticket, now=NOON, charge="charged")
    duties.swept(now=NOON + 3 * HOUR)

    paid = Invoice.objects.with_paid().order_by("number").values_list("reference", "paid")
    assert list(paid) == [("2026-0001", 1500), ("2026-0002", 0)]
