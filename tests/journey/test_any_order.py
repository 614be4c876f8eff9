"""A call's events come late, doubled and out of order, and add up to the same."""

from itertools import combinations, permutations
from math import factorial

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.models import Promise
from tests.conftest import boston
from tickets.channels.contract import Outcome
from tickets.models import Arrival, Call, Interaction, Ticket

TEN = boston(2026, 3, 2, 10)
ID = "the-call"
INSTANTS = {"id", "interaction_id", "started_at", "answered_at", "ended_at"}

RING, ANSWER = ("new_call", None), ("answer", None)
VOICEMAIL = ("answer", Outcome.VOICEMAIL)
HANGUPS = [("hangup", outcome) for outcome in Outcome]


class Undone(Exception):
    """Takes one example's rows back."""


@pytest.fixture
def before(request, missed, logged, ingrid, monday_nine):
    """What there was already when they called: a ticket, or a ticket and a promise to call back."""
    if request.param == "a ticket":
        logged(now=monday_nine, customer=ingrid, point=ingrid.contact_points.get())
    elif request.param == "a promise":
        missed(now=monday_nine, call_id="before")


@pytest.fixture
def adds_up(before, hear):
    """Tell of a call in this order and return what all of it comes to; then take it back."""

    def adds_up(events, direction):
        result = None
        try:
            with transaction.atomic():
                for kind, outcome in events:
                    hear(kind, now=TEN, call_id=ID, direction=direction, outcome=outcome)
                result = counted()
                raise Undone
        except Undone:
            return result

    return adds_up


def counted():
    """What of the rows counts: not instants, nor why; and what is void never was."""
    call = Call.objects.filter(interaction__provider_id=ID).values().get()
    ours = Interaction.objects.get(provider_id=ID)
    return {
        "call": {name: value for name, value in call.items() if name not in INSTANTS},
        "tickets": [
            (ticket.customer_id, ticket.interactions.count())
            for ticket in Ticket.objects.order_by("pk")
        ],
        "filed": ours.ticket is not None,
        "arrived": Arrival.objects.filter(interaction=ours).exists(),
        "promises": [
            (promise.kind, promise.status, promise.due_at, promise.cause == ours)
            for promise in Promise.objects.exclude(status="void").order_by("pk")
        ],
    }


CASES = pytest.mark.parametrize(
    ("direction", "before"),
    [
        ("in", "nothing"),
        ("in", "a promise"),
        ("out", "a ticket"),
        ("out", "a promise"),
    ],
    indirect=["before"],
)


@CASES
@pytest.mark.parametrize("outcome", list(Outcome))
def test_in_whichever_order(adds_up, direction, outcome):
    hangup = ("hangup", outcome)
    for events in ((RING, hangup), (RING, ANSWER, hangup)):
        told = adds_up(events, direction)
        assert [adds_up(order, direction) for order in permutations(events)] == [told] * factorial(
            len(events)
        )


@pytest.mark.parametrize(
    ("direction", "before"), [("in", "nothing"), ("out", "a promise")], indirect=["before"]
)
def test_from_two_telephones_that_hang_up_each_for_a_reason_of_its_own(adds_up, direction):
    for one, other in combinations(HANGUPS, 2):
        assert adds_up([one, other], direction) == adds_up([other, one], direction), (one, other)


@CASES
@settings(
    max_examples=12,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_however_often_and_from_however_many_telephones(adds_up, direction, data):
    known = [RING, ANSWER, VOICEMAIL, *HANGUPS]
    events = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=4), "events")
    again = data.draw(st.lists(st.sampled_from(events), max_size=2), "doubled")
    order = data.draw(st.permutations(events + again), "order")

    assert adds_up(order, direction) == adds_up(dict.fromkeys(events), direction)
