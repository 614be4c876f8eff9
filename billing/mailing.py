"""Sending an invoice: the paper itself by mail, a link by text."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import invoicing
from billing.models import Invoice, InvoiceMailing
from billing.money import Money, say
from policies import replies, wording
from policies.follow_ups.contract import Done, Rule
from policies.models import FollowUp
from tickets import outbox
from tickets.channels.contract import Enclosure
from tickets.models import Interaction, Shop
from tickets.outbox import Route

PDF = "application/pdf"
_SALT = "billing.mailing"


class SendInvoice(Rule):
    slug = "invoice"
    title = gettext_lazy("Invoice")

    def act(self, follow_up: FollowUp, *, shop: Shop, now: datetime) -> Done:
        invoice = Invoice.objects.get(mailing__follow_up=follow_up)
        route = _route(invoice)
        if route is None:
            return Done(_("Not sent: there is no way to write to them. Print it."))
        name = "invoice_gift" if invoicing.is_given(invoice) else "invoice"
        locale = str(wording.locale(replies.language_of(invoice.ticket, shop), shop.region))
        due = invoice.total - invoicing.paid(invoice)
        letter = replies.letter(
            name,
            invoice.ticket,
            route,
            shop=shop,
            now=now,
            invoice=invoice.reference,
            amount=say(Money(invoice.total, invoice.currency), locale),
            due=say(Money(due, invoice.currency), locale),
            link=link(invoice),
        )
        sent = outbox.queue(invoice.ticket, route, letter, now=now)
        return Done(_("Written: invoice %s") % invoice.reference, sent=sent)


def plan(invoice: Invoice, *, now: datetime) -> None:
    """Write down that `invoice` is to be sent, in the transaction that issues it."""
    follow_up = FollowUp.objects.create(
        rule=SendInvoice.slug,
        key=f"{SendInvoice.slug}:{invoice.reference}",
        ticket=invoice.ticket,
        planned_at=now,
        due_at=now,
    )
    InvoiceMailing.objects.create(invoice=invoice, follow_up=follow_up)


def enclosures(interaction: Interaction, *, now: datetime) -> Iterable[Enclosure]:
    """Return the invoice that goes with a mail: the same bytes whenever it is sent."""
    invoice = Invoice.objects.filter(mailing__follow_up__sent=interaction).first()
    if invoice is None:
        return ()
    document = invoicing.document(invoice, now=now)
    return (Enclosure(f"{invoice.reference}.pdf", PDF, bytes(document.pdf)),)


def link(invoice: Invoice) -> str:
    """Return the address under which whoever has it may read `invoice` for a while."""
    return f"{settings.PUBLIC_URL}/i/{signing.dumps(invoice.pk, salt=_SALT)}/"


def linked(token: str) -> Invoice | None:
    """Return the invoice of such an address; None if forged, too old, or they are forgotten."""
    try:
        key = signing.loads(token, salt=_SALT, max_age=settings.LINK_SECONDS)
    except signing.BadSignature:  # or SignatureExpired, which is one
        return None
    return Invoice.objects.filter(pk=key, customer__anonymised_at=None).first()


def _route(invoice: Invoice) -> Route | None:
    """The way they prefer; who prefers the telephone gets the paper by mail where we can."""
    ways = outbox.routes(invoice.ticket)
    if invoice.customer.preferred_channel == "phone":
        ways.sort(key=lambda way: way.is_text)
    return next(iter(ways), None)
