"""We promised to call back, and are late."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies.models import Promise
from tests.conftest import boston
from tests.journey.ledger import chain, dues, fates
from tickets.channels.contract import Outcome
from tickets.models import Interaction

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
OUT = Interaction.Direction.OUT


@pytest.fixture
def promise(missed, monday_nine):
    missed(now=monday_nine)
    return Promise.objects.get()


def test_it_stands_until_its_time_has_come(promise):
    duties.swept(now=promise.due_at - SECOND)

    assert fates() == [("callback", "open")]


def test_it_breaks_when_its_time_comes_and_another_follows(promise):
    duties.swept(now=promise.due_at)

    broken, following = Promise.objects.order_by("pk")
    assert (broken.status, broken.ended_at) == ("broken", promise.due_at)
    assert broken.ended_because == "Its time came"
    assert (following.kind, following.status, following.follows) == ("callback", "open", broken)
    assert following.due_at == boston(2026, 3, 2, 17)


def test_it_broke_when_it_was_due_whenever_somebody_noticed(promise):
    duties.swept(now=promise.due_at + 3 * HOUR)

    promise.refresh_from_db()
    assert promise.ended_at == promise.due_at
    assert dues() == [boston(2026, 3, 3, 12)]  # counted from when we noticed


def test_a_late_call_that_is_answered_was_still_broken(promise, spoken):
    spoken(now=promise.due_at + HOUR, call_id="out-1", direction="out")

    assert fates() == [("callback", "broken")]


def test_a_late_attempt_leaves_a_new_promise(promise, tried):
    tried(now=promise.due_at + HOUR)

    broken, following = Promise.objects.order_by("pk")
    assert (broken.status, following.status) == ("broken", "open")
    assert chain(following) == [following, broken]


def test_calling_back_keeps_the_following_promise(promise, spoken):
    duties.swept(now=promise.due_at)

    spoken(now=promise.due_at + HOUR, call_id="out-1", direction="out")

    assert fates() == [("callback", "broken"), ("callback", "kept")]


def test_the_whole_wait_is_one_chain(promise, tried, spoken):
    duties.swept(now=promise.due_at)  # 13:00
    duties.swept(now=boston(2026, 3, 2, 17))
    tried(now=boston(2026, 3, 3, 10), call_id="out-1")
    spoken(now=boston(2026, 3, 3, 11), call_id="out-2", direction="out")

    assert [status for _kind, status in fates()] == ["broken", "broken", "kept", "kept"]
    last = Promise.objects.latest("pk")
    assert chain(last) == list(Promise.objects.order_by("-pk"))
    assert Promise.objects.filter(follows=None).count() == 1  # what a report counts


def test_staff_cannot_call_a_late_one_kept(promise, sara):
    journey.promise_ended(
        promise, "kept", because="Called back", by=sara, now=promise.due_at + HOUR
    )

    promise.refresh_from_db()
    assert (promise.status, promise.ended_at) == ("broken", promise.due_at)


def test_closing_the_ticket_does_not_make_a_late_one_kept(promise, ingrid, close):
    journey.customer_identified(promise.ticket, ingrid)

    close(promise.ticket, now=promise.due_at + HOUR)

    assert fates() == [("callback", "broken")]


def test_whoever_called_as_their_ticket_was_closed_is_not_forgotten(
    ticket, hear, close, monday_nine
):
    """It rang while the ticket was open, and nobody answered once it was closed."""
    hear("new_call", now=monday_nine)
    close(ticket, now=monday_nine)
    hear("hangup", now=monday_nine, outcome=Outcome.MISSED)

    duties.swept(now=boston(2026, 3, 2, 13))

    assert fates() == [("callback", "broken"), ("callback", "open")]
    assert Promise.objects.open().get().ticket == ticket


def test_who_has_waited_too_long_comes_first(promise, missed, logged):
    after = promise.due_at + HOUR
    missed(now=promise.due_at - HOUR, call_id="other", number="+16175550199")
    duties.swept(now=after)

    first, second = Promise.objects.open().in_promise_order(after)
    assert (first.follows, second.follows) == (promise, None)
    assert first.due_at > second.due_at
    assert list(Promise.objects.overdue_or_following_broken(after)) == [first]
