"""Many tickets at once, and taking it back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from helpdesk.journey.desk import ticket_snoozed, ticket_woken
from helpdesk.journey.tickets import marked_spam, reopened, ticket_assigned
from helpdesk.models import BulkAction
from policies import again, follow_ups
from policies.models import Promise
from tickets import intake, states, watching
from tickets.models import ContactPoint, Ticket, User
from tickets.states import LostRace

MOST = 200  # in one request, which should take seconds
UNDO_WITHIN = timedelta(minutes=10)

Kind = BulkAction.Kind
Was = dict[str, Any]  # a ticket's number and what it was, as JSON


@transaction.atomic
def tickets_assigned_at_once(
    numbers: Sequence[int],
    assignee: User | None,
    *,
    by: User,
    now: datetime,
    seen: datetime | None = None,
) -> BulkAction:
    """What has ended is left out, and what was touched since it was `seen`; the same below."""
    before: list[Was] = []
    for ticket in _open(numbers, seen):
        before.append({"number": ticket.pk, "assignee": ticket.assignee_id})
        ticket_assigned(ticket, assignee, now=now)
    after = {"assignee": assignee.pk if assignee else None}
    return _done(Kind.ASSIGN, before, after, by=by, now=now)


@transaction.atomic
def tickets_snoozed_at_once(
    numbers: Sequence[int],
    until: datetime,
    because: str,
    *,
    by: User,
    now: datetime,
    seen: datetime | None = None,
) -> BulkAction:
    before: list[Was] = []
    for ticket in _open(numbers, seen):
        before.append({"number": ticket.pk} | _sleep(ticket))
        ticket_snoozed(ticket, until, because, by=by, now=now)
    return _done(Kind.SNOOZE, before, {"until": until.isoformat()}, by=by, now=now)


@transaction.atomic
def tickets_marked_spam_at_once(
    numbers: Sequence[int], *, by: User, now: datetime, seen: datetime | None = None
) -> BulkAction:
    blocked = _lock_senders(numbers)
    before: list[Was] = []
    for ticket in _open(numbers, seen):
        was: Was = {"number": ticket.pk, "status": ticket.status} | _sleep(ticket)
        was["is_blocked"] = ticket.contact_point_id in blocked
        owed = Promise.objects.open().filter(ticket=ticket).order_by("due_at", "pk")
        was["owed"] = list(owed.values_list("pk", flat=True))
        before.append(was)
        marked_spam(ticket, by=by, now=now)
    return _done(Kind.SPAM, before, {"ended_at": now.isoformat()}, by=by, now=now)


@transaction.atomic
def tickets_watched_at_once(numbers: Sequence[int], *, by: User) -> list[int]:
    """Return those that are watched now, which nobody else notices and nothing need take back."""
    found = list(Ticket.objects.filter(pk__in=numbers[:MOST]).order_by("pk"))
    for ticket in found:
        watching.watch(ticket, by)
    return [ticket.pk for ticket in found]


def undoable(by: User, *, now: datetime) -> BulkAction | None:
    """Return what `by` did last, while it can be taken back."""
    lately = BulkAction.objects.filter(user=by, done_at__gt=now - UNDO_WITHIN)
    last = lately.order_by("-done_at", "-pk").first()
    return last if last is not None and last.undone_at is None else None


@transaction.atomic
def bulk_action_undone(action: BulkAction, *, by: User, now: datetime) -> list[int]:
    """Put back each ticket that is as the action left it; return which. Raises LostRace."""
    mine = BulkAction.objects.filter(pk=action.pk, user=by, undone_at__isnull=True)
    if not mine.filter(done_at__gt=now - UNDO_WITHIN).update(undone_at=now):
        raise LostRace(f"{action} was undone or is too old")
    action.undone_at = now
    numbers = [was["number"] for was in action.before]
    if action.kind == Kind.SPAM:
        _lock_senders(numbers)
    found = {ticket.pk: ticket for ticket in _locked(numbers)}
    put_back = {Kind.ASSIGN: _assigned_back, Kind.SNOOZE: _woken, Kind.SPAM: _not_spam}
    return [
        was["number"]
        for was in action.before
        if was["number"] in found
        and put_back[Kind(action.kind)](found[was["number"]], was, action, now=now)
    ]


def _assigned_back(ticket: Ticket, was: Was, action: BulkAction, *, now: datetime) -> bool:
    if ticket.is_ended or ticket.assignee_id != action.after["assignee"]:
        return False
    ticket_assigned(ticket, User.objects.filter(pk=was["assignee"]).first(), now=now)
    return True


def _woken(ticket: Ticket, was: Was, action: BulkAction, *, now: datetime) -> bool:
    until = datetime.fromisoformat(action.after["until"])
    if (ticket.snoozed_until, ticket.snoozed_by_id) != (until, action.user_id):
        return False
    ticket_woken(ticket)
    _put_to_sleep(ticket, was, now=now)
    return True


def _not_spam(ticket: Ticket, was: Was, action: BulkAction, *, now: datetime) -> bool:
    ended_at = datetime.fromisoformat(action.after["ended_at"])
    if (ticket.status, ticket.ended_at) != (Ticket.Status.SPAM, ended_at):
        return False
    reopened(ticket, now=now)
    if was["is_blocked"]:  # before the action, and not because of it
        intake.block(ticket, now=now)
    # Not by the journey's own move: nobody is told once more that it is ready.
    if was["status"] in Ticket.MOVES[Ticket.Status.OPEN]:
        states.move(ticket, was["status"])
    _put_to_sleep(ticket, was, now=now)
    owed = Promise.objects.filter(pk__in=was["owed"]).order_by("due_at", "pk")
    again.owe(ticket, owed, at=now, by=action.user)
    follow_ups.plan_promises(ticket, now=now)
    return True


def _done(
    kind: str, before: list[Was], after: dict[str, Any], *, by: User, now: datetime
) -> BulkAction:
    """Write down what was done, if anything was: nothing cannot be taken back."""
    action = BulkAction(user=by, kind=kind, before=before, after=after, done_at=now)
    if before:
        action.save()
    return action


def _open(numbers: Sequence[int], seen: datetime | None) -> list[Ticket]:
    found = [ticket for ticket in _locked(numbers[:MOST]) if not ticket.is_ended]
    return [ticket for ticket in found if seen is None or ticket.touched_at <= seen]


def _locked(numbers: Sequence[int]) -> list[Ticket]:
    """Return the tickets, each ours alone until the transaction ends."""
    rows = Ticket.objects.filter(pk__in=numbers).select_related("customer", "contact_point")
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _lock_senders(numbers: Sequence[int]) -> set[int]:
    """Lock where they came from before the tickets, as what arrives does; return who is blocked."""
    theirs = Ticket.objects.filter(pk__in=numbers[:MOST]).values("contact_point")
    points = ContactPoint.objects.filter(pk__in=theirs).select_for_update().order_by("pk")
    return {point.pk for point in points if point.blocked_at is not None}


def _sleep(ticket: Ticket) -> Was:
    until = ticket.snoozed_until
    return {
        "snoozed_until": until.isoformat() if until else None,
        "snoozed_by": ticket.snoozed_by_id,
        "snoozed_because": ticket.snoozed_because,
    }


def _put_to_sleep(ticket: Ticket, was: Was, *, now: datetime) -> None:
    sleeper = User.objects.filter(pk=was["snoozed_by"]).first()
    if was["snoozed_until"] is not None and sleeper is not None:
        until = datetime.fromisoformat(was["snoozed_until"])
        ticket_snoozed(ticket, until, was["snoozed_because"], by=sleeper, now=now)
