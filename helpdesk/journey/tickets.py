"""A ticket on its way, and to its end."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from billing import gifts, invoicing, mailing
from billing.models import Invoice
from policies import follow_ups, promises, wording
from policies.models import Promise
from tickets import intake, merging, notes, search, states, troubles
from tickets.models import (
    ContactPoint,
    Customer,
    Interaction,
    Service,
    Shop,
    Ticket,
    User,
)


@transaction.atomic
def ticket_described(ticket: Ticket, *, subject: str, service: Service | None) -> None:
    """Staff know better what it is about."""
    ticket.subject, ticket.service = subject, service
    ticket.save(update_fields=["subject", "service"])
    search.index(ticket)


@transaction.atomic
def ticket_assigned(ticket: Ticket, assignee: User | None, *, now: datetime) -> None:
    ticket.assignee = assignee
    ticket.save(update_fields=["assignee"])
    intake.touch(ticket, now=now)


@transaction.atomic
def ticket_moved(
    ticket: Ticket, to: str, *, by: User, now: datetime, customer_told: bool = False
) -> None:
    """In work, waiting for the customer, or ready; ready and told keeps the turnaround."""
    is_news = to != ticket.status
    if is_news:
        states.move(ticket, to)
    intake.touch(ticket, now=now)
    if to == Ticket.Status.READY and customer_told:
        promises.told_ready(ticket, at=now, by=by)
    elif is_news:  # who was told by us is not told again by a machine
        follow_ups.plan_status(ticket, now=now)


@transaction.atomic
def ticket_closed(
    ticket: Ticket,
    *,
    charge: str,
    by: User,
    now: datetime,
    gift_reason: str = "",
    promises_are: str = Promise.Status.KEPT,
    because: str = "",
    concern_is_eased: bool = False,
) -> None:
    """The end. After a rest, what was free is given and what was charged is invoiced.

    `concern_is_eased`: staff say that not only the device is mended. Raises troubles.NotEased
    where the customer had a concern and it is not.
    """
    troubles.settle(ticket, is_eased=concern_is_eased, by=by, now=now)
    is_free = charge == Ticket.Charge.FREE
    states.move(
        ticket,
        Ticket.Status.CLOSED,
        charge=charge,
        gift_reason=(gift_reason.strip() or _("Quick help, on the house")) if is_free else "",
        ended_at=now,
        ended_by=by,
        endings=ticket.endings + 1,
        bill_at=now + Shop.objects.current().bill_after,
        **Ticket.AWAKE,
    )
    # After the move: what is promised on an open ticket meanwhile is found, and ended with it.
    because = because or _("Closed with the ticket")
    promises.end_all(ticket, promises_are, because=because, at=now, by=by)
    follow_ups.plan_status(ticket, now=now)
    intake.touch(ticket, now=now)


@transaction.atomic
def ticket_reopened(ticket: Ticket, *, by: User, now: datetime) -> None:
    """Not the end after all."""
    reopened(ticket, by=by, now=now)


def reopened(ticket: Ticket, *, by: User | None = None, now: datetime) -> None:
    """Open it again; a note keeps how it was closed, as the ticket itself forgets that.

    An ending whose invoice was due is invoiced first: it was one.
    """
    if ticket.bill_at is not None and ticket.bill_at <= now:
        ticket_billed(ticket, now=now)
    was_spam, said = ticket.status == Ticket.Status.SPAM, _how_it_was_closed(ticket)
    states.move(
        ticket,
        Ticket.Status.OPEN,
        charge=Ticket.Charge.UNDECIDED,
        gift_reason="",
        ended_at=None,
        ended_by=None,
        bill_at=None,
        eased_at=None,  # what brought them back is not settled
        eased_by=None,
    )
    if was_spam:
        intake.unblock(ticket)
    intake.touch(ticket, now=now)
    if said:
        notes.log(
            ticket,
            kind=Interaction.Kind.NOTE,
            direction=Interaction.Direction.INTERNAL,
            said=said,
            by=by,
            happened_at=now,
            now=now,
        )


def _how_it_was_closed(ticket: Ticket) -> str:
    """Say to staff how, when and by whom; nothing where it was not closed."""
    if ticket.status != Ticket.Status.CLOSED or ticket.ended_at is None:
        return ""
    shop = Shop.objects.current()
    with translation.override(shop.language):
        return _("Opened again. It was closed by %(who)s, %(when)s: %(charge)s.") % {
            "who": ticket.ended_by,
            "when": wording.instant(
                ticket.ended_at, zone=shop.tzinfo, language=shop.language, region=shop.region
            ),
            "charge": ticket.get_charge_display().lower(),
        }


@transaction.atomic
def marked_spam(ticket: Ticket, *, by: User, now: datetime) -> None:
    """One key: it ends, nothing is owed, and whoever it came from is refused from now on."""
    endings = ticket.endings + 1
    states.move(
        ticket,
        Ticket.Status.SPAM,
        ended_at=now,
        ended_by=by,
        endings=endings,
        **Ticket.AWAKE,
    )
    promises.void_all(ticket, because=_("Spam"), at=now, by=by)
    follow_ups.tidy(ticket, now=now)
    intake.block(ticket, now=now)


@transaction.atomic
def tickets_merged(ticket: Ticket, into: Ticket, *, by: User, now: datetime) -> None:
    merged(ticket, into, by=by, now=now)


def merged(ticket: Ticket, into: Ticket, *, by: User, now: datetime) -> None:
    merging.merge(ticket, into, by=by, now=now)
    promises.carry_over(ticket, into, at=now, by=by)
    follow_ups.tidy(ticket, now=now)
    follow_ups.plan_promises(into, now=now)
    intake.touch(into, now=now)


@transaction.atomic
def invoice_paid(
    invoice: Invoice, *, kind: str, amount: int, by: User, now: datetime, due: int | None = None
) -> None:
    """`due` is what was due when the payment was asked for: so the same one counts once."""
    invoicing.settle(invoice, kind=kind, amount=amount, by=by, now=now, due=due)


def ticket_billed(ticket: Ticket, *, now: datetime) -> None:
    """Issue, draw, done: each step finds what the one before left, whoever took it."""
    with transaction.atomic():  # an invoice, and that it is to be sent, or neither
        invoice = gifts.bill(ticket, now=now)
        if invoice is not None:
            mailing.plan(invoice, now=now)
    issued = invoice or invoicing.issued_for(ticket)
    if issued is not None:
        invoicing.document(issued, now=now)
        invoicing.done(ticket)


def complete(
    ticket: Ticket,
    *,
    customer: Customer | None = None,
    point: ContactPoint | None = None,
    service: Service | None = None,
    subject: str = "",
) -> None:
    """Write on the ticket what the contact told us about it."""
    if customer is not None and ticket.customer is None:
        intake.identify(ticket, customer)
    if point is not None:  # where they spoke from is where they wait for us
        ticket.contact_point = point
    if service is not None:
        ticket.service = service
    if subject:
        ticket.subject = subject
    ticket.save(update_fields=["contact_point", "service", "subject"])
    search.index(ticket)
