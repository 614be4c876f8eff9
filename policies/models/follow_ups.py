"""What we do about promises and tickets as time passes, and the words we do it with."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from policies import texts
from policies.models.ledger import Promise
from tickets.models import Interaction, Ticket
from tickets.triggers import Frozen, Kept, Once


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def due(self, now: datetime) -> Self:
        return self.filter(status=FollowUp.Status.PLANNED, due_at__lte=now)

    def tasks(self) -> Self:
        return self.filter(status=FollowUp.Status.TASK)


class FollowUp(models.Model):
    """One thing to do at a time, written down by what causes it; then what was done, or why not."""

    class Status(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("follow-up", "Planned")
        TASK = "task", _("For staff to do")
        DONE = "done", pgettext_lazy("follow-up", "Done")

    MOVES = {
        Status.PLANNED: frozenset({Status.TASK, Status.DONE}),
        Status.TASK: frozenset({Status.DONE}),
        Status.DONE: frozenset(),
    }

    rule = models.CharField(max_length=30)  # a slug of policies.follow_ups
    # The rule and what it is about: planned twice, it is done once.
    key = models.CharField(max_length=80, unique=True)
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="follow_ups")
    promise = models.ForeignKey(
        Promise, models.PROTECT, null=True, blank=True, related_name="follow_ups"
    )
    cause = models.ForeignKey(
        Interaction, models.PROTECT, null=True, blank=True, related_name="follow_ups"
    )
    step = models.PositiveSmallIntegerField(default=0)  # how often the rule has come round
    planned_at = models.DateTimeField()
    due_at = models.DateTimeField()
    status = models.CharField(max_length=7, choices=Status, default=Status.PLANNED)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # What was done, or why it was not, in a sentence; of a planned one, why it waits.
    outcome = models.CharField(max_length=200, blank=True)
    sent = models.OneToOneField(
        Interaction, models.PROTECT, null=True, blank=True, related_name="follow_up"
    )

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        constraints = [
            models.CheckConstraint(
                name="follow_up_done_iff_it_says_when",
                condition=Q(status="done", done_at__isnull=False)
                | (~Q(status="done") & Q(done_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="follow_up_not_planned_says_what",
                condition=Q(status="planned") | ~Q(outcome=""),
            ),
        ]
        indexes = [
            # A tick reads what is due and nothing else.
            models.Index(name="follow_up_due", fields=["due_at"], condition=Q(status="planned")),
            models.Index(name="follow_up_task", fields=["due_at"], condition=Q(status="task")),
        ]

    GUARDS = [
        Frozen(("rule", "key", "ticket", "promise", "cause", "step", "planned_at")),
        Once(("done_at", "done_by", "sent")),
        Kept(),
    ]

    def __str__(self) -> str:
        return self.key


class FollowUpRule(models.Model):
    """What the owner has set of a rule; a rule without a row is as it comes."""

    rule = models.CharField(max_length=30, unique=True)  # a slug of policies.follow_ups
    is_on = models.BooleanField(_("on"), default=True)
    minutes = models.PositiveIntegerField(  # empty: as the rule has it
        _("after"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("follow-up rule")

    def __str__(self) -> str:
        return self.rule


class Satisfaction(models.Model):
    """What they said when we asked whether they are happy with how it went."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="satisfactions")
    follow_up = models.OneToOneField(FollowUp, models.PROTECT, related_name="satisfaction")
    is_happy = models.BooleanField()
    words = models.TextField(blank=True)
    answered_at = models.DateTimeField()
    # One of these: a message of theirs, or whoever of us asked by phone.
    interaction = models.ForeignKey(
        Interaction, models.PROTECT, null=True, blank=True, related_name="satisfactions"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("satisfaction")
        constraints = [
            models.CheckConstraint(
                name="satisfaction_says_how_it_was_given",
                condition=Q(interaction__isnull=False) | Q(asked_by__isnull=False),
            ),
        ]

    GUARDS = [
        Frozen(
            ("ticket", "follow_up", "is_happy", "answered_at", "interaction", "asked_by"),
            erasable=("words",),
        ),
        Kept(),
    ]

    def __str__(self) -> str:
        return f"{self.ticket}: {'+' if self.is_happy else '−'}"


class ReplyTemplate(models.Model):
    """The shop's own words in place of a file of templates/messages/."""

    name = models.CharField(_("text"), max_length=60, help_text=_("As its file is called."))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    text = models.TextField(
        _("words"), help_text=_("What stands in braces is filled in; leave out what you like.")
    )

    class Meta:
        verbose_name = _("text of our own")
        verbose_name_plural = _("texts of our own")
        constraints = [
            models.UniqueConstraint(name="reply_template_once", fields=["name", "language"]),
            models.CheckConstraint(name="reply_template_has_words", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"

    def clean(self) -> None:
        """Refuse a text that could not be filled in when it is needed."""
        try:
            texts.check(self.name, self.language, self.text)
        except texts.BadText as error:
            raise ValidationError(str(error)) from None
