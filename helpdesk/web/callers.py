"""Who may be on the phone: candidates, their open tickets, what they were promised and given."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q, Sum, Window
from django.db.models.functions import RowNumber

from billing.models import Settlement
from policies import calendars
from policies.models import Promise
from tickets import intake, phones, search
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
    free: int = 0  # tickets of this year
    charged: int = 0

    @property
    def value(self) -> str:
        return f"customer:{self.customer.pk}" if self.customer else ""


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
    customers = list(dict.fromkeys([*given, *exact, *_matching(query)]))[:MOST]
    strangers = _strangers(query, ticket)
    candidates = _described(customers, strangers, ticket, shop=shop, now=now)
    is_sure = len(candidates) == 1 or len(exact) == 1 or bool(given) or ticket is not None
    return Found(tuple(candidates), is_sure)


def _numbered(query: str) -> Ticket | None:
    """Return the open ticket whose number was typed."""
    typed = re.fullmatch(r"#?([1-9][0-9]{3,8})", query.strip())
    if typed is None:
        return None
    return Ticket.objects.open().select_related("customer").filter(pk=int(typed[1])).first()


def _owners(query: str, shop: Shop) -> tuple[Customer, ...]:
    typed = number(query, shop)
    return intake.caller(typed).customers if typed else ()


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
            .select_related("contact_point")
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
        for promise in Promise.objects.open().filter(ticket__in=tickets).order_by("due_at", "pk"):
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
    gifts = Settlement.objects.filter(
        kind=Settlement.Kind.GIFT, invoice__customer__in=known
    ).values_list("invoice__customer")
    for customer, given in gifts.annotate(given=Sum("amount")).order_by():
        known[customer].given = given
    this_year = calendars.local(now, shop.tzinfo).date().replace(month=1, day=1)
    since, _ = calendars.day_bounds(this_year, shop.tzinfo)
    ended = Ticket.objects.filter(customer__in=known, status=Ticket.Status.CLOSED)
    ended = ended.filter(ended_at__gte=since)
    counts = ended.values("customer").annotate(
        free=Count("pk", filter=Q(charge=Ticket.Charge.FREE)),
        charged=Count("pk", filter=Q(charge=Ticket.Charge.CHARGED)),
    )
    for row in counts.order_by():
        known[row["customer"]].free = row["free"]
        known[row["customer"]].charged = row["charged"]
