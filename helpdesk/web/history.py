"""What we know about a customer: contacts, what was free and what was paid, what was quoted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import (
    Count,
    DateField,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TimeField,
    Value,
    Window,
)
from django.db.models.functions import Cast, JSONObject, RowNumber
from django.utils import translation
from django.utils.translation import gettext as _

from billing import money
from billing.models import Settlement
from billing.money import Money
from policies import calendars, wording
from policies.calendars import Interval, PublicHolidays, WorkingHours
from policies.models import Calendar, Closure, OpeningHours, Promise, Quote, SpecialHours
from tickets.models import Customer, Interaction, Shop, Ticket

Direction = Interaction.Direction


@dataclass(frozen=True)
class Sums:
    """How often they asked and what came of it; amounts in minor units."""

    contacts: int
    free: int  # of those contacts
    charged: int
    given: int
    paid: int

    @property
    def undecided(self) -> int:
        return self.contacts - self.free - self.charged

    @property
    def free_width(self) -> str:
        return _percent(self.free, self.contacts)

    @property
    def decided_width(self) -> str:
        return _percent(self.free + self.charged, self.contacts)


@dataclass(frozen=True)
class Balance:
    """Free against paid, this year and ever."""

    this_year: Sums
    ever: Sums
    given_since: date | None  # the first gift

    @property
    def verdict(self) -> str:
        """Say at a glance whether they ask for free advice, and whether they also pay."""
        if not (self.ever.free or self.ever.given):
            return _("Pays, and never asked for free") if self.ever.paid else _("Nothing so far")
        if self.ever.paid:
            return _("Asks for free, and pays, too")
        return _("Asks for free, and has never paid")


@dataclass(frozen=True)
class LastTime:
    """What was quoted once, and what came of it."""

    quote: Quote
    promise: Promise
    ready_at: datetime | None
    delivered_days: int | None


@dataclass
class Standing:
    """What a row of the list says of a customer."""

    open_count: int = 0
    free: int = 0  # tickets
    charged: int = 0
    promise: Promise | None = None  # the next
    last_contact: datetime | None = None


def with_balance(customers: QuerySet[Customer], *, shop: Shop, now: datetime) -> QuerySet[Any]:
    """Read with each customer what `balance` says of them, in the same query.

    By the tickets: those of whoever turned out to be them have moved, and their invoices, which
    keep the buyer they were issued to, have not.
    """
    new_year = calendars.local(now, shop.tzinfo).date().replace(month=1, day=1)
    since, _until = calendars.day_bounds(new_year, shop.tzinfo)
    recent = Q(happened_at__gte=since)
    free, charged = (Q(ticket__charge=it) for it in (Ticket.Charge.FREE, Ticket.Charge.CHARGED))
    asked = Interaction.objects.filter(ticket__customer=OuterRef("pk"), direction=Direction.IN)
    gift, recently = Q(kind=Settlement.Kind.GIFT), Q(settled_at__gte=since)
    settled = Settlement.objects.filter(invoice__ticket__customer=OuterRef("pk"))
    counts = JSONObject(
        ever=Count("pk"),
        free=Count("pk", filter=free),
        charged=Count("pk", filter=charged),
        year=Count("pk", filter=recent),
        free_year=Count("pk", filter=recent & free),
        charged_year=Count("pk", filter=recent & charged),
    )
    amounts = JSONObject(
        given=Sum("amount", filter=gift),
        paid=Sum("amount", filter=~gift),
        given_year=Sum("amount", filter=gift & recently),
        paid_year=Sum("amount", filter=~gift & recently),
        since=Min("invoice__issue_date", filter=gift),
    )
    by_them = asked.order_by().values("ticket__customer").annotate(sums=counts)
    by_us = settled.order_by().values("invoice__ticket__customer").annotate(sums=amounts)
    return customers.annotate(
        asked=Subquery(by_them.values("sums")), settled=Subquery(by_us.values("sums"))
    )


def balance(customer: Any) -> Balance:
    """Return what `with_balance` read."""
    asked, settled = customer.asked or {}, customer.settled or {}

    def sums(contacts: str, suffix: str) -> Sums:
        counted = (asked.get(name, 0) for name in (contacts, f"free{suffix}", f"charged{suffix}"))
        added = (settled.get(f"{name}{suffix}") or 0 for name in ("given", "paid"))
        return Sums(*counted, *added)

    since = settled.get("since")
    return Balance(
        sums("year", "_year"), sums("ever", ""), date.fromisoformat(since) if since else None
    )


def thanks(customer: Customer, balance: Balance, shop: Shop) -> str:
    """Return what we have given them as staff say it, in the customer's language, or nothing."""
    if balance.given_since is None:
        return ""
    written = str(wording.locale(customer.language, shop.region))
    amount = money.say(Money(balance.ever.given, shop.currency), written)
    with translation.override(customer.language):
        return _("We have given you %(amount)s since %(year)d.") % {
            "amount": amount,
            "year": balance.given_since.year,
        }


