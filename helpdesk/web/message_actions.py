"""What can be done with messages: answer, send again, say whose they are, do what a rule asks."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import gettext as _

from helpdesk import journey
from helpdesk.web import ticket_page
from helpdesk.web.answers import AnswerForm, may_be_answered
from helpdesk.web.http import Request, way_back
from helpdesk.web.task_forms import HappyForm, TaskForm
from helpdesk.web.ticket_actions import action, done, find, refuse
from helpdesk.web.ticket_forms import About
from policies.models import FollowUp
from tickets.models import ContactPoint, Interaction
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
        return done(request, about.ticket, _("That is on its way already."))
    return done(request, about.ticket, _("It is on its way."))


@action
def answer_parts(request: Request, number: int) -> HttpResponse:
    """Say in how many parts what is typed so far would go."""
    form = AnswerForm(_answerable(request, number), request.POST)
    return render(request, f"{ticket_page.TEMPLATE}#parts", {"answer": form})


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
    path("tickets/<int:number>/messages/<int:pk>/retry/", retry, name="message-retry"),
    path("tickets/<int:number>/messages/<int:pk>/accept/", accept, name="message-accept"),
    path("tickets/<int:number>/tasks/<int:pk>/done/", task, name="task-done"),
    path("tickets/<int:number>/tasks/<int:pk>/asked/", asked, name="task-asked"),
    path("contact-points/<int:pk>/opt-out/", opt_out, name="opt-out"),
]
