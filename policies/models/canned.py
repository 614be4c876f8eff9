"""Answers kept to be written again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CannedReply(models.Model):
    """An answer staff write often; its placeholders are filled in when it is put into a letter."""

    title = models.CharField(_("title"), max_length=80)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    text = models.TextField(_("text"))
    active = models.BooleanField(_("offered"), default=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        ordering = ["title", "pk"]
        constraints = [
            models.CheckConstraint(name="canned_reply_has_a_title", condition=~Q(title="")),
            models.CheckConstraint(name="canned_reply_says_something", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return self.title
