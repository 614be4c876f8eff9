"""Every touch: what arrived as it came, the interaction it is, and the call behind it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tickets.models.people import ContactPoint
from tickets.models.work import Kind, Ticket
from tickets.triggers import Frozen, Kept


class InteractionQuerySet(models.QuerySet["Interaction"]):
    def minutes(self) -> int:
        return self.aggregate(total=Sum("minutes"))["total"] or 0

    def logged_after(self, instant: datetime | None) -> Self:
        return self.filter(logged_at__gt=instant) if instant else self


class Interaction(models.Model):
    """One touch between a customer and us, or a note among ourselves."""

    Kind: ClassVar = Kind

    class Direction(models.TextChoices):
        IN = "in", pgettext_lazy("direction", "From the customer")
        OUT = "out", pgettext_lazy("direction", "To the customer")
        INTERNAL = "internal", pgettext_lazy("direction", "Among ourselves")

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="interactions"
    )
    contact_point = models.ForeignKey(
        ContactPoint, models.PROTECT, null=True, blank=True, related_name="interactions"
    )
    kind = models.CharField(max_length=9, choices=Kind)
    direction = models.CharField(max_length=8, choices=Direction)
    via = models.CharField(max_length=30, default="desk")  # a channel's slug
    provider_id = models.CharField(max_length=250, null=True, blank=True)
    official = models.BooleanField(default=True)  # False: a technician's own phone, or at dinner
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="interactions"
    )
    text = models.TextField(blank=True)
    minutes = models.PositiveIntegerField(default=0)  # of work, for the invoice
    happened_at = models.DateTimeField()
    logged_at = models.DateTimeField()

    objects = InteractionQuerySet.as_manager()

    call: Call

    class Meta:
        verbose_name = _("contact")
        constraints = [
            # What makes a provider's retry harmless, also when two arrive at once.
            models.UniqueConstraint(name="interaction_once", fields=["via", "provider_id"]),
            models.CheckConstraint(
                name="interaction_from_customer_has_a_ticket",
                condition=~Q(direction="in") | Q(ticket__isnull=False),
            ),
            models.CheckConstraint(
                name="interaction_note_iff_internal",
                condition=Q(kind="note", direction="internal")
                | (~Q(kind="note") & ~Q(direction="internal")),
            ),
            models.CheckConstraint(
                name="interaction_minutes_within_a_month", condition=Q(minutes__lte=44640)
            ),
        ]
        indexes = [models.Index(name="interaction_timeline", fields=["ticket", "happened_at"])]

    GUARDS = [
        Frozen(("kind", "direction", "via", "provider_id", "happened_at", "logged_at")),
        Kept(),
    ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class Call(models.Model):
    """What the phone system told us of a call; folded from its events by tickets.callstate."""

    class Status(models.TextChoices):
        RINGING = "ringing", _("Ringing")
        ANSWERED = "answered", _("Answered")
        ENDED = "ended", pgettext_lazy("call", "Ended")

    # The arrows events take; a late or doubled event takes none.
    MOVES = {
        Status.RINGING: frozenset({Status.ANSWERED, Status.ENDED}),
        Status.ANSWERED: frozenset({Status.ENDED}),
        Status.ENDED: frozenset(),
    }

    class Outcome(models.TextChoices):
        COMPLETED = "completed", pgettext_lazy("call", "Completed")
        BUSY = "busy", _("Busy")
        MISSED = "missed", _("Hung up before an answer")
        NO_ANSWER = "no_answer", _("No answer")
        FAILED = "failed", pgettext_lazy("call", "Failed")
        FORWARDED = "forwarded", _("Forwarded")
        VOICEMAIL = "voicemail", _("Voicemail")
        UNKNOWN = "unknown", pgettext_lazy("call", "Unknown")

    interaction = models.OneToOneField(Interaction, models.PROTECT, related_name="call")
    from_number = models.CharField(max_length=100, blank=True)  # as it came
    to_number = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.RINGING)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    was_answered = models.BooleanField(default=False)
    cause = models.CharField(max_length=100, blank=True)  # as it came
    users = models.JSONField(default=list)  # whom it rang for, or who dialled
    answering_users = models.JSONField(default=list)
    queue = models.CharField(max_length=100, blank=True)
    answering_number = models.CharField(max_length=100, blank=True)
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("call")
        constraints = [
            # Not the other way round: some phone systems tell of the answer only at the end.
            models.CheckConstraint(
                name="call_answered_when_it_says_when",
                condition=Q(answered_at__isnull=True) | Q(was_answered=True),
            ),
            models.CheckConstraint(
                name="call_status_and_instants_go_together",
                condition=Q(status="ringing", was_answered=False, ended_at__isnull=True)
                | Q(status="answered", was_answered=True, ended_at__isnull=True)
                | Q(status="ended", ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="call_instants_in_order",
                condition=(Q(answered_at__isnull=True) | Q(answered_at__gte=F("started_at")))
                & (Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at"))),
            ),
        ]
        indexes = [
            # For the live strip and for closing calls that never said goodbye.
            models.Index(name="call_live", fields=["started_at"], condition=~Q(status="ended")),
        ]

    GUARDS = [Kept()]

    def __str__(self) -> str:
        return f"{self.from_number} → {self.to_number}"


class Arrival(models.Model):
    """Something that reached us, exactly as it came, and what became of it."""

    class Verdict(models.TextChoices):
        TICKET = "ticket", _("Filed on a ticket")
        REPLY = "reply", _("Reply")
        BOUNCE = "bounce", _("Bounce")
        AUTO_REPLY = "auto_reply", _("Automatic reply")
        CALL_EVENT = "call_event", _("Call event")
        QUARANTINED = "quarantined", _("Could not be read")
        IGNORED = "ignored", _("Ignored")

    via = models.CharField(max_length=30)
    source = models.CharField(max_length=100)  # the token's name, the mailbox
    content_type = models.CharField(max_length=100, blank=True)
    raw = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    arrived_at = models.DateTimeField()
    verdict = models.CharField(max_length=11, choices=Verdict)
    because = models.CharField(max_length=200, blank=True)  # the rule, or what was wrong
    interaction = models.ForeignKey(
        Interaction, models.PROTECT, null=True, blank=True, related_name="arrivals"
    )

    class Meta:
        verbose_name = _("arrival")
        constraints = [
            models.CheckConstraint(
                name="arrival_not_filed_says_why",
                condition=~Q(verdict__in=["quarantined", "ignored"]) | ~Q(because=""),
            ),
        ]
        indexes = [
            models.Index(name="arrival_by_time", fields=["-arrived_at"]),
            models.Index(name="arrival_by_content", fields=["sha256"]),
        ]

    GUARDS = [Frozen(("via", "source", "content_type", "raw", "sha256", "arrived_at")), Kept()]

    def __str__(self) -> str:
        return f"{self.via} {self.sha256[:12]}"

    @staticmethod
    def digest(raw: bytes) -> str:
        return hashlib.sha256(raw).hexdigest()
