"""Who may be on the phone: candidates, their open tickets, what they were promised and given."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min, OuterRef, QuerySet, Subquery, Sum, Window
from django.db.models.functions import RowNumber

from billing.gifts import QUARTER
from billing.models import Settlement
from policies import calendars
from policies.models import Promise
from tickets import phones, search
from tickets.models import ContactPoint, Customer, Shop, Ticket

MOST = 8  # candidates; a longer list is read slower than one more letter is typed
MOST_TICKETS = 6  # of one candidate
SHORTEST = 2  # letters worth looking up


@dataclass(frozen=True)
class Matter:
    """An open ticket and what is promised on it, the next first."""

    ticket: Ticket
    promises: tuple[Promise, ...] = ()

    @property
    def value(self) -> str:
        return f"ticket:{self.ticket.number}"


@dataclass
class Candidate:
    """Somebody it may be; without a customer, a stranger who has a ticket."""

    customer: Customer | None
    matters: list[Matter] = field(default_factory=list)
    numbers: list[ContactPoint] = field(default_factory=list)
    other_tickets: int = 0  # open, and not shown
    given: int = 0  # minor units, so far
    given_since: date | None = None
    gifts: int = 0  # of the last quarter
    free: int = 0  # tickets of this year
    charged: int = 0

    @property
    def value(self) -> str:
        return f"customer:{self.customer.pk}" if self.customer else ""

    @property
    def promised(self) -> list[Promise]:
        """Return what they wait for, the next first."""
        made = [promise for matter in self.matters for promise in matter.promises]
        return sorted(made, key=lambda promise: (promise.due_at, promise.pk))

    @property
    def next_gift(self) -> int:
        """Return which of this quarter the next would be; the third in a row is expected."""
        return self.gifts + 1


@dataclass(frozen=True)
class Found:
    """Whom a search found; `is_sure` when nobody else can be meant."""

    candidates: tuple[Candidate, ...] = ()
    is_sure: bool = False

    @property
    def is_cut(self) -> bool:
        return len(self.candidates) >= MOST

    @property
    def likely(self) -> str:
        """Return the choice to start from: the ticket last spoken about of the only candidate."""
        if not self.candidates:
            return "new"
        if not self.is_sure:
            return ""
        only = self.candidates[0]
        return only.matters[0].value if only.matters else only.value

    def of(self, value: str) -> Candidate | None:
        """Return whose choice `value` is."""
        for one in self.candidates:
            if value and value in {one.value, *(matter.value for matter in one.matters)}:
                return one
        return None

    def ticket(self, number: int) -> Ticket | None:
        matters = (matter for one in self.candidates for matter in one.matters)
        return next((it.ticket for it in matters if it.ticket.pk == number), None)


def number(typed: str, shop: Shop) -> phones.Number | None:
    """Return the telephone number that was typed, if it is one and whole."""
    read = phones.read(typed, shop.region) if phones.digits(typed) else None
    return read if read is not None and read.e164 else None


def find(
    query: str,
    *,
    shop: Shop,
    now: datetime,
    customer: Customer | None = None,
    ticket: Ticket | None = None,
) -> Found:
    """Find whom `query` (a number, a name, #ticket) may mean; `customer` and `ticket` are given.

    The number of queries does not depend on how many there are.
    """
    ticket = ticket or _numbered(query)
    given = [one for one in (customer, ticket.customer if ticket else None) if one]
    exact = _owners(query, shop)
    # Whose number it is, they are meant: a part of somebody else's is no whole number.
    others = () if exact else _matching(query)
    customers = list(dict.fromkeys([*given, *exact, *others]))[:MOST]
    strangers = _strangers(query, ticket)
    candidates = _described(customers, strangers, ticket, shop=shop, now=now)
    is_sure = len(candidates) == 1 or len(exact) == 1 or bool(given) or ticket is not None
    return Found(tuple(candidates), is_sure)


def about(
    customer: Customer | None, ticket: Ticket | None, *, shop: Shop, now: datetime
) -> Candidate | None:
    """Return what there is to know about the one who was chosen."""
    who = customer or (ticket.customer if ticket else None)
    known = _described([who] if who else [], [], ticket, shop=shop, now=now)
    return known[0] if known else None


def _numbered(query: str) -> Ticket | None:
    """Return the open ticket whose number was typed."""
    typed = re.fullmatch(r"#?([1-9][0-9]{3,8})", query.strip())
    if typed is None:
        return None
    return (
        Ticket.objects.open().select_related("customer", "service").filter(pk=int(typed[1])).first()
    )


def _owners(query: str, shop: Shop) -> tuple[Customer, ...]:
    typed = number(query, shop)
    if typed is None:
        return ()
    points = {"contact_points__kind": ContactPoint.Kind.PHONE, "contact_points__value": typed.e164}
    return tuple(Customer.objects.filter(merged_into=None, **points).order_by("name", "pk")[:MOST])


def _matching(query: str) -> Iterable[Customer]:
    if len(query.strip()) < SHORTEST:
        return ()
    everybody = Customer.objects.filter(merged_into__isnull=True)
    return search.narrow(everybody, query).order_by("name", "pk")[:MOST]


def _strangers(query: str, ticket: Ticket | None) -> list[Ticket]:
    """Return open tickets of nobody we know whose number was typed, at least in part."""
    found = [ticket] if ticket and ticket.customer is None else []
    if phones.digits(query):
        unknown = Ticket.objects.open().filter(customer__isnull=True)
        found += (
            search.narrow(unknown, query)
            .select_related("customer", "contact_point", "service")
            .order_by("-touched_at", "-number")[:MOST]
        )
    return list(dict.fromkeys(found))


def _described(
    customers: Sequence[Customer],
    strangers: Iterable[Ticket],
    ticket: Ticket | None,
    *,
    shop: Shop,
    now: datetime,
) -> list[Candidate]:
    """Tell what there is to know about each; a given `ticket` comes first on its list."""
    known = {one.pk: Candidate(one) for one in customers}
    unknown: dict[int | None, Candidate] = {}
    tickets = [*_open_tickets(known), *strangers]
    if ticket is not None:
        tickets = [ticket, *(each for each in tickets if each != ticket)]
    promises = _promises(tickets)
    for each in tickets:
        matter = Matter(each, promises.get(each.pk, ()))
        if each.customer_id is not None:
            known[each.customer_id].matters.append(matter)
            continue
        stranger = unknown.setdefault(each.contact_point_id, Candidate(None))
        stranger.numbers = [each.contact_point] if each.contact_point else []
        stranger.matters.append(matter)
    _add_figures(known, shop=shop, now=now)
    described = [*known.values(), *unknown.values()]
    if ticket is not None and ticket.customer is None:  # a given one comes first
        described.sort(key=lambda one: ticket not in [matter.ticket for matter in one.matters])
    return described[:MOST]


def _open_tickets(known: dict[int, Candidate]) -> list[Ticket]:
    """Return the open tickets of each that were touched last, and count the others."""
    theirs = Window(RowNumber(), partition_by="customer", order_by=["-touched_at", "-number"])
    ranked = (
        Ticket.objects.open()
        .filter(customer__in=known)
        .annotate(rank=theirs, all=Window(Count("pk"), partition_by="customer"))
        .select_related("customer", "contact_point", "service")
        .filter(rank__lte=MOST_TICKETS)
        .order_by("-touched_at", "-number")
    )
    tickets = list(ranked) if known else []
    for ticket in tickets:
        assert ticket.customer_id is not None
        known[ticket.customer_id].other_tickets = max(0, ticket.all - MOST_TICKETS)  # type: ignore[attr-defined]
    return tickets


def _promises(tickets: list[Ticket]) -> dict[int, tuple[Promise, ...]]:
    made: dict[int, tuple[Promise, ...]] = {}
    if tickets:
        theirs = Promise.objects.open().filter(ticket__in=tickets).order_by("due_at", "pk")
        for promise in theirs.select_related("window__calendar", "ticket"):
            made[promise.ticket_id] = (*made.get(promise.ticket_id, ()), promise)
    return made


def _add_figures(known: dict[int, Candidate], *, shop: Shop, now: datetime) -> None:
    if not known:
        return
    for point in (
        ContactPoint.customers.through.objects.filter(customer__in=known)
        .select_related("contactpoint")
        .order_by("contactpoint")
    ):
        known[point.customer_id].numbers.append(point.contactpoint)
    for row in _figures(known, shop=shop, now=now):
        one = known[row["pk"]]
        one.given, one.given_since, one.gifts = (
            row["sum"] or 0,
            row["given_since"],
            row["gifts"] or 0,
        )
        one.free, one.charged = row["free"] or 0, row["charged"] or 0


def _figures(known: Iterable[int], *, shop: Shop, now: datetime) -> QuerySet[Any, Any]:
    """Return of each what they were given, and how this year's tickets ended; in one query."""
    this_year = calendars.local(now, shop.tzinfo).date().replace(month=1, day=1)
    since, _until = calendars.day_bounds(this_year, shop.tzinfo)
    # By the tickets: those of whoever turned out to be them have moved, and the invoices have not.
    gifts = Settlement.objects.filter(
        kind=Settlement.Kind.GIFT, invoice__ticket__customer=OuterRef("pk")
    )
    given = gifts.order_by().values("invoice__ticket__customer")
    recent = given.filter(settled_at__gte=now - QUARTER)
    ended = Ticket.objects.filter(
        customer=OuterRef("pk"), status=Ticket.Status.CLOSED, ended_at__gte=since
    )
    ended = ended.order_by()
    free = ended.filter(charge=Ticket.Charge.FREE).values("customer")
    charged = ended.filter(charge=Ticket.Charge.CHARGED).values("customer")
    return Customer.objects.filter(pk__in=list(known)).values(
        "pk",
        sum=Subquery(given.annotate(it=Sum("amount")).values("it")),
        given_since=Subquery(given.annotate(it=Min("invoice__issue_date")).values("it")),
        gifts=Subquery(recent.annotate(it=Count("pk")).values("it")),
        free=Subquery(free.annotate(it=Count("pk")).values("it")),
        charged=Subquery(charged.annotate(it=Count("pk")).values("it")),
    )
