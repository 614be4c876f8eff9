"""They call again while we still owe them a call."""

from datetime import timedelta

from policies.models import CallbackWindow, Promise
from tests.conftest import boston
from tests.journey.ledger import dues, fates
from tickets.models import Interaction, Ticket

HOUR = timedelta(hours=1)


def test_they_are_told_the_same_promise(missed, monday_nine):
    missed(now=monday_nine, call_id="1")
    missed(now=monday_nine + HOUR, call_id="2")
    missed(now=monday_nine + 2 * HOUR, call_id="3")

    assert fates() == [("callback", "open")]
    assert dues() == [boston(2026, 3, 2, 13)]
    assert (Ticket.objects.count(), Interaction.objects.count()) == (1, 3)


def test_one_that_staff_promise_again_is_not_moved_later(missed, logged, monday_nine):
    missed(now=monday_nine)
    ticket = Ticket.objects.get()

    result = logged("Waits.", now=monday_nine + HOUR, ticket=ticket, wants_callback=True)

    assert result.promise == Promise.objects.get()
    assert result.promise.due_at == boston(2026, 3, 2, 13)
    assert result.promise.told_text.endswith("You will hear from us by 1:00\u202fPM today.")


def test_nor_by_a_policy_that_came_in_between(missed, monday_nine):
    missed(now=monday_nine, call_id="1")
    CallbackWindow.objects.create(
        calendar=CallbackWindow.objects.get().calendar,
        minutes=960,
        valid_from=monday_nine + HOUR,
        made_at=monday_nine,
    )

    missed(now=monday_nine + 2 * HOUR, call_id="2")

    assert dues() == [boston(2026, 3, 2, 13)]


def test_withdrawing_the_second_call_leaves_the_promise_of_the_first(missed, hear, monday_nine):
    missed(now=monday_nine, call_id="1")
    missed(now=monday_nine + HOUR, call_id="2")

    hear("answer", now=monday_nine + HOUR, call_id="2")

    assert fates() == [("callback", "open")]


def test_after_it_was_kept_a_call_is_promised_anew(missed, spoken, monday_nine):
    missed(now=monday_nine, call_id="1")
    spoken(now=monday_nine + HOUR, call_id="out-1", direction="out")

    missed(now=monday_nine + 2 * HOUR, call_id="2")

    assert fates() == [("callback", "kept"), ("callback", "open")]
    assert dues() == [boston(2026, 3, 2, 15)]
    assert Promise.objects.latest("pk").follows is None
