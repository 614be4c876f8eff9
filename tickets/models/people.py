"""Who: the shop, its staff, its customers, and how each is reached."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tickets import phones
from tickets.triggers import Kept

if TYPE_CHECKING:
    from tickets.models.work import Ticket


class NoShop(Exception):
    """The shop has not been set up yet."""


class Channel(models.TextChoices):
    """How a customer likes to be reached."""

    PHONE = "phone", _("Phone")
    SMS = "sms", _("Text message")
    EMAIL = "email", _("Email")


class User(AbstractUser):  # type: ignore[django-manager-missing]  # knox has no types
    """Somebody who works here, or a program that works for us."""

    class Role(models.TextChoices):
        FRONT_DESK = "front_desk", _("Front desk")
        TECHNICIAN = "technician", _("Technician")
        OWNER = "owner", _("Owner")
        INTEGRATION = "integration", _("Integration")

    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.FRONT_DESK)
    # What a phone system sends as answeringNumber or user; matched in this order.
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    extension = models.CharField(_("extension"), max_length=10, blank=True)
    language = models.CharField(  # empty: the shop's
        _("language"), max_length=10, choices=settings.LANGUAGES, blank=True
    )
    # Event: by what they hear of it; one that is missing as it is usual. See tickets.notifying.
    hears_by = models.JSONField(default=dict, blank=True)
    hears_at_any_hour = models.BooleanField(
        _("also when we are closed"),
        default=False,
        help_text=_("Without it, what happens at night waits until we open."),
    )

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                name="user_extension_is_unique", fields=["extension"], condition=~Q(extension="")
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Return it in small letters: SQLite itself knows no case but that of a to z."""
        return super().normalize_username(username).lower()

    @property
    def is_owner(self) -> bool:
        return self.role == self.Role.OWNER

    @property
    def works_here(self) -> bool:
        """Whether the desk is open to them: programs have their own door."""
        return self.role != self.Role.INTEGRATION


class ShopManager(models.Manager["Shop"]):
    def get_queryset(self) -> models.QuerySet[Shop]:
        """Leave the logo where it is: every page asks for the shop, and few need to see that."""
        return super().get_queryset().defer("logo").annotate(has_logo=Q(logo__isnull=False))

    def current(self) -> Shop:
        """Return the shop, or raise NoShop."""
        shop = self.first()
        if shop is None:
            raise NoShop
        return shop


