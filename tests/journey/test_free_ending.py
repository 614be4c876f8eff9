"""Work is done for free: it becomes an invoice at its price, settled by a gift."""

import hashlib
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from pypdf import PdfReader

from billing import documents, gifts, invoicing
from billing.models import Invoice, InvoiceDocument, Rate, Settlement
from helpdesk import duties, journey
from policies.models import Promise
from tests.conftest import boston, ledger_moves
from tickets.models import Service, Shop, Ticket

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
NOON = boston(2026, 3, 2, 12)


@pytest.fixture
def invoice(ticket, close):
    close(ticket, now=NOON)
    duties.swept(now=NOON + HOUR)
    return Invoice.objects.get()


def work(ticket, minutes, *, by, now):
    journey.note_added(ticket, "Worked on it.", by=by, minutes=minutes, now=now)


def text(invoice):
    pages = PdfReader(BytesIO(invoice.document.pdf)).pages
    return [line for page in pages for line in page.extract_text().splitlines()]


def test_from_a_missed_call_to_a_gift(missed, spoken, customer, close, sara, monday_nine):
    missed(now=monday_nine)
    ticket = Ticket.objects.get()
    spoken(now=monday_nine + HOUR, call_id="out-1", direction="out")
    journey.customer_identified(ticket, customer("Ingrid Berg"))

    close(ticket, now=monday_nine + HOUR)
    swept = duties.swept(now=monday_nine + 2 * HOUR)

    assert (swept["promises"], swept["calls"], swept["invoices"]) == (0, 0, 1)
    invoice, gift = Invoice.objects.get(), Settlement.objects.get()
    assert (invoice.reference, invoice.total, gift.amount) == ("2026-0001", 4500, 4500)
    assert (gift.kind, gift.author, invoice.channel) == ("gift", sara, "call")
    assert Promise.objects.get().status == "kept"


def test_it_is_at_its_price_and_nothing_is_due(invoice):
    assert (invoice.total, invoice.currency) == (4500, "USD")
    assert invoicing.paid(invoice) == invoice.total
    assert list(invoice.settlements.values_list("kind", "amount")) == [("gift", 4500)]


def test_it_says_what_was_done_for_whom_and_when(invoice, ticket, ingrid, sara):
    assert (invoice.number, invoice.reference) == (1, "2026-0001")
    assert (invoice.ticket, invoice.ending) == (ticket, 1)
    assert (invoice.customer, invoice.buyer_name) == (ingrid, "Ingrid Berg")
    assert (invoice.seller_name, invoice.seller_contact) == ("Dahl & Daughters", "(617) 555-0100")
    assert (invoice.technician, invoice.channel) == (sara, "walk_in")
    assert (invoice.issued_at, invoice.issue_date) == (NOON + HOUR, date(2026, 3, 2))
    assert invoice.supply_date == date(2026, 3, 2)
    line = invoice.lines.get()
    assert (line.kind, line.description) == ("fee", "The screen stays black. (minimum fee)")
    assert (line.position, line.minutes, line.amount) == (1, None, 4500)


def test_the_gift_has_a_reason_and_an_author(invoice, sara):
    gift = invoice.settlements.get()

    assert (gift.reason, gift.author) == ("Quick help, on the house", sara)
    assert gift.settled_at == NOON + HOUR


def test_staff_may_give_a_reason_of_their_own(ticket, close, per):
    close(ticket, now=NOON, gift_reason="  A loyal customer ", by=per)
    duties.swept(now=NOON + HOUR)

    gift = Settlement.objects.get()
    assert (gift.reason, gift.author) == ("A loyal customer", per)


def test_the_document_is_kept_with_its_digest(invoice):
    document = invoice.document

    assert bytes(document.pdf)[:5] == b"%PDF-"
    assert document.sha256 == hashlib.sha256(document.pdf).hexdigest()
    assert InvoiceDocument.objects.count() == 1


def test_the_document_reads_nothing_due_paid_and_why(invoice):
    assert text(invoice)[-8:] == [
        "Description Quantity Unit price Amount",
        "The screen stays black. (minimum fee) 1 $45.00 $45.00",
        "Total $45.00",
        "Paid",
        "Gift -$45.00",
        "Quick help, on the house (Sara Lind)",
        "PAID Amount due $0.00",
        "This work is our gift to you. No payment is due.",
    ]


def test_a_document_that_was_never_drawn_is_drawn_later(ticket, close):
    close(ticket, now=NOON)
    assert gifts.bill(ticket, now=NOON + HOUR).reference == "2026-0001"  # and then it is killed

    duties.swept(now=NOON + 2 * HOUR)

    assert InvoiceDocument.objects.get().made_at == NOON + 2 * HOUR
    assert (Invoice.objects.count(), Settlement.objects.count()) == (1, 1)
    assert ledger_moves(duties.swept(now=NOON + 3 * HOUR)) == 0


