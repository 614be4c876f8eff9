"""Rates by version, and the series invoice numbers come from."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tickets.models import Service
from tickets.triggers import Frozen, Kept, Refused


class NoRate(LookupError):
    """No rate is in force, so nothing can be priced; the text is for staff."""


class Rate(models.Model):
    """What an hour costs, and the least we charge. Versions: a change is a new row.

    Amounts are whole minor units (cents, öre) of the shop's currency.
    """

    service = models.ForeignKey(  # empty: every service that has none of its own
        Service, models.PROTECT, null=True, blank=True, related_name="rates"
    )
    hourly = models.PositiveBigIntegerField(_("per hour, in minor units"))
    minimum_fee = models.PositiveBigIntegerField(_("minimum fee, in minor units"))
    rounding_minutes = models.PositiveSmallIntegerField(_("rounded up to minutes"), default=15)
    valid_from = models.DateTimeField(_("valid from"))
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("rate")
        constraints = [
            # A gift of nothing is not one: the price of work is never zero.
            models.CheckConstraint(
                name="rate_prices_something",
                condition=Q(minimum_fee__gte=1, minimum_fee__lte=10**12),
            ),
            models.CheckConstraint(name="rate_hourly_within", condition=Q(hourly__lte=10**12)),
            models.CheckConstraint(
                name="rate_rounding_within_a_day",
                condition=Q(rounding_minutes__gte=1, rounding_minutes__lte=1440),
            ),
        ]
        indexes = [models.Index(name="rate_in_force", fields=["service", "-valid_from", "-id"])]

    GUARDS = [
        Frozen(
            (
                *("service", "hourly", "minimum_fee", "rounding_minutes", "valid_from"),
                *("made_at", "made_by"),
            )
        ),
        Kept(),
    ]

    def __str__(self) -> str:
        return f"{self.service or _('every service')}, from {self.valid_from:%Y-%m-%d}"

    @classmethod
    def in_force(cls, at: datetime, service: Service | None) -> Rate:
        """Return the rate in force; a service's own beats the general one. Raises NoRate."""
        wanted = Q(service__isnull=True) | Q(service=service) if service else Q(service=None)
        rate = (
            cls.objects.filter(wanted, valid_from__lte=at)
            .order_by(F("service").asc(nulls_last=True), "-valid_from", "-pk")
            .first()
        )
        if rate is None:
            raise NoRate(_("No rate is in force. An owner sets one under Setup."))
        return rate

    @classmethod
    def all_in_force(cls, at: datetime) -> dict[int | None, Rate]:
        """Return what is in force for each service that has its own, None for every other."""
        versions = cls.objects.filter(valid_from__lte=at).select_related("service")
        # Of each service the last one stays.
        return {one.service_id: one for one in versions.order_by("valid_from", "pk")}


class NumberSeries(models.Model):
    """A run of numbers without gaps. Its row is locked until whoever took a number commits."""

    kind = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        constraints = [models.UniqueConstraint(name="series_once", fields=["kind", "year"])]

    GUARDS = [
        Frozen(("kind", "year")),
        Refused(
            label="one_at_a_time",
            on="UPDATE",
            condition='NEW."last" IS DISTINCT FROM OLD."last" + 1',
            says="number series: numbers are taken one at a time",
        ),
        Kept(),
    ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"
