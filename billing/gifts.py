"""Giving: what was free is invoiced at its price and settled by a gift."""

from datetime import datetime

from django.db import IntegrityError, transaction

from billing import invoicing
from billing.models import Invoice, Settlement
from tickets.models import Ticket


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
