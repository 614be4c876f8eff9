"""What staff type about a ticket itself: one form for each thing they can do with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from helpdesk.templatetags.desk import due_text
from helpdesk.web.fields import Line, OneOf, Text
from helpdesk.web.stale import Stale
from policies.models import Promise
from tickets import notes, phones, search, text
from tickets.models import Customer, Interaction, Service, Shop, Ticket, User

MONTH = 44_640  # minutes; a constraint: more work than that is not one contact's
HOW_IT_ENDED = [
    (Promise.Status.KEPT.value, gettext_lazy("Kept")),
    (Promise.Status.SOLVED.value, gettext_lazy("Solved by the customer")),
    (Promise.Status.VOID.value, gettext_lazy("No longer needed")),
]


@dataclass(frozen=True)
class About:
    """Which ticket a form is about, and who has it before them."""

    ticket: Ticket
    by: User
    shop: Shop
    now: datetime

    @property
    def language(self) -> str:
        return self.ticket.customer.language if self.ticket.customer else self.shop.language


@dataclass(frozen=True)
class Way:
    """A link to what has to be done first."""

    url: str
    text: str


class Whole(forms.IntegerField):
    """A whole number, typed on a phone's number pad."""

    widget = forms.NumberInput(attrs={"class": "short", "inputmode": "numeric"})


class AnotherTicket(forms.CharField):
    """The number of another ticket, with or without its #."""

    widget = forms.TextInput(attrs={"class": "short", "autocomplete": "off"})

    def clean(self, value: Any) -> Ticket:
        typed = super().clean(value).strip().removeprefix("#").strip()
        is_number = re.fullmatch("[0-9]{1,18}", typed)
        ticket = Ticket.objects.filter(pk=int(typed)).first() if is_number else None
        if ticket is None:
            raise ValidationError(_("There is no ticket “%(typed)s”.") % {"typed": typed[:30]})
        return ticket


class ActionForm(forms.Form):
    """One thing to do on a ticket.

    `do` is how the page asks for it, `?do=close`, and begins its ids; `url` is the view it is
    posted to, with the ticket and, where it is about one, the `row`.
    """

    do: ClassVar[str]
    url: ClassVar[str]
    title: ClassVar[str | LazyText]
    button: ClassVar[str | LazyText]
    is_grave: ClassVar[bool] = False

    def __init__(
        self,
        about: About,
        data: Mapping[str, Any] | None = None,
        *,
        row: models.Model | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, auto_id=f"{self.do}-%s", initial=initial)
        self.about = about
        self.address = reverse(self.url, args=[about.ticket.pk, *([row.pk] if row else [])])
        # Above the fields: what to know, the sentence to read out, or why it cannot be done.
        self.hints: list[str] = []
        self.say = ""
        self.refusal = ""
        self.way_on: Way | None = None  # out of the refusal

    def offer(self, field: str, rows: QuerySet[Any]) -> None:
        chosen = self.fields[field]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = rows


def new_id() -> str:
    return uuid4().hex


class NoteForm(ActionForm):
    do, url = "note", "ticket-note"
    title, button = gettext_lazy("Note"), gettext_lazy("Save the note")

    text = Text(
        label=gettext_lazy("What was done, or found out"),
        max_length=notes.LONGEST,
        help_text=gettext_lazy("The customer does not see it. @ and a log-in tells a colleague."),
        widget=forms.Textarea(attrs={"rows": 4, "data-mentions": "#mentions"}),
    )
    minutes = Whole(
        label=gettext_lazy("Minutes of work"), required=False, min_value=0, max_value=MONTH
    )
    # Of the page it was typed on: a second click on the button writes no second note.
    form_id = forms.CharField(
        required=False, max_length=32, initial=new_id, widget=forms.HiddenInput
    )


class EditForm(Stale, ActionForm):
    do, url = "edit", "ticket-edit"
    title, button = gettext_lazy("What it is about"), gettext_lazy("Save")
    watched = ("subject", "service")

    subject = Line(label=gettext_lazy("Subject"), max_length=120)
    service = OneOf(Service.objects.none(), label=gettext_lazy("Service"), required=False)

    def __init__(self, about: About, data: Mapping[str, Any] | None = None) -> None:
        ticket = about.ticket
        super().__init__(
            about, data, initial={"subject": ticket.subject, "service": ticket.service_id}
        )
        self.offer("service", Service.objects.filter(Q(active=True) | Q(pk=ticket.service_id)))