class Shop(models.Model):
    """The business itself; one row. Secrets stay in the environment."""

    name = models.CharField(_("name"), max_length=120)
    region = models.CharField(
        _("region"), max_length=2, help_text=_("Two letters, for phone numbers: US, SE, DE.")
    )
    zone = models.CharField(_("time zone"), max_length=64)
    languages = models.JSONField(_("languages"), default=list, help_text=_("The first is ours."))
    currency = models.CharField(_("currency"), max_length=3)
    official_phone = models.CharField(_("official number"), max_length=20, blank=True)
    official_email = models.EmailField(_("official address"), blank=True)
    address = models.TextField(_("address"), blank=True)
    tax_id = models.CharField(_("tax id"), max_length=40, blank=True)
    bill_after_minutes = models.PositiveSmallIntegerField(
        _("invoice after minutes"),
        default=60,
        help_text=_("How long an ended ticket rests before it is invoiced, to undo a wrong click."),
    )
    is_sample = models.BooleanField(
        _("sample shop"),
        default=False,
        help_text=_("Nothing leaves it: its customers are made up."),
    )
    acknowledgements_per_hour = models.PositiveSmallIntegerField(
        _("acknowledgements an hour"),
        default=60,
        help_text=_("To all together. More than that is a storm, and mail by hand goes on."),
    )
    texts_per_day = models.PositiveSmallIntegerField(
        _("automatic texts a day"), default=200, help_text=_("To all together: they cost money.")
    )
    text_countries = models.JSONField(
        _("texts also to"),
        default=list,
        blank=True,
        help_text=_("Two letters for each country; the shop's own need not be listed."),
    )
    quiet_from = models.TimeField(_("quiet from"), default=time(21))
    quiet_until = models.TimeField(
        _("quiet until"),
        default=time(8),
        help_text=_("In between, automatic texts wait. The same as “quiet from”: at no time."),
    )
    logo = models.BinaryField(null=True, blank=True, editable=True)  # a PNG that we made of theirs
    gift_budget = models.PositiveBigIntegerField(
        _("gifts a month"),
        null=True,
        blank=True,
        help_text=_("Minor units, at list price. Empty: no line in the report."),
    )
    second_factor_roles = models.JSONField(_("need a second factor"), default=list, blank=True)
    days_kept = models.JSONField(default=dict, blank=True)  # by kind; see helpdesk.retention
    shows_policies = models.BooleanField(
        _("show our policies to everybody"),
        default=True,
        help_text=_("Hours, callback windows, turnaround and fees, and how long one waits today."),
    )
    takes_web_messages = models.BooleanField(_("take messages by a form on the web"), default=False)
    web_messages_per_hour = models.PositiveSmallIntegerField(
        _("web messages an hour"),
        default=30,
        help_text=_("From all together. What is more is put aside, and makes no ticket."),
    )

    objects = ShopManager()

    class Meta:
        verbose_name = _("shop")
        constraints = [models.CheckConstraint(name="shop_is_one", condition=Q(pk=1))]

    def __str__(self) -> str:
        return self.name

    @property
    def language(self) -> str:
        return self.languages[0] if self.languages else settings.LANGUAGE_CODE

    @property
    def said_phone(self) -> str:
        """Return the official number as people read it."""
        number = self.official_phone
        return phones.say(number, self.region) if number.startswith("+") else number

    @property
    def sends_from(self) -> str:
        """Return the address our mail comes from."""
        return settings.MAIL_FROM or self.official_email

    @property
    def bill_after(self) -> timedelta:
        return timedelta(minutes=self.bill_after_minutes)

    @cached_property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class Customer(models.Model):
    """A person or a business we work for."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        BUSINESS = "business", _("Business")

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.PERSON)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    preferred_channel = models.CharField(
        _("prefers"), max_length=5, choices=Channel, default=Channel.PHONE
    )
    address = models.TextField(_("address"), blank=True)
    note = models.TextField(_("note for staff"), blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged"
    )
    since = models.DateTimeField(_("customer since"))
    anonymised_at = models.DateTimeField(null=True, blank=True)  # nothing says who it was
    # Kept by tickets.search; what search reads.
    search_text = models.TextField(default="", blank=True, editable=False)

    tickets: models.Manager[Ticket]

    class Meta:
        verbose_name = _("customer")
        constraints = [
            models.CheckConstraint(
                name="customer_has_a_name",
                condition=~Q(name=""),
                violation_error_message=_("Name?"),
            ),
            models.CheckConstraint(
                name="customer_is_not_merged_into_itself",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("pk")),
            ),
        ]
        indexes = [models.Index(name="customer_by_name", fields=["name", "id"])]

    GUARDS = [Kept()]

    def __str__(self) -> str:
        return self.name


class ContactPoint(models.Model):
    """A number or address. Several customers may share one; a stranger's has none yet."""

    class Kind(models.TextChoices):
        PHONE = "phone", pgettext_lazy("contact point", "Phone")
        EMAIL = "email", pgettext_lazy("contact point", "Email")

    kind = models.CharField(max_length=5, choices=Kind)
    # E.164 where the number is valid, lower case for an address, else as it came.
    value = models.CharField(max_length=254)
    raw = models.CharField(max_length=254, help_text=_("As given."))
    signed = models.CharField(max_length=120, blank=True)  # the name a stranger's mail came with
    customers = models.ManyToManyField(Customer, related_name="contact_points", blank=True)
    blocked_at = models.DateTimeField(null=True, blank=True)
    opted_out_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("contact point")
        constraints = [
            models.UniqueConstraint(name="contact_point_once", fields=["kind", "value"]),
            models.CheckConstraint(name="contact_point_has_a_value", condition=~Q(value="")),
        ]

    GUARDS = [Kept()]

    def __str__(self) -> str:
        return self.value

    @property
    def is_e164(self) -> bool:
        return self.kind == self.Kind.PHONE and self.value.startswith("+")

    def said(self, region: str) -> str:
        """Return it as staff read it: a number of the shop's own country without its prefix."""
        return phones.say(self.value, region) if self.is_e164 else self.value
