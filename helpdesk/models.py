"""Rows about our doors: who may come in, and who is doing what is due."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from knox.models import AbstractAuthToken

from tickets.triggers import Frozen


class Scope(models.TextChoices):
    """What a token may do."""

    PHONE = "phone", _("The phone system's corner")
    TICKETS_READ = "tickets:read", _("Read tickets, contacts, promises and solutions")
    TICKETS_WRITE = "tickets:write", _("Log contacts, promise, quote and move tickets on")
    CUSTOMERS_READ = "customers:read", _("Read customers and how they are reached")
    CUSTOMERS_WRITE = "customers:write", _("Write down customers and how they are reached")
    MONEY_READ = "money:read", _("Read invoices")
    MONEY_WRITE = "money:write", _("Write down payments")
    REPORTS_READ = "reports:read", _("Read reports")
    POLICIES_WRITE = "policies:write", _("Set services, turnarounds and callback windows")
    WEBHOOKS = "webhooks", _("Have events sent, and look at what became of them")


class ApiToken(AbstractAuthToken):
    """A program's key. Only its SHA-512 is kept; it lives until it is revoked (deleted)."""

    name = models.CharField(_("name"), max_length=80)
    scopes = models.JSONField(_("scopes"), default=list)

    class Meta:
        verbose_name = _("API token")
        constraints = [models.CheckConstraint(name="token_has_a_name", condition=~Q(name=""))]

    def __str__(self) -> str:
        return self.name


class IdempotencyKey(models.Model):
    """A write a program gave a name to: sent again under it, it is answered and not done again."""

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="idempotency_keys")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of what was asked for
    began_at = models.DateTimeField()
    # Both empty while it is in hand.
    code = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(null=True, blank=True)  # JSON, and the headers that go with it

    class Meta:
        verbose_name = _("idempotency key")
        constraints = [
            # Of any number sent at once one is carried out.
            models.UniqueConstraint(name="idempotency_key_once", fields=["token", "key"]),
            models.CheckConstraint(
                name="idempotency_key_answered_whole",
                condition=Q(code__isnull=True, answer__isnull=True)
                | Q(code__isnull=False, answer__isnull=False),
            ),
        ]
        indexes = [models.Index(name="idempotency_key_by_age", fields=["began_at"])]

    def __str__(self) -> str:
        return self.key


class WebhookEndpoint(models.Model):
    """An address of somebody's program that is told what happens here.

    Its secret is nowhere in the database: it is made from ours, see helpdesk.webhooks.
    """

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="webhooks")  # whose it is
    url = models.URLField(max_length=500, verbose_name=_("address"))
    events = models.JSONField(_("events"), default=list)
    description = models.CharField(_("description"), max_length=120, blank=True)
    made_at = models.DateTimeField()
    secret_version = models.PositiveSmallIntegerField(default=1)
    rotated_at = models.DateTimeField(null=True, blank=True)  # the secret before holds for a while
    failing_since = models.DateTimeField(null=True, blank=True)  # nothing has arrived since
    rests_until = models.DateTimeField(null=True, blank=True)  # so slow that others come first
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_because = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("webhook")
        constraints = [
            models.CheckConstraint(
                name="webhook_disabled_says_why",
                condition=Q(disabled_at__isnull=True, disabled_because="")
                | (Q(disabled_at__isnull=False) & ~Q(disabled_because="")),
            ),
        ]

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint: what is sent, and what came of each try."""

    class Status(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("webhook", "Waiting to be sent")
        DELIVERED = "delivered", pgettext_lazy("webhook", "Delivered")
        FAILED = "failed", pgettext_lazy("webhook", "Given up")

    MOVES = {
        Status.QUEUED: frozenset({Status.DELIVERED, Status.FAILED}),
        # Sent once more because somebody asked for it.
        Status.DELIVERED: frozenset({Status.QUEUED}),
        Status.FAILED: frozenset({Status.QUEUED}),
    }

    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries")
    event = models.BigIntegerField()  # the key of the tickets.Event it tells of
    kind = models.CharField(max_length=30)
    body = models.TextField()  # byte for byte what is signed and sent, each time
    happened_at = models.DateTimeField()
    status = models.CharField(max_length=9, choices=Status, default=Status.QUEUED)
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)  # since it was queued, or queued again
    # Of each try: when, how long it took (ms), the answer's status and beginning, or what failed.
    tries = models.JSONField(default=list)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [
            # Handed out twice, it is still one.
            models.UniqueConstraint(name="webhook_delivery_once", fields=["endpoint", "event"]),
            models.CheckConstraint(
                name="webhook_delivery_queued_iff_due",
                condition=Q(status="queued", due_at__isnull=False)
                | (~Q(status="queued") & Q(due_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                name="webhook_delivery_due", fields=["due_at"], condition=Q(status="queued")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event}"


class Draft(models.Model):
    """What one of us has begun to write on a form, and not sent: a closed tab loses nothing."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    form = models.CharField(max_length=40)  # call, call-17, ticket-1042-answer
    fields = models.JSONField(default=dict)  # name: value, or values
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft")
        constraints = [models.UniqueConstraint(name="draft_once", fields=["user", "form"])]
        indexes = [models.Index(name="draft_by_age", fields=["saved_at"])]

    def __str__(self) -> str:
        return self.form


