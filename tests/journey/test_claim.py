"""One of us says that they call back, so that no other does."""

from datetime import timedelta

import pytest

from helpdesk import journey
from policies import callbacks
from policies.callbacks import LASTS, ClaimedAlready
from policies.models import CallbackClaim, Promise
from tests.conftest import boston
from tickets.channels.contract import Outcome
from tickets.states import LostRace

TEN = boston(2026, 3, 2, 10)
HOUR = timedelta(hours=1)


@pytest.fixture
def promise(missed, monday_nine):
    missed(now=monday_nine)
    return Promise.objects.get()


def claimed():
    return list(CallbackClaim.objects.values_list("promise", "user", "until"))


def test_the_first_has_it_and_the_second_is_told(promise, sara, per):
    journey.callback_claimed(promise, by=per, now=TEN)

    with pytest.raises(ClaimedAlready, match=r"^Per Holm is calling them\.$"):
        journey.callback_claimed(promise, by=sara, now=TEN)
    assert claimed() == [(promise.pk, per.pk, TEN + LASTS)]


def test_once_more_it_lasts_longer(promise, per):
    journey.callback_claimed(promise, by=per, now=TEN)
    journey.callback_claimed(promise, by=per, now=TEN + LASTS / 2)

    assert claimed() == [(promise.pk, per.pk, TEN + LASTS * 1.5)]


def test_it_runs_out(promise, sara, per):
    journey.callback_claimed(promise, by=per, now=TEN)

    journey.callback_claimed(promise, by=sara, now=TEN + LASTS)

    assert claimed() == [(promise.pk, sara.pk, TEN + 2 * LASTS)]


def test_it_is_left_to_others_by_whoever_has_it(promise, sara, per):
    journey.callback_claimed(promise, by=per, now=TEN)

    journey.callback_released(promise, by=sara)
    assert len(claimed()) == 1
    journey.callback_released(promise, by=per)
    assert claimed() == []


def test_what_has_ended_is_called_by_nobody(promise, sara):
    journey.promise_ended(promise, "solved", because="The plug", by=sara, now=TEN)

    with pytest.raises(LostRace):
        journey.callback_claimed(promise, by=sara, now=TEN)


# -- what was tried before -----------------------------------------------------------------------


def tries(*promises):
    found = callbacks.attempts(promises or [Promise.objects.open().get()])
    return [[(it.at, it.what, str(it.by)) for it in found[key]] for key in sorted(found)]


def test_nothing_was_tried(promise):
    assert tries() == [[]]


def test_each_try_is_told_with_what_came_of_it(promise, tried, logged, per):
    tried(now=TEN)
    tried(now=TEN + HOUR, outcome=Outcome.BUSY, call_id="out-2", by="102")
    more = {"direction": "out", "reached": False, "ticket": promise.ticket}
    logged("No answer.", now=TEN + 2 * HOUR, **more)
    logged("Left word.", now=TEN + 3 * HOUR, kind="voicemail", by=per, **more)

    assert tries() == [
        [
            (TEN, "no answer", "Sara Lind"),
            (TEN + HOUR, "busy", "Per Holm"),
            (TEN + 2 * HOUR, "no answer", "Sara Lind"),
            (TEN + 3 * HOUR, "voicemail left", "Per Holm"),
        ]
    ]


def test_what_was_tried_for_an_earlier_matter_does_not_count(promise, spoken, tried, missed):
    tried(now=TEN)
    spoken(now=TEN + HOUR, call_id="out-2", direction="out")
    missed(now=TEN + 2 * HOUR, call_id="call-2")

    assert tries() == [[]]


def test_a_line_that_failed_and_a_call_that_rings_are_told_as_such(promise, tried, hear):
    tried(now=TEN, outcome=Outcome.FAILED)
    hear("new_call", now=TEN + HOUR, call_id="out-2", direction="out", users=("101",))

    assert [what for _at, what, _by in tries()[0]] == ["failed", "ringing now"]


def test_tries_follow_the_promise_onto_the_ticket_it_was_merged_into(
    promise, tried, logged, ingrid, sara
):
    tried(now=TEN)
    into = logged("The same matter", now=TEN + HOUR, customer=ingrid).ticket
    promise.ticket.refresh_from_db()

    journey.tickets_merged(promise.ticket, into, by=sara, now=TEN + HOUR)

    assert tries() == [[(TEN, "no answer", "Sara Lind")]]


def test_many_ask_no_more_than_one(missed, tried, monday_nine, django_assert_num_queries):
    for n in range(3):
        missed(now=monday_nine, call_id=f"in-{n}", number=f"+1617555010{n}")
        tried(now=TEN, call_id=f"out-{n}", number=f"+1617555010{n}")
    owed = list(Promise.objects.open().order_by("pk"))

    for some in (owed[:1], owed):
        with django_assert_num_queries(2):
            assert [len(found) for found in tries(*some)] == [1] * len(some)
