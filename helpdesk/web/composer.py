"""What one writes on a ticket's page: a reply, a note, a call, or somebody at the counter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from helpdesk.journey import Contact, Direction
from helpdesk.models import Draft
from helpdesk.web.answers import AnswerForm, may_be_answered
from helpdesk.web.fields import Text
from helpdesk.web.http import Request
from helpdesk.web.ticket_forms import MONTH, About, ActionForm, NoteForm, Whole, new_id
from tickets import notes
from tickets.models import User
from tickets.models.work import Kind


class TouchForm(ActionForm):
    """A contact in short: what was said and how long it took."""

    kind: str

    said = Text(label=gettext_lazy("What was said"), max_length=notes.LONGEST, required=False)
    minutes = Whole(label=gettext_lazy("Minutes"), required=False, min_value=0, max_value=MONTH)
    is_answer = forms.BooleanField(
        label=gettext_lazy("This answers the call we owe them"), required=False
    )
    form_id = forms.CharField(
        required=False, max_length=32, initial=new_id, widget=forms.HiddenInput
    )

    def __init__(
        self,
        about: About,
        data: Mapping[str, Any] | None = None,
        *,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(about, data, initial={"is_answer": True} | (initial or {}))

    @property
    def direction(self) -> str:
        return Direction.IN

    @property
    def was_reached(self) -> bool:
        return True

    @property
    def contact(self) -> Contact:
        given = self.cleaned_data
        return Contact(
            kind=self.kind,
            direction=self.direction,
            said=given["said"],
            heard_at=self.about.now,
            reached=self.was_reached,
            minutes=given["minutes"] or 0,
            form_id=given["form_id"],
        )

    def clean(self) -> None:
        if "said" in self.cleaned_data and not self.cleaned_data["said"] and self.was_reached:
            self.add_error("said", _("What was said?"))


class CalledForm(TouchForm):
    do, url, kind = "call", "ticket-call", Kind.CALL
    title, button = gettext_lazy("Log a call"), gettext_lazy("Log the call")

    IN, OUT, NO_ANSWER = "in", "out", "no_answer"

    how = forms.ChoiceField(
        label=gettext_lazy("Who called whom"),
        choices=[
            (OUT, gettext_lazy("We reached them")),
            (NO_ANSWER, gettext_lazy("We called, no answer")),
            (IN, gettext_lazy("They called")),
        ],
        widget=forms.RadioSelect,
        initial=OUT,
    )
    field_order = ("how", "said", "minutes", "is_answer", "form_id")

    @property
    def direction(self) -> str:
        return Direction.IN if self.cleaned_data.get("how") == self.IN else Direction.OUT

    @property
    def was_reached(self) -> bool:
        return bool(self.cleaned_data.get("how") != self.NO_ANSWER)


class WalkInForm(TouchForm):
    do, url, kind = "walk-in", "ticket-walk-in", Kind.WALK_IN
    title, button = pgettext_lazy("noun", "Walk-in"), gettext_lazy("Log it")


Writes = AnswerForm | NoteForm | TouchForm
# By what `?write=` asks for; the letter that opens it.
FORMS: dict[str, type[Writes]] = {
    "reply": AnswerForm,
    "note": NoteForm,
    "call": CalledForm,
    "walk-in": WalkInForm,
}
KEYS = {"reply": "r", "note": "n"}


@dataclass(frozen=True)
class Tab:
    name: str
    label: str | LazyText
    key: str
    is_chosen: bool


@dataclass(frozen=True)
class Composer:
    """The tabs, and the form of the one that is chosen; `draft` is what was begun on it."""

    tabs: tuple[Tab, ...]
    write: str
    form: Writes
    draft_of: str
    draft: Draft | None


def draft_of(number: int, do: str) -> str:
    """Return the name under which what is begun on a form of the ticket is kept."""
    return f"ticket-{number}-{do}"


def offered(about: About) -> list[str]:
    """Return what can be written, the likeliest first: where no message arrives, one calls."""
    if about.ticket.merged_into_id is not None:
        return []
    if not may_be_answered(about.ticket):
        return ["note"]
    names = ["note"] if about.ticket.is_ended else ["note", "call", "walk-in"]
    if not AnswerForm(about).refusal:
        return ["reply", *names]
    return [*sorted(names, key="call".__ne__), "reply"]


def compose(
    request: Request,
    about: About,
    *,
    written: ActionForm | None,
    draft: Draft | None,
) -> Composer | None:
    """Return what the page offers to write with; `written` is shown as it is.

    `draft` is what they were at last, or what they began on the tab that is asked for.
    """
    names = offered(about)
    if not names:
        return None
    chosen = request.GET.get("write", "")
    form = written if isinstance(written, AnswerForm | NoteForm | TouchForm) else None
    if form is not None:
        chosen = next(name for name, each in FORMS.items() if each.do == form.do)
    elif chosen not in names:
        keys = {draft_of(about.ticket.pk, FORMS[name].do): name for name in names}
        is_technician = request.user.role == User.Role.TECHNICIAN
        first = "note" if is_technician else names[0]  # they write for each other most of the time
        chosen = keys.get(draft.form if draft else "", first)
    key, begun = draft_of(about.ticket.pk, FORMS[chosen].do), None
    if form is None:
        begun = draft if draft is not None and draft.form == key else None
        form = FORMS[chosen](about, initial=dict(begun.fields) if begun else None)
    if request.htmx.target == "write":
        field = "text" if "text" in form.fields else "said"
        form.fields[field].widget.attrs["autofocus"] = True
    tabs = tuple(Tab(name, FORMS[name].title, KEYS.get(name, ""), name == chosen) for name in names)
    return Composer(tabs, chosen, form, key, begun)
