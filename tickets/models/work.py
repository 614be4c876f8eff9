"""The ticket, its lifecycle, and what the shop does."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tickets.models.devices import Device
from tickets.models.people import ContactPoint, Customer
from tickets.triggers import Frozen, Kept, Noted, Once

if TYPE_CHECKING:
    from tickets.models.contacts import InteractionQuerySet


class Kind(models.TextChoices):
    """How two people touched."""

    CALL = "call", pgettext_lazy("kind of contact", "Call")
    VOICEMAIL = "voicemail", _("Voicemail")
    SMS = "sms", _("Text message")
    EMAIL = "email", _("Email")
    WALK_IN = "walk_in", _("At the counter")
    WEB = "web", _("Web form")
    NOTE = "note", _("Note")


class Service(models.Model):
    """Something the shop does, with its own turnaround and rate."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("service")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Solution(models.Model):
    """What helped before: a common problem, and the choices to offer for it."""

    title = models.CharField(_("problem"), max_length=120)
    text = models.TextField(_("what to know"), blank=True)
    choices = models.JSONField(_("choices"), default=list, blank=True)  # sentences, to read out
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, related_name="solutions"
    )
    active = models.BooleanField(_("offered"), default=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Kept by tickets.search; what search reads.
    search_text = models.TextField(default="", blank=True, editable=False)

    class Meta:
        verbose_name = _("solution")
        constraints = [
            models.CheckConstraint(name="solution_has_a_title", condition=~Q(title="")),
        ]

    def __str__(self) -> str:
        return self.title


class Event(models.Model):
    """That something happened which programs may want to know of; gone once they have been told.

    Written by the database itself, see the NEWS of each model.
    """

    kind = models.CharField(max_length=30)  # ticket.created
    row = models.BigIntegerField()  # the key of what it happened to
    happened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("event")

    def __str__(self) -> str:
        return f"{self.kind} {self.row}"


class TicketQuerySet(models.QuerySet["Ticket"]):
    def open(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def to_bill(self, now: datetime) -> Self:
        return self.filter(bill_at__lte=now)

    def awake(self, now: datetime) -> Self:
        """Those that nobody has put aside until later."""
        return self.exclude(snoozed_until__gt=now)


class Ticket(models.Model):
    """Everything about one matter, from the first contact to its end."""

    class Status(models.TextChoices):
        NEW = "new", pgettext_lazy("ticket", "New")
        OPEN = "open", pgettext_lazy("ticket", "In work")
        WAITING = "waiting", _("Waiting for the customer")
        READY = "ready", _("Ready for pick-up")
        CLOSED = "closed", _("Closed")
        SPAM = "spam", _("Spam")
        MERGED = "merged", _("Merged")

    ENDED = (Status.CLOSED, Status.SPAM, Status.MERGED)
    MOVES = {
        Status.NEW: frozenset(set(Status) - {Status.NEW}),
        Status.OPEN: frozenset({Status.WAITING, Status.READY, *ENDED}),
        Status.WAITING: frozenset({Status.OPEN, Status.READY, *ENDED}),
        Status.READY: frozenset({Status.OPEN, Status.WAITING, *ENDED}),
        Status.CLOSED: frozenset({Status.OPEN}),
        Status.SPAM: frozenset({Status.OPEN}),
        Status.MERGED: frozenset(),
    }

    class Charge(models.TextChoices):
        UNDECIDED = "undecided", _("Undecided")
        FREE = "free", _("Free")
        CHARGED = "charged", _("Charged")

    number = models.BigAutoField(_("number"), primary_key=True)  # from 1001
    subject = models.CharField(_("subject"), max_length=120)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="tickets"
    )
    # Where we reach them about this; all we know of a stranger.
    contact_point = models.ForeignKey(
        ContactPoint, models.PROTECT, null=True, blank=True, related_name="tickets"
    )
    channel = models.CharField(_("came by"), max_length=9, choices=Kind)
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, related_name="tickets"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="work"
    )
    status = models.CharField(_("status"), max_length=7, choices=Status, default=Status.NEW)
    charge = models.CharField(_("charge"), max_length=9, choices=Charge, default=Charge.UNDECIDED)
    gift_reason = models.CharField(_("reason for the gift"), max_length=200, blank=True)
    opened_at = models.DateTimeField()
    touched_at = models.DateTimeField()  # last contact or change; what the list is ordered by
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="ended"
    )
    endings = models.PositiveSmallIntegerField(default=0)  # an unhappy customer reopens
    # When this ending is invoiced; empty once it is. So a sweep reads what is due and no more.
    bill_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged"
    )
    device = models.ForeignKey(
        Device, models.PROTECT, null=True, blank=True, related_name="tickets"
    )
    # What is broken, and beside it what that did to their trust: both have to be mended.
    fault = models.TextField(_("fault"), blank=True)
    concern = models.TextField(_("concern"), blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_text = models.TextField(blank=True)  # what was said to them about it
    eased_at = models.DateTimeField(null=True, blank=True)  # the concern is settled, too
    eased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Out of the way until then; what is promised on it stays in sight all the same.
    snoozed_until = models.DateTimeField(null=True, blank=True)
    snoozed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    snoozed_because = models.CharField(max_length=200, blank=True)
    links_revoked_at = models.DateTimeField(null=True, blank=True)  # older ones open nothing
    watchers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="watched", blank=True, through="tickets.Watch"
    )
    # Kept by tickets.search; what search reads.
    search_text = models.TextField(default="", blank=True, editable=False)

    ACKNOWLEDGED = (
        *("acknowledged_at", "acknowledged_by", "acknowledged_text"),
        *("eased_at", "eased_by"),
    )
    AWAKE: ClassVar = {"snoozed_until": None, "snoozed_by": None, "snoozed_because": ""}

    objects = TicketQuerySet.as_manager()

    interactions: InteractionQuerySet

    class Meta:
        verbose_name = _("ticket")
        constraints = [
            models.CheckConstraint(
                name="ticket_ended_iff_status_ends_it",
                condition=Q(
                    status__in=["closed", "spam", "merged"],
                    ended_at__isnull=False,
                    ended_by__isnull=False,
                    endings__gt=0,
                )
                | Q(
                    status__in=["new", "open", "waiting", "ready"],
                    ended_at__isnull=True,
                    ended_by__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="ticket_closed_means_decided_and_identified",
                condition=~Q(status="closed")
                | (Q(charge__in=["free", "charged"]) & Q(customer__isnull=False)),
            ),
            models.CheckConstraint(
                name="ticket_closed_free_has_a_reason",
                condition=~Q(status="closed", charge="free") | ~Q(gift_reason=""),
            ),
            models.CheckConstraint(
                name="ticket_billed_only_when_closed",
                condition=Q(bill_at__isnull=True) | Q(status="closed"),
            ),
            models.CheckConstraint(
                name="ticket_merged_iff_it_says_into_what",
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into__isnull=True)),
            ),
            models.CheckConstraint(
                name="ticket_acknowledged_is_a_concern_and_says_how",
                condition=Q(
                    acknowledged_at__isnull=True,
                    acknowledged_by__isnull=True,
                    acknowledged_text="",
                )
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False)
                & ~Q(acknowledged_text="")
                & ~Q(concern=""),
            ),
            models.CheckConstraint(
                name="ticket_eased_after_it_was_acknowledged",
                condition=Q(eased_at__isnull=True, eased_by__isnull=True)
                | Q(eased_at__isnull=False, eased_by__isnull=False, acknowledged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="ticket_closed_means_their_concern_is_settled",
                condition=~Q(status="closed") | Q(concern="") | Q(eased_at__isnull=False),
            ),
            models.CheckConstraint(
                name="ticket_snoozed_says_by_whom_and_why",
                condition=Q(snoozed_until__isnull=True, snoozed_by__isnull=True, snoozed_because="")
                | Q(snoozed_until__isnull=False, snoozed_by__isnull=False, ended_at__isnull=True)
                & ~Q(snoozed_because=""),
            ),
        ]
        indexes = [
            # The ticket list: open ones, latest first. Partial, or the sort reads every open row.
            models.Index(
                name="ticket_open_touched",
                fields=["-touched_at", "-number"],
                condition=Q(ended_at__isnull=True),
            ),
            models.Index(name="ticket_touched", fields=["-touched_at", "-number"]),
            # For billing.invoicing.due.
            models.Index(
                name="ticket_to_bill", fields=["bill_at"], condition=Q(bill_at__isnull=False)
            ),
            # For the bench: what one works on, and what nobody does.
            models.Index(
                name="ticket_open_with",
                fields=["assignee", "-touched_at"],
                condition=Q(ended_at__isnull=True),
            ),
        ]

    GUARDS = [
        Frozen(("opened_at", "channel")),
        Once(("acknowledged_at", "acknowledged_by")),
        Kept(),
    ]
    NEWS = [
        Noted("ticket.created", "number"),
        Noted(
            "ticket.updated",
            "number",
            on="UPDATE",
            condition="""
                (OLD."ended_at" IS NULL) = (NEW."ended_at" IS NULL) AND (
                    OLD."status" <> NEW."status" OR OLD."subject" <> NEW."subject"
                    OR OLD."customer_id" IS DISTINCT FROM NEW."customer_id"
                    OR OLD."service_id" IS DISTINCT FROM NEW."service_id"
                    OR OLD."assignee_id" IS DISTINCT FROM NEW."assignee_id"
                )
            """,
        ),
        Noted(
            "ticket.closed",
            "number",
            on="UPDATE",
            condition='OLD."ended_at" IS NULL AND NEW."ended_at" IS NOT NULL',
        ),
        Noted(
            "ticket.reopened",
            "number",
            on="UPDATE",
            condition='OLD."ended_at" IS NOT NULL AND NEW."ended_at" IS NULL',
        ),
    ]

    def __str__(self) -> str:
        return f"#{self.number}"

    @property
    def is_ended(self) -> bool:
        return self.status in self.ENDED

    @property
    def who(self) -> str:
        """Return whom it is about, as far as we know."""
        if self.customer:
            return self.customer.name
        if self.contact_point and self.contact_point.signed:
            return self.contact_point.signed  # as their mail was
        return str(_("To be identified"))