def last_times(customer: Customer, *, most: int) -> list[LastTime]:
    """Return what was quoted and agreed to, the latest first, and when each was ready; two queries.

    A quote that was promised anew counts by the last of its promises. One that broke was ready
    when the last was kept of what we promised after it, once the ticket was done.
    """
    after = Promise.objects.filter(quote=OuterRef("quote"), pk__gt=OuterRef("pk"))
    kept = Promise.objects.filter(
        ticket=OuterRef("ticket"),
        kind__in=[Promise.Kind.TURNAROUND, Promise.Kind.UPDATE],
        status=Promise.Status.KEPT,
        ticket__status__in=[Ticket.Status.READY, Ticket.Status.CLOSED],
        ended_at__gte=OuterRef("due_at"),
    )
    made = (
        Promise.objects.filter(~Exists(after), quote__ticket__customer=customer)
        .exclude(quote__accepted_at=None)
        .annotate(ready_late=Subquery(kept.order_by("-ended_at").values("ended_at")[:1]))
        .select_related("quote__service", "quote__turnaround__calendar")
        .order_by("-quote__accepted_at", "-quote")[:most]
    )
    promises: list[Any] = list(made)
    hours = _working_hours({it.quote.turnaround.calendar for it in promises})
    return [_last_time(it, hours) for it in promises]


def _last_time(promise: Any, hours: dict[int, WorkingHours]) -> LastTime:
    quote, ready_at, days = promise.quote, None, None
    if promise.status == Promise.Status.KEPT:
        ready_at = promise.ended_at
    elif promise.status == Promise.Status.BROKEN:
        ready_at = promise.ready_late
    if ready_at is not None:
        days = hours[quote.turnaround.calendar_id].days_between(quote.accepted_at, ready_at)
    return LastTime(quote, promise, ready_at, days)


