"""Answers kept to be written again: written with placeholders, put into a letter filled in."""

from datetime import datetime

from django.utils.translation import gettext as _

from policies import texts
from policies.models import CannedReply
from tickets import text
from tickets.models import Shop, Ticket, User

PLACEHOLDERS = ("name", "ticket", "subject", "shop", "phone", "staff")
LONGEST = 4_000


def write(
    title: str,
    words: str,
    *,
    language: str,
    by: User,
    now: datetime,
    active: bool = True,
    reply: CannedReply | None = None,
) -> CannedReply:
    """Write one down, or anew. Raises texts.BadText for placeholders nothing is known of."""
    words = text.clean(words, LONGEST).strip()
    if unknown := sorted(texts.placeholders(words) - set(PLACEHOLDERS)):
        named = {
            "unknown": unknown[0],
            "allowed": ", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
        }
        raise texts.BadText(
            _("Nothing is known of {%(unknown)s} here. You may use: %(allowed)s.") % named
        )
    reply = reply or CannedReply()
    reply.title, reply.text, reply.language = text.one_line(title, 80), words, language
    reply.active, reply.written_at, reply.written_by = active, now, by
    reply.save()
    return reply


def fill(reply: CannedReply, ticket: Ticket, *, by: User, shop: Shop) -> str:
    """Return what is to be sent about `ticket`, as a person goes on to write it."""
    return reply.text.format_map(
        {
            "name": ticket.customer.name if ticket.customer else "",
            "ticket": str(ticket.number),
            "subject": ticket.subject,
            "shop": shop.name,
            "phone": shop.said_phone,
            "staff": str(by),
        }
    )
