"""Giving: what was free is invoiced at its price and settled by a gift."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, Sum

from billing import invoicing
from billing.models import Invoice, Settlement
from policies import calendars
from tickets.models import Customer, Shop, Ticket

QUARTER = timedelta(days=90)


@dataclass(frozen=True)
class Before:
    """What was given before a gift: how often to them in a quarter, and how much this month."""

    lately: int
    this_month: int  # minor units, to everybody


def before(customer: Customer, shop: Shop, *, now: datetime) -> Before:
    """Return what is known before one more gift to `customer`; in one query."""
    first = calendars.local(now, shop.tzinfo).date().replace(day=1)
    # By the ticket: those of whoever turned out to be them have moved, and the invoices have not.
    theirs = Q(invoice__ticket__customer=customer, settled_at__gte=now - QUARTER)
    given = Settlement.objects.filter(
        Q(invoice__issue_date__gte=first) | theirs, kind=Settlement.Kind.GIFT
    )
    found = given.aggregate(
        lately=Count("pk", filter=theirs),
        this_month=Sum("amount", filter=Q(invoice__issue_date__gte=first)),
    )
    return Before(found["lately"], found["this_month"] or 0)


def bill(ticket: Ticket, *, now: datetime) -> Invoice | None:
    """Invoice this ending of `ticket`; what was free is given. None: another was first."""
    try:
        with transaction.atomic():
            # Read again under a lock: it may have been reopened, or billed, since it was found.
            fresh = Ticket.objects.select_for_update().to_bill(now).filter(pk=ticket.pk).first()
            if fresh is None or invoicing.issued_for(fresh):
                return None
            invoice = invoicing.issue(fresh, now=now)
            if fresh.charge == Ticket.Charge.FREE:
                _give(invoice, fresh, now=now)
            return invoice
    except IntegrityError:  # caught outside the block: inside, the transaction is already lost
        if invoicing.issued_for(ticket):
            return None
        raise


def _give(invoice: Invoice, ticket: Ticket, *, now: datetime) -> None:
    assert ticket.ended_by is not None  # a constraint: whoever ended it is the author
    invoicing.settle(
        invoice,
        kind=Settlement.Kind.GIFT,
        amount=invoice.total,
        reason=ticket.gift_reason,
        by=ticket.ended_by,
        now=now,
    )
