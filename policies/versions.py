"""Which version of some terms is in force, which are to come, and which were. Pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar


class Dated(Protocol):
    """Terms from an instant on; of two from the same one, the one written last holds."""

    pk: int
    valid_from: datetime


V = TypeVar("V", bound=Dated)


class State(StrEnum):
    IN_FORCE = "in_force"
    COMING = "coming"
    PAST = "past"
    REPLACED = "replaced"  # by another from the same instant: it never held


@dataclass(frozen=True)
class Standing(Generic[V]):
    """How a version stands, and until when it holds; None: until somebody changes it."""

    version: V
    state: State
    until: datetime | None


def standings(versions: Iterable[V], *, now: datetime) -> list[Standing[V]]:
    """Return how versions of one and the same terms stand: in force, coming, past.

    What is to come is in the order in which it comes, what was is the latest first.
    """
    ordered = sorted(versions, key=lambda version: (version.valid_from, version.pk))
    found: dict[State, list[Standing[V]]] = {state: [] for state in State}
    for place, version in enumerate(ordered):
        after = ordered[place + 1] if place + 1 < len(ordered) else None
        until = after.valid_from if after else None
        if until == version.valid_from:
            state = State.REPLACED
        elif version.valid_from > now:
            state = State.COMING
        else:
            state = State.IN_FORCE if until is None or until > now else State.PAST
        found[state].append(Standing(version, state, until))
    gone = sorted(
        found[State.PAST] + found[State.REPLACED],
        key=lambda standing: (standing.version.valid_from, standing.version.pk),
        reverse=True,
    )
    return [*found[State.IN_FORCE], *found[State.COMING], *gone]
