"""The shop itself, and the keys that programs come in with."""

from contextlib import suppress
from typing import Any

import phonenumbers
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Invoice
from billing.money import Money
from helpdesk import webhooks
from helpdesk.models import ApiToken, Heartbeat, Lease, WebhookDelivery, WebhookEndpoint
from policies import calendars
from policies.calendars import BadHours
from tickets import phones
from tickets.admin import ReadOnly, Table
from tickets.models import Shop, User
from tickets.sentences import in_words
from tickets.states import LostRace

admin.site.site_header = admin.site.site_title = gettext_lazy("Setting up the shop")
admin.site.index_title = gettext_lazy("What can be set up")


class ShopForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    languages = forms.CharField(
        label=gettext_lazy("Languages"),
        help_text=gettext_lazy("Ours first, with commas between: en, sv."),
    )

    text_countries = forms.CharField(
        label=gettext_lazy("Texts also to"),
        required=False,
        help_text=gettext_lazy("Two letters each, with commas between; ours need not be listed."),
    )

    class Meta:
        model = Shop
        fields = (
            *("name", "region", "zone", "languages", "currency"),
            *("official_phone", "official_email", "address", "tax_id", "bill_after_minutes"),
            *("acknowledgements_per_hour", "texts_per_day", "text_countries"),
            *("quiet_from", "quiet_until", "is_sample"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for listed in ("languages", "text_countries"):
            self.initial[listed] = ", ".join(self.initial.get(listed) or [])

    def clean_text_countries(self) -> list[str]:
        typed = [code.strip().upper() for code in self.cleaned_data["text_countries"].split(",")]
        countries = list(dict.fromkeys(filter(None, typed)))
        unknown = [code for code in countries if not phones.is_country(code)]
        if unknown:
            raise ValidationError(_("“%s” is no country's two letters.") % unknown[0])
        return countries

    def clean_languages(self) -> list[str]:
        known = dict(settings.LANGUAGES)
        typed = [code.strip().lower() for code in self.cleaned_data["languages"].split(",")]
        languages = list(dict.fromkeys(filter(None, typed)))
        if not languages or not set(languages) <= set(known):
            raise ValidationError(
                _("We speak %s. Write one of them, or several.") % ", ".join(known)
            )
        return languages

    def clean_region(self) -> str:
        region: str = self.cleaned_data["region"].strip().upper()
        if region not in phonenumbers.SUPPORTED_REGIONS:
            raise ValidationError(
                _("“%s” is not a country. Write two letters: US, SE, DE.") % region
            )
        return region

    def clean_zone(self) -> str:
        zone: str = self.cleaned_data["zone"].strip()
        try:
            calendars.zone(zone)
        except BadHours as error:
            raise ValidationError(in_words(error)) from None
        return zone

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"].strip().upper()
        try:
            Money(0, currency)
        except ValueError:
            raise ValidationError(
                _("“%s” is not a currency. Write three letters: USD, SEK, EUR.") % currency
            ) from None
        if currency != self.instance.currency and Invoice.objects.exists():
            raise ValidationError(
                _("There are invoices in %s, and the sums in two currencies would be neither's.")
                % self.instance.currency
            )
        return currency


@admin.register(Shop)
class ShopAdmin(Table):
    form = ShopForm
    list_display = ("name", "region", "zone", "currency")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Shop.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: forms.Form, change: bool) -> None:
        obj.pk = 1  # there is one, and a constraint says so
        super().save_model(request, obj, form, change)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly):
    """Keys to look at and to revoke; `manage.py create_token` makes them and shows them once.

    The key of the row is the digest, which is nobody's business: links carry a handle instead.
    """

    list_display = ("name", "user", "said_scopes", "created", "expiry", "revocation")
    list_display_links = None
    list_select_related = ("user",)
    ordering = ("name", "created")
    actions = None

    def get_urls(self) -> list[URLPattern]:
        revoke = path(
            "<slug:handle>/revoke/",
            self.admin_site.admin_view(self.revoke),
            name="helpdesk_apitoken_revoke",
        )
        return [revoke, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        made_by = _("A new one is made with: manage.py create_token NAME --scope …")
        return super().changelist_view(request, {"subtitle": made_by, **(extra_context or {})})

    @admin.display(description=gettext_lazy("scopes"))
    def said_scopes(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    @admin.display(description=gettext_lazy("revoke"))
    def revocation(self, token: ApiToken) -> str:
        url = reverse("admin:helpdesk_apitoken_revoke", args=[_handle(token)])
        return format_html('<a href="{}">{}</a>', url, _("Revoke"))

    def revoke(self, request: HttpRequest, handle: str) -> HttpResponseBase:
        tokens = ApiToken.objects.select_related("user")
        token = next((each for each in tokens if _handle(each) == handle), None)
        if token is None:
            raise Http404
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Revoke %s?") % token,
                "token": token,
            }
            return TemplateResponse(request, "admin/helpdesk/apitoken/revoke.html", context)
        assert isinstance(request.user, User)  # nobody else comes this far
        LogEntry.objects.create(
            user=request.user,
            content_type=ContentType.objects.get_for_model(ApiToken),
            object_repr=str(token),
            action_flag=DELETION,
        )
        token.delete()
        messages.success(request, _("%s is revoked: whoever used it is locked out.") % token)
        return redirect("admin:helpdesk_apitoken_changelist")


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnly):
    """Where programs are told what happens; they make them, or `manage.py create_webhook`."""

    list_display = ("url", "token", "said_events", "failing_since", "disabled_at", "why_off")
    list_filter = (("disabled_at", admin.EmptyFieldListFilter),)
    list_select_related = ("token",)
    fields = (
        *("url", "token_name", "said_events", "description", "made_at", "rotated_at"),
        *("failing_since", "rests_until", "disabled_at", "why_off"),
    )
    ordering = ("pk",)
    actions = ("switch_off", "switch_on")

    @admin.display(description=gettext_lazy("events"))
    def said_events(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(endpoint.events)

    @admin.display(description=gettext_lazy("API token"))
    def token_name(self, endpoint: WebhookEndpoint) -> str:
        return endpoint.token.name

    @admin.display(description=gettext_lazy("why it is off"))
    def why_off(self, endpoint: WebhookEndpoint) -> str:
        return endpoint.disabled_because

    @admin.action(description=gettext_lazy("Switch off"))
    def switch_off(self, request: HttpRequest, chosen: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in chosen:
            because = _("Switched off by %s.") % request.user.get_username()
            webhooks.disabled(endpoint, because, now=now())

    @admin.action(description=gettext_lazy("Switch on"))
    def switch_on(self, request: HttpRequest, chosen: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in chosen:
            webhooks.enabled(endpoint)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnly):
    list_display = ("kind", "endpoint", "happened_at", "status", "due_at", "attempts")
    list_filter = ("status", "kind")
    list_select_related = ("endpoint",)
    ordering = ("-pk",)
    actions = ("send_again",)

    @admin.action(description=gettext_lazy("Send again"))
    def send_again(self, request: HttpRequest, chosen: QuerySet[WebhookDelivery]) -> None:
        for delivery in chosen:
            with suppress(LostRace):  # somebody else has just done it
                webhooks.replayed(delivery, now=now())


@admin.register(Lease)
class LeaseAdmin(ReadOnly):
    list_display = ("duty", "row", "until", "attempts", "because", "given_up_at")
    list_filter = ("duty",)
    ordering = ("-pk",)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnly):
    list_display = ("name", "beat_at")


def _handle(token: ApiToken) -> str:
    return salted_hmac("helpdesk.admin.token", token.digest).hexdigest()[:20]
