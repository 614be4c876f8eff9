"""What is said on a ticket: answers, calls, who is at the counter; and what a rule asks for."""

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Q
from django.db.models.functions import Length
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import gettext as _

from helpdesk import journey
from helpdesk.journey import Direction
from helpdesk.templatetags.desk import due_text
from helpdesk.web import replies, ticket_page
from helpdesk.web.answers import AnswerForm, may_be_answered
from helpdesk.web.composer import CalledForm, TouchForm, WalkInForm
from helpdesk.web.http import Request, way_back
from helpdesk.web.task_forms import HappyForm, TaskForm
from helpdesk.web.ticket_actions import action, done, find, find_open, refuse, sent
from helpdesk.web.ticket_forms import About
from policies import canned
from policies.models import FollowUp, Promise
from tickets import text
from tickets.models import ContactPoint, Interaction, User
from tickets.outbox import SaidJustNow
from tickets.states import LostRace


@action
def answer(request: Request, number: int) -> HttpResponse:
    about = _answerable(request, number)
    form = AnswerForm(about, request.POST)
    if not form.is_valid():
        return refuse(request, form)
    try:
        journey.staff_answered(
            about.ticket, form.route, form.cleaned_data["text"], by=request.user, now=about.now
        )
    except SaidJustNow:  # the button was pressed twice
        sent(request, form)
        return done(request, about.ticket, _("That is on its way already."))
    sent(request, form)
    return done(request, about.ticket, _("It is on its way."))


@action
def answer_parts(request: Request, number: int) -> HttpResponse:
    """Say in how many parts what is typed so far would go, and how it would read."""
    form = AnswerForm(_answerable(request, number), request.POST)
    return render(request, "tickets/_reply.html#parts", {"answer": form, "counts": True})


@action
def answer_canned(request: Request, number: int) -> HttpResponse:
    """Put a canned reply below what is typed so far; without one, offer those there are."""
    about = _answerable(request, number)
    offered = list(replies.offered(about.language))
    typed, chosen = text.clean(request.POST.get("text", "")), request.POST.get("canned", "")
    reply = next((each for each in offered if str(each.pk) == chosen), None)
    if reply is not None:
        words = canned.fill(reply, about.ticket, by=request.user, shop=request.shop)
        typed = f"{typed.rstrip()}\n\n{words}" if typed.strip() else words
    form = AnswerForm(about, initial={"way": request.POST.get("way", ""), "text": typed})
    form.canned = offered if reply is None else None
    if request.htmx:
        form.fields["text"].widget.attrs["autofocus"] = True
        return render(
            request, "tickets/_reply.html#words", {"answer": form, "ticket": about.ticket}
        )
    return ticket_page.show(request, number, written=form)


@action
def call(request: Request, number: int) -> HttpResponse:
    return _touched(request, CalledForm(find_open(request, number), request.POST))


@action
def walk_in(request: Request, number: int) -> HttpResponse:
    return _touched(request, WalkInForm(find_open(request, number), request.POST))


def _touched(request: Request, form: TouchForm) -> HttpResponse:
    if not form.is_valid():
        return refuse(request, form)
    ticket, contact = form.about.ticket, form.contact
    is_answer = contact.direction == Direction.IN and form.cleaned_data["is_answer"]
    try:
        logged = journey.contact_logged(
            contact,
            by=request.user,
            now=form.about.now,
            ticket=ticket,
            callback_is=Promise.Status.VOID if is_answer else "",
        )
    except IntegrityError:  # the button was pressed twice
        sent(request, form)
        return done(request, ticket, _("That is logged already."))
    sent(request, form)
    if not contact.reached and logged.promise is not None and logged.promise.is_open:
        due = {"when": due_text(logged.promise.due_at, form.about.now)}
        return done(request, ticket, _("Logged. They are owed a call by %(when)s.") % due)
    return done(request, ticket, _("Logged on %s.") % ticket)


def colleagues(request: Request) -> HttpResponse:
    """Offer whom a note may name, as the letters after an @ are typed."""
    typed = request.GET.get("at", "")[:40]
    staff = User.objects.filter(is_active=True).exclude(role=User.Role.INTEGRATION)
    begins = Q(username__istartswith=typed) | Q(first_name__istartswith=typed)
    found = staff.filter(begins).exclude(pk=request.user.pk).order_by("first_name", "username")[:6]
    return render(request, "tickets/_colleagues.html", {"found": found})


