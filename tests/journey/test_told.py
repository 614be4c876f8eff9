"""The customer is told what we promised, and that is written down."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from helpdesk import journey
from policies.models import Promise
from tests.conftest import boston

HOUR = timedelta(hours=1)
TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def promise(missed, monday_nine):
    missed(now=monday_nine)
    return Promise.objects.get()


def told():
    return list(Promise.objects.order_by("pk").values_list("told_at", "told_text"))


def test_a_missed_call_has_been_told_nothing_yet(promise):
    assert told() == [(None, None)]


def test_what_was_said_is_written_down(promise):
    journey.promise_told(promise, "By one o'clock.", now=TEN)

    assert told() == [(TEN, "By one o'clock.")]


def test_it_is_written_down_once(promise):
    journey.promise_told(promise, "By one o'clock.", now=TEN)
    journey.promise_told(promise, "Sometime.", now=TEN + HOUR)

    assert told() == [(TEN, "By one o'clock.")]


def test_nor_can_it_be_rewritten_behind_our_back(promise):
    journey.promise_told(promise, "By one o'clock.", now=TEN)

    with pytest.raises(IntegrityError, match="set once"), transaction.atomic():
        Promise.objects.update(told_text="Sometime.")


def test_staff_promise_a_callback_and_say_it_in_one(ticket, sara):
    promise = journey.callback_promised(ticket, by=sara, now=TEN)

    assert promise.maker == sara
    assert promise.due_at == boston(2026, 3, 2, 14)
    assert told() == [
        (
            TEN,
            "We call back Monday to Friday 9:00\u202fAM to 5:00\u202fPM. "
            "You will hear from us by 2:00\u202fPM today.",
        )
    ]


def test_whom_we_did_not_reach_was_told_nothing(ticket, logged):
    logged(
        "No answer.", now=TEN, direction="out", reached=False, ticket=ticket, wants_callback=True
    )

    assert told() == [(None, None)]


def test_what_is_promised_in_words_has_a_time(ticket, sara):
    thursday = boston(2026, 3, 5, 12)

    promise = journey.promised(ticket, "A price", thursday, kind="update", by=sara, now=TEN)

    assert (promise.kind, promise.what, promise.due_at) == ("update", "A price", thursday)
    assert (promise.made_at, promise.maker, promise.status) == (TEN, sara, "open")


def test_nothing_is_promised_for_a_time_that_has_passed(ticket, sara):
    with pytest.raises(IntegrityError), transaction.atomic():
        journey.promised(ticket, "A price", TEN - HOUR, kind="other", by=sara, now=TEN)
