"""Rows about our doors: who may come in, and who is doing what is due."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken


class Scope(models.TextChoices):
    """What a token may do."""

    PHONE = "phone", _("The phone system's corner")


class ApiToken(AbstractAuthToken):
    """A program's key. Only its SHA-512 is kept; it lives until it is revoked (deleted)."""

    name = models.CharField(_("name"), max_length=80)
    scopes = models.JSONField(_("scopes"), default=list)

    class Meta:
        verbose_name = _("API token")
        constraints = [models.CheckConstraint(name="token_has_a_name", condition=~Q(name=""))]

    def __str__(self) -> str:
        return self.name


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
