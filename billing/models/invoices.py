"""Invoices as they were issued, their documents, and how each was settled."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from billing.models.terms import NumberSeries
from policies.models import FollowUp
from tickets.models import Customer, Service, Ticket
from tickets.models.work import Kind
from tickets.triggers import Frozen, Kept, Noted, Refused


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def with_paid(self) -> Self:
        """Annotate `paid`: what settlements add up to, in minor units."""
        return self.annotate(paid=Coalesce(Sum("settlements__amount"), 0))

    def unpaid(self) -> Self:
        """Keep those of which something is still to be paid."""
        return self.with_paid().exclude(paid__gte=F("total"))

    def issued_in(self, since: datetime, until: datetime) -> Self:
        return self.filter(issued_at__gte=since, issued_at__lt=until)

    def given(self) -> Self:
        return self.filter(settlements__kind=Settlement.Kind.GIFT)


class Invoice(models.Model):
    """One ending of one ticket, priced. Nothing in it changes once it is issued.

    Whatever can change elsewhere (names, addresses, the ticket's service and technician) is
    written here as it was, so that a report over old invoices says what they said.
    """

    series = models.ForeignKey(NumberSeries, models.PROTECT, related_name="invoices")
    number = models.PositiveIntegerField()
    reference = models.CharField(_("number"), max_length=20, unique=True)
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="invoices")
    ending = models.PositiveSmallIntegerField()  # which ending of the ticket
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="invoices")
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, related_name="invoices"
    )
    technician = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="invoices"
    )
    channel = models.CharField(max_length=9, choices=Kind)
    buyer_name = models.CharField(max_length=120)
    buyer_address = models.TextField(blank=True)
    seller_name = models.CharField(max_length=120)
    seller_address = models.TextField(blank=True)
    seller_contact = models.CharField(max_length=300, blank=True)
    seller_tax_id = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    total = models.PositiveBigIntegerField()  # minor units
    line_count = models.PositiveSmallIntegerField()
    issued_at = models.DateTimeField()
    issue_date = models.DateField(_("issued"))  # in the shop's zone
    supply_date = models.DateField(_("supplied"))

    objects = InvoiceQuerySet.as_manager()

    document: InvoiceDocument

    class Meta:
        verbose_name = _("invoice")
        constraints = [
            # Exactly once per ending lives here; every check before it only saves work.
            models.UniqueConstraint(name="invoice_once_per_ending", fields=["ticket", "ending"]),
            models.UniqueConstraint(name="invoice_number_once", fields=["series", "number"]),
            models.CheckConstraint(
                name="invoice_is_worth_something", condition=Q(total__gte=1, line_count__gte=1)
            ),
        ]
        indexes = [
            models.Index(name="invoice_by_issue", fields=["issued_at", "id"]),
            models.Index(name="invoice_by_customer", fields=["customer", "-issued_at"]),
        ]

    FROZEN = (
        *("series", "number", "reference", "ticket", "ending", "customer", "service"),
        *("technician", "channel", "buyer_name", "buyer_address", "seller_name"),
        *("seller_address", "seller_contact", "seller_tax_id", "language", "currency", "total"),
        *("line_count", "issued_at", "issue_date", "supply_date"),
    )
    GUARDS = [Frozen(FROZEN), Kept()]
    NEWS = [Noted("invoice.issued", "id")]

    def __str__(self) -> str:
        return self.reference


class InvoiceLine(models.Model):
    """What was done, at its list price."""

    class Kind(models.TextChoices):
        LABOUR = "labour", _("Labour")
        PART = "part", _("Part")
        FEE = "fee", _("Fee")

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=6, choices=Kind)
    description = models.CharField(max_length=300)
    minutes = models.PositiveIntegerField(null=True, blank=True)  # labour: as billed, rounded
    unit_price = models.PositiveBigIntegerField()  # an hour of labour, else one piece
    amount = models.PositiveBigIntegerField()
    cost = models.PositiveBigIntegerField(default=0)  # ours, for parts

    class Meta:
        verbose_name = _("invoice line")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(name="line_once", fields=["invoice", "position"]),
            models.CheckConstraint(name="line_from_one", condition=Q(position__gte=1)),
        ]

    GUARDS = [
        Frozen(
            (
                *("invoice", "position", "kind", "description", "minutes", "unit_price"),
                *("amount", "cost"),
            )
        ),
        Refused(
            label="complete",
            condition="""
                NEW."position" > (SELECT "line_count" FROM "billing_invoice"
                                  WHERE "id" = NEW."invoice_id")
                OR NEW."amount" + (SELECT COALESCE(SUM("amount"), 0) FROM "billing_invoiceline"
                                   WHERE "invoice_id" = NEW."invoice_id")
                   > (SELECT "total" FROM "billing_invoice" WHERE "id" = NEW."invoice_id")
            """,
            says="invoice line: the invoice is issued, nothing can be added to it",
            parent=("billing_invoice", "invoice_id"),
        ),
        Kept(),
    ]

    def __str__(self) -> str:
        return self.description


class InvoiceDocument(models.Model):
    """The PDF the customer gets, byte for byte."""

    invoice = models.OneToOneField(Invoice, models.PROTECT, related_name="document")
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("invoice document")

    GUARDS = [Frozen(("invoice", "pdf", "sha256", "made_at")), Kept()]

    def __str__(self) -> str:
        return f"{self.invoice_id}.pdf"


class InvoiceMailing(models.Model):
    """That an invoice is to be sent, or was: once, by the follow-up that says how it went."""

    invoice = models.OneToOneField(Invoice, models.PROTECT, related_name="mailing")
    follow_up = models.OneToOneField(FollowUp, models.PROTECT, related_name="invoice_mailing")

    class Meta:
        verbose_name = _("sending of an invoice")

    GUARDS = [Frozen(("invoice", "follow_up")), Kept()]

    def __str__(self) -> str:
        return f"{self.invoice}: {self.follow_up}"


class Settlement(models.Model):
    """How (a part of) an invoice was settled. Paid and due are sums over these."""

    class Kind(models.TextChoices):
        CASH = "cash", _("Cash")
        CARD = "card", _("Card")
        TRANSFER = "transfer", _("Bank transfer")
        GIFT = "gift", _("Gift")

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="settlements")
    kind = models.CharField(max_length=8, choices=Kind)
    amount = models.PositiveBigIntegerField()  # minor units of the invoice's currency
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="settlements")
    settled_at = models.DateTimeField()

    class Meta:
        verbose_name = _("settlement")
        constraints = [
            models.CheckConstraint(name="settlement_is_positive", condition=Q(amount__gte=1)),
            models.CheckConstraint(
                name="settlement_gift_has_a_reason", condition=~Q(kind="gift") | ~Q(reason="")
            ),
        ]

    GUARDS = [
        Frozen(("invoice", "kind", "amount", "reason", "author", "settled_at")),
        Refused(
            label="within_total",
            condition="""
                NEW."amount" + (SELECT COALESCE(SUM("amount"), 0) FROM "billing_settlement"
                                WHERE "invoice_id" = NEW."invoice_id")
                > (SELECT "total" FROM "billing_invoice" WHERE "id" = NEW."invoice_id")
            """,
            says="settlement: more than the invoice is worth",
            parent=("billing_invoice", "invoice_id"),
        ),
        Kept(),
    ]
    NEWS = [Noted("invoice.settled", "invoice_id")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"
