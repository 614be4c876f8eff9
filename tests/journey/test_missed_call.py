"""Somebody calls and nobody answers."""

from datetime import timedelta

import pytest

from policies.models import CallbackWindow, Promise
from tests.conftest import boston
from tests.journey.ledger import fates
from tickets.channels.contract import Outcome
from tickets.models import Arrival, Call, Interaction, Ticket


def test_it_is_promised_a_callback_by_the_policy(missed, monday_nine):
    missed(now=monday_nine)

    promise = Promise.objects.get()
    assert (promise.kind, promise.status) == ("callback", "open")
    assert (promise.made_at, promise.due_at) == (monday_nine, boston(2026, 3, 2, 13))
    assert (promise.ticket, promise.cause) == (Ticket.objects.get(), Interaction.objects.get())
    assert (promise.window, promise.maker) == (CallbackWindow.objects.get(), None)


def test_nothing_is_promised_while_it_rings(hear, monday_nine):
    hear("new_call", now=monday_nine)

    assert fates() == []
    assert Call.objects.get().status == Call.Status.RINGING


@pytest.mark.parametrize("outcome", sorted(Outcome))
def test_however_it_ends_unanswered_we_call_back(hear, monday_nine, outcome):
    hear("new_call", now=monday_nine)
    hear("hangup", now=monday_nine, outcome=outcome)

    assert fates() == [("callback", "open")]
    assert Call.objects.get().outcome == outcome


def test_what_voicemail_answered_we_call_back(hear, monday_nine):
    hear("new_call", now=monday_nine)
    hear("answer", now=monday_nine, outcome=Outcome.VOICEMAIL)
    hear("hangup", now=monday_nine, outcome=Outcome.COMPLETED)

    assert fates() == [("callback", "open")]


def test_put_through_to_voicemail_after_an_answer_we_call_back(hear, monday_nine):
    hear("new_call", now=monday_nine)
    hear("answer", now=monday_nine)
    hear("hangup", now=monday_nine, outcome=Outcome.VOICEMAIL)

    assert fates() == [("callback", "open")]


def test_a_hangup_that_is_all_we_hear_is_enough(hear, monday_nine):
    hear("hangup", now=monday_nine, outcome=Outcome.MISSED)

    assert fates() == [("callback", "open")]
    assert Ticket.objects.get().subject == "Call from (617) 555-0142"


def test_it_is_withdrawn_when_a_late_event_says_it_was_answered(missed, hear, monday_nine):
    missed(now=monday_nine)

    hear("answer", now=monday_nine + timedelta(seconds=3))

    promise = Promise.objects.get()
    assert (promise.status, promise.ended_because) == ("void", "The call was answered after all")


def test_events_told_twice_change_nothing(missed, monday_nine):
    missed(now=monday_nine)
    missed(now=monday_nine + timedelta(seconds=5))

    assert fates() == [("callback", "open")]
    assert (Ticket.objects.count(), Interaction.objects.count()) == (1, 1)
    assert Arrival.objects.count() == 4  # but each is kept as it came


def test_a_customer_is_recognised_by_the_number(missed, ingrid, monday_nine):
    missed(now=monday_nine)

    ticket = Ticket.objects.get()
    assert (ticket.customer, ticket.who) == (ingrid, "Ingrid Berg")


def test_a_stranger_is_to_be_identified(missed, monday_nine):
    missed(now=monday_nine)

    ticket = Ticket.objects.get()
    assert (ticket.customer, ticket.who) == (None, "To be identified")
