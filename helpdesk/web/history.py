"""What we know about a customer: contacts, what was free and what was paid, what was quoted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Min, Prefetch, Q, QuerySet, Sum
from django.utils import translation
from django.utils.translation import gettext as _

from billing import money
from billing.models import Settlement
from billing.money import Money
from policies import calendars, wording
from policies.calendars import WorkingHours
from policies.models import Promise, Quote
from tickets.models import Customer, Interaction, Shop, Ticket

Direction = Interaction.Direction


@dataclass(frozen=True)
class Sums:
    """How often they asked and what came of it; amounts in minor units."""

    contacts: int
    free: int  # of those contacts
    given: int
    paid: int


@dataclass(frozen=True)
class Balance:
    """Free against paid, this year and ever."""

    this_year: Sums
    ever: Sums
    given_since: date | None  # the first gift

    @property
    def periods(self) -> tuple[Sums, Sums]:
        return self.this_year, self.ever


@dataclass(frozen=True)
class LastTime:
    """What was quoted once, and what came of it."""

    quote: Quote
    promise: Promise
    ready_at: datetime | None
    delivered_days: int | None


def balance(customer: Customer, *, shop: Shop, now: datetime) -> Balance:
    new_year = calendars.local(now, shop.tzinfo).date().replace(month=1, day=1)
    since, _until = calendars.day_bounds(new_year, shop.tzinfo)
    asked = Interaction.objects.filter(ticket__customer=customer, direction=Direction.IN)
    settled = Settlement.objects.filter(invoice__customer=customer)
    this_year, free = Q(happened_at__gte=since), Q(ticket__charge=Ticket.Charge.FREE)
    gift, recent = Q(kind=Settlement.Kind.GIFT), Q(settled_at__gte=since)
    counts = asked.aggregate(
        ever=Count("pk"),
        free_ever=Count("pk", filter=free),
        year=Count("pk", filter=this_year),
        free_year=Count("pk", filter=this_year & free),
    )
    sums = settled.aggregate(
        given=Sum("amount", filter=gift),
        paid=Sum("amount", filter=~gift),
        given_year=Sum("amount", filter=gift & recent),
        paid_year=Sum("amount", filter=~gift & recent),
        since=Min("invoice__issue_date", filter=gift),
    )
    return Balance(
        Sums(counts["year"], counts["free_year"], sums["given_year"] or 0, sums["paid_year"] or 0),
        Sums(counts["ever"], counts["free_ever"], sums["given"] or 0, sums["paid"] or 0),
        sums["since"],
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
    """Return what was quoted and agreed to, the latest first, and when each was ready."""
    made = Promise.objects.order_by("pk")
    quotes = list(
        Quote.objects.filter(ticket__customer=customer, accepted_at__isnull=False)
        .select_related("service", "turnaround__calendar")
        .prefetch_related(Prefetch("promises", made))
        .order_by("-accepted_at", "-pk")[:most]
    )
    late = _ready_late(quotes)
    hours: dict[int, WorkingHours] = {}
    times = []
    for quote in quotes:
        promise, days = list(quote.promises.all())[-1], None
        is_kept = promise.status == Promise.Status.KEPT
        ready_at = promise.ended_at if is_kept else late.get(promise.pk)
        if ready_at is not None and quote.accepted_at is not None:
            calendar = quote.turnaround.calendar
            if calendar.pk not in hours:
                hours[calendar.pk] = calendar.working_hours()
            days = hours[calendar.pk].days_between(quote.accepted_at, ready_at)
        times.append(LastTime(quote, promise, ready_at, days))
    return times


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


def open_tickets(customers: Iterable[Customer]) -> dict[int, int]:
    """Return how many open tickets each has."""
    tickets = Ticket.objects.open().filter(customer__in=list(customers)).order_by()
    return dict(tickets.values_list("customer").annotate(Count("pk")))


def last_contacts(customers: Iterable[Customer]) -> dict[int, datetime]:
    """Return when each and we last touched."""
    touches = Interaction.objects.exclude(direction=Direction.INTERNAL).order_by()
    wanted = list(customers)
    last: dict[int, datetime] = {}
    for found in (
        _latest(touches.filter(ticket__customer__in=wanted), "ticket__customer"),
        _latest(
            touches.filter(ticket__isnull=True, contact_point__customers__in=wanted),
            "contact_point__customers",
        ),
    ):
        for customer, at in found:
            last[customer] = max(at, last.get(customer, at))
    return last


def _latest(touches: QuerySet[Interaction], customer: str) -> list[tuple[int, datetime]]:
    return list(touches.values_list(customer).annotate(Max("happened_at")))


def _ready_late(quotes: list[Quote]) -> dict[int, datetime]:
    """Return when it was ready after all, by the promise that had broken.

    That is when the last was kept of what we promised after it, once the ticket is done.
    """
    broken = [
        promise
        for quote in quotes
        for promise in quote.promises.all()
        if promise.status == Promise.Status.BROKEN
    ]
    kept = Promise.objects.filter(
        ticket__in={promise.ticket_id for promise in broken},
        kind__in=[Promise.Kind.TURNAROUND, Promise.Kind.UPDATE],
        status=Promise.Status.KEPT,
        ticket__status__in=[Ticket.Status.READY, Ticket.Status.CLOSED],
    )
    last = dict(kept.order_by().values_list("ticket").annotate(Max("ended_at")))
    return {
        promise.pk: at
        for promise in broken
        if (at := last.get(promise.ticket_id)) and at >= promise.due_at
    }