def test_the_document_is_drawn_the_same_whatever_language_staff_read(invoice):
    with translation.override("sv"):
        assert documents.draw(invoice) == bytes(invoice.document.pdf)


def test_it_is_issued_only_after_the_hour_of_grace(ticket, close):
    close(ticket, now=NOON)

    assert ledger_moves(duties.swept(now=NOON + HOUR - SECOND)) == 0
    assert duties.swept(now=NOON + HOUR)["invoices"] == 1


def test_the_grace_is_the_owners_choice(ticket, close):
    Shop.objects.update(bill_after_minutes=0)

    close(ticket, now=NOON)

    assert duties.swept(now=NOON)["invoices"] == 1


def test_an_ending_is_invoiced_once_however_often_the_clock_ticks(invoice, ticket):
    assert ledger_moves(duties.swept(now=NOON + 2 * HOUR)) == 0
    assert gifts.bill(ticket, now=NOON + 2 * HOUR) is None
    assert (Invoice.objects.count(), Settlement.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("minutes", "total", "kind", "billed"),
    [
        (0, 4500, "fee", None),
        (1, 4500, "fee", None),
        (30, 4500, "fee", None),
        (31, 6750, "labour", 45),
        (45, 6750, "labour", 45),
        (46, 9000, "labour", 60),
        (601, 92250, "labour", 615),
    ],
)
def test_the_price_is_rounded_minutes_or_the_minimum_fee(
    ticket, close, per, minutes, total, kind, billed
):
    work(ticket, minutes, by=per, now=NOON - HOUR)
    close(ticket, now=NOON)
    duties.swept(now=NOON + HOUR)

    line = Invoice.objects.get().lines.get()
    assert (line.kind, line.minutes, line.amount) == (kind, billed, total)
    assert Settlement.objects.get().amount == total


def test_minutes_of_every_contact_add_up(ticket, logged, close, per):
    logged(now=NOON - HOUR, ticket=ticket, minutes=20)
    work(ticket, 25, by=per, now=NOON - HOUR)
    close(ticket, now=NOON)
    duties.swept(now=NOON + HOUR)

    assert Invoice.objects.get().total == 6750


def test_a_service_has_a_rate_of_its_own(ticket, logged, close, monday_nine):
    recovery = Service.objects.get(name="Data recovery")
    Rate.objects.create(
        service=recovery,
        hourly=20000,
        minimum_fee=15000,
        valid_from=boston(2026, 1, 1),
        made_at=boston(2026, 1, 1),
    )
    logged(now=monday_nine, ticket=ticket, service=recovery, minutes=60)
    close(ticket, now=NOON)
    duties.swept(now=NOON + HOUR)

    invoice = Invoice.objects.get()
    assert (invoice.service, invoice.total) == (recovery, 20000)


def test_who_worked_on_it_is_on_the_invoice(ticket, close, per, sara):
    journey.ticket_assigned(ticket, per, now=NOON)
    close(ticket, now=NOON)
    duties.swept(now=NOON + HOUR)

    invoice = Invoice.objects.get()
    assert (invoice.technician, invoice.settlements.get().author) == (per, sara)


def test_two_endings_take_two_numbers(invoice, logged, ingrid, close):
    close(logged(now=NOON, customer=ingrid).ticket, now=NOON)
    duties.swept(now=NOON + HOUR)

    references = Invoice.objects.order_by("number").values_list("reference", flat=True)
    assert list(references) == ["2026-0001", "2026-0002"]


def test_a_new_name_does_not_change_what_was_issued(invoice, ingrid):
    ingrid.name = "Ingrid Holm"
    ingrid.save()

    invoice.refresh_from_db()
    assert invoice.buyer_name == "Ingrid Berg"


def test_nothing_is_closed_for_somebody_we_do_not_know(missed, sara, monday_nine):
    missed(now=monday_nine)

    with pytest.raises(IntegrityError), transaction.atomic():
        journey.ticket_closed(Ticket.objects.get(), charge="free", by=sara, now=NOON)

    assert Ticket.objects.get().status == Ticket.Status.NEW


def test_nothing_is_closed_undecided(ticket, sara):
    with pytest.raises(IntegrityError), transaction.atomic():
        journey.ticket_closed(ticket, charge="undecided", by=sara, now=NOON)


def test_only_what_was_free_is_given(invoice, logged, close, ingrid):
    close(logged(now=NOON, customer=ingrid, minutes=60).ticket, now=NOON)
    close(logged(now=NOON, customer=ingrid).ticket, now=NOON, charge="charged")
    duties.swept(now=NOON + HOUR)

    given = Settlement.objects.filter(kind="gift").values_list("amount", flat=True)
    assert sorted(given) == [4500, 9000]
