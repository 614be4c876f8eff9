"""A call's events, late, doubled and out of order."""

from datetime import UTC, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets import callstate
from tickets.callstate import CallState, Status
from tickets.channels.contract import CallEvent, CallEventKind, Direction, Outcome

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def event(kind, **fields):
    return CallEvent("cti", "7", kind, **{"direction": Direction.IN} | fields)


def ring(**fields):
    return event(CallEventKind.NEW_CALL, **fields)


def answer(**fields):
    return event(CallEventKind.ANSWER, **fields)


def hangup(outcome=Outcome.UNKNOWN, **fields):
    return event(CallEventKind.HANGUP, outcome=outcome, **fields)


def folded(*events):
    """Fold events received a minute apart, from nine o'clock."""
    received = enumerate(events)
    return reduce(
        lambda state, it: callstate.fold(state, it[1], NINE + timedelta(minutes=it[0])),
        received,
        None,
    )


def what(state):
    """Return everything but the instants."""
    return {
        name: value
        for name, value in {**vars(state), "status": state.status}.items()
        if not name.endswith("_at")
    }


@pytest.mark.parametrize(
    ("events", "status", "was_answered", "missed"),
    [
        ([ring()], Status.RINGING, False, False),
        ([ring(), answer()], Status.ANSWERED, True, False),
        ([answer()], Status.ANSWERED, True, False),
        ([ring(), answer(), hangup(Outcome.COMPLETED)], Status.ENDED, True, False),
        ([ring(), hangup(Outcome.MISSED)], Status.ENDED, False, True),
        ([ring(), hangup(Outcome.COMPLETED)], Status.ENDED, False, True),
        ([hangup()], Status.ENDED, False, True),
        ([ring(), hangup(Outcome.FORWARDED)], Status.ENDED, False, True),
        ([ring(), answer(), hangup(Outcome.FORWARDED)], Status.ENDED, True, False),
        ([ring(), hangup(Outcome.VOICEMAIL)], Status.ENDED, False, True),
        pytest.param(
            [ring(), answer(outcome=Outcome.VOICEMAIL)],
            Status.RINGING,
            False,
            False,
            id="voicemail is still listening",
        ),
        pytest.param(
            [ring(), answer(outcome=Outcome.VOICEMAIL), hangup(Outcome.COMPLETED)],
            Status.ENDED,
            False,
            True,
            id="voicemail has listened",
        ),
        pytest.param(
            [ring(), answer(), hangup(Outcome.VOICEMAIL)],
            Status.ENDED,
            True,
            True,
            id="put through to voicemail",
        ),
        pytest.param(
            [ring(), hangup(Outcome.COMPLETED, says_answered=True)],
            Status.ENDED,
            True,
            False,
            id="no answer event, but the cause says so",
        ),
        pytest.param([hangup(), ring()], Status.ENDED, False, True, id="hangup first"),
        pytest.param([hangup(), answer(), ring()], Status.ENDED, True, False, id="backwards"),
        pytest.param(
            [ring(direction=Direction.OUT), hangup(Outcome.NO_ANSWER, direction=Direction.OUT)],
            Status.ENDED,
            False,
            False,
            id="we called them",
        ),
    ],
)
def test_what_events_add_up_to(events, status, was_answered, missed):
    state = folded(*events)

    assert (state.status, state.was_answered) == (status, was_answered)
    assert callstate.is_missed(state) == missed


def test_a_whole_call():
    state = folded(
        ring(from_number="+4930", to_number="100", users=("Ann", "Emma"), queue="Repairs"),
        answer(from_number="+4930", to_number="100", users=("Emma",), answering_number="21"),
        hangup(Outcome.COMPLETED, from_number="+4930", to_number="100", cause="normalClearing"),
    )

    assert state == CallState(
        direction=Direction.IN,
        started_at=NINE,
        answered_at=NINE + timedelta(minutes=1),
        ended_at=NINE + timedelta(minutes=2),
        was_answered=True,
        outcome=Outcome.COMPLETED,
        cause="normalClearing",
        from_number="+4930",
        to_number="100",
        users=("Ann", "Emma"),
        answering_users=("Emma",),
        queue="Repairs",
        answering_number="21",
    )
    assert state.talk_time == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("events", "talk_time"),
    [
        ([ring(), answer()], None),
        ([ring(), hangup()], None),
        ([ring(), answer(), answer(), hangup(), hangup()], timedelta(minutes=2)),
        pytest.param([ring(), hangup(), answer()], timedelta(0), id="never negative"),
    ],
)
def test_talk_time(events, talk_time):
    assert folded(*events).talk_time == talk_time


def test_on_several_telephones_the_outcome_that_says_most_counts():
    events = [hangup(Outcome.MISSED), hangup(Outcome.COMPLETED), hangup(Outcome.NO_ANSWER)]

    assert folded(*events).outcome == Outcome.COMPLETED
    assert folded(*reversed(events)).outcome == Outcome.COMPLETED


def test_who_was_called_and_who_answered_do_not_overwrite_each_other():
    events = [ring(users=("Ann", "Emma")), answer(users=("Emma",)), ring()]

    for order in (events, events[::-1]):
        state = folded(*order)
        assert (state.users, state.answering_users) == (("Ann", "Emma"), ("Emma",))


WORDS = st.sampled_from(["", "a", "b"])
EVENTS = st.builds(
    CallEvent,
    via=st.just("cti"),
    call_id=st.just("7"),
    event=st.sampled_from(CallEventKind),
    direction=st.sampled_from(Direction),
    from_number=WORDS,
    to_number=WORDS,
    users=st.lists(WORDS.filter(bool), max_size=2).map(tuple),
    queue=WORDS,
    answering_number=WORDS,
    cause=WORDS,
    outcome=st.none() | st.sampled_from(Outcome),
    says_answered=st.booleans(),
)


@st.composite
def the_same_call_twice(draw):
    """Two ways one set of events may reach us: in any order, each once or more often."""
    events = draw(st.lists(EVENTS, min_size=1, max_size=5))
    return tuple(
        draw(st.permutations(events + draw(st.lists(st.sampled_from(events), max_size=3))))
        for _ in range(2)
    )


@settings(max_examples=200)
@given(the_same_call_twice())
def test_neither_order_nor_repetition_matters(ways):
    one, other = ways

    assert what(folded(*one)) == what(folded(*other))
    assert callstate.is_missed(folded(*one)) == callstate.is_missed(folded(*other))


@settings(max_examples=200)
@given(st.lists(st.tuples(EVENTS, st.integers(-60, 60)), min_size=1, max_size=6), st.randoms())
def test_instants_are_those_of_first_receipt_and_never_before_the_start(received, random):
    def fold_all(pairs):
        state = None
        for it, minute in pairs:
            state = callstate.fold(state, it, NINE + timedelta(minutes=minute))
        return state

    def first(of):
        minutes = [minute for it, minute in received if of(it)]
        return NINE + timedelta(minutes=min(minutes)) if minutes else None

    state = fold_all(received)

    assert state.started_at == first(lambda it: True)
    assert state.ended_at == first(lambda it: it.event == CallEventKind.HANGUP)
    assert state.answered_at == first(
        lambda it: it.event == CallEventKind.ANSWER and it.was_answered
    )
    for later in filter(None, (state.answered_at, state.ended_at)):
        assert later >= state.started_at
    random.shuffle(received)
    assert fold_all(received) == state
