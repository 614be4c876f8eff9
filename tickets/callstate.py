"""What a call's events add up to, in whichever order and however often they come. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from tickets.channels.contract import CallEvent, CallEventKind, Direction, Outcome

Value = TypeVar("Value", str, tuple[str, ...], datetime | None)

# A call rings on several telephones, and each may hang up with a cause of its own: the one that
# says most about the caller comes first. That the line failed comes last: it is the only one that
# makes a call of ours no attempt, and must not take back what another telephone has told.
_TELLING = (
    Outcome.VOICEMAIL,
    Outcome.COMPLETED,
    Outcome.FORWARDED,
    Outcome.BUSY,
    Outcome.NO_ANSWER,
    Outcome.MISSED,
    Outcome.UNKNOWN,
    Outcome.FAILED,
)


class Status(StrEnum):
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


@dataclass(frozen=True)
class CallState:
    """A call as far as we have heard.

    `users` are those it rang for (or who dialled), `answering_users` those who took it.
    `was_answered` means by a person; it may be known from the hangup alone, so `answered_at` may
    be empty even then. Instants are those at which we received the events.
    """

    direction: Direction
    started_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    was_answered: bool = False
    outcome: Outcome | None = None
    cause: str = ""
    from_number: str = ""
    to_number: str = ""
    users: tuple[str, ...] = ()
    answering_users: tuple[str, ...] = ()
    queue: str = ""
    answering_number: str = ""

    @property
    def status(self) -> Status:
        if self.ended_at is not None:
            return Status.ENDED
        return Status.ANSWERED if self.was_answered else Status.RINGING

    @property
    def talk_time(self) -> timedelta | None:
        """How long they spoke, as far as we know; nothing when the answer was reported last."""
        if self.answered_at is None or self.ended_at is None:
            return None
        return max(self.ended_at - self.answered_at, timedelta(0))


def fold(state: CallState | None, event: CallEvent, at: datetime) -> CallState:
    """Add an event received at `at` to what is known of its call; None when it is the first.

    Every field is merged by an operation that does not care for order or repetition (earliest,
    any, least of what is not empty), so the result does not either.
    """
    if state is None:
        state = CallState(event.direction, started_at=at)
    is_new_call = event.event == CallEventKind.NEW_CALL
    is_answer = event.event == CallEventKind.ANSWER
    is_hangup = event.event == CallEventKind.HANGUP
    answered_at = at if is_answer and event.was_answered else None
    return replace(
        state,
        direction=min(state.direction, event.direction),
        started_at=min(state.started_at, at),
        answered_at=_least(state.answered_at, answered_at),
        ended_at=_least(state.ended_at, at if is_hangup else None),
        was_answered=state.was_answered or event.was_answered,
        outcome=_most_telling(state.outcome, event.outcome),
        cause=_least(state.cause, event.cause),
        from_number=_least(state.from_number, event.from_number),
        to_number=_least(state.to_number, event.to_number),
        users=_least(state.users, event.users if is_new_call else ()),
        answering_users=_least(state.answering_users, event.users if is_answer else ()),
        queue=_least(state.queue, event.queue),
        answering_number=_least(state.answering_number, event.answering_number),
    )


def is_missed(state: CallState) -> bool:
    """Whether somebody called who still wants to be called back.

    That is an inbound call that ended with voicemail or without a person here answering it. One
    forwarded to another number counts, too: we do not know whether anybody took it there.
    """
    if state.direction != Direction.IN or state.status != Status.ENDED:
        return False
    return state.outcome == Outcome.VOICEMAIL or not state.was_answered


def _least(known: Value, heard: Value) -> Value:
    """Return the lesser of two values, and the other when one is empty."""
    if not known or not heard:
        return known or heard
    return min(known, heard)


def _most_telling(known: Outcome | None, heard: Outcome | None) -> Outcome | None:
    return min(filter(None, (known, heard)), key=_TELLING.index, default=None)
