"""It was not the end after all."""

from datetime import timedelta

import pytest

from billing.models import Invoice, Settlement
from helpdesk import duties, journey
from tests.conftest import boston, ledger_moves
from tests.journey.ledger import fates
from tickets import states
from tickets.models import Ticket

HOUR = timedelta(hours=1)
NOON = boston(2026, 3, 2, 12)


@pytest.fixture
def closed(ticket, close, per):
    journey.note_added(ticket, "New screen fitted.", by=per, minutes=60, now=NOON - HOUR)
    return close(ticket, now=NOON)


def invoiced():
    return list(Invoice.objects.order_by("number").values_list("ending", "total"))


def reopen(ticket, *, by, now):
    ticket.refresh_from_db()
    journey.ticket_reopened(ticket, by=by, now=now)


def test_it_is_in_work_again_and_undecided(closed, sara):
    reopen(closed, by=sara, now=NOON + HOUR / 2)

    closed.refresh_from_db()
    assert (closed.status, closed.charge) == (Ticket.Status.OPEN, Ticket.Charge.UNDECIDED)
    assert (closed.ended_at, closed.ended_by, closed.bill_at) == (None, None, None)
    assert (closed.endings, closed.gift_reason) == (1, "")


def test_how_it_was_closed_is_kept(closed, close, sara, per):
    for hour in (1, 3):
        reopen(closed, by=per, now=NOON + hour * HOUR)
        close(closed, now=NOON + (hour + 1) * HOUR, charge="charged")

    kept = closed.interactions.filter(text__startswith="Opened again").order_by("pk")
    assert [(note.staff, note.kind, note.text.replace("\u202f", " ")) for note in kept] == [
        (
            per,
            "note",
            "Opened again. It was closed by Sara Lind, Monday 2 March, 12:00 PM: free.",
        ),
        (
            per,
            "note",
            "Opened again. It was closed by Sara Lind, Monday 2 March, 2:00 PM: charged.",
        ),
    ]


def test_within_the_grace_that_ending_is_never_invoiced(closed, sara):
    reopen(closed, by=sara, now=NOON + HOUR - timedelta(seconds=1))

    assert ledger_moves(duties.swept(now=NOON + 2 * HOUR)) == 0
    assert invoiced() == []


def test_then_the_next_ending_is_invoiced_with_all_the_work(closed, close, sara):
    reopen(closed, by=sara, now=NOON + HOUR / 2)
    close(closed, now=NOON + 2 * HOUR)
    duties.swept(now=NOON + 3 * HOUR)

    assert invoiced() == [(2, 9000)]


def test_after_the_grace_it_is_invoiced_first(closed, sara):
    reopen(closed, by=sara, now=NOON + HOUR)  # no sweep has come by

    assert invoiced() == [(1, 9000)]
    assert Settlement.objects.get().amount == 9000
    closed.refresh_from_db()
    assert closed.status == Ticket.Status.OPEN


def test_the_second_invoice_is_only_for_the_later_work(closed, close, sara, per):
    duties.swept(now=NOON + HOUR)
    reopen(closed, by=sara, now=NOON + 2 * HOUR)
    journey.note_added(closed, "Cable, too.", by=per, minutes=120, now=NOON + 3 * HOUR)
    close(closed, now=NOON + 4 * HOUR, charge="charged")
    duties.swept(now=NOON + 5 * HOUR)

    assert invoiced() == [(1, 9000), (2, 18000)]
    assert list(Settlement.objects.values_list("amount", flat=True)) == [9000]


def test_without_later_work_it_is_the_minimum_fee(closed, close, sara):
    duties.swept(now=NOON + HOUR)
    reopen(closed, by=sara, now=NOON + 2 * HOUR)
    close(closed, now=NOON + 3 * HOUR)
    duties.swept(now=NOON + 4 * HOUR)

    assert invoiced() == [(1, 9000), (2, 4500)]


def test_what_was_invoiced_is_not_invoiced_again(closed, sara):
    duties.swept(now=NOON + HOUR)
    reopen(closed, by=sara, now=NOON + 2 * HOUR)

    assert ledger_moves(duties.swept(now=NOON + 5 * HOUR)) == 0
    assert invoiced() == [(1, 9000)]


def test_promises_that_ended_with_it_stay_as_they_ended(ticket, close, sara, logged):
    logged(now=NOON - HOUR, ticket=ticket, wants_callback=True)
    close(ticket, now=NOON)

    reopen(ticket, by=sara, now=NOON + HOUR / 2)

    assert fates() == [("callback", "kept")]


def test_a_call_joins_it_again(closed, spoken, sara):
    reopen(closed, by=sara, now=NOON + HOUR / 2)

    assert spoken(now=NOON + HOUR).ticket == closed


def test_an_open_ticket_cannot_be_reopened(ticket, sara):
    with pytest.raises(states.IllegalMove):
        reopen(ticket, by=sara, now=NOON)


def test_a_merged_one_cannot_be_reopened(ticket, logged, ingrid, sara):
    into = logged(now=NOON, customer=ingrid).ticket
    journey.tickets_merged(ticket, into, by=sara, now=NOON)

    with pytest.raises(states.IllegalMove):
        reopen(ticket, by=sara, now=NOON)
