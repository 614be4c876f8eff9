"""What happened: people, tickets, and every touch between them."""

from tickets.models.contacts import (
    Arrival,
    Attachment,
    Call,
    Interaction,
    InteractionQuerySet,
    Mailbox,
)
from tickets.models.people import ContactPoint, Customer, NoShop, Shop, User
from tickets.models.work import Event, Service, Solution, Ticket, TicketQuerySet

__all__ = [
    "Arrival",
    "Attachment",
    "Call",
    "ContactPoint",
    "Customer",
    "Event",
    "Interaction",
    "InteractionQuerySet",
    "Mailbox",
    "NoShop",
    "Service",
    "Shop",
    "Solution",
    "Ticket",
    "TicketQuerySet",
    "User",
]
