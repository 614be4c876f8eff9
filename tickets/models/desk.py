"""What staff keep about tickets among themselves: who watches, who is told, what was offered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tickets.models.contacts import Interaction
from tickets.models.people import Customer
from tickets.models.work import Solution, Ticket
from tickets.triggers import Frozen, Kept, Once


class Watch(models.Model):
    """One of us wants to hear what happens on a ticket."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="watches")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="watches")

    class Meta:
        verbose_name = _("watch")
        constraints = [models.UniqueConstraint(name="watch_once", fields=["ticket", "user"])]

    def __str__(self) -> str:
        return f"{self.user}, {self.ticket}"


class Notice(models.Model):
    """Something one of us should read: they were named in a note, or watch the ticket."""

    class Why(models.TextChoices):
        NAMED = "named", _("You were named")
        WATCHED = "watched", _("You watch it")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="notices")
    why = models.CharField(max_length=7, choices=Why)
    noticed_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        constraints = [
            models.UniqueConstraint(name="notice_once", fields=["user", "interaction"]),
        ]
        indexes = [
            models.Index(
                name="notice_unseen",
                fields=["user", "-noticed_at"],
                condition=Q(seen_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.interaction}"


class Offer(models.Model):
    """A solution was offered on a ticket, and which of its choices they took."""

    solution = models.ForeignKey(Solution, models.PROTECT, related_name="offers")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="offers")
    choice = models.CharField(max_length=300, blank=True)  # as it read then; empty: none taken yet
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("offer")
        constraints = [
            models.UniqueConstraint(name="offer_once", fields=["solution", "ticket"]),
        ]

    def __str__(self) -> str:
        return f"{self.solution}, {self.ticket}"


class CustomerMerge(models.Model):
    """Two customers turned out to be one; what moved, so that it can be taken back."""

    gone = models.ForeignKey(Customer, models.PROTECT, related_name="merges_away")
    kept = models.ForeignKey(Customer, models.PROTECT, related_name="merges")
    tickets = models.JSONField(default=list)  # the numbers of those that moved
    points = models.JSONField(default=list)  # contact points `kept` did not have before
    devices = models.JSONField(default=list)
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("merge of customers")
        constraints = [
            models.UniqueConstraint(
                name="customer_merge_once", fields=["gone"], condition=Q(undone_at__isnull=True)
            ),
            models.CheckConstraint(name="customer_merge_of_two", condition=~Q(gone=F("kept"))),
            models.CheckConstraint(
                name="customer_merge_undone_by_somebody",
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
        ]

    GUARDS = [
        Frozen(("gone", "kept", "tickets", "points", "devices", "merged_at", "merged_by")),
        Once(("undone_at", "undone_by")),
        Kept(),
    ]

    def __str__(self) -> str:
        return f"{self.gone} → {self.kept}"
