"""What people bring to be mended, and what they are lent meanwhile."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.models.people import Customer
from tickets.triggers import Frozen, Kept, Once


class Device(models.Model):
    """Something of a customer's; what makes its failing worse stands with it."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="devices")
    name = models.CharField(_("device"), max_length=120)
    serial = models.CharField(_("serial number"), max_length=80, blank=True)
    bought_date = models.DateField(_("bought on"), null=True, blank=True)
    bought_where = models.CharField(_("bought where"), max_length=120, blank=True)
    price = models.PositiveBigIntegerField(_("price"), null=True, blank=True)  # minor units
    currency = models.CharField(max_length=3, blank=True)
    warranty_until = models.DateField(_("under warranty until"), null=True, blank=True)
    financed_until = models.DateField(_("being paid for until"), null=True, blank=True)

    class Meta:
        verbose_name = _("device")
        constraints = [
            models.CheckConstraint(name="device_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="device_price_has_a_currency",
                condition=Q(price__isnull=True, currency="")
                | (Q(price__isnull=False) & ~Q(currency="")),
            ),
        ]

    GUARDS = [Kept()]

    def __str__(self) -> str:
        return self.name


class LoanDevice(models.Model):
    """Something of ours that customers may have while theirs is here."""

    name = models.CharField(_("device"), max_length=120)
    serial = models.CharField(_("serial number"), max_length=80, blank=True)
    active = models.BooleanField(_("to be lent"), default=True)

    class Meta:
        verbose_name = _("loan device")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(name="loan_device_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class Loan(models.Model):
    """Who has which of our devices, about which ticket, and until when."""

    device = models.ForeignKey(LoanDevice, models.PROTECT, related_name="loans")
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="loans")
    due_date = models.DateField(_("back by"))
    lent_at = models.DateTimeField()
    lent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("loan")
        constraints = [
            # Of two who lend the same one, one is told.
            models.UniqueConstraint(
                name="loan_one_at_a_time", fields=["device"], condition=Q(returned_at__isnull=True)
            ),
            models.CheckConstraint(
                name="loan_returned_to_somebody",
                condition=Q(returned_at__isnull=True, returned_to__isnull=True)
                | Q(returned_at__isnull=False, returned_to__isnull=False),
            ),
        ]

    GUARDS = [
        Frozen(("device", "ticket", "lent_at", "lent_by")),
        Once(("returned_at", "returned_to")),
        Kept(),
    ]

    def __str__(self) -> str:
        return f"{self.device}, {self.ticket_id}"
