"""Calendars, and the terms we promise by: immutable versions, each valid from an instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from policies import calendars
from tickets.models import Customer, Service
from tickets.sentences import in_words
from tickets.triggers import Frozen, Kept


class NoTerms(LookupError):
    """No version of the policy is in force; the text says which, for staff to read."""


class Calendar(models.Model):
    """When we work. Changing it moves no promise that was made: those carry their own times."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    zone = models.CharField(_("time zone"), max_length=64)
    country = models.CharField(_("holidays of"), max_length=2, blank=True)
    subdivision = models.CharField(_("state or region"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("calendar")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        try:
            calendars.zone(self.zone)
            calendars.PublicHolidays(self.country, self.subdivision)
        except calendars.BadHours as error:
            raise ValidationError(in_words(error)) from None

    @classmethod
    def read(cls, several: Sequence[Calendar]) -> None:
        """Read the hours of `several` at once: three queries, none for those read before."""
        models.prefetch_related_objects(several, "hours", "special_hours", "closures")

    def working_hours(self) -> calendars.WorkingHours:
        """Return the value that does the arithmetic."""
        self.read([self])
        hours: dict[int, tuple[calendars.Interval, ...]] = {}
        for row in self.hours.all():
            interval = calendars.Interval(row.opens, row.closes)
            hours[row.weekday] = (*hours.get(row.weekday, ()), interval)
        special: dict[date, tuple[calendars.Interval, ...]] = {}
        for short in self.special_hours.all():
            interval = calendars.Interval(short.opens, short.closes)
            special[short.date] = (*special.get(short.date, ()), interval)
        return calendars.WorkingHours(
            zone=calendars.zone(self.zone),
            hours=hours,
            holidays=calendars.PublicHolidays(self.country, self.subdivision),
            closures=tuple((row.first_date, row.last_date) for row in self.closures.all()),
            special=special,
        )


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class OpeningHours(models.Model):
    """One stretch of a weekday; several make a lunch break, past midnight makes a night."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(
        _("closes"), help_text=_("Earlier than it opens: the next morning. 00:00: midnight.")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(name="hours_once", fields=["calendar", "weekday", "opens"]),
            models.CheckConstraint(
                name="hours_are_not_empty",
                condition=~Q(opens=F("closes")) | Q(opens="00:00"),
                violation_error_message=_("Opens and closes at the same time."),
            ),
            models.CheckConstraint(name="hours_on_a_weekday", condition=Q(weekday__lte=6)),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class Closure(models.Model):
    """Days on which we are closed though the calendar says otherwise."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="closures")
    first_date = models.DateField(_("first day"))
    last_date = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("closure")
        ordering = ["first_date"]
        constraints = [
            models.CheckConstraint(
                name="closure_ends_after_it_begins",
                condition=Q(last_date__gte=F("first_date")),
                violation_error_message=_("The last day is before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_date}–{self.last_date}"


class SpecialHours(models.Model):
    """Hours of one date, whatever its weekday or a holiday says: a short Christmas Eve."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="special_hours")
    date = models.DateField(_("date"))
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = verbose_name_plural = _("special hours")
        ordering = ["date", "opens"]
        constraints = [
            models.UniqueConstraint(
                name="special_hours_once", fields=["calendar", "date", "opens"]
            ),
            models.CheckConstraint(
                name="special_hours_are_not_empty",
                condition=~Q(opens=F("closes")) | Q(opens="00:00"),
                violation_error_message=_("Opens and closes at the same time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.opens:%H:%M}–{self.closes:%H:%M}"


class Version(models.Model):
    """Terms as they stand from an instant on. A change is a new row, never an edit."""

    TERMS = ("calendar", "valid_from", "why", "wording", "made_at", "made_by")

    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="+")
    valid_from = models.DateTimeField(_("valid from"))
    why = models.TextField(_("why, for staff to read out"), blank=True)
    wording = models.TextField(  # empty: made from the terms
        _("what customers read"), blank=True
    )
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True


class CallbackWindow(Version):
    """Within how much working time we call back."""

    minutes = models.PositiveIntegerField(_("within working minutes"))
    customer_kind = models.CharField(  # empty: everybody
        _("for"), max_length=8, choices=Customer.Kind, blank=True
    )

    class Meta:
        verbose_name = _("callback window")
        constraints = [
            models.CheckConstraint(
                name="callback_window_within_a_month",
                condition=Q(minutes__gte=1, minutes__lte=44640),
            ),
        ]
        indexes = [models.Index(name="callback_window_in_force", fields=["-valid_from", "-id"])]

    GUARDS = [Frozen((*Version.TERMS, "minutes", "customer_kind")), Kept()]

    def __str__(self) -> str:
        return f"callback within {self.minutes} working minutes, from {self.valid_from:%Y-%m-%d}"

    @classmethod
    def in_force(cls, at: datetime, customer_kind: str = "") -> CallbackWindow:
        """Return the version in force; one for this kind of customer beats the general one.

        Two from the same instant: the one written last. Raises NoTerms.
        """
        versions = cls.objects.filter(valid_from__lte=at, customer_kind__in={"", customer_kind})
        version = (
            versions.select_related("calendar")
            .order_by("-customer_kind", "-valid_from", "-pk")
            .first()
        )
        if version is None:
            raise NoTerms(_("No callback window is in force. An owner sets one under Setup."))
        return version

    @classmethod
    def all_in_force(cls, at: datetime) -> dict[str, CallbackWindow]:
        """Return what is in force for each kind of customer that has its own, "" for everybody."""
        versions = cls.objects.filter(valid_from__lte=at).select_related("calendar")
        # Of each kind the last one stays.
        return {one.customer_kind: one for one in versions.order_by("valid_from", "pk")}


class Turnaround(Version):
    """How many working days we quote for a service, and the shorter target only staff see."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="turnarounds")
    days = models.PositiveSmallIntegerField(_("quoted working days"))
    target_days = models.PositiveSmallIntegerField(_("our own target"))
    risks = models.CharField(_("what may get in the way"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("turnaround")
        constraints = [
            models.CheckConstraint(
                name="turnaround_within_ten_years", condition=Q(days__gte=1, days__lte=3650)
            ),
            models.CheckConstraint(
                name="turnaround_target_is_not_later", condition=Q(target_days__lte=F("days"))
            ),
        ]
        indexes = [
            models.Index(name="turnaround_in_force", fields=["service", "-valid_from", "-id"])
        ]

    GUARDS = [Frozen((*Version.TERMS, "service", "days", "target_days", "risks")), Kept()]

    def __str__(self) -> str:
        return f"{self.service}: {self.days} working days, from {self.valid_from:%Y-%m-%d}"

    @classmethod
    def in_force(cls, at: datetime, service: Service) -> Turnaround:
        """Return the version in force for `service`; raises NoTerms."""
        version = (
            cls.objects.filter(valid_from__lte=at, service=service)
            .select_related("calendar", "service")
            .order_by("-valid_from", "-pk")
            .first()
        )
        if version is None:
            raise NoTerms(
                _("No turnaround is set for %(service)s. An owner sets one under Setup.")
                % {"service": service}
            )
        return version
