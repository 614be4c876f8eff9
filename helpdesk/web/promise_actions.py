"""What can be promised and quoted on a ticket, and saying what became of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _

from helpdesk import journey
from helpdesk.web.http import Request
from helpdesk.web.promise_forms import AcceptForm, EndForm, PromiseForm, QuoteForm, ToldForm
from helpdesk.web.ticket_actions import action, done, find_open, refuse
from helpdesk.web.ticket_forms import HOW_IT_ENDED
from policies.models import Promise, Quote
from tickets.states import LostRace


@action
def callback(request: Request, number: int) -> HttpResponse:
    about = find_open(request, number)
    promise = journey.callback_promised(about.ticket, by=request.user, now=about.now)
    return done(request, about.ticket, _("Promised: “%s”") % promise.told_text)


@action
def promise(request: Request, number: int) -> HttpResponse:
    about = find_open(request, number)
    form = PromiseForm(about, request.POST)
    if not form.is_valid():
        return refuse(request, form)
    given = form.cleaned_data
    journey.promised(
        about.ticket,
        given["what"],
        given["due_at"],
        kind=given["kind"],
        by=request.user,
        now=about.now,
    )
    return done(request, about.ticket, _("Promised."))


@action
def quote_service(request: Request, number: int) -> HttpResponse:
    about = find_open(request, number)
    form = QuoteForm(about, request.POST)
    if not form.is_valid():
        return refuse(request, form)
    given = form.cleaned_data
    quote = journey.quoted(
        about.ticket,
        given["service"],
        by=request.user,
        now=about.now,
        days=given["days"],
        accepted_how=given["accepted_how"],
    )
    if given["accepted_how"]:
        words = quote.promises.values_list("told_text", flat=True).get()
        return done(request, about.ticket, _("Promised: “%s”") % words)
    return done(request, about.ticket, _("Quoted."))


@action
def accept(request: Request, number: int, pk: int) -> HttpResponse:
    quotes = Quote.objects.select_related("ticket__customer", "service", "turnaround")
    quote = get_object_or_404(quotes, pk=pk, ticket=number)
    about = find_open(request, number)
    form = AcceptForm(about, request.POST, row=quote)
    if not form.is_valid():
        return refuse(request, form)
    promise = journey.quote_accepted(
        quote, how=form.cleaned_data["how"], by=request.user, now=about.now
    )
    return done(request, about.ticket, _("Promised: “%s”") % promise.told_text)


@action
def send(request: Request, number: int, pk: int) -> HttpResponse:
    quotes = Quote.objects.select_related("ticket__customer", "ticket__contact_point", "service")
    quote = get_object_or_404(quotes, pk=pk, ticket=number, accepted_at__isnull=True)
    about = find_open(request, number)
    sent = journey.quote_sent(quote, by=request.user, now=about.now)
    if sent is None:
        messages.error(request, _("There is no way to write to them. Read it out instead."))
        return redirect("ticket", number)
    said = _("Sent to %s. They can accept it on their page.")
    return done(request, about.ticket, said % sent.recipient)


@action
def told(request: Request, number: int, pk: int) -> HttpResponse:
    promise = get_object_or_404(Promise.objects.select_related("ticket"), pk=pk, ticket=number)
    about = find_open(request, number)
    form = ToldForm(about, request.POST, row=promise)
    if not form.is_valid():
        return refuse(request, form)
    if promise.told_at is not None or not promise.is_open:
        raise LostRace(f"{promise} was told or has ended")
    journey.promise_told(promise, form.cleaned_data["words"], now=about.now)
    return done(request, about.ticket, _("Noted as told."))


@action
def end(request: Request, number: int, pk: int) -> HttpResponse:
    promise = get_object_or_404(Promise.objects.select_related("ticket"), pk=pk, ticket=number)
    about = find_open(request, number)
    form = EndForm(about, request.POST, row=promise)
    if not form.is_valid():
        return refuse(request, form)
    status = form.cleaned_data["status"]
    because = form.cleaned_data["because"] or str(dict(HOW_IT_ENDED)[status])
    journey.promise_ended(promise, status, because=because, by=request.user, now=about.now)
    if promise.status == Promise.Status.BROKEN:
        messages.warning(request, _("Its time had passed, so it counts as broken."))
        return redirect("ticket", number)
    return done(request, about.ticket, f"{promise.get_status_display()}.")


urlpatterns = [
    path("tickets/<int:number>/callback/", callback, name="ticket-callback"),
    path("tickets/<int:number>/promise/", promise, name="ticket-promise"),
    path("tickets/<int:number>/quote/", quote_service, name="ticket-quote"),
    path("tickets/<int:number>/quotes/<int:pk>/accept/", accept, name="quote-accept"),
    path("tickets/<int:number>/quotes/<int:pk>/send/", send, name="quote-send"),
    path("tickets/<int:number>/promises/<int:pk>/told/", told, name="promise-told"),
    path("tickets/<int:number>/promises/<int:pk>/end/", end, name="promise-end"),
]
