"""We call back in time."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies.models import Promise
from tests.conftest import boston, ledger_moves
from tests.journey.ledger import dues, fates
from tickets.channels.contract import Outcome
from tickets.models import Interaction, Ticket

TEN = boston(2026, 3, 2, 10)
OUT = Interaction.Direction.OUT


@pytest.fixture
def promise(missed, monday_nine):
    missed(now=monday_nine)
    return Promise.objects.get()


def test_an_answered_call_keeps_the_promise(promise, spoken, sara):
    spoken(now=TEN, call_id="out-1", direction="out")

    promise.refresh_from_db()
    assert (promise.status, promise.ended_because) == ("kept", "Called back")
    assert (promise.ended_at, promise.ended_by) == (TEN, sara)
    assert fates() == [("callback", "kept")]


def test_one_logged_by_hand_keeps_it(promise, logged, sara):
    logged(
        "Told her the price.",
        now=TEN + timedelta(minutes=5),
        heard_at=TEN,
        direction=OUT,
        ticket=promise.ticket,
    )

    promise.refresh_from_db()
    assert (promise.status, promise.ended_at, promise.ended_by) == ("kept", TEN, sara)
    assert fates() == [("callback", "kept")]


def test_an_unanswered_attempt_keeps_it_and_leaves_a_new_one(promise, tried, sara):
    tried(now=TEN)

    kept, following = Promise.objects.order_by("pk")
    assert (kept.status, kept.ended_because, kept.ended_at) == ("kept", "Tried, no answer", TEN)
    assert (following.status, following.follows) == ("open", kept)
    assert (following.due_at, following.maker) == (boston(2026, 3, 2, 14), sara)
    assert following.cause == Interaction.objects.get(direction=OUT)


def test_an_unanswered_attempt_logged_by_hand_does_the_same(promise, logged):
    logged("No answer.", now=TEN, direction=OUT, reached=False, ticket=promise.ticket)

    assert fates() == [("callback", "kept"), ("callback", "open")]
    assert dues() == [boston(2026, 3, 2, 14)]


@pytest.mark.parametrize("outcome", [Outcome.BUSY, Outcome.NO_ANSWER, Outcome.MISSED])
def test_busy_or_not_there_is_an_attempt(promise, tried, outcome):
    tried(now=TEN, outcome=outcome)

    assert fates() == [("callback", "kept"), ("callback", "open")]


def test_a_line_that_failed_is_no_attempt(promise, tried):
    tried(now=TEN, outcome=Outcome.FAILED)

    assert fates() == [("callback", "open")]
    assert dues() == [promise.due_at]


def test_a_call_that_still_rings_is_no_attempt_yet(promise, hear):
    hear("new_call", now=TEN, call_id="out-1", direction="out", users=("101",))

    assert fates() == [("callback", "open")]


def test_what_counts_is_when_we_took_up_the_phone(promise, hear):
    minute = timedelta(minutes=1)
    call = {"call_id": "out-1", "direction": "out"}
    hear("new_call", now=promise.due_at - minute, **call)
    hear("answer", now=promise.due_at + minute, **call)

    promise.refresh_from_db()
    assert (promise.status, promise.ended_at) == ("kept", promise.due_at - minute)


def test_it_does_not_break_while_the_call_rings_that_keeps_it(promise, hear):
    call = {"call_id": "out-1", "direction": "out"}
    hear("new_call", now=promise.due_at - timedelta(seconds=10), **call)

    assert duties.swept(now=promise.due_at)["promises"] == 0
    hear("hangup", now=promise.due_at + timedelta(seconds=9), outcome=Outcome.NO_ANSWER, **call)
    assert fates() == [("callback", "kept"), ("callback", "open")]


def test_it_breaks_if_we_never_hear_what_became_of_that_call(promise, hear):
    hear("new_call", now=promise.due_at - timedelta(seconds=10), call_id="out-1", direction="out")

    duties.swept(now=promise.due_at + timedelta(minutes=15))

    promise.refresh_from_db()
    assert (promise.status, promise.ended_at) == ("broken", promise.due_at)


def test_a_call_that_began_too_late_does_not_hold_it(promise, hear):
    hear("new_call", now=promise.due_at, call_id="out-1", direction="out")

    assert duties.swept(now=promise.due_at)["promises"] == 1


def test_a_clock_put_back_ends_nothing_before_it_was_made(promise, sara, monday_nine):
    an_hour_ago = monday_nine - timedelta(hours=1)

    journey.promise_ended(promise, "kept", because="Called", by=sara, now=an_hour_ago)

    promise.refresh_from_db()
    assert (promise.status, promise.ended_at) == ("kept", promise.made_at)


def test_at_the_very_instant_it_was_due_it_is_too_late(promise, spoken):
    spoken(now=promise.due_at, call_id="out-1", direction="out")

    assert fates() == [("callback", "broken")]


def test_a_late_answer_event_takes_back_the_new_promise(promise, tried, hear):
    tried(now=TEN)

    hear("answer", now=TEN + timedelta(minutes=2), call_id="out-1", direction="out")

    assert fates() == [("callback", "kept"), ("callback", "void")]


def test_each_unanswered_attempt_leaves_the_next(promise, tried):
    tried(now=TEN, call_id="out-1")
    tried(now=TEN + timedelta(hours=1), call_id="out-2")

    assert fates() == [("callback", "kept"), ("callback", "kept"), ("callback", "open")]
    assert dues() == [boston(2026, 3, 2, 15)]


def test_a_call_out_of_the_blue_owes_nothing(ticket, tried):
    tried(now=TEN)

    assert fates() == []


def test_a_kept_promise_never_breaks(promise, spoken):
    spoken(now=TEN, call_id="out-1", direction="out")

    assert ledger_moves(duties.swept(now=promise.due_at)) == 0
    assert fates() == [("callback", "kept")]


def test_a_call_back_takes_up_the_ticket(promise, tried):
    tried(now=TEN)

    assert Ticket.objects.get().status == Ticket.Status.OPEN
