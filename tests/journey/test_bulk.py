"""Many tickets at once, and taking it back."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from helpdesk.journey import bulk
from helpdesk.models import BulkAction
from policies.models import Promise
from tests.conftest import boston
from tests.journey.ledger import chain, fates
from tickets.models import ContactPoint, Ticket, Watch
from tickets.states import LostRace

TEN = boston(2026, 3, 2, 10)
NEXT_DAY = boston(2026, 3, 3, 9)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def three(logged, ingrid, monday_nine):
    """Three tickets that came in on Monday at nine."""
    return [logged(f"Matter {n}", now=monday_nine, customer=ingrid).ticket for n in range(3)]


@pytest.fixture
def numbers(three):
    return [ticket.pk for ticket in three]


def now_are(*fields):
    return list(Ticket.objects.order_by("number").values_list(*fields))


def undo(action, by, at=TEN + MINUTE):
    return journey.bulk_action_undone(action, by=by, now=at)


# -- assigned ------------------------------------------------------------------------------------


def test_they_are_assigned(numbers, per, sara):
    action = journey.tickets_assigned_at_once(numbers, per, by=sara, now=TEN)

    assert now_are("assignee") == [(per.pk,)] * 3
    assert [was["number"] for was in action.before] == numbers
    assert bulk.undoable(sara, now=TEN) == action


def test_and_each_is_given_back_to_whom_it_was_with(three, numbers, per, sara, eva):
    journey.ticket_assigned(three[1], eva, now=TEN - MINUTE)
    action = journey.tickets_assigned_at_once(numbers, per, by=sara, now=TEN)

    assert undo(action, sara) == numbers
    assert now_are("assignee") == [(None,), (eva.pk,), (None,)]
    assert bulk.undoable(sara, now=TEN + MINUTE) is None


def test_what_ended_or_was_touched_since_it_was_seen_is_left_alone(
    three, numbers, per, sara, close, monday_nine
):
    close(three[0], now=monday_nine)
    journey.note_added(three[1], "Mine!", by=per, now=TEN)
    seen = TEN - MINUTE

    action = journey.tickets_assigned_at_once(
        [*numbers, 4711], sara, by=sara, now=TEN + MINUTE, seen=seen
    )

    assert [was["number"] for was in action.before] == [numbers[2]]
    assert now_are("assignee") == [(None,), (None,), (sara.pk,)]


def test_undo_leaves_alone_what_changed_since(three, numbers, per, sara, eva, close):
    action = journey.tickets_assigned_at_once(numbers, per, by=sara, now=TEN)
    three[0].refresh_from_db()
    journey.ticket_assigned(three[0], eva, now=TEN)
    close(three[1], now=TEN)

    assert undo(action, sara) == [numbers[2]]
    assert now_are("assignee") == [(eva.pk,), (per.pk,), (None,)]


def test_nothing_done_is_nothing_to_undo(three, numbers, per, sara, close):
    for ticket in three:
        close(ticket, now=TEN)

    action = journey.tickets_assigned_at_once(numbers, per, by=sara, now=TEN)

    assert (action.pk, action.before) == (None, [])
    assert BulkAction.objects.count() == 0


def test_no_more_than_a_request_can_carry(numbers, per, sara, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 2)

    action = journey.tickets_assigned_at_once(numbers, per, by=sara, now=TEN)

    assert [was["number"] for was in action.before] == numbers[:2]


# -- undone once, soon, and by whoever did it ----------------------------------------------------


@pytest.mark.parametrize("after", [0, 9])
def test_it_is_undone_within_ten_minutes(numbers, per, sara, after):
    action = journey.tickets_assigned_at_once(numbers, per, by=sara, now=TEN)

    assert undo(action, sara, TEN + after * MINUTE) == numbers


def test_and_not_later(numbers, per, sara):
    action = journey.tickets_assigned_at_once(numbers, per, by=sara, now=TEN)
    later = TEN + 10 * MINUTE

    assert bulk.undoable(sara, now=later) is None
    with pytest.raises(LostRace):
        undo(action, sara, later)


def test_nor_twice_nor_by_somebody_else(numbers, per, sara):
    action = journey.tickets_assigned_at_once(numbers, per, by=sara, now=TEN)

    with pytest.raises(LostRace):
        undo(action, per)
    undo(action, sara)
    with pytest.raises(LostRace):
        undo(action, sara)
    assert now_are("assignee") == [(None,)] * 3


def test_only_what_was_done_last_is_offered(numbers, per, sara):
    journey.tickets_assigned_at_once(numbers, per, by=sara, now=TEN)
    last = journey.tickets_snoozed_at_once(numbers, NEXT_DAY, "Later", by=sara, now=TEN + MINUTE)

    assert bulk.undoable(sara, now=TEN + MINUTE) == last
    assert bulk.undoable(per, now=TEN + MINUTE) is None
    undo(last, sara, TEN + 2 * MINUTE)
    assert bulk.undoable(sara, now=TEN + 2 * MINUTE) is None


# -- snoozed -------------------------------------------------------------------------------------


def test_they_are_put_aside_and_woken(three, numbers, sara, per):
    before = boston(2026, 3, 5, 9)
    journey.ticket_snoozed(three[0], before, "Waits for the part", by=per, now=TEN - MINUTE)
    action = journey.tickets_snoozed_at_once(numbers, NEXT_DAY, "Not today", by=sara, now=TEN)
    fields = ("snoozed_until", "snoozed_by", "snoozed_because")
    assert now_are(*fields) == [(NEXT_DAY, sara.pk, "Not today")] * 3

    assert undo(action, sara) == numbers
    asleep = (before, per.pk, "Waits for the part")
    assert now_are(*fields) == [asleep, (None, None, ""), (None, None, "")]


def test_who_woke_meanwhile_is_not_put_to_sleep_again(three, numbers, sara, logged):
    action = journey.tickets_snoozed_at_once(numbers, NEXT_DAY, "Not today", by=sara, now=TEN)
    three[0].refresh_from_db()
    logged("It is urgent!", now=TEN, ticket=three[0])

    assert undo(action, sara) == numbers[1:]


# -- spam ----------------------------------------------------------------------------------------


@pytest.fixture
def calls(missed, monday_nine):
    """Two strangers who are owed a call back by one."""
    ends = [missed(now=monday_nine, call_id=f"c{n}", number=f"+1617555010{n}") for n in (1, 2)]
    return [end.ticket for end in ends]


def spammed(tickets, by, at=TEN):
    numbers = [ticket.pk for ticket in tickets]
    return journey.tickets_marked_spam_at_once(numbers, by=by, now=at)


def blocked():
    points = ContactPoint.objects.filter(blocked_at__isnull=False).order_by("value")
    return list(points.values_list("value", flat=True))


def test_they_are_spam_and_are_not(calls, sara):
    action = spammed(calls, sara)
    assert now_are("status") == [("spam",), ("spam",)]
    assert blocked() == ["+16175550101", "+16175550102"]

    assert undo(action, sara) == [ticket.pk for ticket in calls]
    assert now_are("status", "ended_at") == [("open", None), ("open", None)]
    assert blocked() == []


def test_what_was_owed_is_owed_again_by_the_same_time(calls, sara):
    one = boston(2026, 3, 2, 13)
    told = Promise.objects.get(ticket=calls[0])
    journey.promise_told(told, "By one.", now=TEN - MINUTE)
    action = spammed(calls, sara)
    assert fates() == [("callback", "void")] * 2

    undo(action, sara)

    assert fates() == [("callback", "void")] * 2 + [("callback", "open")] * 2
    again = Promise.objects.open().get(ticket=calls[0])
    assert (again.due_at, again.follows, again.told_text) == (one, told, "By one.")
    assert again.follow_ups.exists()


def test_undo_hides_nothing_that_came_due(calls, sara):
    """Spam and its undo on a late one: it is broken, as it would have been."""
    late = boston(2026, 3, 2, 14)
    action = spammed(calls[:1], sara, late)

    undo(action, sara, late + MINUTE)

    links = chain(Promise.objects.open().get(ticket=calls[0]))
    assert [link.status for link in links] == ["open", "broken", "void"]
    assert links[1].ended_at == links[1].due_at == links[2].due_at


def test_everything_that_was_promised_comes_back(three, numbers, sara):
    ticket, noon = three[0], boston(2026, 3, 3, 12)
    journey.promised(ticket, "A price", noon, kind="update", by=sara, now=TEN - MINUTE)
    journey.callback_promised(ticket, by=sara, now=TEN - MINUTE)
    owed = set(Promise.objects.open().values_list("kind", "what", "due_at"))

    undo(spammed(three[:1], sara), sara)

    assert set(Promise.objects.open().values_list("kind", "what", "due_at")) == owed


@pytest.mark.parametrize(("status", "again"), [("waiting", "waiting"), ("ready", "ready")])
def test_it_stands_where_it_stood_and_nobody_is_told_again(three, sara, status, again):
    journey.ticket_moved(three[0], status, by=sara, now=TEN - MINUTE)
    planned = three[0].follow_ups.count()

    undo(spammed(three[:1], sara), sara)

    three[0].refresh_from_db()
    assert three[0].status == again
    assert three[0].follow_ups.count() == planned


def test_a_sender_who_was_blocked_before_stays_blocked(calls, sara):
    ContactPoint.objects.filter(value="+16175550101").update(blocked_at=TEN - MINUTE)

    undo(spammed(calls, sara), sara)

    assert blocked() == ["+16175550101"]


def test_spam_that_somebody_opened_again_is_left_alone(calls, sara, per):
    action = spammed(calls, sara)
    calls[0].refresh_from_db()
    journey.ticket_reopened(calls[0], by=per, now=TEN)

    assert undo(action, sara) == [calls[1].pk]


def test_a_customer_put_aside_is_put_aside_again(three, sara):
    journey.ticket_snoozed(three[0], NEXT_DAY, "Part", by=sara, now=TEN - MINUTE)

    undo(spammed(three[:1], sara), sara)

    three[0].refresh_from_db()
    assert (three[0].snoozed_until, three[0].snoozed_because) == (NEXT_DAY, "Part")


def test_after_undo_the_sweep_finds_all_in_order(calls, sara):
    undo(spammed(calls, sara), sara)

    duties.swept(now=boston(2026, 3, 2, 13))

    assert sorted(Promise.objects.open().values_list("ticket", "kind")) == [
        (ticket.pk, "callback") for ticket in calls
    ]


# -- watched -------------------------------------------------------------------------------------


def test_they_are_watched_once(numbers, sara):
    journey.tickets_watched_at_once(numbers[:1], by=sara)

    assert journey.tickets_watched_at_once([*numbers, 4711], by=sara) == numbers
    assert sorted(Watch.objects.values_list("ticket", "user")) == [(n, sara.pk) for n in numbers]
