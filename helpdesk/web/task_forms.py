"""What staff say of a task: that it is done, or what the customer answered."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from helpdesk.web.fields import Line, Text
from helpdesk.web.ticket_forms import About, ActionForm
from policies.follow_ups.satisfaction import AskWhetherHappy
from policies.models import FollowUp


class TaskForm(ActionForm):
    do, url = "task", "task-done"
    title, button = gettext_lazy("What was done"), gettext_lazy("It is done")

    outcome = Line(
        label=gettext_lazy("In a sentence"),
        max_length=200,
        help_text=gettext_lazy("Also why it was not needed, if so."),
    )

    def __init__(
        self, about: About, data: Mapping[str, Any] | None = None, *, row: FollowUp
    ) -> None:
        super().__init__(about, data, row=row)
        self.hints = [row.outcome] if row.outcome else []


class HappyForm(ActionForm):
    do, url = "happy", "task-asked"
    title, button = gettext_lazy("Are they happy with how it went?"), gettext_lazy("Save")
    rule = AskWhetherHappy.slug

    is_happy = forms.ChoiceField(
        label=gettext_lazy("What they said"),
        choices=[
            ("yes", gettext_lazy("Happy")),
            ("no", gettext_lazy("Not happy: it is opened again")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("What did they say?")},
    )
    words = Text(label=gettext_lazy("In their words"), max_length=2000, required=False)

    def __init__(
        self, about: About, data: Mapping[str, Any] | None = None, *, row: FollowUp
    ) -> None:
        super().__init__(about, data, row=row)


TASKS: dict[str, type[TaskForm | HappyForm]] = {form.do: form for form in (TaskForm, HappyForm)}


def form_of(follow_up: FollowUp) -> str:
    """Return by which form it is answered: what is asked of customers has one of its own."""
    return HappyForm.do if follow_up.rule == HappyForm.rule else TaskForm.do
