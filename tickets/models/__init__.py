"""What happened: people, tickets, and every touch between them."""

from tickets.models.contacts import Arrival, Call, Interaction, InteractionQuerySet
from tickets.models.people import ContactPoint, Customer, NoShop, Shop, User
from tickets.models.work import Service, Ticket, TicketQuerySet

__all__ = [
    "Arrival",
    "Call",
    "ContactPoint",
    "Customer",
    "Interaction",
    "InteractionQuerySet",
    "NoShop",
    "Service",
    "Shop",
    "Ticket",
    "TicketQuerySet",
    "User",
]
