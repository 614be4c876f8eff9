"""Working time, terms and texts are set up here; what is promised and done is only looked at."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet, ChoiceField
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.timezone import now
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from policies import texts
from policies.calendars import NeverOpen
from policies.models import (
    Calendar,
    CallbackWindow,
    Closure,
    FollowUp,
    OpeningHours,
    Promise,
    Quote,
    ReplyTemplate,
    Satisfaction,
    SpecialHours,
    Turnaround,
)
from tickets.admin import AppendOnly, ReadOnly, Table
from tickets.sentences import in_words

A_WEEK_OF_WORK = timedelta(hours=40)


class SomeHours(BaseInlineFormSet):  # type: ignore[type-arg]  # not generic at run time
    """Opening hours; without any, every promise would be for never."""

    def clean(self) -> None:
        super().clean()
        filled_in = [
            form for form in self.forms if form in self.initial_forms or form.has_changed()
        ]
        if not any(self.errors) and all(form in self.deleted_forms for form in filled_in):
            raise ValidationError(_("When do you open? Write at least one stretch of one day."))


class HoursInline(admin.TabularInline):  # type: ignore[type-arg]
    model = OpeningHours
    formset = SomeHours
    extra = 1


class SpecialHoursInline(admin.TabularInline):  # type: ignore[type-arg]
    model = SpecialHours
    extra = 0


class ClosureInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Closure
    extra = 0


@admin.register(Calendar)
class CalendarAdmin(Table):
    list_display = ("name", "zone", "country", "subdivision")
    inlines = (HoursInline, SpecialHoursInline, ClosureInline)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        try:
            form.instance.working_hours().add(now(), A_WEEK_OF_WORK)
        except NeverOpen as error:
            messages.warning(request, in_words(error))


@admin.register(CallbackWindow)
class CallbackWindowAdmin(AppendOnly):
    list_display = ("minutes", "customer_kind", "calendar", "valid_from", "made_by", "new_version")
    list_select_related = ("calendar", "made_by")
    copied = ("calendar", "minutes", "customer_kind", "why")


@admin.register(Turnaround)
class TurnaroundAdmin(AppendOnly):
    list_display = ("service", "days", "target_days", "valid_from", "made_by", "new_version")
    list_filter = ("service",)
    list_select_related = ("service", "made_by")
    copied = ("calendar", "service", "days", "target_days", "risks", "why")


@admin.register(Promise)
class PromiseAdmin(ReadOnly):
    list_display = ("ticket", "kind", "what", "made_at", "due_at", "status", "ended_at")
    list_filter = ("kind", "status")
    list_select_related = ("ticket",)
    ordering = ("-pk",)


@admin.register(Quote)
class QuoteAdmin(ReadOnly):
    list_display = ("ticket", "service", "days", "quoted_at", "quoted_by", "accepted_at")
    list_filter = ("service",)
    list_select_related = ("ticket", "service", "quoted_by")
    ordering = ("-pk",)


@admin.register(FollowUp)
class FollowUpAdmin(ReadOnly):
    list_display = ("ticket", "rule", "due_at", "status", "done_at", "done_by", "outcome")
    list_filter = ("status", "rule")
    list_select_related = ("ticket", "done_by")
    ordering = ("-pk",)


@admin.register(Satisfaction)
class SatisfactionAdmin(ReadOnly):
    list_display = ("ticket", "is_happy", "answered_at", "asked_by", "words")
    list_filter = ("is_happy",)
    list_select_related = ("ticket", "asked_by")
    ordering = ("-pk",)


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(Table):
    list_display = ("name", "language", "text")
    list_filter = ("language",)
    ordering = ("name", "language")
    fields = ("name", "language", "text", "originals")
    readonly_fields = ("originals",)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **given: Any) -> Any:
        if db_field.name == "name":
            names = [("", "---------"), *((name, name) for name in texts.names())]
            return ChoiceField(label=capfirst(db_field.verbose_name), choices=names)
        return super().formfield_for_dbfield(db_field, request, **given)

    @admin.display(description=gettext_lazy("what it replaces"))
    def originals(self, template: ReplyTemplate | None) -> str:
        """Show the project's own words, and what may stand in braces; before one is chosen, all."""
        if template is not None and template.pk:
            return _original(template.name, template.language)
        shown = [(name, _original(name, get_language() or "")) for name in texts.names()]
        return format_html_join("", "<h4>{}</h4>{}", shown)


def _original(name: str, language: str) -> str:
    return format_html(
        "<pre>{}</pre><p>{} {}</p>",
        texts.original(name, language),
        _("You may use:"),
        ", ".join(f"{{{it}}}" for it in sorted(texts.allowed(name, language))),
    )