class AssignForm(ActionForm):
    do, url = "assign", "ticket-assign"
    title, button = gettext_lazy("Who works on it"), pgettext_lazy("verb", "Assign")

    assignee = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Who"),
        required=False,
        empty_label=gettext_lazy("Nobody"),
    )

    def __init__(self, about: About, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(about, data, initial={"assignee": about.ticket.assignee_id})
        staff = Q(is_active=True) & ~Q(role=User.Role.INTEGRATION)
        users = User.objects.filter(staff | Q(pk=about.ticket.assignee_id))
        self.offer("assignee", users.order_by("first_name", "last_name", "pk"))


class MoveForm(ActionForm):
    do, url = "move", "ticket-move"
    title, button = gettext_lazy("How it stands"), gettext_lazy("Save")

    ON_ITS_WAY = (Ticket.Status.OPEN, Ticket.Status.WAITING, Ticket.Status.READY)

    to = forms.ChoiceField(
        label=gettext_lazy("Status"), choices=[(status, status.label) for status in ON_ITS_WAY]
    )
    customer_told = forms.BooleanField(
        label=gettext_lazy("the customer has been told"), required=False
    )


class ReadyForm(ActionForm):
    """Whether the customer knows: each answer is a button, and moves it on."""

    do, url = "ready", MoveForm.url
    title, button = Ticket.Status.READY.label, ""
    fields_in: ClassVar = "tickets/_ready.html"


class ContactMoveForm(ActionForm):
    do, url = "contact", "contact-move"
    title, button = gettext_lazy("It was about something else"), gettext_lazy("Move it there")

    to = AnotherTicket(label=gettext_lazy("Move this contact to ticket"))

    def __init__(
        self, about: About, data: Mapping[str, Any] | None = None, *, row: Interaction
    ) -> None:
        super().__init__(about, data, row=row)
        when = f"{row.get_kind_display()}, {due_text(row.happened_at, about.now)}"
        self.hints = [": ".join(filter(None, [when, text.one_line(row.text, 80)]))]
        if not about.ticket.interactions.exclude(pk=row.pk).exists():
            self.hints.append(_("Nothing else is on this ticket, so all of it goes there."))

    def clean_to(self) -> Ticket:
        to: Ticket = self.cleaned_data["to"]
        if to.pk == self.about.ticket.pk:
            raise ValidationError(_("It is on that ticket already."))
        if to.is_ended:
            raise ValidationError(_("%(ticket)s has ended. Reopen it first.") % {"ticket": to})
        return to


class IdentifyForm(ActionForm):
    """Somebody we know, or a new customer by name."""

    do, url = "identify", "ticket-identify"
    title, button = gettext_lazy("Whose is it?"), gettext_lazy("New customer")

    customer = forms.ModelChoiceField(
        Customer.objects.filter(merged_into__isnull=True),
        required=False,
        widget=forms.HiddenInput,
    )
    name = Line(label=gettext_lazy("Name"), max_length=120, required=False)
    number = Line(
        label=gettext_lazy("Phone number"),
        max_length=phones.RAW_LIMIT,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )

    def __init__(
        self, about: About, data: Mapping[str, Any] | None = None, *, who: str = ""
    ) -> None:
        self.who = who.strip()[: search.LONGEST]
        typed = "number" if phones.digits(self.who) else "name"
        point = about.ticket.contact_point
        signed = {"name": point.signed} if point is not None and not self.who else {}
        super().__init__(about, data, initial={typed: self.who} | signed)
        if point is not None:
            del self.fields["number"]

    @cached_property
    def found(self) -> list[Customer]:
        """Return who it may be: by what was typed, else whose number it is."""
        known = Customer.objects.filter(merged_into__isnull=True)
        if self.who:
            known = search.narrow(known, self.who)
        else:
            point = self.about.ticket.contact_point_id
            known = known.filter(contact_points=point) if point else known.none()
        return list(known.order_by("name", "pk").prefetch_related("contact_points")[:6])

    def clean_number(self) -> phones.Number | None:
        typed = self.cleaned_data["number"]
        if not typed:
            return None
        number = phones.read(typed, self.about.shop.region)
        if number.kind != phones.Kind.NUMBER:
            raise ValidationError(_("That is not a number one can call."))
        return number

    def clean(self) -> None:
        named = self.cleaned_data.get("customer") or self.cleaned_data.get("name")
        if not named and not self.errors:
            self.add_error("name", _("Name?"))
