"""What staff keep about tickets among themselves: who watches, who is told, what was offered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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
    """Something one of us should read, and why they are told of it."""

    class Why(models.TextChoices):
        NAMED = "named", _("You were named")
        MINE = "mine", _("It is with you")
        WATCHED = "watched", _("You watch it")
        MISSED = "missed", _("A missed call or a voicemail")
        BROKEN = "broken", _("A promise of yours broke")
        UNHAPPY = "unhappy", _("A customer is not happy")
        FAILED = "failed", _("A message could not be sent")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    # One of these: what was said, wherever it is filed by now, or what happened without a word.
    interaction = models.ForeignKey(
        Interaction, models.PROTECT, null=True, blank=True, related_name="notices"
    )
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="notices"
    )
    why = models.CharField(max_length=7, choices=Why)
    noticed_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        constraints = [
            models.UniqueConstraint(name="notice_once", fields=["user", "interaction"]),
            models.CheckConstraint(
                name="notice_of_one_thing",
                condition=Q(interaction__isnull=False, ticket__isnull=True)
                | Q(interaction__isnull=True, ticket__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="notice_unseen",
                fields=["user", "-noticed_at"],
                condition=Q(seen_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.why}"

    @property
    def about(self) -> Ticket:
        """Return the ticket it is about."""
        ticket = self.ticket if self.interaction is None else self.interaction.ticket
        assert ticket is not None  # nobody is told of what is on no ticket
        return ticket


class Notification(models.Model):
    """A notice on its way to somebody who is not looking at the page; several go as one."""

    class By(models.TextChoices):
        MAIL = "mail", pgettext_lazy("hear of it by", "Mail")
        TEXT = "text", pgettext_lazy("hear of it by", "Text")

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="notifications")
    channel = models.CharField(max_length=4, choices=By)
    due_at = models.DateTimeField(null=True, blank=True)  # empty once it is settled
    # With which it goes; itself for the first. Whoever has written this sends it, and nobody else.
    goes_with = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="bundle"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    because = models.CharField(max_length=200, blank=True)  # why it was not sent

    class Meta:
        verbose_name = _("notification")
        constraints = [
            models.UniqueConstraint(name="notification_once", fields=["notice", "channel"]),
            models.CheckConstraint(
                name="notification_is_due_or_settled",
                condition=Q(due_at__isnull=False, sent_at__isnull=True, because="")
                | Q(due_at__isnull=True, sent_at__isnull=False, because="")
                | (Q(due_at__isnull=True, sent_at__isnull=True) & ~Q(because="")),
            ),
        ]
        indexes = [
            models.Index(
                name="notification_due", fields=["due_at"], condition=Q(due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice}, {self.channel}"


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