def _working_hours(wanted: set[Calendar]) -> dict[int, WorkingHours]:
    """Return what Calendar.working_hours does for each, all of them in one query."""
    if not wanted:
        return {}
    day, clock = Cast(Value(None), DateField()), Cast(Value(None), TimeField())  # typed for UNION
    weekly = OpeningHours.objects.filter(calendar__in=wanted).order_by()
    special = SpecialHours.objects.filter(calendar__in=wanted).order_by()
    closed = Closure.objects.filter(calendar__in=wanted).order_by()
    rows: Iterable[tuple[int, int, date | None, date | None, time, time]] = weekly.values_list(
        "calendar", "weekday", day, day, "opens", "closes"
    ).union(
        special.values_list("calendar", Value(-1), "date", "date", "opens", "closes"),
        closed.values_list("calendar", Value(-2), "first_date", "last_date", clock, clock),
        all=True,
    )
    open_at: dict[tuple[int, int | date], list[Interval]] = {}
    closures: dict[int, list[tuple[date, date]]] = {}
    for calendar, weekday, first, last, opens, closes in rows:
        if weekday == -2 and first and last:
            closures.setdefault(calendar, []).append((first, last))
        else:
            open_at.setdefault((calendar, first or weekday), []).append(Interval(opens, closes))

    def hours(of: Calendar) -> WorkingHours:
        own = {
            key: tuple(sorted(it, key=_opens)) for (pk, key), it in open_at.items() if pk == of.pk
        }
        return WorkingHours(
            zone=calendars.zone(of.zone),
            hours={key: it for key, it in own.items() if isinstance(key, int)},
            holidays=PublicHolidays(of.country, of.subdivision),
            closures=tuple(closures.get(of.pk, ())),
            special={key: it for key, it in own.items() if isinstance(key, date)},
        )

    return {calendar.pk: hours(calendar) for calendar in wanted}


def contacts(customer: Customer, *, most: int) -> list[Interaction]:
    """Return the latest contacts over all channels, calls that are on no ticket among them."""
    touches = (
        Interaction.objects.exclude(direction=Direction.INTERNAL)
        .select_related("ticket", "staff", "contact_point", "call")
        .order_by("-happened_at", "-pk")
    )
    # Two queries, since a database that is asked for one or the other reads everything.
    theirs = touches.filter(ticket__customer=customer)[:most]
    loose = touches.filter(ticket__isnull=True, contact_point__customers=customer)[:most]
    found = sorted([*theirs, *loose], key=lambda it: (it.happened_at, it.pk), reverse=True)
    return found[:most]


def standings(customers: Iterable[Customer]) -> dict[int, Standing]:
    """Return how each stands with us: three queries for any number of them."""
    wanted = list(customers)
    found = {customer.pk: Standing() for customer in wanted}
    counts = Ticket.objects.filter(customer__in=wanted).order_by().values("customer")
    for row in counts.annotate(
        open=Count("pk", filter=Q(ended_at__isnull=True)),
        free=Count("pk", filter=Q(charge=Ticket.Charge.FREE)),
        charged=Count("pk", filter=Q(charge=Ticket.Charge.CHARGED)),
    ):
        standing = found[row["customer"]]
        standing.open_count = row["open"]
        standing.free, standing.charged = row["free"], row["charged"]
    next_one = Window(RowNumber(), partition_by="ticket__customer", order_by=["due_at", "pk"])
    promises = Promise.objects.open().filter(ticket__customer__in=wanted)
    ranked: QuerySet[Any] = promises.annotate(rank=next_one, whose=F("ticket__customer"))
    for promise in ranked.filter(rank=1):
        found[promise.whose].promise = promise
    for pk, at in last_contacts(wanted).items():
        found[pk].last_contact = at
    return found


def last_contacts(customers: Iterable[Customer]) -> dict[int, datetime]:
    """Return when each and we last touched."""
    touches = Interaction.objects.exclude(direction=Direction.INTERNAL).order_by()
    wanted = list(customers)
    on_tickets = _latest(touches.filter(ticket__customer__in=wanted), "ticket__customer")
    on_none = _latest(
        touches.filter(ticket__isnull=True, contact_point__customers__in=wanted),
        "contact_point__customers",
    )
    last: dict[int, datetime] = {}
    for customer, at in on_tickets.union(on_none, all=True):
        last[customer] = max(at, last.get(customer, at))
    return last


def _latest(touches: QuerySet[Interaction], customer: str) -> QuerySet[Any]:
    return touches.values_list(customer).annotate(Max("happened_at"))


def _opens(interval: Interval) -> time:
    return interval.opens


def _percent(share: int, whole: int) -> str:
    # Not by a template filter: in a language with a decimal comma SVG would read nothing.
    return f"{100 * share / whole if whole else 0:.1f}%"
