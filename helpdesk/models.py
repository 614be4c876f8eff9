"""Rows about our doors."""

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
