"""What staff type about their concern, their device, what we lend them, and when to look again."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from helpdesk.templatetags.desk import due_text, quoted
from helpdesk.web.device_fields import DeviceFields, day
from helpdesk.web.fields import Line, Moment, Text
from helpdesk.web.stale import Stale
from helpdesk.web.ticket_forms import About, ActionForm, Way
from policies.calendars import BadHours, NeverOpen
from policies.models import CallbackWindow, NoTerms, Promise
from tickets import text, troubles
from tickets.devices import Particulars
from tickets.models import Device, Loan, LoanDevice, Ticket

OWN_WORDS = ""
# How the panel lays out the fields of a form, where not one below the other.
EITHER, A_DEVICE = "tickets/_either.html", "devices/_fields.html"
FARTHEST = timedelta(days=366)  # a later day is a slip of the finger


class TroubleForm(Stale, ActionForm):
    do, url = "trouble", "ticket-trouble"
    title, button = gettext_lazy("What is wrong"), gettext_lazy("Write it down")
    watched = ("concern", "fault")

    concern = Text(
        label=gettext_lazy("What it did to their trust"),
        help_text=gettext_lazy("In their words. It is settled before the ticket is closed."),
        max_length=troubles.LONGEST,
        required=False,
    )
    fault = Text(label=gettext_lazy("What is broken"), max_length=troubles.LONGEST, required=False)

    def __init__(self, about: About, data: Mapping[str, Any] | None = None) -> None:
        ticket = about.ticket
        super().__init__(about, data, initial={"fault": ticket.fault, "concern": ticket.concern})


class AcknowledgeForm(ActionForm):
    do, url = "acknowledge", "ticket-acknowledge"
    title, button = gettext_lazy("Acknowledge their concern"), gettext_lazy("I have said so")
    fields_in: ClassVar = EITHER

    READY = (
        gettext_lazy("That is maddening, and it is on us to put it right."),
        gettext_lazy("You should not have had to come back with this. I am sorry."),
        gettext_lazy("I would be worried, too. Thank you for telling us so plainly."),
    )

    said = forms.ChoiceField(
        label=gettext_lazy("What you said to them"),
        choices=[
            *((str(number), words) for number, words in enumerate(READY)),
            (OWN_WORDS, gettext_lazy("Something else")),
        ],
        widget=forms.RadioSelect,
        required=False,
        initial="0",
    )
    words = Text(
        label=gettext_lazy("Or in your own words"), max_length=troubles.LONGEST, required=False
    )

    def __init__(self, about: About, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(about, data)
        ticket = about.ticket
        if not ticket.concern:
            self.refusal = _("Write down their concern first.")
            self.way_on = _open(ticket, TroubleForm.do, _("Write it down…"))
        elif ticket.acknowledged_at is not None:
            self.refusal = _("%(who)s has acknowledged it: “%(words)s”") % {
                "who": ticket.acknowledged_by,
                "words": text.one_line(ticket.acknowledged_text, 200),
            }
        else:
            self.hints = [quoted(text.one_line(ticket.concern, 300))]

    def clean(self) -> None:
        if self.refusal:
            raise ValidationError(self.refusal)
        given = self.cleaned_data
        if not given.get("words"):
            chosen = given.get("said", OWN_WORDS)
            if chosen == OWN_WORDS:
                self.add_error("words", _("What did you say to them?"))
            else:
                given["words"] = str(self.READY[int(chosen)])


class EaseForm(ActionForm):
    do, url = "ease", "ticket-ease"
    title, button = gettext_lazy("Is their concern settled?"), gettext_lazy("It is settled")

    def __init__(self, about: About, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(about, data)
        ticket = about.ticket
        if not ticket.concern or ticket.acknowledged_at is None:
            self.refusal = _("Acknowledge their concern first: write down what you said to them.")
            self.way_on = _open(ticket, AcknowledgeForm.do, _("Acknowledge it…"))
            return
        self.hints = [
            quoted(text.one_line(ticket.concern, 300)),
            _("Not when the device works, but when they trust it, and us, again."),
        ]

    def clean(self) -> None:
        if self.refusal:
            raise ValidationError(self.refusal)


class DeviceForm(DeviceFields, ActionForm):
    """One of the customer's devices, or one we have not seen before."""

    do, url = "device", "ticket-device"
    title, button = gettext_lazy("Which device"), gettext_lazy("Save")
    fields_in: ClassVar = A_DEVICE
    field_order = ("device",)

    NEW, NONE = "new", "none"

    device = forms.ChoiceField(label=gettext_lazy("It is about"), widget=forms.RadioSelect)

    def __init__(self, about: About, data: Mapping[str, Any] | None = None) -> None:
        ticket = about.ticket
        self.theirs = list(_theirs(about))
        chosen = str(ticket.device_id or (self.theirs[0].pk if self.theirs else self.NEW))
        super().__init__(about, data, initial={"device": chosen})
        self.write_prices_in(about.shop, today=localtime(about.now).date())
        self.fields["name"].required = False  # unless it is a new one
        choices = [(str(device.pk), _named(device)) for device in self.theirs]
        choices.append((self.NEW, _("One we have not seen before")))
        if ticket.device_id:
            choices.append((self.NONE, _("None")))
        field = self.fields["device"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if ticket.customer is None:
            self.refusal = _("Say whose it is first: devices are kept with their owner.")
            self.way_on = Way("#identify", _("Say whose it is"))

    def clean(self) -> None:
        if self.refusal:
            raise ValidationError(self.refusal)
        if self.cleaned_data.get("device") == self.NEW and not self.cleaned_data.get("name"):
            self.add_error("name", _("What is it called?"))

    @property
    def chosen(self) -> Device | Particulars | None:
        key = self.cleaned_data["device"]
        if key == self.NEW:
            return self.particulars
        return next((device for device in self.theirs if str(device.pk) == key), None)


class LendForm(ActionForm):
    do, url = "lend", "ticket-lend"
    title, button = gettext_lazy("Lend them one of ours"), pgettext_lazy("verb", "Lend")

    device = forms.ModelChoiceField(
        LoanDevice.objects.none(),
        label=gettext_lazy("Which one"),
        empty_label=None,
        widget=forms.RadioSelect,
    )
    due_date = forms.DateField(label=gettext_lazy("Back by"), widget=day())

    def __init__(self, about: About, data: Mapping[str, Any] | None = None) -> None:
        ready = Promise.objects.open().filter(
            ticket=about.ticket, kind=Promise.Kind.TURNAROUND, due_at__gt=about.now
        )
        due_at = ready.order_by("due_at").values_list("due_at", flat=True).first()
        back = localtime(due_at).date() if due_at else None
        super().__init__(about, data, initial={"due_date": back})
        ours = LoanDevice.objects.filter(active=True)
        # What is out is not offered; chosen on a page from before, one hears who has it.
        is_offered = data is None
        self.offer("device", ours.exclude(loans__in=_out()) if is_offered else ours)
        if is_offered and not self.fields["device"].queryset.exists():  # type: ignore[attr-defined]
            self.refusal = _("Nothing of ours is here to be lent.")
            self.way_on = Way(reverse("loans"), _("Who has which"))
        elif due_at:
            ready_by = _("Theirs is promised for %s.")
            self.hints = [ready_by % due_text(due_at, about.now)]

    def clean_due_date(self) -> date:
        due_date: date = self.cleaned_data["due_date"]
        today = localtime(self.about.now).date()
        if due_date < today:
            raise ValidationError(_("That day has passed."))
        if due_date > today + FARTHEST:
            raise ValidationError(_("That is too far away."))
        return due_date


class SnoozeForm(ActionForm):
    do, url = "snooze", "ticket-snooze"
    title, button = gettext_lazy("Put it aside"), pgettext_lazy("verb", "Snooze")
    fields_in: ClassVar = EITHER

    TWO_HOURS = timedelta(hours=2)
    REASONS = (
        gettext_lazy("Waiting for a part"),
        gettext_lazy("Waiting for the customer"),
        gettext_lazy("Waiting for a supplier"),
    )

    until = forms.ChoiceField(label=gettext_lazy("Until"), widget=forms.RadioSelect, required=False)
    at = Moment(
        label=gettext_lazy("Or until"),
        required=False,
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Because"),
        choices=[(str(number), words) for number, words in enumerate(REASONS)],
        widget=forms.RadioSelect,
        required=False,
        help_text=gettext_lazy("Needed: choose one, or write your own below."),
    )
    because = Line(label=gettext_lazy("Or because"), max_length=200, required=False)

    def __init__(self, about: About, data: Mapping[str, Any] | None = None) -> None:
        self.times = wake_up_times(about)
        super().__init__(about, data, initial={"until": list(self.times)[:2][-1]})
        field = self.fields["until"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (name, f"{label}: {due_text(at, about.now)}")
            for name, (label, at) in self.times.items()
        ]
        self.hints = [
            _("What is promised stays in sight. Unless they only say thanks, it is back at once.")
        ]

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        if at is not None and at <= self.about.now:
            raise ValidationError(_("That time has passed."))
        if at is not None and at > self.about.now + FARTHEST:
            raise ValidationError(_("That is too far away."))
        return at

    def clean(self) -> None:
        given = self.cleaned_data
        if "at" in given and not given["at"]:
            if given.get("until") in self.times:
                given["at"] = self.times[given["until"]][1]
            elif "until" not in self.errors:
                self.add_error("until", _("Until when?"))
        if "because" in given and not given["because"]:
            if given.get("reason"):
                given["because"] = str(self.REASONS[int(given["reason"])])
            elif "reason" not in self.errors:
                self.add_error("reason", _("Why? The others will want to know."))


def wake_up_times(about: About) -> dict[str, tuple[str, datetime]]:
    """Return the usual times to look again, by name: what to call each, and when it is."""
    local = localtime(about.now)
    in_two_hours = (about.now + SnoozeForm.TWO_HOURS).replace(second=0, microsecond=0)
    times = {"hours": (_("In two hours"), in_two_hours)}
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        opening = CallbackWindow.in_force(about.now).calendar.working_hours().next_opening
        next_day = opening(midnight + timedelta(days=1))
        next_week = opening(midnight + timedelta(days=7 - local.weekday()))
    except (NoTerms, NeverOpen, BadHours):
        return times  # nobody has said when we open; any time can be typed
    times["day"] = (_("Next working day"), next_day)
    if next_week != next_day:
        times["week"] = (_("Next week"), next_week)
    return times


def _open(ticket: Ticket, do: str, what: str) -> Way:
    return Way(f"{reverse('ticket', args=[ticket.pk])}?do={do}#do", what)


def _theirs(about: About) -> QuerySet[Device]:
    return Device.objects.filter(customer=about.ticket.customer_id or 0).order_by("-pk")[:50]


def _named(device: Device) -> str:
    return " · ".join(filter(None, [device.name, device.serial]))


def _out() -> QuerySet[Loan]:
    return Loan.objects.filter(returned_at__isnull=True)


# What opens by ?do=, as in ticket_page.PANELS.
PANELS: dict[str, type[ActionForm]] = {
    form.do: form
    for form in (TroubleForm, AcknowledgeForm, EaseForm, DeviceForm, LendForm, SnoozeForm)
}