def came(request: Request, number: int, pk: int) -> HttpResponse:
    """Show what reached us about a contact, as it came: the one thing, or a list of them."""
    contact = _message(number, pk)
    rows = contact.arrivals.defer("raw").annotate(size=Length("raw")).order_by("arrived_at", "pk")
    arrivals = list(rows[:100])
    if len(arrivals) == 1:
        return redirect("arrival", arrivals[0].pk)
    context = {"now": now(), "contact": contact, "arrivals": arrivals}
    return render(request, "tickets/came.html", context)


def _answerable(request: Request, number: int) -> About:
    about = find(request, number)
    if not may_be_answered(about.ticket):
        raise LostRace(f"{about.ticket} takes no answer")
    return about


@action
def retry(request: Request, number: int, pk: int) -> HttpResponse:
    """Send it after all; from the list of what is stuck, back to it."""
    journey.message_retried(_message(number, pk), now=now())
    messages.success(request, _("It is tried again now."))
    return redirect(way_back(request, ticket_page.address(number)))


@action
def accept(request: Request, number: int, pk: int) -> HttpResponse:
    message = _message(number, pk)
    if message.is_verified:
        raise LostRace(f"{message} is theirs already")
    journey.sender_accepted(message)
    messages.success(request, _("They belong to this ticket now."))
    return redirect("ticket", number)


def _message(number: int, pk: int) -> Interaction:
    contacts = Interaction.objects.select_related("ticket__customer", "contact_point")
    return get_object_or_404(contacts, pk=pk, ticket=number)


@action
def task(request: Request, number: int, pk: int) -> HttpResponse:
    about, follow_up = find(request, number), _task(number, pk)
    form = TaskForm(about, request.POST, row=follow_up)
    if not form.is_valid():
        return refuse(request, form)
    journey.task_done(follow_up, form.cleaned_data["outcome"], by=request.user, now=about.now)
    return done(request, about.ticket, _("Done, and written down."))


@action
def asked(request: Request, number: int, pk: int) -> HttpResponse:
    about, follow_up = find(request, number), _task(number, pk)
    if follow_up.rule != HappyForm.rule:
        raise LostRace(f"{follow_up} asks nothing")
    form = HappyForm(about, request.POST, row=follow_up)
    if not form.is_valid():
        return refuse(request, form)
    is_happy = form.cleaned_data["is_happy"] == "yes"
    journey.satisfaction_asked(
        follow_up,
        is_happy=is_happy,
        words=form.cleaned_data["words"],
        by=request.user,
        now=about.now,
    )
    said = _("They are happy.") if is_happy else _("They are not happy, and are owed a call.")
    return done(request, about.ticket, said)


def _task(number: int, pk: int) -> FollowUp:
    follow_ups = FollowUp.objects.select_related("ticket__customer")
    return get_object_or_404(follow_ups, pk=pk, ticket=number)


def opt_out(request: Request, pk: int) -> HttpResponseBase:
    """They said that they want no messages there."""
    point = get_object_or_404(ContactPoint, pk=pk)
    if request.method == "POST":
        journey.opted_out(point, now=now())
        said = _("No more messages to %s.") % point.said(request.shop.region)
        messages.success(request, said)
    return redirect(way_back(request))


urlpatterns = [
    path("tickets/<int:number>/answer/", answer, name="ticket-answer"),
    path("tickets/<int:number>/answer/parts/", answer_parts, name="ticket-answer-parts"),
    path("tickets/<int:number>/answer/canned/", answer_canned, name="ticket-answer-canned"),
    path("tickets/<int:number>/call/", call, name="ticket-call"),
    path("tickets/<int:number>/walk-in/", walk_in, name="ticket-walk-in"),
    path("tickets/<int:number>/contacts/<int:pk>/came/", came, name="contact-came"),
    path("colleagues/", colleagues, name="colleagues"),
    path("tickets/<int:number>/messages/<int:pk>/retry/", retry, name="message-retry"),
    path("tickets/<int:number>/messages/<int:pk>/accept/", accept, name="message-accept"),
    path("tickets/<int:number>/tasks/<int:pk>/done/", task, name="task-done"),
    path("tickets/<int:number>/tasks/<int:pk>/asked/", asked, name="task-asked"),
    path("contact-points/<int:pk>/opt-out/", opt_out, name="opt-out"),
]
