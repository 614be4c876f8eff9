"""What a new rate would change, seen before it is made. Writes nothing."""

from dataclasses import dataclass

from billing import rating
from billing.models import NoRate, Rate
from tickets.models import Ticket, TicketQuerySet

WORK = (0, 20, 60, 150)  # minutes


@dataclass(frozen=True)
class Sample:
    """What so many minutes of work cost, without and with the new rate; minor units."""

    minutes: int
    before: int | None
    after: int


def samples(draft: Rate) -> list[Sample]:
    """Say what work costs that is invoiced from its first moment on."""
    try:
        old = Rate.in_force(draft.valid_from, draft.service)
    except NoRate:
        old = None
    return [
        Sample(
            minutes,
            rating.price(old, minutes, "").amount if old else None,
            rating.price(draft, minutes, "").amount,
        )
        for minutes in WORK
    ]


def waiting(draft: Rate) -> int:
    """Return how many closed tickets are invoiced after it begins, and so by it."""
    closed = Ticket.objects.filter(bill_at__isnull=False)
    if draft.valid_from > draft.made_at:  # else what should be invoiced by now is, by this
        closed = closed.filter(bill_at__gte=draft.valid_from)
    return _priced(closed, draft).count()


def unfinished(draft: Rate) -> int:
    """Return how many open tickets it will price: those that are not invoiced before it begins."""
    return _priced(Ticket.objects.open(), draft).count()


def _priced(tickets: TicketQuerySet, draft: Rate) -> TicketQuerySet:
    """Narrow down to those whose work has this rate, as no other beats it."""
    if draft.service is not None:
        return tickets.filter(service=draft.service)
    own = Rate.objects.filter(service__isnull=False, valid_from__lte=draft.valid_from)
    return tickets.exclude(service__in=own.values("service"))
