"""Issuing invoices: one for each ending of a ticket, exactly once, never changed."""

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from billing import documents, numbering, rating
from billing.models import Invoice, InvoiceDocument, InvoiceLine, Settlement
from policies import calendars
from tickets.models import Shop, Ticket, TicketQuerySet, User


class NotPayable(Exception):
    """This cannot be paid on that invoice; the text says why, for staff to read."""


class PaidMeanwhile(NotPayable):
    """Somebody, or the same click once more, was first."""


def due(now: datetime) -> TicketQuerySet:
    """Return the closed tickets whose ending is to be invoiced by now."""
    return Ticket.objects.to_bill(now).order_by("bill_at", "pk")


def issue(ticket: Ticket, *, now: datetime) -> Invoice:
    """Issue the invoice for this ending of `ticket`, inside the caller's transaction.

    Raises IntegrityError when it exists: that, and no check, is what makes it once.
    """
    shop = Shop.objects.current()
    customer, ended_at = ticket.customer, ticket.ended_at
    assert customer is not None  # a constraint: nothing closes without a customer
    technician = ticket.assignee or ticket.ended_by
    assert ended_at is not None
    assert technician is not None
    with translation.override(customer.language):
        priced = rating.lines(ticket, now=now)
    issue_date = calendars.local(now, shop.tzinfo).date()
    taken = numbering.take("invoice", issue_date.year)
    invoice = Invoice.objects.create(
        series=taken.series,
        number=taken.number,
        reference=taken.reference,
        ticket=ticket,
        ending=ticket.endings,
        customer=customer,
        service=ticket.service,
        technician=technician,
        channel=ticket.channel,
        buyer_name=customer.name,
        buyer_address=customer.address,
        seller_name=shop.name,
        seller_address=shop.address,
        seller_contact=" · ".join(filter(None, [shop.said_phone, shop.official_email])),
        seller_tax_id=shop.tax_id,
        language=customer.language,
        currency=shop.currency,
        total=sum(line.amount for line in priced),
        line_count=len(priced),
        issued_at=now,
        issue_date=issue_date,
        supply_date=calendars.local(ended_at, shop.tzinfo).date(),
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            position=position,
            kind=line.kind,
            description=line.description[:300],
            minutes=line.minutes,
            unit_price=line.unit_price,
            amount=line.amount,
        )
        for position, line in enumerate(priced, start=1)
    )
    return invoice


def issued_for(ticket: Ticket) -> Invoice | None:
    """Return the invoice for this ending of `ticket`."""
    return Invoice.objects.filter(ticket=ticket, ending=ticket.endings).first()


def done(ticket: Ticket) -> None:
    """Nothing is due for this ending any more."""
    Ticket.objects.filter(pk=ticket.pk, endings=ticket.endings).update(bill_at=None)
    ticket.bill_at = None


def document(invoice: Invoice, *, now: datetime) -> InvoiceDocument:
    """Return the invoice's PDF, made once from the stored rows and kept byte for byte.

    Outside the transaction that took the number: drawing must not keep the next one waiting.
    """
    made = InvoiceDocument.objects.filter(invoice=invoice).first()
    if made is not None:
        return made
    pdf = documents.draw(invoice)
    try:
        with transaction.atomic():
            return InvoiceDocument.objects.create(
                invoice=invoice, pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest(), made_at=now
            )
    except IntegrityError:  # drawn twice at once: the first is the document
        return InvoiceDocument.objects.get(invoice=invoice)


def is_given(invoice: Invoice) -> bool:
    """Whether nothing but gifts settled it, in full."""
    settled = list(invoice.settlements.all())
    only_gifts = all(each.kind == Settlement.Kind.GIFT for each in settled)
    return only_gifts and sum(each.amount for each in settled) == invoice.total


def paid(invoice: Invoice) -> int:
    """Return what settlements add up to, in minor units."""
    return sum(invoice.settlements.values_list("amount", flat=True))


def settle(
    invoice: Invoice,
    *,
    kind: str,
    amount: int,
    by: User,
    now: datetime,
    reason: str = "",
    due: int | None = None,
) -> Settlement:
    """Settle `amount` minor units of `invoice`, inside the caller's transaction.

    `due` is what was due when it was asked for. Raises PaidMeanwhile when that is no longer so,
    NotPayable when it is more than is due.
    """
    if due is not None:
        # Locked until the transaction ends: of one payment sent twice the second sees the first.
        Invoice.objects.select_for_update().get(pk=invoice.pk)
        if invoice.total - paid(invoice) != due:
            raise PaidMeanwhile(_("A payment for %s has just been recorded.") % invoice)
    try:
        with transaction.atomic():
            return Settlement.objects.create(
                invoice=invoice, kind=kind, amount=amount, reason=reason, author=by, settled_at=now
            )
    except IntegrityError as error:
        raise NotPayable(_("That is more than what is due on %s.") % invoice) from error
