"""Rates are set up here; numbers, invoices and settlements are only looked at."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import money
from billing.models import Invoice, InvoiceLine, NumberSeries, Rate, Settlement
from billing.money import BadAmount, Money
from policies import wording
from tickets.admin import AppendOnly, ReadOnly
from tickets.models import Shop
from tickets.sentences import in_words


class Amount(forms.CharField):
    """An amount typed as it is written where the shop is; kept in minor units."""

    def clean(self, value: Any) -> int:
        typed = super().clean(value)
        shop = Shop.objects.first()
        if shop is None:
            raise ValidationError(_("Set up the shop first: the amount is in its currency."))
        try:
            amount = money.parse(typed, shop.currency, _locale(shop))
        except BadAmount as error:
            raise ValidationError(in_words(error)) from None
        if amount.minor < 0:
            raise ValidationError(_("A price is not negative."))
        return amount.minor


class RateForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    hourly = Amount(label=gettext_lazy("Per hour"), max_length=60)
    minimum_fee = Amount(
        label=gettext_lazy("Minimum fee"),
        max_length=60,
        help_text=gettext_lazy("What the shortest help is worth; never nothing."),
    )

    class Meta:
        model = Rate
        fields = ("service", "hourly", "minimum_fee", "rounding_minutes", "valid_from")
        help_texts: ClassVar = {
            "service": gettext_lazy("Empty: all that have no rate of their own.")
        }


@admin.register(Rate)
class RateAdmin(AppendOnly):
    form = RateForm
    list_display = ("who", "an_hour", "minimum", "rounding_minutes", "valid_from", "new_version")
    list_select_related = ("service",)
    copied = ("service", "hourly", "minimum_fee", "rounding_minutes")

    def typed(self, obj: Rate, name: str) -> object:
        if name not in {"hourly", "minimum_fee"}:
            return super().typed(obj, name)
        return money.decimal(Money(getattr(obj, name), Shop.objects.current().currency))

    @admin.display(description=gettext_lazy("service"), ordering="service")
    def who(self, rate: Rate) -> str:
        return str(rate.service or _("every service without its own"))

    @admin.display(description=gettext_lazy("per hour"), ordering="hourly")
    def an_hour(self, rate: Rate) -> str:
        return _said(rate.hourly)

    @admin.display(description=gettext_lazy("minimum fee"), ordering="minimum_fee")
    def minimum(self, rate: Rate) -> str:
        return _said(rate.minimum_fee)


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class LineInline(ReadOnlyInline):
    model = InvoiceLine


class SettlementInline(ReadOnlyInline):
    model = Settlement


@admin.register(Invoice)
class InvoiceAdmin(ReadOnly):
    list_display = ("reference", "issue_date", "buyer_name", "ticket", "total", "currency")
    list_select_related = ("ticket",)
    search_fields = ("=reference",)
    ordering = ("-issued_at", "-pk")
    inlines = (LineInline, SettlementInline)


@admin.register(Settlement)
class SettlementAdmin(ReadOnly):
    list_display = ("invoice", "kind", "amount", "reason", "author", "settled_at")
    list_filter = ("kind",)
    list_select_related = ("invoice", "author")
    ordering = ("-pk",)


@admin.register(NumberSeries)
class NumberSeriesAdmin(ReadOnly):
    list_display = ("kind", "year", "last")
    ordering = ("-year", "kind")


def _said(minor: int) -> str:
    shop = Shop.objects.current()
    return money.say(Money(minor, shop.currency), _locale(shop))


def _locale(shop: Shop) -> str:
    return str(wording.locale(shop.language, shop.region))
