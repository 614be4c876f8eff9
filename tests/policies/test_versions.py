"""Which version is in force, which are to come, and which were."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from policies.versions import State, standings

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Terms:
    pk: int
    valid_from: datetime


def said(found):
    return [(standing.version.pk, standing.state, standing.until) for standing in found]


def test_in_force_then_what_comes_then_what_was():
    versions = [Terms(n, NOON + hours * HOUR) for n, hours in enumerate((-2, -1, 1, 2))]

    assert said(standings(versions, now=NOON)) == [
        (1, State.IN_FORCE, NOON + HOUR),
        (2, State.COMING, NOON + 2 * HOUR),
        (3, State.COMING, None),
        (0, State.PAST, NOON - HOUR),
    ]


def test_it_is_in_force_at_its_instant():
    versions = [Terms(1, NOON - HOUR), Terms(2, NOON)]

    assert said(standings(versions, now=NOON)) == [
        (2, State.IN_FORCE, None),
        (1, State.PAST, NOON),
    ]


def test_of_two_from_one_instant_the_first_never_held():
    versions = [Terms(2, NOON + HOUR), Terms(1, NOON + HOUR)]

    assert said(standings(versions, now=NOON)) == [
        (2, State.COMING, None),
        (1, State.REPLACED, NOON + HOUR),
    ]


@given(st.lists(st.integers(-3, 3), max_size=8))
def test_one_holds_at_a_time(hours):
    versions = [Terms(pk, NOON + each * HOUR) for pk, each in enumerate(hours)]
    begun = [each for each in versions if each.valid_from <= NOON]

    found = standings(versions, now=NOON)

    in_force = [one.version for one in found if one.state == State.IN_FORCE]
    assert in_force == ([max(begun, key=lambda v: (v.valid_from, v.pk))] if begun else [])
    assert sorted(one.version.pk for one in found) == list(range(len(hours)))
