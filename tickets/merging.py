"""Two tickets about one matter become one."""

from datetime import datetime

from django.utils.translation import gettext as _

from tickets import search, states, watching
from tickets.models import Interaction, Ticket, User


class NotMergeable(Exception):
    """These two cannot become one; the text says why, for staff to read."""


def merge(ticket: Ticket, into: Ticket, *, by: User, now: datetime) -> None:
    """End `ticket` as merged; what was said on it is read on `into` from now on."""
    if ticket.pk == into.pk:
        raise NotMergeable(_("A ticket cannot be merged into itself."))
    # Read again under a lock: two may be merging them at once, each into the other.
    both = Ticket.objects.select_for_update().filter(pk__in=(ticket.pk, into.pk)).order_by("pk")
    if any(each.is_ended for each in both):
        raise NotMergeable(_("Only open tickets can be merged. Reopen it first."))
    if ticket.customer and into.customer and ticket.customer != into.customer:
        raise NotMergeable(
            _("These belong to two customers: %(one)s and %(other)s.")
            % {"one": ticket.customer, "other": into.customer}
        )
    states.move(
        ticket,
        Ticket.Status.MERGED,
        merged_into=into,
        ended_at=now,
        ended_by=by,
        endings=ticket.endings + 1,
        **Ticket.AWAKE,
    )
    ticket.interactions.update(ticket=into)
    if into.customer is None and ticket.customer is not None:
        into.customer = ticket.customer
        into.save(update_fields=["customer"])
    if into.contact_point is None and ticket.contact_point is not None:
        into.contact_point = ticket.contact_point
        into.save(update_fields=["contact_point"])
    _bring_along(ticket, into)
    search.index(ticket)
    search.index(into)


def _bring_along(ticket: Ticket, into: Ticket) -> None:
    """What was wrong, and what that did to their trust, is not settled by a merge."""
    if not into.fault:
        into.fault = ticket.fault
    if not into.concern:
        for name in ("concern", *Ticket.ACKNOWLEDGED):
            setattr(into, name, getattr(ticket, name))
    elif ticket.concern and ticket.eased_at is None:
        into.concern = f"{into.concern}\n{ticket.concern}"
        into.eased_at = into.eased_by = None
    if into.device is None and ticket.customer_id == into.customer_id:
        into.device = ticket.device
    into.save(update_fields=["fault", "concern", "device", *Ticket.ACKNOWLEDGED])
    for user in ticket.watchers.all():
        watching.watch(into, user)


def move_contact(interaction: Interaction, to: Ticket) -> None:
    """Read this contact on another ticket: the phone system guessed, staff know."""
    was = interaction.ticket
    interaction.ticket = to
    interaction.save(update_fields=["ticket"])
    for ticket in filter(None, (was, to)):
        search.index(ticket)
