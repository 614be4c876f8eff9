"""What is broken, and beside it what that did to their trust. It ends when both are mended."""

from datetime import datetime

from django.utils.translation import gettext as _

from tickets import search, text
from tickets.models import Ticket, User

LONGEST = 4_000


class NotEased(Exception):
    """The customer's concern stands; the text says what to do about it, for staff to read."""


def write(ticket: Ticket, *, fault: str, concern: str) -> None:
    """Write down both. A concern that was acknowledged can be added to, not taken away."""
    concern = text.clean(concern, LONGEST).strip()
    if ticket.acknowledged_at is not None and not concern:
        raise NotEased(_("Their concern was acknowledged: it stays written down."))
    ticket.fault, ticket.concern = text.clean(fault, LONGEST).strip(), concern
    ticket.save(update_fields=["fault", "concern"])
    search.index(ticket)


def acknowledge(ticket: Ticket, words: str, *, by: User, now: datetime) -> None:
    """Note what was said to them about it, the first time; later words change nothing."""
    if not ticket.concern:
        raise NotEased(_("Write down their concern first."))
    words = text.clean(words, LONGEST).strip()
    stamps = {"acknowledged_at": now, "acknowledged_by": by, "acknowledged_text": words}
    if Ticket.objects.filter(pk=ticket.pk, acknowledged_at__isnull=True).update(**stamps):
        for name, value in stamps.items():
            setattr(ticket, name, value)


def ease(ticket: Ticket, *, by: User, now: datetime) -> None:
    """Note that the concern is settled."""
    if ticket.acknowledged_at is None:
        raise NotEased(_("Acknowledge their concern first: write down what you said to them."))
    Ticket.objects.filter(pk=ticket.pk, eased_at__isnull=True).update(eased_at=now, eased_by=by)
    ticket.refresh_from_db(fields=["eased_at", "eased_by"])


def settle(ticket: Ticket, *, is_eased: bool, by: User, now: datetime) -> None:
    """Let it end only with the concern settled, too. Raises NotEased."""
    if not ticket.concern or ticket.eased_at is not None:
        return
    if not is_eased:
        raise NotEased(
            _("Their concern is still open: “%s”. Settle it, or say that it is settled.")
            % text.one_line(ticket.concern, 120)
        )
    ease(ticket, by=by, now=now)
