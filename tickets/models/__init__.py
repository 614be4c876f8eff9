"""What happened: people, tickets, and every touch between them."""

from tickets.models.contacts import (
    Arrival,
    Attachment,
    Call,
    Interaction,
    InteractionQuerySet,
    Mailbox,
)
from tickets.models.desk import CustomerMerge, Notice, Notification, Offer, Watch
from tickets.models.devices import Device, Loan, LoanDevice
from tickets.models.people import ContactPoint, Customer, NoShop, Shop, User
from tickets.models.work import Event, Service, Solution, Ticket, TicketQuerySet

__all__ = [
    "Arrival",
    "Attachment",
    "Call",
    "ContactPoint",
    "Customer",
    "CustomerMerge",
    "Device",
    "Event",
    "Interaction",
    "InteractionQuerySet",
    "Loan",
    "LoanDevice",
    "Mailbox",
    "NoShop",
    "Notice",
    "Notification",
    "Offer",
    "Service",
    "Shop",
    "Solution",
    "Ticket",
    "TicketQuerySet",
    "User",
    "Watch",
]
