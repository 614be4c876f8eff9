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
from tickets.models.work import Service, Ticket, TicketQuerySet

__all__ = [
    "Arrival",
    "Attachment",
    "Call",
    "ContactPoint",
    "Customer",
    "Interaction",
    "InteractionQuerySet",
    "Mailbox",
    "NoShop",
    "Service",
    "Shop",
    "Ticket",
    "TicketQuerySet",
    "User",
]
