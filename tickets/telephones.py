"""What telephones on desks tell, made into events of calls: they leave out half of it."""

import hashlib
from datetime import datetime, timedelta

from tickets import calls, intake, phones
from tickets.channels.contract import CallEvent, CallEventKind, Direction, Outcome, Overheard
from tickets.models import Call, Shop

# Of a telephone that tells no id of its calls: a further ring this late is another call ...
_RINGS = timedelta(minutes=1)
# ... and a hangup this soon after one is the same call's: many tell "missed" and "terminated".
_SETTLES = timedelta(seconds=30)


def is_among_us(told: Overheard) -> bool:
    """Whether both ends are here: colleagues who ring each other are no contact."""
    return _number(told.remote).kind == phones.Kind.INTERNAL


def event(told: Overheard, *, now: datetime) -> CallEvent:
    """Find out which call is meant, and its direction."""
    call = _by_id(told) if told.call_id else _by_ends(told, now)
    direction = told.direction or Direction.IN
    call_id = told.call_id or f"{_ends(told)}-{now.timestamp():.3f}"
    if call is not None:
        direction = Direction(call.interaction.direction)
        call_id = call.interaction.provider_id or call_id
    is_inbound = direction == Direction.IN
    ours = _number(told.local)
    by = ours.extension or ours.e164 or ours.raw
    is_answer = told.event == CallEventKind.ANSWER
    return CallEvent(
        via=told.via,
        call_id=call_id,
        event=told.event,
        direction=direction,
        from_number=told.remote if is_inbound else told.local,
        to_number=told.local if is_inbound else told.remote,
        users=(by,) if by else (),
        answering_number=by if is_answer and is_inbound else "",
        outcome=_outcome(told, call),
    )


def _outcome(told: Overheard, call: Call | None) -> Outcome | None:
    """Return how it ended. That it ended is all most telephones say."""
    if told.event != CallEventKind.HANGUP or told.outcome is not None:
        return told.outcome
    was_answered = call is not None and call.was_answered
    return Outcome.COMPLETED if was_answered else Outcome.UNKNOWN


def _by_id(told: Overheard) -> Call | None:
    filed = Call.objects.select_related("interaction")
    return filed.filter(interaction__via=told.via, interaction__provider_id=told.call_id).first()


def _by_ends(told: Overheard, now: datetime) -> Call | None:
    """Return the call between these two that this is about; None: a new one."""
    intake.known(_number(told.remote))  # locked: told twice at once, the second finds the first's
    latest = (
        Call.objects.select_related("interaction")
        .filter(interaction__via=told.via, interaction__provider_id__startswith=_ends(told))
        .order_by("-started_at", "-pk")
        .first()
    )
    if latest is None:
        return None
    if told.event == CallEventKind.NEW_CALL:
        rings_still = latest.status == Call.Status.RINGING and now - latest.started_at < _RINGS
        return latest if rings_still else None
    if latest.ended_at is not None:
        return latest if now - latest.ended_at < _SETTLES else None
    return latest if now - latest.started_at < calls.SILENT else None


def _ends(told: Overheard) -> str:
    ends = f"{told.remote}\n{told.local}"
    return hashlib.sha256(ends.encode()).hexdigest()[:32]


def _number(written: str) -> phones.Number:
    return phones.read(written, Shop.objects.current().region)
