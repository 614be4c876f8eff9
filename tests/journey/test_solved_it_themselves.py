"""The customer solves it while waiting for us."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies.models import Promise
from tests.journey.ledger import fates

HOUR = timedelta(hours=1)


@pytest.fixture
def promise(missed, ingrid, monday_nine):
    missed(now=monday_nine)
    return Promise.objects.get()


def test_staff_say_so_and_it_is_recorded_as_that(promise, sara, monday_nine):
    ten = monday_nine + HOUR
    journey.promise_ended(promise, "solved", because="It was the plug", by=sara, now=ten)

    promise.refresh_from_db()
    assert (promise.status, promise.ended_because) == ("solved", "It was the plug")
    assert (promise.ended_at, promise.ended_by) == (ten, sara)


def test_they_call_again_to_say_so(promise, spoken, logged, sara, monday_nine):
    ten = monday_nine + HOUR
    call = spoken(now=ten, call_id="again").call.interaction

    result = logged("It was the plug.", now=ten, call=call, callback_is="solved")

    promise.refresh_from_db()
    assert (promise.status, promise.ended_by) == ("solved", sara)
    assert promise.ended_because == "They solved it themselves"
    assert result.promise is None


def test_they_call_again_for_something_we_answer(promise, spoken, logged, sara, monday_nine):
    ten = monday_nine + HOUR
    call = spoken(now=ten, call_id="again").call.interaction

    logged("Asked for the price.", now=ten, call=call, callback_is="void")

    promise.refresh_from_db()
    assert promise.status == "void"
    assert promise.ended_because == "They called again and were answered"


def test_being_answered_ends_nothing_unless_staff_say_so(promise, spoken, logged, monday_nine):
    ten = monday_nine + HOUR
    call = spoken(now=ten, call_id="again").call.interaction

    assert logged("Asked for the price.", now=ten, call=call).promise == promise
    assert fates() == [("callback", "open")]


def test_the_ticket_is_closed_as_solved(promise, close, monday_nine):
    close(promise.ticket, now=monday_nine + HOUR, promises_are="solved", because="It was the plug")

    promise.refresh_from_db()
    assert (promise.status, promise.ended_because) == ("solved", "It was the plug")


def test_after_its_time_it_was_broken_all_the_same(promise, sara):
    late = promise.due_at + HOUR
    journey.promise_ended(promise, "solved", because="It was the plug", by=sara, now=late)

    promise.refresh_from_db()
    assert (promise.status, promise.ended_at) == ("broken", promise.due_at)


def test_nobody_calls_back_and_nothing_breaks(promise, sara, monday_nine):
    ten = monday_nine + HOUR
    journey.promise_ended(promise, "solved", because="It was the plug", by=sara, now=ten)

    assert duties.swept(now=promise.due_at)["promises"] == 0
    assert fates() == [("callback", "solved")]
