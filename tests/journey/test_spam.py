"""Somebody calls who is not worth another word."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies.models import Promise
from tests.conftest import CALLER, boston, ledger_moves
from tests.journey.ledger import fates
from tickets.models import Arrival, ContactPoint, Interaction, Ticket

HOUR = timedelta(hours=1)
TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def spam(missed, sara, monday_nine):
    """A ticket that one key ended."""
    missed(now=monday_nine)
    ticket = Ticket.objects.get()
    journey.marked_spam(ticket, by=sara, now=TEN)
    return ticket


def reopen(ticket, *, by, now):
    ticket.refresh_from_db()
    journey.ticket_reopened(ticket, by=by, now=now)


def test_one_key_ends_it(spam, sara):
    spam.refresh_from_db()

    assert (spam.status, spam.ended_at, spam.ended_by) == (Ticket.Status.SPAM, TEN, sara)
    assert spam.endings == 1


def test_nothing_is_owed(spam, sara):
    promise = Promise.objects.get()

    assert (promise.status, promise.ended_because) == ("void", "Spam")
    assert (promise.ended_at, promise.ended_by) == (TEN, sara)


def test_even_what_was_late_was_never_owed(missed, sara, monday_nine):
    missed(now=monday_nine)

    journey.marked_spam(Ticket.objects.get(), by=sara, now=boston(2026, 3, 2, 14))

    assert fates() == [("callback", "void")]


def test_nothing_is_invoiced(spam):
    assert ledger_moves(duties.swept(now=TEN + 5 * HOUR)) == 0


def test_the_next_call_is_refused_and_filed_there(spam, hear):
    heard = hear("new_call", now=TEN + HOUR, call_id="again")

    assert (heard.is_blocked, heard.ticket) == (True, spam)
    assert (Ticket.objects.count(), spam.interactions.count()) == (1, 2)
    arrival = Arrival.objects.latest("pk")
    assert (arrival.verdict, arrival.because) == ("ignored", "the caller is blocked")


def test_and_is_promised_nothing(spam, missed):
    missed(now=TEN + HOUR, call_id="again")

    assert fates() == [("callback", "void")]


def test_other_callers_are_not_refused(spam, missed):
    heard = missed(now=TEN + HOUR, call_id="other", number="+16175550199")

    assert heard.is_blocked is False
    assert fates() == [("callback", "void"), ("callback", "open")]


def test_a_customers_number_is_never_blocked(missed, sara, ingrid, monday_nine):
    missed(now=monday_nine)
    journey.marked_spam(Ticket.objects.get(), by=sara, now=TEN)

    again = missed(now=TEN + HOUR, call_id="again")

    assert ContactPoint.objects.get(value=CALLER).blocked_at is None
    assert (again.is_blocked, again.ticket.status) == (False, Ticket.Status.NEW)
    assert fates() == [("callback", "void"), ("callback", "open")]


def test_whoever_turns_out_to_be_a_customer_is_not_refused(spam, missed, customer):
    customer("Ingrid Berg")

    assert missed(now=TEN + HOUR, call_id="again").is_blocked is False
    assert fates() == [("callback", "void"), ("callback", "open")]


def test_a_withheld_number_cannot_be_blocked(missed, sara, monday_nine):
    ticket = missed(now=monday_nine, number="anonymous").ticket
    journey.marked_spam(ticket, by=sara, now=TEN)

    again = missed(now=TEN + HOUR, call_id="again", number="anonymous")

    assert (again.is_blocked, again.ticket == ticket) == (False, False)


def test_reopening_unblocks(spam, missed, sara):
    reopen(spam, by=sara, now=TEN + HOUR)

    assert ContactPoint.objects.get(value=CALLER).blocked_at is None
    again = missed(now=TEN + 2 * HOUR, call_id="again")
    assert (again.is_blocked, again.ticket) == (False, spam)
    assert fates() == [("callback", "void"), ("callback", "open")]


def test_blocked_again_after_it_was_unblocked(spam, hear, sara):
    reopen(spam, by=sara, now=TEN + HOUR)
    journey.marked_spam(spam, by=sara, now=TEN + 2 * HOUR)

    assert hear("new_call", now=TEN + 3 * HOUR, call_id="again").is_blocked is True
    spam.refresh_from_db()
    assert spam.endings == 2


def test_what_a_blocked_caller_said_is_still_kept(spam, spoken):
    spoken(now=TEN + HOUR, call_id="again")

    assert Interaction.objects.count() == 2
    assert Arrival.objects.count() == 5
