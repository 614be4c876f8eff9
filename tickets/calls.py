"""Filing a call's events: one interaction and one row for a call, however its events come."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from tickets import callstate, intake, phones
from tickets.callstate import CallState
from tickets.channels.contract import CallEvent, CallEventKind, Direction, Journal, Outcome
from tickets.intake import Caller
from tickets.models import Call, Interaction, Shop, Ticket
from tickets.models.work import Kind
from tickets.text import one_line

# A phone system that never says hangup must not leave a call ringing for ever.
SILENT = timedelta(hours=4)
# What rings longer is not ringing any more, whatever the phone system forgot to say.
RECENT = timedelta(minutes=15)
LONGEST = 100
_TOLD_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class Heard:
    """A call after one more event, and what it was before."""

    call: Call
    before: CallState | None
    after: CallState
    is_blocked: bool

    @property
    def ticket(self) -> Ticket | None:
        return self.call.interaction.ticket

    def became(self, condition: Callable[[CallState], bool]) -> bool:
        """Whether `condition` holds now and did not before."""
        return condition(self.after) and not (self.before and condition(self.before))

    def ceased(self, condition: Callable[[CallState], bool]) -> bool:
        """Whether `condition` held before and does not now."""
        return bool(self.before and condition(self.before)) and not condition(self.after)


def hear(event: CallEvent, *, now: datetime, at: datetime | None = None) -> Heard:
    """Add `event` to its call, filing the call first where this is the first we hear of it.

    `at` is when it happened, where we are told; else it happens as we hear of it.
    """
    at = at or now
    shop = Shop.objects.current()
    other_end = event.from_number if event.direction == Direction.IN else event.to_number
    caller = intake.known(phones.read(other_end, shop.region))
    is_blocked = intake.is_blocked(caller)
    call, before = _filed(event), None
    if call is None:
        try:
            with transaction.atomic():
                call = _file(event, caller, shop, is_blocked=is_blocked, at=at, now=now)
        except IntegrityError:  # its first event twice at once: the other one has filed it
            call = _filed(event)
            if call is None:
                raise
            before = state(call)
    else:
        before = state(call)
    after = callstate.fold(before, event, at)
    _write(call, after)
    _credit(call, after)
    if call.interaction.ticket is not None:
        intake.touch(call.interaction.ticket, now=now)
    return Heard(call, before, after, is_blocked)


def hear_journal(journal: Journal, *, now: datetime) -> Heard:
    """Add a whole call, told afterwards; told again, it is the same call."""
    hangup = journal.hangup
    began_at = journal.began_at or now - journal.lasted
    if not now - _TOLD_WITHIN <= began_at <= now:
        began_at = now  # their clock is wrong, or they are very late
    ended_at = min(began_at + journal.lasted, now)
    ring = replace(hangup, event=CallEventKind.NEW_CALL, outcome=None, says_answered=False)
    first = hear(ring, now=now, at=began_at)
    if hangup.says_answered:
        hear(replace(ring, event=CallEventKind.ANSWER), now=now, at=began_at)
    return replace(hear(hangup, now=now, at=ended_at), before=first.before)


def give_up(call: Call, *, now: datetime) -> Heard:
    """End a call that never ended: we do not know how."""
    interaction = call.interaction
    hangup = CallEvent(
        via=interaction.via,
        call_id=interaction.provider_id or "",
        event=CallEventKind.HANGUP,
        direction=Direction(interaction.direction),
        from_number=call.from_number,
        to_number=call.to_number,
        outcome=Outcome.UNKNOWN,
    )
    return hear(hangup, now=now)


def was_tried(state: CallState) -> bool:
    """Whether we called and nobody answered: a genuine attempt, unless the line failed."""
    if state.direction != Direction.OUT or state.was_answered:
        return False
    return state.ended_at is not None and state.outcome != Outcome.FAILED


def was_reached(state: CallState) -> bool:
    """Whether we called and spoke."""
    return state.direction == Direction.OUT and state.was_answered


def was_answered(state: CallState) -> bool:
    """Whether they called and one of us spoke with them."""
    return state.direction == Direction.IN and state.was_answered


def ringing(now: datetime) -> QuerySet[Call]:
    """Return the inbound calls that ring or are spoken on right now, the newest first."""
    live = Call.objects.exclude(status=Call.Status.ENDED).filter(
        started_at__gt=now - RECENT, interaction__direction=Interaction.Direction.IN
    )
    return live.select_related(
        "interaction__contact_point", "interaction__ticket__customer"
    ).order_by("-started_at", "-pk")


def dialling(now: datetime) -> QuerySet[Call]:
    """Return our calls that ring at the other end right now."""
    return Call.objects.filter(
        status=Call.Status.RINGING,
        started_at__gt=now - RECENT,
        interaction__direction=Interaction.Direction.OUT,
    )


def silent(now: datetime) -> QuerySet[Call]:
    """Return the calls that never ended, as far as we were told."""
    return Call.objects.exclude(status=Call.Status.ENDED).filter(started_at__lte=now - SILENT)


def state(call: Call) -> CallState:
    """Read the row as the value that is folded."""
    return CallState(
        direction=Direction(call.interaction.direction),
        started_at=call.started_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        was_answered=call.was_answered,
        outcome=Outcome(call.outcome) if call.outcome else None,
        cause=call.cause,
        from_number=call.from_number,
        to_number=call.to_number,
        users=tuple(call.users),
        answering_users=tuple(call.answering_users),
        queue=call.queue,
        answering_number=call.answering_number,
    )


def _filed(event: CallEvent) -> Call | None:
    return (
        Call.objects.filter(interaction__via=event.via, interaction__provider_id=event.call_id)
        .select_related("interaction__ticket__customer", "interaction__contact_point")
        .select_for_update(of=("self",))  # two events at once are folded one after the other
        .first()
    )


def _file(
    event: CallEvent,
    caller: Caller,
    shop: Shop,
    *,
    is_blocked: bool,
    at: datetime,
    now: datetime,
) -> Call:
    interaction = Interaction.objects.create(
        ticket=_ticket(event, caller, shop, is_blocked=is_blocked, at=at),
        contact_point=caller.point,
        kind=Kind.CALL,
        direction=Interaction.Direction(event.direction.value),
        via=event.via,
        provider_id=event.call_id,
        happened_at=at,
        logged_at=now,
    )
    return Call.objects.create(interaction=interaction, started_at=at)


def _ticket(
    event: CallEvent, caller: Caller, shop: Shop, *, is_blocked: bool, at: datetime
) -> Ticket | None:
    if event.direction == Direction.OUT:
        return intake.ticket_spoken_about(caller)  # calling somebody new needs no ticket
    if is_blocked and (spam := intake.spam_ticket(caller)):
        return spam
    return intake.ticket_spoken_about(caller) or intake.open_ticket(
        subject=intake.call_subject(caller, shop),
        channel=Kind.CALL,
        customer=caller.customer,
        point=caller.point,
        now=at,
    )


def _write(call: Call, state: CallState) -> None:
    call.status = Call.Status(state.status.value)
    call.outcome = state.outcome.value if state.outcome else ""
    call.users, call.answering_users = list(state.users), list(state.answering_users)
    for name in ("started_at", "answered_at", "ended_at", "was_answered"):
        setattr(call, name, getattr(state, name))
    for name in ("cause", "from_number", "to_number", "queue", "answering_number"):
        setattr(call, name, one_line(getattr(state, name), LONGEST))
    call.save()


def _credit(call: Call, state: CallState) -> None:
    """Say which of us it was, where the phone system's names tell."""
    names = (state.answering_number, *state.answering_users)
    if state.direction == Direction.OUT:
        names = (*names, *state.users)
    if call.interaction.staff is None and (staff := intake.colleague(names)):
        call.interaction.staff = staff
        call.interaction.save(update_fields=["staff"])
