"""What staff do about a concern, a device, a loan, and when they want to hear of a ticket again."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from helpdesk import journey
from helpdesk.templatetags.desk import due_text
from helpdesk.web.http import Request
from helpdesk.web.ticket_actions import action, done, find, find_open, refuse
from helpdesk.web.trouble_forms import (
    AcknowledgeForm,
    DeviceForm,
    EaseForm,
    LendForm,
    SnoozeForm,
    TroubleForm,
)
from helpdesk.web.trouble_page import day_text
from tickets.devices import LentAlready
from tickets.troubles import NotEased


@action
def trouble(request: Request, number: int) -> HttpResponseBase:
    about = find_open(request, number)
    form = TroubleForm(about, request.POST)
    if not form.is_valid():
        return refuse(request, form)
    fault, concern = form.cleaned_data["fault"], form.cleaned_data["concern"]
    try:
        journey.trouble_written(
            about.ticket, fault=fault, concern=concern, by=request.user, now=about.now
        )
    except NotEased as error:
        form.add_error("concern", str(error))
        return refuse(request, form)
    if concern and about.ticket.acknowledged_at is None:
        # What comes next is to say something about it: while they are still there.
        return redirect(f"{reverse('ticket', args=[number])}?do={AcknowledgeForm.do}#do")
    return done(request, about.ticket, _("Written down."))


@action
def acknowledge(request: Request, number: int) -> HttpResponse:
    about = find_open(request, number)
    form = AcknowledgeForm(about, request.POST)
    if not form.is_valid():
        return refuse(request, form)
    words = form.cleaned_data["words"]
    journey.concern_acknowledged(about.ticket, words, by=request.user, now=about.now)
    return done(request, about.ticket, _("Acknowledged."))


@action
def ease(request: Request, number: int) -> HttpResponse:
    about = find_open(request, number)
    form = EaseForm(about, request.POST)
    if not form.is_valid():
        return refuse(request, form)
    journey.concern_eased(about.ticket, by=request.user, now=about.now)
    return done(request, about.ticket, _("Settled."))


@action
def device(request: Request, number: int) -> HttpResponse:
    about = find_open(request, number)
    form = DeviceForm(about, request.POST)
    if not form.is_valid():
        return refuse(request, form)
    journey.device_brought(about.ticket, form.chosen)
    if about.ticket.device is None:
        return done(request, about.ticket, _("It is about no device now."))
    return done(request, about.ticket, _("It is about the %s.") % about.ticket.device)


@action
def lend(request: Request, number: int) -> HttpResponse:
    about = find_open(request, number)
    form = LendForm(about, request.POST)
    if not form.is_valid():
        return refuse(request, form)
    lent, due_date = form.cleaned_data["device"], form.cleaned_data["due_date"]
    try:
        journey.device_lent(lent, about.ticket, due_date, by=request.user, now=about.now)
    except LentAlready as error:
        form.add_error("device", str(error))
        return refuse(request, form)
    back = day_text(due_date, localtime(about.now).date())
    said = _("%(device)s is lent, back by %(day)s.")
    return done(request, about.ticket, said % {"device": lent, "day": back})


@action
def snooze(request: Request, number: int) -> HttpResponse:
    about = find_open(request, number)
    form = SnoozeForm(about, request.POST)
    if not form.is_valid():
        return refuse(request, form)
    until, because = form.cleaned_data["at"], form.cleaned_data["because"]
    journey.ticket_snoozed(about.ticket, until, because, by=request.user, now=about.now)
    return done(request, about.ticket, _("Snoozed until %s.") % due_text(until, about.now))


@action
def wake(request: Request, number: int) -> HttpResponse:
    about = find(request, number)
    journey.ticket_woken(about.ticket)
    return done(request, about.ticket, _("Awake again."))


@action
def watch(request: Request, number: int) -> HttpResponse:
    about = find(request, number)
    journey.ticket_watched(about.ticket, by=request.user)
    return done(request, about.ticket, _("You hear of what happens here."))


@action
def unwatch(request: Request, number: int) -> HttpResponse:
    about = find(request, number)
    journey.ticket_unwatched(about.ticket, by=request.user)
    return done(request, about.ticket, _("You no longer watch it."))


urlpatterns = [
    path("tickets/<int:number>/trouble/", trouble, name="ticket-trouble"),
    path("tickets/<int:number>/acknowledge/", acknowledge, name="ticket-acknowledge"),
    path("tickets/<int:number>/ease/", ease, name="ticket-ease"),
    path("tickets/<int:number>/device/", device, name="ticket-device"),
    path("tickets/<int:number>/lend/", lend, name="ticket-lend"),
    path("tickets/<int:number>/snooze/", snooze, name="ticket-snooze"),
    path("tickets/<int:number>/wake/", wake, name="ticket-wake"),
    path("tickets/<int:number>/watch/", watch, name="ticket-watch"),
    path("tickets/<int:number>/unwatch/", unwatch, name="ticket-unwatch"),
]