class Presence(models.Model):
    """One of us has a ticket before them, so that another who opens it knows."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="presences")
    ticket = models.ForeignKey("tickets.Ticket", models.CASCADE, related_name="presences")
    seen_at = models.DateTimeField()
    is_writing = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("presence")
        constraints = [models.UniqueConstraint(name="presence_once", fields=["user", "ticket"])]
        indexes = [models.Index(name="presence_by_age", fields=["seen_at"])]

    def __str__(self) -> str:
        return f"{self.user}, {self.ticket}"


class BulkAction(models.Model):
    """What one of us did to many tickets at once, and how each was before: to take it back."""

    class Kind(models.TextChoices):
        ASSIGN = "assign", pgettext_lazy("bulk", "Assigned")
        SNOOZE = "snooze", pgettext_lazy("bulk", "Snoozed")
        SPAM = "spam", pgettext_lazy("bulk", "Marked as spam")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bulk_actions")
    kind = models.CharField(max_length=6, choices=Kind)
    before = models.JSONField(default=list)  # of each: its number, and what it was
    after = models.JSONField(default=dict)  # what each became: changed since, it is left alone
    done_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("bulk action")
        indexes = [models.Index(name="bulk_action_by_age", fields=["done_at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {len(self.before)}"


class Invite(models.Model):
    """Somebody is to work here: their link, signed, makes them a log-in once."""

    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("mail address"))
    role = models.CharField(_("role"), max_length=12)  # of tickets.User.Role
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="invite"
    )

    class Meta:
        verbose_name = _("invite")
        constraints = [
            models.CheckConstraint(
                name="invite_used_iff_it_made_a_user",
                condition=Q(used_at__isnull=True, user__isnull=True)
                | Q(used_at__isnull=False, user__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AuditEntry(models.Model):
    """Somebody saw or changed something."""

    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )  # none: a customer by a link, or somebody who failed to log in
    action = models.CharField(max_length=60)  # "saw", or the name of the door
    kind = models.CharField(max_length=30, blank=True)  # of what it was done to: ticket, customer
    key = models.CharField(max_length=64, blank=True)
    changes = models.JSONField(default=dict)  # field: [was, is]
    address = models.GenericIPAddressField(null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True)  # as in the log

    class Meta:
        verbose_name = _("audit entry")
        indexes = [
            models.Index(name="audit_by_time", fields=["-at", "-id"]),
            models.Index(name="audit_of_a_thing", fields=["kind", "key", "-at"]),
            models.Index(name="audit_of_a_user", fields=["user", "-at"]),
        ]

    # Not kept for ever: see helpdesk.retention. What it says of a person goes when they do.
    GUARDS = [
        Frozen(
            ("at", "user", "action", "kind", "key", "address", "request_id"),
            erasable=("changes",),
        ),
    ]

    def __str__(self) -> str:
        return f"{self.action} {self.kind} {self.key}"


class SavedView(models.Model):
    """A list as somebody likes to have it, by a name; shared, everybody has it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=30)  # the name of the list's address
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=500)
    is_shared = models.BooleanField(_("for everybody"), default=False)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("saved view")
        constraints = [
            models.UniqueConstraint(name="saved_view_once", fields=["user", "page", "name"]),
            models.CheckConstraint(name="saved_view_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class ReportSchedule(models.Model):
    """A report that is mailed to one of us, for the week or month that has ended."""

    class Every(models.TextChoices):
        WEEK = "week", _("Every week")
        MONTH = "month", _("Every month")

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "Excel"
        CSV = "csv", "CSV"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="schedules")
    report = models.CharField(max_length=30)  # a slug
    query = models.CharField(max_length=200, blank=True)  # its cut and filters, without a period
    every = models.CharField(max_length=5, choices=Every)
    format = models.CharField(max_length=4, choices=Format, default=Format.PDF)
    next_at = models.DateTimeField()

    class Meta:
        verbose_name = _("report by mail")
        indexes = [models.Index(name="report_schedule_due", fields=["next_at"])]

    def __str__(self) -> str:
        return f"{self.report} {self.every}"


class Lease(models.Model):
    """Somebody is doing one thing that is due, or it failed and waits, or was given up.

    What is due is a row of its own; this says no more than that it is in hand. Done, it is gone.
    """

    duty = models.CharField(max_length=20)  # a slug of helpdesk.duties
    row = models.BigIntegerField()  # the key of what is due
    until = models.DateTimeField()  # nobody else takes it before
    attempts = models.PositiveSmallIntegerField(default=1)
    because = models.CharField(max_length=200, blank=True)  # why it failed; empty while in hand
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("lease")
        constraints = [
            # Of two workers one gets it.
            models.UniqueConstraint(name="lease_once", fields=["duty", "row"]),
        ]

    def __str__(self) -> str:
        return f"{self.duty} {self.row}"


class Heartbeat(models.Model):
    """When the clock's door last opened: without it nothing leaves and nothing is noticed."""

    name = models.CharField(max_length=20, primary_key=True)
    beat_at = models.DateTimeField()

    class Meta:
        verbose_name = _("heartbeat")

    def __str__(self) -> str:
        return self.name
