"""Moving along a lifecycle: only its arrows, and only once."""

from datetime import timedelta

import pytest
from django.apps import apps

from policies.models import Promise
from tests.conftest import boston
from tickets import intake, states
from tickets.models import Call, Ticket

NEW, OPEN, WAITING, READY = "new", "open", "waiting", "ready"
CLOSED, SPAM, MERGED = "closed", "spam", "merged"

ARROWS = {
    NEW: {OPEN, WAITING, READY, CLOSED, SPAM, MERGED},
    OPEN: {WAITING, READY, CLOSED, SPAM, MERGED},
    WAITING: {OPEN, READY, CLOSED, SPAM, MERGED},
    READY: {OPEN, WAITING, CLOSED, SPAM, MERGED},
    CLOSED: {OPEN},
    SPAM: {OPEN},
    MERGED: set(),
}
TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def ticket(shop):
    return intake.open_ticket(subject="x", channel="call", now=TEN)


def test_a_ticket_moves_along_these_arrows_and_no_others():
    moves = Ticket.MOVES

    assert moves == ARROWS


def test_a_promise_ends_once():
    endings = {"kept", "broken", "superseded", "solved", "void"}

    moves = Promise.MOVES
    assert moves == {"open": endings} | dict.fromkeys(endings, frozenset())


def test_a_call_goes_one_way():
    moves = Call.MOVES
    assert moves == {
        "ringing": {"answered", "ended"},
        "answered": {"ended"},
        "ended": frozenset(),
    }


def test_every_lifecycle_says_where_each_status_leads():
    lifecycles = [model for model in apps.get_models() if hasattr(model, "MOVES")]

    assert len(lifecycles) == 6
    for model in lifecycles:
        assert set(model.MOVES) == set(model.Status)
        assert model._meta.get_field("status").get_default() in model.MOVES


def test_a_move_writes_what_goes_with_it(ticket):
    states.move(ticket, READY, touched_at=TEN + timedelta(hours=1))

    fresh = Ticket.objects.get()
    assert (fresh.status, fresh.touched_at) == (READY, TEN + timedelta(hours=1))
    assert (ticket.status, ticket.touched_at) == (fresh.status, fresh.touched_at)


@pytest.mark.parametrize(
    ("status", "to"),
    [
        (status, to)
        for status in ARROWS
        for to in ARROWS
        if status in {NEW, OPEN, WAITING, READY} and to not in ARROWS[status]
    ],
)
def test_where_no_arrow_leads_nothing_moves(ticket, status, to):
    Ticket.objects.update(status=status)
    ticket.refresh_from_db()

    with pytest.raises(states.IllegalMove, match=f"{status} → {to}"):
        states.move(ticket, to)

    ticket.refresh_from_db()
    assert ticket.status == status


def test_of_two_who_move_it_the_second_changes_nothing(ticket):
    stale = Ticket.objects.get()
    states.move(ticket, WAITING)

    with pytest.raises(states.LostRace):
        states.move(stale, READY, touched_at=TEN + timedelta(hours=1))

    ticket.refresh_from_db()
    assert (ticket.status, ticket.touched_at) == (WAITING, TEN)
    assert stale.status == NEW


def test_it_is_one_statement(ticket, django_assert_num_queries):
    with django_assert_num_queries(1):
        states.move(ticket, READY)
