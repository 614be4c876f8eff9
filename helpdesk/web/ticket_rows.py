"""The rows behind a ticket's page: as few statements as they fit in, however many there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextChoices,
    When,
)
from django.utils.translation import gettext_lazy

from billing.models import Invoice, Settlement
from helpdesk import journey
from helpdesk.models import Lease
from helpdesk.web import presence, trouble_page
from helpdesk.web.invoices import PaymentForm
from helpdesk.web.ticket_forms import About
from policies import wording
from policies.follow_ups.ways import NEVER_LEFT
from policies.models import FollowUp, Promise, Quote
from policies.quotes import with_refusal
from tickets import tokens
from tickets.models import (
    Arrival,
    Attachment,
    ContactPoint,
    Interaction,
    Offer,
    Shop,
    Ticket,
    User,
)

INTERNAL = Interaction.Direction.INTERNAL


class Show(TextChoices):
    """Which part of what happened is asked for, by `?show=`."""

    ALL = "", gettext_lazy("All")
    TALK = "talk", gettext_lazy("Conversation")
    NOTES = "notes", gettext_lazy("Notes")
    LEDGER = "ledger", gettext_lazy("Promises and money")


def _sum(rows: QuerySet[Any], of: Any) -> Subquery:
    """Return one figure over `rows` of the outer ticket's or customer's, grouped as they stand."""
    return Subquery(rows.annotate(n=of).values("n"), output_field=IntegerField())


_closed = Ticket.objects.filter(customer=OuterRef("customer"), status=Ticket.Status.CLOSED)
_by_customer = _closed.order_by().values("customer")
_gifts = Settlement.objects.filter(
    kind=Settlement.Kind.GIFT, invoice__ticket__customer=OuterRef("customer")
)
_offers = Offer.objects.filter(ticket=OuterRef("pk")).order_by("-offered_at", "-pk")
_contacts = Interaction.objects.filter(ticket=OuterRef("pk")).order_by()
# A ticket with all that one row of each can say, in one query. Written down once: to put it
# together costs as much as to ask it.
TICKETS: QuerySet[Any] = (
    Ticket.objects.select_related(
        *("customer", "contact_point", "service", "assignee", "ended_by", "merged_into"),
        *trouble_page.LOADS,
    )
    .prefetch_related(Prefetch("customer__contact_points", ContactPoint.objects.order_by("pk")))
    .defer("search_text", "customer__search_text", "merged_into__search_text")
    .annotate(
        free=_sum(_by_customer, Count("pk", filter=Q(charge="free"))),
        charged=_sum(_by_customer, Count("pk", filter=Q(charge="charged"))),
        given=_sum(_gifts.order_by().values("invoice__ticket__customer"), Sum("amount")),
        minutes=_sum(_contacts.values("ticket"), Sum("minutes")),
        notes=_sum(_contacts.filter(direction=INTERNAL).values("ticket"), Count("pk")),
        said=_sum(_contacts.exclude(direction=INTERNAL).values("ticket"), Count("pk")),
        has_merged=Exists(Ticket.objects.filter(merged_into=OuterRef("pk"))),
        has_bills=Exists(Invoice.objects.filter(ticket=OuterRef("pk"))),
        has_quotes=Exists(Quote.objects.filter(ticket=OuterRef("pk"))),
        # What was offered last of the solutions book, and which choice they took.
        offer_solution=Subquery(_offers.values("solution")[:1]),
        offer_title=Subquery(_offers.values("solution__title")[:1]),
        offer_choice=Subquery(_offers.values("choice")[:1]),
    )
)


def seen_by(user: User, *, now: datetime) -> QuerySet[Any]:
    """Return the tickets as this one of us sees them: with who else has each before them."""
    rows: QuerySet[Any] = TICKETS.annotate(**presence.glimpse(user, now=now))
    return rows


def points(ticket: Ticket) -> list[ContactPoint]:
    """Return the numbers and addresses of whom it is about, numbers first or as they came."""
    theirs = ticket.customer.contact_points.all() if ticket.customer else []
    return sorted(theirs, key=lambda point: (point.kind, point.pk))


def contacts(ticket: Ticket, show: Show = Show.ALL) -> QuerySet[Any]:
    """Return what was said and noted, each with the tries to send it and whether it came raw."""
    rows = ticket.interactions.all()
    if show == Show.TALK:
        rows = rows.exclude(direction=INTERNAL)
    elif show == Show.NOTES:
        rows = rows.filter(direction=INTERNAL)
    elif show == Show.LEDGER:
        rows = rows.none()
    leases = Lease.objects.filter(duty=journey.OUTBOX, row=OuterRef("pk"))
    return (
        rows.select_related("staff", "contact_point", "call")
        .prefetch_related(Prefetch("attachments", Attachment.objects.order_by("pk")))
        .annotate(
            has_come=Exists(Arrival.objects.filter(interaction=OuterRef("pk"))),
            is_by_link=Exists(Arrival.objects.filter(interaction=OuterRef("pk"), source="link")),
            tried_because=Subquery(leases.values("because")[:1]),
            tried_until=Subquery(leases.values("until")[:1]),
        )
        .order_by("-happened_at", "-pk")
    )


def promises(ticket: Ticket) -> QuerySet[Promise]:
    # Those that are open first: in this order the first hundred hold what the newest entries need.
    rows = Promise.objects.filter(ticket=ticket).select_related("maker", "ended_by", "follows")
    return rows.order_by(F("ended_at").desc(nulls_first=True), "-pk")


def follow_ups(ticket: Ticket) -> QuerySet[FollowUp]:
    # What is to be done first, then what is planned, then what was done.
    rank = Case(When(status="task", then=0), When(status="planned", then=1), default=2)
    rows = FollowUp.objects.filter(ticket=ticket).select_related("done_by", "promise", "ticket")
    return rows.order_by(rank, F("done_at").desc(nulls_first=True), "due_at", "-pk")


def quotes(ticket: Ticket) -> QuerySet[Any]:
    # What staff wrote them since that names the service, with the page to accept it on.
    sent = Interaction.objects.filter(
        ticket=OuterRef("ticket"),
        direction=Interaction.Direction.OUT,
        is_automatic=False,
        logged_at__gte=OuterRef("quoted_at"),
        text__contains=OuterRef("service__name"),
    ).exclude(status__in=NEVER_LEFT)
    rows: QuerySet[Any] = with_refusal(Quote.objects.filter(ticket=ticket)).annotate(
        is_sent=Exists(sent.filter(text__contains=tokens.PAGE))
    )
    return rows.select_related("service", "quoted_by").order_by("-pk")


def merged(ticket: Ticket) -> QuerySet[Ticket]:
    return ticket.merged.select_related("ended_by").order_by("-pk")


@dataclass(frozen=True)
class Bill:
    """An invoice, how far it is settled in minor units, and the form for what is due."""

    invoice: Invoice
    settlements: tuple[Settlement, ...]
    form: PaymentForm | None

    @property
    def paid(self) -> int:
        return sum(each.amount for each in self.settlements)

    @property
    def is_gift(self) -> bool:
        return any(each.kind == Settlement.Kind.GIFT for each in self.settlements)

    @property
    def due(self) -> int:
        return self.invoice.total - self.paid

    @property
    def mark(self) -> str:
        if self.due:
            return "open"
        return "gift" if self.is_gift else "kept"


def bills(about: About) -> list[Bill]:
    """Return what was invoiced, the newest first, in one statement with what settled it."""
    settled = {
        f"settled_{name}": F(f"settlements__{name}")
        for name in ("pk", "kind", "amount", "reason", "settled_at")
    } | {
        f"author_{name}": F(f"settlements__author__{name}")
        for name in ("username", "first_name", "last_name")
    }
    rows: Iterable[Any] = (
        Invoice.objects.filter(ticket=about.ticket)
        .annotate(**settled)
        .order_by("-ending", "settlements__pk")
    )
    found: dict[int, tuple[Invoice, list[Settlement]]] = {}
    for row in rows:
        _invoice, settlements = found.setdefault(row.pk, (row, []))
        if row.settled_pk is not None:
            settlements.append(_settlement(row))
    return [_bill(invoice, tuple(settled), about.shop) for invoice, settled in found.values()]


def _settlement(row: Any) -> Settlement:
    author = User(
        username=row.author_username,
        first_name=row.author_first_name,
        last_name=row.author_last_name,
    )
    return Settlement(
        pk=row.settled_pk,
        invoice=row,
        kind=row.settled_kind,
        amount=row.settled_amount,
        reason=row.settled_reason,
        settled_at=row.settled_settled_at,
        author=author,
    )


def _bill(invoice: Invoice, settlements: tuple[Settlement, ...], shop: Shop) -> Bill:
    due, form = invoice.total - sum(each.amount for each in settlements), None
    if due:
        locale = wording.locale(shop.language, shop.region)
        form = PaymentForm(invoice, due, locale, auto_id=f"pay-{invoice.pk}-%s")
    return Bill(invoice, settlements, form)
