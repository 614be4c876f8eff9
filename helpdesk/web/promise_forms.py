"""What staff type to promise, to quote, and to say what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from helpdesk.templatetags.desk import due_text
from helpdesk.web import offers
from helpdesk.web.fields import Line, Moment, Text
from helpdesk.web.ticket_forms import HOW_IT_ENDED, About, ActionForm, Whole
from policies import promises, replies
from policies.calendars import BadHours, NeverOpen, WorkingHours
from policies.models import Promise, Quote, Turnaround
from tickets.models import Service
from tickets.sentences import in_words


class CallbackForm(ActionForm):
    do, url = "callback", "ticket-callback"
    title, button = gettext_lazy("Promise to call back"), gettext_lazy("I have said so")

    def __init__(self, about: About, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(about, data)
        ticket = about.ticket
        if promises.open_callback(ticket) is not None:
            self.refusal = _("A call back is promised already. A second one would not be sooner.")
            return
        kind = ticket.customer.kind if ticket.customer else ""
        to = offers.Listener(about.language, kind, ticket, about.now)
        offer = offers.callback(to, shop=about.shop, stands=None)
        self.say, self.refusal = offer.words, offer.problem
        if ticket.customer is None and ticket.contact_point is None:
            self.hints.append(_("We have no number to call. Ask for it first."))
        if self.say:
            self.hints.append(_("Say to the customer:"))


class PromiseForm(ActionForm):
    do, url = "promise", "ticket-promise"
    title, button = gettext_lazy("Promise something"), pgettext_lazy("verb", "Promise")

    kind = forms.ChoiceField(
        label=gettext_lazy("What kind"),
        choices=[
            (Promise.Kind.UPDATE.value, gettext_lazy("To say how it goes")),
            (Promise.Kind.OTHER.value, gettext_lazy("Something else")),
        ],
        widget=forms.RadioSelect,
        initial=Promise.Kind.UPDATE,
    )
    what = Line(
        label=gettext_lazy("What, in words"),
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("A price for the new screen")}),
    )
    due_at = Moment(
        label=gettext_lazy("By when"),
    )

    def clean_due_at(self) -> datetime:
        due_at: datetime = self.cleaned_data["due_at"]
        if due_at <= self.about.now:
            raise ValidationError(_("That time has passed."))
        if due_at > self.about.now + promises.FARTHEST:
            raise ValidationError(_("That is too far away to promise."))
        return due_at


class ToldForm(ActionForm):
    do, url = "told", "promise-told"
    title = gettext_lazy("What the customer was told")
    button = gettext_lazy("I have said so")

    words = Text(label=gettext_lazy("In these words"), max_length=2000)

    def __init__(
        self, about: About, data: Mapping[str, Any] | None = None, *, row: Promise
    ) -> None:
        super().__init__(about, data, row=row, initial={"words": _suggested(about, row)})
        self.hints.append(_named(about, row))


class EndForm(ActionForm):
    do, url = "end", "promise-end"
    title, button = gettext_lazy("What became of it"), gettext_lazy("Save")

    status = forms.ChoiceField(
        label=gettext_lazy("It was"), choices=HOW_IT_ENDED, widget=forms.RadioSelect
    )
    because = Line(label=gettext_lazy("Because"), max_length=200, required=False)

    def __init__(
        self, about: About, data: Mapping[str, Any] | None = None, *, row: Promise
    ) -> None:
        super().__init__(about, data, row=row)
        self.hints.append(_named(about, row))
        if row.due_at <= about.now:
            self.hints.append(_("Its time has passed: it counts as broken, whatever became of it."))

    def clean(self) -> None:
        is_void = self.cleaned_data.get("status") == Promise.Status.VOID
        if is_void and not self.cleaned_data.get("because"):
            self.add_error("because", _("Why is it no longer needed?"))


@dataclass(frozen=True)
class Quotable:
    """A service as it would be promised now; without terms it cannot be."""

    service: Service
    terms: Turnaround | None = None
    due_at: datetime | None = None
    target_at: datetime | None = None


class QuoteForm(ActionForm):
    do, url = "quote", "ticket-quote"
    title, button = gettext_lazy("Quote a service"), pgettext_lazy("verb", "Quote")

    service = forms.ModelChoiceField(
        Service.objects.filter(active=True), label=gettext_lazy("Service"), empty_label=None
    )
    days = Whole(
        label=gettext_lazy("More working days than usual"),
        required=False,
        min_value=1,
        max_value=3650,
    )
    accepted_how = forms.ChoiceField(
        label=gettext_lazy("Accepted"),
        choices=[("", gettext_lazy("Not yet")), *Quote.HEARD],
        required=False,
    )

    def __init__(self, about: About, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(about, data, initial={"service": about.ticket.service_id})
        try:
            self.offers = quotable(now=about.now)
        except (BadHours, NeverOpen) as error:
            self.offers, self.refusal = [], in_words(error)
        else:
            if not any(offer.terms for offer in self.offers):
                self.refusal = _("Nothing has a turnaround. An owner sets one under Setup.")

    def chosen(self) -> int | None:
        """Return the service that is marked, as far as what was posted names one."""
        typed = str(self["service"].value() or "")
        return int(typed) if typed.isascii() and typed.isdigit() else None

    def clean(self) -> None:
        service, days = self.cleaned_data.get("service"), self.cleaned_data.get("days")
        terms = next((offer.terms for offer in self.offers if offer.service == service), None)
        if terms is not None and days is not None and days < terms.days:
            fewer = _("%(service)s takes %(days)d working days. Fewer are never quoted.")
            self.add_error("days", fewer % {"service": service, "days": terms.days})


class AcceptForm(ActionForm):
    do, url = "accept", "quote-accept"
    title, button = gettext_lazy("The customer said yes"), gettext_lazy("Accepted")

    how = forms.ChoiceField(label=gettext_lazy("How"), choices=Quote.HEARD)


def quotable(*, now: datetime) -> list[Quotable]:
    """Return every service with what quoting it now would promise; as many queries for any number.

    Raises BadHours or NeverOpen.
    """
    in_force = Turnaround.objects.filter(service=OuterRef("pk"), valid_from__lte=now).order_by(
        "-valid_from", "-pk"
    )
    services = list(
        Service.objects.filter(active=True).annotate(terms=Subquery(in_force.values("pk")[:1]))
    )
    terms = Turnaround.objects.select_related("calendar").in_bulk(
        [service.terms for service in services if service.terms]
    )
    hours: dict[int, WorkingHours] = {}
    found = []
    for service in services:
        term = terms.get(service.terms)
        if term is None:
            found.append(Quotable(service))
            continue
        if term.calendar_id not in hours:
            hours[term.calendar_id] = term.calendar.working_hours()
        add_days = hours[term.calendar_id].add_days
        due_at, target_at = add_days(now, term.days), add_days(now, term.target_days)
        found.append(Quotable(service, term, due_at, target_at))
    return found


def _named(about: About, promise: Promise) -> str:
    what = promise.what or str(promise.get_kind_display())
    return f"{what}, {due_text(promise.due_at, about.now)}"


def _suggested(about: About, promise: Promise) -> str:
    if promise.due_at <= about.now:
        return ""  # to say it now would be to promise the past
    if promise.kind == Promise.Kind.CALLBACK:
        return replies.callback(promise, shop=about.shop, now=about.now)
    if promise.kind == Promise.Kind.TURNAROUND:
        return replies.turnaround(promise, shop=about.shop, now=about.now)
    return ""
