"""Quotes, and the promise ledger: rows are appended, never edited."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from policies.models.terms import CallbackWindow, Turnaround
from tickets.models import Interaction, Service, Ticket
from tickets.triggers import Frozen, Kept, Noted, Once, Refused


class Quote(models.Model):
    """What we offered to do, and by when; once accepted it is a promise."""

    class Accepted(models.TextChoices):
        PHONE = "phone", _("By phone")
        COUNTER = "counter", _("At the counter")
        WRITTEN = "written", _("In writing")
        LINK = "link", _("On their own page of it")

    # How staff hear of it; the other they do themselves.
    HEARD = tuple(
        (how.value, how.label) for how in (Accepted.PHONE, Accepted.COUNTER, Accepted.WRITTEN)
    )

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="quotes")
    service = models.ForeignKey(Service, models.PROTECT, related_name="quotes")
    turnaround = models.ForeignKey(Turnaround, models.PROTECT, related_name="quotes")
    days = models.PositiveSmallIntegerField(_("working days"))
    target_days = models.PositiveSmallIntegerField(_("our own target"))
    risks = models.CharField(_("what may get in the way"), max_length=300, blank=True)
    quoted_at = models.DateTimeField()
    quoted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="quotes")
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_how = models.CharField(max_length=7, choices=Accepted, null=True, blank=True)

    class Meta:
        verbose_name = _("quote")
        constraints = [
            models.CheckConstraint(
                name="quote_accepted_says_how",
                condition=Q(accepted_at__isnull=True, accepted_how__isnull=True)
                | Q(accepted_at__isnull=False, accepted_how__isnull=False),
            ),
            models.CheckConstraint(
                name="quote_days_within_ten_years", condition=Q(days__gte=1, days__lte=3650)
            ),
            models.CheckConstraint(
                name="quote_target_is_not_later", condition=Q(target_days__lte=F("days"))
            ),
        ]

    GUARDS = [
        Frozen(
            (
                *("ticket", "service", "turnaround", "days", "target_days", "risks"),
                *("quoted_at", "quoted_by"),
            )
        ),
        Once(("accepted_at", "accepted_how")),
        Kept(),
    ]

    def __str__(self) -> str:
        return f"{self.service}, {self.days} working days"


class PromiseQuerySet(models.QuerySet["Promise"]):
    def open(self) -> Self:
        return self.filter(status=Promise.Status.OPEN)

    def overdue(self, now: datetime) -> Self:
        return self.open().filter(due_at__lte=now)

    def overdue_or_following_broken(self, now: datetime) -> Self:
        """Those for which somebody has waited longer than we said."""
        return self.open().filter(Q(due_at__lte=now) | Q(follows__status=Promise.Status.BROKEN))

    def in_promise_order(self, now: datetime) -> Self:
        """Broken ones first, then by what was promised next."""
        return self.annotate(
            is_broken=models.Case(
                models.When(Q(due_at__lte=now) | Q(follows__status=Promise.Status.BROKEN), then=0),
                default=1,
            )
        ).order_by("is_broken", "due_at", "pk")


class Promise(models.Model):
    """Something we said we would do, and by when; and what became of it."""

    class Kind(models.TextChoices):
        CALLBACK = "callback", _("Call back")
        TURNAROUND = "turnaround", _("Ready")
        UPDATE = "update", _("Update")
        OTHER = "other", _("Other")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("promise", "Open")
        KEPT = "kept", _("Kept")
        BROKEN = "broken", _("Broken")
        SUPERSEDED = "superseded", _("Superseded")
        SOLVED = "solved", _("Solved by the customer")
        VOID = "void", _("Void")

    ENDINGS = (Status.KEPT, Status.BROKEN, Status.SUPERSEDED, Status.SOLVED, Status.VOID)
    MOVES = {Status.OPEN: frozenset(ENDINGS)} | {status: frozenset() for status in ENDINGS}

    # The terms: frozen from the first moment.
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="promises")
    kind = models.CharField(max_length=10, choices=Kind)
    what = models.CharField(max_length=200, blank=True)  # in words, where the kind does not say
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    target_at = models.DateTimeField(null=True, blank=True)  # our own; customers never see it
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="promises"
    )
    cause = models.ForeignKey(
        Interaction, models.PROTECT, null=True, blank=True, related_name="promises"
    )
    window = models.ForeignKey(
        CallbackWindow, models.PROTECT, null=True, blank=True, related_name="promises"
    )
    quote = models.ForeignKey(Quote, models.PROTECT, null=True, blank=True, related_name="promises")
    risks = models.CharField(max_length=300, blank=True)
    # The one it comes after: broken, superseded, or tried without an answer.
    follows = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    # Set once: what the customer was told.
    told_at = models.DateTimeField(null=True, blank=True)
    told_text = models.TextField(null=True, blank=True)
    # Set once: how it ended.
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_because = models.CharField(max_length=200, null=True, blank=True)
    # The message that kept it; should it come back, a new promise follows.
    kept_by = models.ForeignKey(
        Interaction, models.PROTECT, null=True, blank=True, related_name="kept"
    )

    objects = PromiseQuerySet.as_manager()

    followed_by: Promise

    class Meta:
        verbose_name = _("promise")
        constraints = [
            models.CheckConstraint(
                name="promise_open_iff_not_ended",
                condition=Q(status="open", ended_at__isnull=True, ended_because__isnull=True)
                | (~Q(status="open") & Q(ended_at__isnull=False, ended_because__isnull=False)),
            ),
            models.UniqueConstraint(
                name="promise_one_open_callback",
                fields=["ticket"],
                condition=Q(kind="callback", status="open"),
            ),
            models.UniqueConstraint(
                name="promise_one_open_per_quote", fields=["quote"], condition=Q(status="open")
            ),
            models.CheckConstraint(
                name="promise_due_after_made",
                condition=Q(due_at__gte=F("made_at")),
                violation_error_message=_("That time has passed."),
            ),
            models.CheckConstraint(
                name="promise_target_is_not_later",
                condition=Q(target_at__isnull=True) | Q(target_at__lte=F("due_at")),
            ),
            models.CheckConstraint(
                name="promise_has_the_terms_of_its_kind",
                condition=Q(kind="callback", window__isnull=False, quote__isnull=True)
                | Q(kind="turnaround", window__isnull=True, quote__isnull=False)
                | Q(kind__in=["update", "other"], window__isnull=True, quote__isnull=True),
            ),
            models.CheckConstraint(
                name="promise_told_says_what",
                condition=Q(told_at__isnull=True, told_text__isnull=True)
                | Q(told_at__isnull=False, told_text__isnull=False),
            ),
        ]
        indexes = [
            # For the sweep and for today's list.
            models.Index(name="promise_open", fields=["due_at"], condition=Q(status="open")),
        ]

    TERMS = (
        *("ticket", "kind", "made_at", "due_at", "target_at", "maker", "cause"),
        *("window", "quote", "risks", "follows"),
    )
    GUARDS = [
        Frozen(TERMS, erasable=("what",)),
        Once(
            ("told_at", "ended_at", "ended_by", "kept_by"), erasable=("told_text", "ended_because")
        ),
        Refused(
            label="fate",
            on="UPDATE",
            # And by whom: empty where the clock ended it, so that Once would let it be filled in.
            condition="""
                OLD."status" <> 'open' AND (OLD."status" IS DISTINCT FROM NEW."status"
                                            OR OLD."ended_by_id" IS DISTINCT FROM NEW."ended_by_id")
            """,
            says="promise: how it ended stays as it is",
        ),
        Kept(),
    ]
    NEWS = [
        Noted("promise.made", "id"),
        Noted(
            "promise.told",
            "id",
            on="UPDATE",
            condition='OLD."told_at" IS NULL AND NEW."told_at" IS NOT NULL',
        ),
        Noted("promise.ended", "id", on="UPDATE", condition='OLD."status" <> NEW."status"'),
    ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk} on {self.ticket_id}"

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN


class CallbackClaim(models.Model):
    """One of us is about to call back, so that no other does. A claim runs out by itself."""

    promise = models.OneToOneField(Promise, models.PROTECT, related_name="claim")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="claims")
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("claim of a callback")

    def __str__(self) -> str:
        return f"{self.user}, {self.promise}"
