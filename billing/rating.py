"""What the work on a ticket costs: lines at list price. Writes nothing."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min
from django.utils.translation import gettext as _

from billing import money
from billing.models import Invoice, InvoiceLine, NoRate, Rate
from tickets.models import InteractionQuerySet, Service, Ticket


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

    Rounded minutes at the rate agreed, or the minimum fee where that is more; without minutes the
    minimum fee. Raises NoRate.
    """
    rate = agreed(ticket, ticket.service, now=now)
    subject = ticket.subject or (ticket.service.name if ticket.service else _("Work"))
    return [price(rate, unbilled(ticket).minutes(), subject)]


def agreed(ticket: Ticket, service: Service | None, *, now: datetime) -> Rate:
    """Return the rate of `service` that was in force when they came with `ticket`.

    A later one changes nothing of what they were told. Where none was set by then, the one in
    force now. Raises NoRate.
    """
    try:
        return Rate.in_force(came_at(ticket, now=now), service)
    except NoRate:
        return Rate.in_force(now, service)


def rates(ticket: Ticket, *, now: datetime) -> dict[int | None, Rate]:
    """Return what is agreed for each service that has a rate of its own, None for every other."""
    return Rate.all_in_force(came_at(ticket, now=now)) or Rate.all_in_force(now)


def came_at(ticket: Ticket, *, now: datetime) -> datetime:
    """Return when they came with `ticket`, or came back with it after its last invoice."""
    last = _last_invoice(ticket)
    if last is None:
        return ticket.opened_at
    again = ticket.interactions.logged_after(last.issued_at)
    return again.aggregate(at=Min("logged_at"))["at"] or now


def unbilled(ticket: Ticket) -> InteractionQuerySet:
    """Return the contacts on `ticket` since its last invoice: what they took is not billed yet."""
    last = _last_invoice(ticket)
    return ticket.interactions.logged_after(last.issued_at if last else None)


def _last_invoice(ticket: Ticket) -> Invoice | None:
    return ticket.invoices.order_by("-ending").first() if ticket.endings else None


def price(rate: Rate, minutes: int, subject: str) -> Priced:
    """Price `minutes` of work at `rate`."""
    billed = money.round_up_minutes(minutes, rate.rounding_minutes) if minutes else 0
    labour = money.times(rate.hourly, billed)
    if labour > rate.minimum_fee:
        return Priced(InvoiceLine.Kind.LABOUR, subject, billed, rate.hourly, labour)
    description = _("%(subject)s (minimum fee)") % {"subject": subject}
    return Priced(InvoiceLine.Kind.FEE, description, None, rate.minimum_fee, rate.minimum_fee)
