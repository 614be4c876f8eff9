"""Who is on the phone, or was just now and nobody has written down why: the cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from billing.models import Settlement
from policies.models import Promise
from tickets import calls
from tickets.models import Call, Interaction, Ticket, User
from tickets.models.work import Kind

MOST = 3  # cards at once; the others are a line with a way to them
HELD = 60  # calls looked at, and calls one of us may have put off
MISSED = timedelta(minutes=30)  # after that a missed call is in the queue of callbacks, and no card
UNLOGGED = calls.SILENT  # an answered one waits for its words no longer than half a day's work
PUT_OFF = "calls_put_off"  # in the session

RINGING, MINE, LOST, THEIRS = range(4)  # in this order they are shown


@dataclass(frozen=True)
class Card:
    """A call, and what whoever takes it up should know."""

    call: Call
    rank: int
    times: int  # they called about this, and nobody has dealt with it
    minutes: int  # since it ended
    promise: Promise | None
    is_full: bool  # the first, while somebody is on the phone; the others are a line

    @property
    def key(self) -> int:
        return self.call.interaction_id

    @property
    def ticket(self) -> Ticket:
        ticket = self.call.interaction.ticket
        assert ticket is not None  # as for everything that comes in
        return ticket

    @property
    def look(self) -> str:
        return ("ringing", "mine", "missed", "theirs")[self.rank]

    @property
    def names(self) -> str:
        """Return whom we know by that number, where it may be more than one."""
        if self.ticket.customer is not None:
            return self.ticket.customer.name
        point = self.call.interaction.contact_point
        known = point.customers.all() if point else ()
        return " / ".join(sorted(one.name for one in known if one.merged_into_id is None))

    @property
    def taken_by(self) -> str:
        """Return who answered, as far as the phone system has said."""
        staff, call = self.call.interaction.staff, self.call
        return str(staff) if staff else str((call.answering_users or [call.answering_number])[0])


@dataclass(frozen=True)
class Cards:
    """What is shown of the calls, and how many are not."""

    shown: tuple[Card, ...] = ()
    more: int = 0


def waiting(now: datetime) -> QuerySet[Call]:
    """Return the inbound calls nobody has dealt with: that ring, that nobody took, or logged.

    Found by their tickets, which a call touches with each event: open ones are in an index by that.
    """
    since = now - UNLOGGED
    rings = Q(status=Call.Status.RINGING, started_at__gt=now - calls.RECENT)
    is_taken = Q(was_answered=True) & ~Q(outcome=Call.Outcome.VOICEMAIL)
    is_missed = Q(status=Call.Status.ENDED, ended_at__gt=now - MISSED) & ~is_taken
    return Call.objects.filter(
        rings | is_taken | (is_missed & ~Exists(_called_back()) & ~Exists(_spoken_since())),
        interaction__ticket__ended_at__isnull=True,
        interaction__ticket__touched_at__gt=since,
        interaction__happened_at__gt=since,
        interaction__direction=Interaction.Direction.IN,
        interaction__text="",
    )


def _called_back() -> QuerySet[Promise]:
    done = (Promise.Status.KEPT, Promise.Status.SOLVED, Promise.Status.VOID)
    return Promise.objects.filter(
        ticket=OuterRef("interaction__ticket"),
        kind=Promise.Kind.CALLBACK,
        status__in=done,
        ended_at__gte=OuterRef("started_at"),
    )


def _spoken_since() -> QuerySet[Interaction]:
    return Interaction.objects.filter(
        Q(call__was_answered=True) | ~Q(text=""),
        ticket=OuterRef("interaction__ticket"),
        kind=Kind.CALL,
        happened_at__gt=OuterRef("interaction__happened_at"),
    )


def put_off(request: HttpRequest) -> list[int]:
    """Return the calls this user has put off, by the key of their interactions."""
    return list(request.session.get(PUT_OFF, ()))


def put_aside(request: HttpRequest, key: int, *, now: datetime) -> None:
    """Keep that this user does not want to see this call, and those before it about the same."""
    ticket = Interaction.objects.filter(pk=key).values("ticket")[:1]
    same = waiting(now).filter(interaction__ticket=Subquery(ticket), interaction__lte=key)
    keys = same.order_by("interaction").values_list("interaction", flat=True)[:HELD]
    kept = dict.fromkeys([*put_off(request), *keys])
    request.session[PUT_OFF] = list(kept)[-HELD:]


def cards(user: User, now: datetime, *, put_off: Sequence[int] = (), open_on: str = "") -> Cards:
    """Return the cards for `user`, with no more queries for many calls than for one.

    `open_on` is the call whose log is before them anyway.
    """
    hidden = [*put_off, *([int(open_on)] if open_on else [])]
    found = list(
        _described(waiting(now).exclude(interaction__in=hidden)).order_by("-started_at", "-pk")[
            :HELD
        ]
    )
    times: dict[int | None, int] = {}
    for call in found:
        times[call.interaction.ticket_id] = times.get(call.interaction.ticket_id, 0) + 1
    latest = {call.interaction.ticket_id: call for call in reversed(found)}
    ranked = sorted(
        (call for call in latest.values() if _is_for(user, _rank(call, user))),
        key=lambda call: (_rank(call, user), -call.pk),
    )
    keys = [call.promise_key for call in ranked[:MOST]]  # type: ignore[attr-defined]
    promises = Promise.objects.select_related("follows").in_bulk([key for key in keys if key])
    shown = [
        Card(
            call,
            _rank(call, user),
            times[call.interaction.ticket_id],
            (now - (call.ended_at or now)) // timedelta(minutes=1),
            promises.get(key),
            is_full=call == ranked[0] and _rank(call, user) != THEIRS and _is_on_line(call),
        )
        for call, key in zip(ranked, keys, strict=False)
    ]
    return Cards(tuple(shown), len(ranked) - len(shown))


def _is_for(user: User, rank: int) -> bool:
    """At the bench nobody calls back whom they missed: the strip says so, and that is enough."""
    return rank != LOST or user.role != User.Role.TECHNICIAN


def _is_on_line(call: Call) -> bool:
    return call.status != Call.Status.ENDED


def _rank(call: Call, user: User) -> int:
    if call.was_answered and call.outcome != Call.Outcome.VOICEMAIL:
        staff = call.interaction.staff_id
        return MINE if staff in {None, user.pk} else THEIRS
    return RINGING if call.status == Call.Status.RINGING else LOST


def _described(found: QuerySet[Call]) -> QuerySet[Call]:
    """Add what is known of each caller: open tickets from before, promised and given."""
    customer = Q(customer=OuterRef("interaction__ticket__customer"))
    stranger = Q(customer__isnull=True, contact_point=OuterRef("interaction__contact_point"))
    before = Ticket.objects.open().filter(
        customer | stranger, opened_at__lt=OuterRef("interaction__happened_at")
    )
    last = before.order_by("-touched_at", "-number")
    given = Settlement.objects.filter(
        kind=Settlement.Kind.GIFT,
        invoice__ticket__customer=OuterRef("interaction__ticket__customer"),
    ).order_by()
    return (
        found.select_related(
            "interaction__contact_point", "interaction__ticket__customer", "interaction__staff"
        )
        .prefetch_related("interaction__contact_point__customers")
        .annotate(
            open_tickets=Coalesce(_one(before.order_by(), Count("pk")), 0),
            open_number=Subquery(last.values("number")[:1]),
            open_subject=Subquery(last.values("subject")[:1]),
            given=Coalesce(_one(given, Sum("amount")), 0),
            promise_key=Subquery(_last_promise().values("pk")[:1]),
        )
    )


def _last_promise() -> QuerySet[Promise]:
    """Return what was promised them, what is due next first, else what ended last."""
    is_theirs = Q(ticket__customer=OuterRef("interaction__ticket__customer"))
    counts = (Promise.Status.OPEN, Promise.Status.KEPT, Promise.Status.BROKEN)
    is_open = Q(status=Promise.Status.OPEN)
    return Promise.objects.filter(
        is_theirs | Q(ticket=OuterRef("interaction__ticket")), status__in=counts
    ).order_by(
        Case(When(is_open, then=0), default=1),
        Case(When(is_open, then=F("due_at")), output_field=DateTimeField()),
        "-ended_at",
        "pk",
    )


def _one(rows: QuerySet[Any], figure: Any) -> Subquery:
    return Subquery(rows.values(one=Value(1)).annotate(figure=figure).values("figure"))
