"""Two do something about one promise, one quote or one ticket at the same moment."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies.models import Promise, Quote
from tests.conftest import boston
from tests.journey.ledger import dues, fates
from tests.races.together import at_once, times
from tickets import states
from tickets.models import Service, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
ONE = boston(2026, 3, 2, 13)
NOON = ONE - timedelta(hours=1)


@pytest.fixture
def owed(missed, monday_nine):
    """A callback by one o'clock, as two people have it on their screens."""
    missed(now=monday_nine)
    return Promise.objects.get(), Promise.objects.get()


def kinds(results):
    return sorted(type(it).__name__ for it in results)


def test_of_two_endings_one_holds(owed, sara, per):
    mine, theirs = owed

    ended = at_once(
        lambda: journey.promise_ended(mine, "kept", because="Called", by=sara, now=NOON),
        lambda: journey.promise_ended(theirs, "void", because="Wrong", by=per, now=NOON),
    )

    assert kinds(ended) == ["LostRace", "NoneType"]
    promise = Promise.objects.get()
    won = ("kept", sara, "Called") if ended[0] is None else ("void", per, "Wrong")
    assert (promise.status, promise.ended_by, promise.ended_because) == won


@pytest.mark.parametrize("count", [2, 8])
def test_it_breaks_once_and_is_followed_once(owed, count):
    swept = times(count, lambda: duties.swept(now=ONE))

    assert sum(it["promises"] for it in swept) == 1
    assert fates() == [("callback", "broken"), ("callback", "open")]


def test_calling_back_as_the_clock_ticks(owed, spoken, sara):
    """Whoever is first: they were called, so nothing is owed, and nobody sees an error."""
    results = at_once(
        lambda: duties.swept(now=ONE),
        lambda: spoken(now=NOON, call_id="out-1", direction="out"),
    )

    assert kinds(results) == ["Heard", "dict"]
    assert dues() == []
    assert fates() in (
        [("callback", "kept")],
        [("callback", "broken"), ("callback", "kept")],
    )


def test_two_who_call_back_at_once_keep_it_once(owed, spoken):
    results = at_once(
        lambda: spoken(now=NOON, call_id="out-1", direction="out"),
        lambda: spoken(now=NOON, call_id="out-2", direction="out"),
    )

    assert kinds(results) == ["Heard", "Heard"]
    assert fates() == [("callback", "kept")]


def test_a_quote_is_accepted_once(ticket, sara):
    repair = Service.objects.get(name="Laptop repair")
    journey.quoted(ticket, repair, by=sara, now=NOON)

    accepted = times(
        2,
        lambda: journey.quote_accepted(Quote.objects.get(), how="phone", by=sara, now=NOON),
    )

    assert kinds(accepted) == ["AlreadyAccepted", "Promise"]
    assert fates() == [("turnaround", "open")]


def test_a_ticket_is_closed_once(ticket, sara):
    def close():
        journey.ticket_closed(Ticket.objects.get(pk=ticket.pk), charge="free", by=sara, now=NOON)

    closed = times(2, close)

    assert kinds(closed) in (["LostRace", "NoneType"], ["IllegalMove", "NoneType"])
    assert Ticket.objects.get().endings == 1


def test_two_tickets_are_not_merged_into_each_other(opened, sara):
    one, other = opened(), opened()
    screens = [(one, other), (Ticket.objects.get(pk=other.pk), Ticket.objects.get(pk=one.pk))]

    merged = at_once(
        *[lambda pair=pair: journey.tickets_merged(*pair, by=sara, now=NOON) for pair in screens]
    )

    assert kinds(merged) == ["NoneType", "NotMergeable"]
    assert Ticket.objects.open().count() == 1


def test_two_who_take_a_ticket_up_both_may(ticket, sara, per):
    def note(by):
        return lambda: journey.note_added(
            Ticket.objects.get(pk=ticket.pk), "Looked at it.", by=by, now=NOON, minutes=10
        )

    assert {written.staff for written in at_once(note(sara), note(per))} == {sara, per}
    assert ticket.interactions.minutes() == 20


def test_of_two_moves_one_holds(ticket):
    stale = [Ticket.objects.get(pk=ticket.pk) for _ in range(2)]

    moved = at_once(*[lambda row=row: states.move(row, Ticket.Status.READY) for row in stale])

    assert kinds(moved) == ["LostRace", "NoneType"]
