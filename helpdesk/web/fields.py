"""Fields of forms: what is typed, made safe to store and to show."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy

from tickets import text


class Line(forms.CharField):
    """One visible line, whatever was pasted into it."""

    def to_python(self, value: Any) -> str:
        return text.one_line(super().to_python(value) or "")


class Text(forms.CharField):
    """As many lines as one likes, made safe to store."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> str:
        return text.lines(super().to_python(value) or "").strip()


class Moment(forms.DateTimeField):
    """A date and a time by the clock of the shop."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {
        "ambiguous_timezone": gettext_lazy(
            "The clocks change then: this time comes twice, or not at all. "
            "Choose an hour before or after."
        )
    }

    def to_python(self, value: Any) -> datetime | None:
        try:
            return super().to_python(value)
        except ValidationError as error:
            if error.code != "ambiguous_timezone":
                raise
            # What Django says of it names a time zone, and nothing one could do.
            raise ValidationError(self.error_messages[error.code], code=error.code) from None


class OneOf(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """One of ours, or none, which is a word and no row of dashes."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"empty_label": gettext_lazy("none")} | options)


def for_model(field: Any, **options: Any) -> forms.Field | None:
    """Return what stands for a field of a model; a ModelForm's `formfield_callback`."""
    if isinstance(field, models.TextField):
        options.setdefault("form_class", Text)
    elif type(field) is models.CharField and not field.choices:
        options.setdefault("form_class", Line)
    elif isinstance(field, models.ForeignKey):
        options.setdefault("form_class", OneOf)
    made: forms.Field | None = field.formfield(**options)
    return made
