"""What the work on a ticket costs: lines at list price. Writes nothing."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from billing import money
from billing.models import InvoiceLine, Rate
from tickets.models import InteractionQuerySet, Ticket


@dataclass(frozen=True)
class Priced:
    """One line to be; amounts in minor units, `unit_price` for an hour of labour or one piece."""

    kind: InvoiceLine.Kind
    description: str
    minutes: int | None
    unit_price: int
    amount: int


def lines(ticket: Ticket, *, now: datetime) -> list[Priced]:
    """Price what was worked on `ticket` since its last invoice.

    Rounded minutes at the rate in force, or the minimum fee where that is more; without minutes
    the minimum fee. Raises NoRate.
    """
    rate = Rate.in_force(now, ticket.service)
    subject = ticket.subject or (ticket.service.name if ticket.service else _("Work"))
    return [price(rate, unbilled(ticket).minutes(), subject)]


def unbilled(ticket: Ticket) -> InteractionQuerySet:
    """Return the contacts on `ticket` since its last invoice: what they took is not billed yet."""
    last = ticket.invoices.order_by("-ending").first() if ticket.endings else None
    return ticket.interactions.logged_after(last.issued_at if last else None)


def price(rate: Rate, minutes: int, subject: str) -> Priced:
    """Price `minutes` of work at `rate`."""
    billed = money.round_up_minutes(minutes, rate.rounding_minutes) if minutes else 0
    labour = money.times(rate.hourly, billed)
    if labour > rate.minimum_fee:
        return Priced(InvoiceLine.Kind.LABOUR, subject, billed, rate.hourly, labour)
    description = _("%(subject)s (minimum fee)") % {"subject": subject}
    return Priced(InvoiceLine.Kind.FEE, description, None, rate.minimum_fee, rate.minimum_fee)
