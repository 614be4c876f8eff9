"""A calendar as its owner writes it: its week, days on which we are closed, days with hours."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from helpdesk.web.fields import for_model
from helpdesk.web.setup import places
from policies import calendars, opening_hours, year
from policies.calendars import BadHours, Interval
from policies.models import Calendar, Closure
from policies.models.terms import Weekday
from tickets.sentences import in_words

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
DATE = {"type": "date", "class": "short"}


class HoursField(forms.CharField):
    """Stretches of a day, as people write them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=120, **options)
        self.widget.attrs |= {"autocomplete": "off", "inputmode": "text"}

    def clean(self, value: Any) -> Any:
        try:
            return opening_hours.read(super().clean(value))
        except BadHours as error:
            raise ValidationError(in_words(error)) from None


class CalendarForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    country = forms.ChoiceField(label=gettext_lazy("Public holidays of"), required=False)

    class Meta:
        model = Calendar
        formfield_callback = for_model
        fields = ("name", "zone", "country", "subdivision")
        error_messages = {
            "name": {"unique": gettext_lazy("There is a calendar of this name. Choose another.")}
        }
        help_texts = {
            "subdivision": gettext_lazy("Its code, such as MA in the USA. Empty: all of it.")
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        spoken = Locale.parse((get_language() or "en").replace("-", "_")).territories
        named = sorted((str(spoken.get(code, code)), code) for code in year.countries())
        given: dict[str, Any] = self.fields
        given["zone"].choices = [(name, name) for name in places.zones(self.instance.zone)]
        given["country"].choices = [("", _("none")), *((code, name) for name, code in named)]
        kept: dict[int, list[Interval]] = {}
        for row in self.instance.hours.all() if self.instance.pk else ():
            kept.setdefault(row.weekday, []).append(Interval(row.opens, row.closes))
        for day in Weekday:
            name = f"day{day.value}"
            given[name] = HoursField(label=day.label, required=False)
            self.initial[name] = opening_hours.written(kept.get(day.value, ()))

    def days(self) -> Iterator[BoundField]:
        return (self[f"day{day.value}"] for day in Weekday)

    def facts(self) -> Iterator[BoundField]:
        return (self[name] for name in self.Meta.fields)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "country" in given and "subdivision" in given:
            try:
                calendars.PublicHolidays(given["country"], given["subdivision"])
            except BadHours as error:
                self.add_error("subdivision", in_words(error))
        days = [f"day{day.value}" for day in Weekday]
        if not any(given.get(name) for name in days) and not self.errors.keys() & set(days):
            self.add_error(days[0], _("When do you open? Write at least one stretch of one day."))
        return given

    def _post_clean(self) -> None:
        """Leave to `clean` what the model would say of a country without saying at which field."""
        checked, self.instance.clean = self.instance.clean, lambda: None
        super()._post_clean()  # type: ignore[misc]
        self.instance.clean = checked

    def week(self) -> dict[int, tuple[Interval, ...]]:
        return {day.value: self.cleaned_data[f"day{day.value}"] for day in Weekday}

    def said(self) -> dict[str, Any]:
        """Return what the form began with, for the row that says what was changed."""
        names = [*self.Meta.fields, *(f"day{day.value}" for day in Weekday)]
        return {name: self.initial.get(name, "") for name in names}

    def given(self) -> dict[str, Any]:
        week = {f"day{day}": opening_hours.written(hours) for day, hours in self.week().items()}
        return {name: self.cleaned_data[name] for name in self.Meta.fields} | week


class ClosureForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    last_date = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: that one day."),
    )

    class Meta:
        model = Closure
        formfield_callback = for_model
        fields = ("first_date", "last_date", "reason")
        widgets = {"first_date": forms.DateInput(attrs=DATE, format="%Y-%m-%d")}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        first = given.get("first_date")
        if first and "last_date" in given:
            last = given["last_date"] = given["last_date"] or first
            if last < first:
                self.add_error("last_date", _("The last day is before the first."))
            elif not FIRST <= first <= last <= LAST:
                self.add_error("first_date", _("That is too far away."))
        return given


class SpecialForm(forms.Form):
    date = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d")
    )
    hours = HoursField(
        label=gettext_lazy("Open"),
        help_text=gettext_lazy("Written like 09:00–12:00, 13:00–17:00."),
        error_messages={"required": gettext_lazy("From when to when? To close, add a closure.")},
    )

    def clean_date(self) -> Any:
        on = self.cleaned_data["date"]
        if not FIRST <= on <= LAST:
            raise ValidationError(_("That is too far away."))
        return on
