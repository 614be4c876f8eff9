"""What one is asked before the first call: two short pages, the second filled in by the first."""

from collections.abc import Sequence
from datetime import time
from typing import Any

import phonenumbers
from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages
from babel.numbers import get_territory_currencies
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from helpdesk.opening import Offer, Plan
from helpdesk.web import passwords
from helpdesk.web.fields import Line
from helpdesk.web.setup import places
from helpdesk.web.setup.amounts import AmountField
from policies import calendars, opening_hours
from policies.models.terms import Weekday
from tickets.models import Shop, User
from tickets.sentences import in_words

# Where most people of a country with many zones live.
CAPITAL_ZONES = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "ES": "Europe/Madrid",
    "MX": "America/Mexico_City",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "US": "America/New_York",
}
# An hour, and the least one takes: a place to begin, in minor units.
PRICES = {
    "CHF": (12000, 6000),
    "DKK": (70000, 35000),
    "EUR": (8000, 4000),
    "GBP": (7000, 3500),
    "NOK": (90000, 45000),
    "SEK": (80000, 40000),
    "USD": (9000, 4500),
}
WEEK = [f"day_{weekday.value}" for weekday in Weekday]
NINE_TO_FIVE = "09:00–17:00"


def _spoken() -> Locale:
    return Locale.parse((get_language() or "en").replace("-", "_"))


class WhereForm(forms.Form):
    """The first page."""

    name = Line(
        label=gettext_lazy("What is your shop called?"),
        max_length=80,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "organization"}),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("In which country is it?"),
        help_text=gettext_lazy("Time zone, currency, telephone numbers and holidays follow."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        names = _spoken().territories
        countries = [(code, names.get(code, code)) for code in phonenumbers.SUPPORTED_REGIONS]
        field: Any = self.fields["country"]
        field.choices = sorted(countries, key=lambda country: country[1])


class FirstForm(forms.Form):
    """The second page: what the first call needs, with what is usual filled in."""

    name = Line(label=gettext_lazy("Name of the shop"), max_length=80)
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("What customers call; they are told it."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("Of your pages, and of what you write to customers by default."),
    )
    callback = forms.TypedChoiceField(
        label=gettext_lazy("Within how many working hours do you call back?"),
        coerce=int,
        choices=[(60, "1"), (120, "2"), (240, "4"), (480, "8")],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Every missed call gets this promise. Rather more than too few."),
    )
    service = Line(label=gettext_lazy("What you do most"), max_length=80)
    days = forms.IntegerField(
        label=gettext_lazy("Takes how many working days"),
        min_value=1,
        max_value=365,
        help_text=gettext_lazy("What customers are told."),
    )
    target_days = forms.IntegerField(
        label=gettext_lazy("Your own target"),
        min_value=1,
        max_value=365,
        help_text=gettext_lazy("Only staff see it."),
    )
    hourly = AmountField(
        label=gettext_lazy("An hour costs"),
        least=1,
        help_text=gettext_lazy("In the currency above."),
    )
    minimum_fee = AmountField(
        label=gettext_lazy("The least you charge"),
        least=1,
        help_text=gettext_lazy("In the same one, also for a minute of work."),
    )
    owner = Line(
        label=gettext_lazy("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=150,
        validators=[User.username_validator],
        help_text=gettext_lazy("Short: you log in with it."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = passwords.PasswordField()

    def __init__(self, country: str, *args: Any, name: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.country = country
        theirs = sorted(get_global("territory_zones").get(country, ()))
        suggested = CAPITAL_ZONES.get(country) or next(iter(theirs), "UTC")
        currency = next(iter(get_territory_currencies(country)), "EUR")
        fields: dict[str, Any] = self.fields
        fields["zone"].choices = _zones(theirs, suggested)
        fields["currency"].choices = currencies = places.currencies(currency)
        wanted = self.data.get("currency")
        paid_in = Shop(currency=wanted if wanted in dict(currencies) else currency)
        for each in ("hourly", "minimum_fee"):
            # Without a sign: which it is, is chosen on this very page.
            fields[each].of(paid_in, is_named=False)
        for weekday, day in zip(Weekday, WEEK, strict=True):
            fields[day] = _hours(weekday)
        hourly, least = PRICES.get(currency, (None, None))
        spoken = {code for code, _name in settings.LANGUAGES}
        official = [code for code in get_official_languages(country) if code in spoken]
        self.initial = {
            "name": name,
            "zone": suggested,
            "currency": currency,
            "language": next(iter(official), "en"),
            "callback": 240,
            "service": _("Repair"),
            "days": 3,
            "target_days": 2,
            "hourly": hourly,
            "minimum_fee": least,
        } | dict.fromkeys(WEEK[:5], NINE_TO_FIVE)

    def group(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names]

    def week(self) -> list[forms.BoundField]:
        return self.group(*WEEK)

    def clean_phone(self) -> str:
        return places.telephone(self.cleaned_data["phone"].strip(), self.country)

    def clean_password(self) -> str:
        given = self.cleaned_data
        return passwords.fitting(
            given["password"], username=given.get("username", ""), name=given.get("owner", "")
        )

    def clean(self) -> None:
        given = self.cleaned_data
        if (given.get("target_days") or 0) > (given.get("days") or 365):
            self.add_error("target_days", _("Your own target is not later than what you promise."))
        if not any(given.get(day) for day in WEEK) and not set(WEEK) & set(self.errors):
            self.add_error(WEEK[0], _("When are you open? At least on one day."))
        suggested = self.initial["currency"]
        chosen = given.get("currency", suggested)
        for each in ("hourly", "minimum_fee"):
            if chosen != suggested and self.initial[each] and each not in self.changed_data:
                said = _("That is our suggestion in %(ours)s. How much is it in %(theirs)s?")
                self.add_error(each, said % {"ours": suggested, "theirs": chosen})

    def plan(self) -> Plan:
        given = self.cleaned_data
        hours: dict[int, Sequence[tuple[time, time]]] = {
            number: [(it.opens, it.closes) for it in given[day]] for number, day in enumerate(WEEK)
        }
        others = [code for code, _name in settings.LANGUAGES if code != given["language"]]
        return Plan(
            name=given["name"],
            region=self.country,
            zone=given["zone"],
            currency=given["currency"],
            languages=(given["language"], *others),
            phone=given["phone"],
            has_holidays=_has_holidays(self.country),
            hours=hours,
            callback_minutes=given["callback"],
            hourly=given["hourly"],
            minimum_fee=given["minimum_fee"],
            offers=(Offer(given["service"], days=given["days"], target_days=given["target_days"]),),
        )


class HoursField(forms.CharField):
    def clean(self, value: Any) -> Any:
        try:
            return opening_hours.read(super().clean(value))
        except calendars.BadHours as error:
            raise ValidationError(in_words(error)) from None


def _hours(weekday: Any) -> HoursField:
    return HoursField(
        label=weekday.label,
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": _("closed"), "autocomplete": "off"}),
    )


def _zones(theirs: Sequence[str], suggested: str) -> list[Any]:
    near = [(zone, zone) for zone in sorted({*theirs, suggested})]
    far = [(zone, zone) for zone in places.zones(suggested) if zone not in {*theirs, suggested}]
    return [(_("There"), near), (_("Elsewhere"), far)]


def _has_holidays(country: str) -> bool:
    try:
        calendars.PublicHolidays(country)
    except calendars.BadHours:
        return False
    return True
