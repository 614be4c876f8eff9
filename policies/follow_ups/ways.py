"""Which way a follow-up goes: where they like to hear from us, by staff where that is a call."""

from tickets import outbox
from tickets.models import Interaction, InteractionQuerySet, Ticket
from tickets.models.people import Channel
from tickets.outbox import Route

Status = Interaction.Status
NEVER_LEFT = (Status.FAILED, Status.WITHHELD, Status.BOUNCED)


def to_write(ticket: Ticket) -> Route | None:
    """Return how to write to them; None where they like to be called, or nothing reaches them."""
    return None if likes_to_be_called(ticket) else any_way(ticket)


def any_way(ticket: Ticket) -> Route | None:
    """Return how to write to them even where they would rather be called."""
    return next(iter(outbox.routes(ticket)), None)


def likes_to_be_called(ticket: Ticket) -> bool:
    return ticket.customer is not None and ticket.customer.preferred_channel == Channel.PHONE


def from_us(ticket: Ticket) -> InteractionQuerySet:
    """Return what staff said to them: written and not come back, or a call they took."""
    return (
        ticket.interactions.filter(direction=Interaction.Direction.OUT, is_automatic=False)
        .exclude(status__in=NEVER_LEFT)
        .exclude(call__was_answered=False)
    )


def from_them(ticket: Ticket) -> InteractionQuerySet:
    return ticket.interactions.filter(direction=Interaction.Direction.IN, is_verified=True)
