"""Every component in every state, for whoever builds a page; there in DEBUG alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET

from helpdesk.web.http import Request
from policies.models import Promise
from tickets.models import Customer, Ticket

TEMPLATE = "desk/styleguide.html"
MARKS = (
    *("open", "soon", "broken", "kept", "ahead", "gift", "unexplained", "sent", "held", "plain"),
)
HOUR = timedelta(hours=1)


class Sample(forms.Form):
    """Fields of each kind."""

    name = forms.CharField(label=gettext_lazy("Name"), help_text=gettext_lazy("As they say it."))
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea)
    how = forms.ChoiceField(
        label=gettext_lazy("How they like to be reached"),
        choices=[("phone", gettext_lazy("Phone")), ("email", gettext_lazy("Email"))],
        widget=forms.RadioSelect,
    )
    since = forms.DateField(label=gettext_lazy("Since"))
    is_business = forms.BooleanField(label=gettext_lazy("A business"), required=False)


@dataclass(frozen=True)
class Entry:
    """One line of a timeline."""

    look: str
    what: str
    said: str = ""


@require_GET
def styleguide(request: Request) -> HttpResponse:
    if not settings.DEBUG:
        raise Http404
    moment = now()
    context = {
        "now": moment,
        "marks": [(mark, f"mark {mark}") for mark in MARKS],
        "promises": promises(moment),
        "tickets": _tickets(moment),
        "entries": _entries(),
        "empty_form": Sample(auto_id="empty_%s", initial={"how": "phone"}),
        "wrong_form": Sample(
            {"since": _("yesterday or so"), "note": _("Kept as it was typed.")}, auto_id="wrong_%s"
        ),
        "looks": ["", "success", "warning", "error"],
        "money": [0, 4500, 123456789, -4500],
        "currency": request.shop.currency,
    }
    return render(request, TEMPLATE, context)


def promises(moment: datetime) -> list[Promise]:
    """Return one of each standing, none of them in the database."""
    kind, status = Promise.Kind, Promise.Status
    ticket = Ticket(number=2041, subject=_("Laptop will not start"))

    def made(due: float, what: str, **more: Any) -> Promise:
        at = {"made_at": moment - 8 * HOUR, "due_at": moment + due * HOUR, "told_at": moment}
        return Promise(ticket=ticket, kind=kind.OTHER, what=what, **(at | more))

    ended = {"ended_at": moment - 2 * HOUR, "ended_because": _("Called back")}
    return [
        made(52, _("Time enough"), target_at=moment + 24 * HOUR),
        made(2, _("In the last quarter")),
        made(20, _("Past our own target"), target_at=moment - HOUR),
        made(-1, _("Late, and nobody has ended it")),
        made(4, _("Not told yet"), told_at=None),
        made(-1, _("Kept"), status=status.KEPT, **ended),
        made(9, _("Ahead"), status=status.KEPT, target_at=moment, **ended),
        made(-2, _("Broken"), status=status.BROKEN, **ended),
        made(3, _("Superseded"), status=status.SUPERSEDED, **ended),
        made(3, _("Solved by the customer"), status=status.SOLVED, **ended),
    ]


def _tickets(moment: datetime) -> list[Ticket]:
    long = _("A subject that goes on for as long as it may, and says what was the matter twice")
    names = ("Ingrid Dahl", "Bengt Öst & Söner Fastighetsförvaltning Aktiebolag", "Li")
    subjects = (_("Laptop will not start"), long, _("Printer"))
    statuses = (Ticket.Status.OPEN, Ticket.Status.WAITING, Ticket.Status.READY)
    return [
        Ticket(
            number=2041 + index,
            subject=subject,
            status=status,
            customer=Customer(name=name),
            touched_at=moment - index * 30 * HOUR,
        )
        for index, (name, subject, status) in enumerate(zip(names, subjects, statuses, strict=True))
    ]


def _entries() -> list[Entry]:
    return [
        Entry("in", pgettext("kind of contact", "Call"), _("Is it ready? I need it on Thursday.")),
        Entry("missed", _("Missed call")),
        Entry("out", _("Text message"), _("It is ready. Usually it takes three days.")),
        Entry("note", _("Note"), _("@per The battery, not the disk.")),
        Entry("gift", _("Given")),
        Entry("status", _("Ready for pick-up")),
    ]


urlpatterns: list[URLPattern] = [path("styleguide/", styleguide, name="styleguide")]
