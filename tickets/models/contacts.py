"""Every touch: what arrived as it came, the interaction it is, the call or files behind it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tickets.models.people import ContactPoint
from tickets.models.work import Kind, Ticket
from tickets.triggers import Frozen, Kept, Noted, Once, Refused, is_erased


class InteractionQuerySet(models.QuerySet["Interaction"]):
    def minutes(self) -> int:
        return self.aggregate(total=Sum("minutes"))["total"] or 0

    def logged_after(self, instant: datetime | None) -> Self:
        return self.filter(logged_at__gt=instant) if instant else self

    def to_send(self, now: datetime) -> Self:
        return self.filter(status=Interaction.Status.QUEUED, due_at__lte=now)

    def off_channel(self) -> Self:
        """How customers found one of us instead of the shop."""
        return self.filter(official=False, direction=Interaction.Direction.IN)

    def acknowledgements(self) -> Self:
        return self.filter(is_acknowledgement=True)


class Interaction(models.Model):
    """One touch between a customer and us, or a note among ourselves."""

    Kind: ClassVar = Kind

    class Direction(models.TextChoices):
        IN = "in", pgettext_lazy("direction", "From the customer")
        OUT = "out", pgettext_lazy("direction", "To the customer")
        INTERNAL = "internal", pgettext_lazy("direction", "Among ourselves")

    class Status(models.TextChoices):
        LOGGED = (
            "logged",
            pgettext_lazy("contact", "Logged"),
        )  # it happened; there is nothing to send
        QUEUED = "queued", _("Waiting to be sent")
        SENT = "sent", pgettext_lazy("contact", "Sent")
        DELIVERED = "delivered", _("Delivered")
        BOUNCED = "bounced", _("Came back")
        FAILED = "failed", _("Could not be sent")
        WITHHELD = "withheld", _("Held back")
        DOUBTFUL = "doubtful", _("May have been sent")

    # A delivery report may be here before we have written down that it was sent.
    MOVES = {
        Status.LOGGED: frozenset(),
        Status.QUEUED: frozenset(set(Status) - {Status.LOGGED, Status.QUEUED}),
        Status.DOUBTFUL: frozenset(
            {Status.QUEUED, Status.SENT, Status.DELIVERED, Status.BOUNCED, Status.FAILED}
        ),
        Status.SENT: frozenset({Status.DELIVERED, Status.BOUNCED}),
        Status.DELIVERED: frozenset({Status.BOUNCED}),
        Status.FAILED: frozenset({Status.QUEUED}),
        Status.WITHHELD: frozenset({Status.QUEUED}),
        Status.BOUNCED: frozenset(),
    }
    HAS_LEFT = (Status.SENT, Status.DELIVERED, Status.BOUNCED)
    # What staff may try again.
    STUCK = (Status.FAILED, Status.WITHHELD, Status.DOUBTFUL)

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
    subject = models.CharField(max_length=255, blank=True)
    text = models.TextField(blank=True)  # of a mail: what is new in it
    whole_text = models.TextField(blank=True)  # with what it quotes, where that is more
    remarks = models.JSONField(default=list)  # what was odd about it, in sentences
    # False: somebody who is not known to belong to the ticket; gets nothing until staff say so.
    is_verified = models.BooleanField(default=True)
    minutes = models.PositiveIntegerField(default=0)  # of work, for the invoice
    happened_at = models.DateTimeField()
    logged_at = models.DateTimeField()
    # What leaves the building, be it to a customer or to one of us, is a row first.
    status = models.CharField(max_length=9, choices=Status, default=Status.LOGGED)
    recipient = models.CharField(max_length=254, blank=True)
    is_automatic = models.BooleanField(default=False)  # nobody wrote it
    is_acknowledgement = models.BooleanField(default=False)  # what came in caused it by itself
    answers = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="answered_by"
    )
    due_at = models.DateTimeField(null=True, blank=True)  # when to send it; empty once it is done
    sent_at = models.DateTimeField(null=True, blank=True)
    because = models.CharField(max_length=200, blank=True)  # why not sent, or not yet

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
            models.CheckConstraint(
                name="interaction_queued_iff_due",
                condition=Q(status="queued", due_at__isnull=False)
                | (~Q(status="queued") & Q(due_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="interaction_sent_iff_it_says_when",
                condition=Q(status__in=["sent", "delivered", "bounced"], sent_at__isnull=False)
                | (~Q(status__in=["sent", "delivered", "bounced"]) & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="interaction_not_sent_says_why",
                condition=~Q(status__in=["bounced", "failed", "withheld", "doubtful"])
                | ~Q(because=""),
            ),
            models.CheckConstraint(
                name="interaction_leaves_for_somebody",
                condition=Q(status="logged") | (~Q(recipient="") & ~Q(direction="in")),
            ),
        ]
        indexes = [
            models.Index(name="interaction_timeline", fields=["ticket", "happened_at"]),
            # For the outbox, and for what staff have to look at.
            models.Index(
                name="interaction_to_send", fields=["due_at"], condition=Q(status="queued")
            ),
            models.Index(
                name="interaction_stuck",
                fields=["-logged_at"],
                condition=Q(status__in=["failed", "withheld", "doubtful", "bounced"]),
            ),
            # For the limits: what one address was sent lately.
            models.Index(
                name="interaction_to_recipient",
                fields=["recipient", "-logged_at"],
                condition=~Q(recipient=""),
            ),
            # For whoever has to say whether a stranger belongs to the ticket.
            models.Index(
                name="interaction_stranger", fields=["ticket"], condition=Q(is_verified=False)
            ),
        ]

    GUARDS = [
        Frozen(("kind", "direction", "happened_at", "logged_at"), erasable=("recipient",)),
        Once(("provider_id", "sent_at")),
        Refused(
            label="way",
            on="UPDATE",
            # A text waits for whichever provider the shop has by then.
            condition="""
                OLD."via" IS DISTINCT FROM NEW."via" AND OLD."status" NOT IN ('queued', 'doubtful')
            """,
            says="contact: how it went stays as it is",
        ),
        Kept(),
    ]
    NEWS = [
        Noted("interaction.created", "id"),
        Noted(
            "interaction.updated",
            "id",
            on="UPDATE",
            condition="""
                OLD."status" <> NEW."status" OR OLD."text" <> NEW."text"
                OR OLD."ticket_id" IS DISTINCT FROM NEW."ticket_id"
            """,
        ),
    ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def has_left(self) -> bool:
        return self.status in self.HAS_LEFT

    @property
    def is_stuck(self) -> bool:
        return self.status in self.STUCK


def attachment_storage() -> Storage:
    return storages["attachments"]


def attachment_path(attachment: Attachment, name: str) -> str:
    """Store it under a name that says nothing: the one it came with is only ever shown."""
    stored = secrets.token_hex(16)
    return f"{stored[:2]}/{stored}"


class Attachment(models.Model):
    """A file that came with a mail. It leaves as a download, whatever it claims to be."""

    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=100)  # as claimed
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    content_id = models.CharField(max_length=250, blank=True)  # what the mail's text calls it
    file = models.FileField(upload_to=attachment_path, storage=attachment_storage, max_length=60)

    class Meta:
        verbose_name = _("attachment")
        constraints = [
            models.CheckConstraint(name="attachment_has_a_name", condition=~Q(name="")),
        ]

    GUARDS = [
        Frozen(("interaction", "size", "sha256", "file"), erasable=("name",)),
        Kept(),
    ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_erased(self) -> bool:
        return is_erased(self.name)


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
        DELIVERY = "delivery", _("Delivery report")
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
    # Where it lay, as mailbox/uidvalidity/uid: fetched again, it is not filed again.
    place = models.CharField(max_length=250, null=True, blank=True, unique=True)
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
            models.Index(name="arrival_by_verdict", fields=["verdict", "-arrived_at"]),
        ]

    GUARDS = [
        Frozen(
            ("via", "source", "content_type", "sha256", "arrived_at", "place"), erasable=("raw",)
        ),
        Kept(),
    ]

    def __str__(self) -> str:
        return f"{self.via} {self.sha256[:12]}"

    @staticmethod
    def digest(raw: bytes) -> str:
        return hashlib.sha256(raw).hexdigest()


class Mailbox(models.Model):
    """How far a mailbox was read. The server's own unread marks are left to people."""

    name = models.CharField(max_length=120, unique=True)  # user@host/folder
    uidvalidity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True)  # why it could not be read last time
    problem_at = models.DateTimeField(null=True, blank=True)  # since when

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")

    def __str__(self) -> str:
        return self.name
