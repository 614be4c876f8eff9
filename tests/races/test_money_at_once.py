"""Two bill, number, draw or settle at the same moment."""

from datetime import timedelta

import pytest
from django.db import transaction

from billing import documents, gifts, invoicing, numbering
from billing.models import Invoice, InvoiceDocument, NumberSeries, Settlement
from helpdesk import duties, journey
from tests.races.together import Gate, at_once, times
from tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def numbers():
    return list(Invoice.objects.order_by("number").values_list("number", flat=True))


@pytest.mark.parametrize("count", [2, 8])
def test_one_free_ending_is_one_invoice_and_one_gift(closed, eleven, count):
    ticket = closed()

    billed = times(count, lambda: gifts.bill(ticket, now=eleven))

    invoice = Invoice.objects.get()
    assert [it for it in billed if it is not None] == [invoice]
    assert (Settlement.objects.get().amount, numbers()) == (invoice.total, [1])
    assert NumberSeries.objects.get().last == 1


def test_any_number_of_sweeps_may_run_at_once(closed, eleven):
    for charge in ("free", "charged", "free"):
        closed(charge)

    swept = times(3, lambda: duties.swept(now=eleven))

    assert sum(it["invoices"] for it in swept) == 3
    assert numbers() == [1, 2, 3]
    assert (Settlement.objects.count(), InvoiceDocument.objects.count()) == (2, 3)
    assert Ticket.objects.to_bill(eleven).count() == 0


def test_reopening_as_it_is_invoiced(closed, eleven, sara):
    """That ending is invoiced all the same, once, and the ticket is open."""
    ticket = closed()

    swept, reopened = at_once(
        lambda: duties.swept(now=eleven),
        lambda: journey.ticket_reopened(ticket, by=sara, now=eleven),
    )

    assert (type(swept), reopened) == (dict, None)
    assert numbers() == [1]
    assert Ticket.objects.get().status == Ticket.Status.OPEN


def test_numbers_have_neither_gaps_nor_doubles(shop):
    def take():
        taken = []
        for _ in range(5):
            with transaction.atomic():
                taken.append(numbering.take("invoice", 2026).number)
        return taken

    taken = times(8, take)

    assert sorted(number for each in taken for number in each) == list(range(1, 41))
    assert NumberSeries.objects.get().last == 40


def test_a_number_given_back_is_taken_by_the_next(shop):
    def take(is_kept):
        with transaction.atomic():
            taken = numbering.take("invoice", 2026).number
            transaction.set_rollback(not is_kept)
        return taken if is_kept else None

    taken = at_once(*[lambda is_kept=n % 2: take(is_kept) for n in range(8)])

    assert sorted(filter(None, taken)) == [1, 2, 3, 4]


def test_a_document_drawn_twice_is_one(closed, eleven, monkeypatch):
    ticket = closed()
    invoice = gifts.bill(ticket, now=eleven)
    monkeypatch.setattr(documents, "draw", Gate(2).before(documents.draw))

    drawn = times(2, lambda: invoicing.document(invoice, now=eleven))

    document = InvoiceDocument.objects.get()
    assert drawn == [document, document]


@pytest.mark.parametrize(("count", "amount", "taken"), [(2, 4500, 1), (2, 3000, 1), (8, 1000, 4)])
def test_payments_never_exceed_the_total(closed, eleven, sara, count, amount, taken):
    invoice = gifts.bill(closed("charged"), now=eleven)

    paid = times(
        count,
        lambda: journey.invoice_paid(invoice, kind="card", amount=amount, by=sara, now=eleven),
    )

    assert [type(it).__name__ for it in paid if it is not None] == ["NotPayable"] * (count - taken)
    assert invoicing.paid(invoice) == taken * amount
