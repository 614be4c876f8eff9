"""What can be done with a ticket. Each is one step of the journey, and back to the page."""

from functools import wraps
from typing import ParamSpec

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import gettext as _

from helpdesk import journey
from helpdesk.templatetags.desk import due_text
from helpdesk.web import composer, drafts, ticket_page
from helpdesk.web.end_forms import CloseForm, MergeForm
from helpdesk.web.http import Request, View
from helpdesk.web.public import write
from helpdesk.web.ticket_forms import (
    About,
    ActionForm,
    AssignForm,
    ContactMoveForm,
    EditForm,
    IdentifyForm,
    MoveForm,
    NoteForm,
)
from policies.follow_ups import ways
from tickets import intake, watching
from tickets.merging import NotMergeable
from tickets.models import Customer, Interaction, Ticket
from tickets.states import LostRace

Rest = ParamSpec("Rest")


def action(view: View[Rest]) -> View[Rest]:
    """Let only a POST do it; a reload, or a log-in in between, comes to the ticket's page."""

    @wraps(view)
    def guarded(request: Request, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        if request.method != "POST":
            return redirect("ticket", kwargs["number"])
        return view(request, *args, **kwargs)

    return guarded


def find(request: Request, number: int) -> About:
    tickets = Ticket.objects.select_related(
        *("customer", "contact_point", "service", "assignee", "merged_into")
    )
    return About(get_object_or_404(tickets, pk=number), request.user, request.shop, now())


def find_open(request: Request, number: int) -> About:
    """Find the ticket; one that has ended since the page was shown is said to have been changed."""
    about = find(request, number)
    if about.ticket.is_ended:
        raise LostRace(f"{about.ticket} has ended")
    return about


def done(request: Request, ticket: Ticket, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("ticket", ticket.pk)


def sent(request: Request, form: ActionForm) -> None:
    """Forget the draft of a form that has done its work."""
    drafts.forget(request, composer.draft_of(form.about.ticket.pk, form.do))


def refuse(request: Request, form: ActionForm) -> HttpResponse:
    """Show the page again, with what was typed and what is wrong with it."""
    return ticket_page.show(request, form.about.ticket.pk, refused=form)


@action
def note(request: Request, number: int) -> HttpResponse:
    about = find(request, number)
    form = NoteForm(about, request.POST)
    if not form.is_valid():
        return refuse(request, form)
    # Merged while it was typed: it is read where the rest is read.
    ticket = about.ticket.merged_into or about.ticket
    try:
        journey.note_added(
            ticket,
            form.cleaned_data["text"],
            by=request.user,
            now=about.now,
            minutes=form.cleaned_data["minutes"] or 0,
            form_id=form.cleaned_data["form_id"],
        )
    except IntegrityError:  # the button was pressed twice
        sent(request, form)
        return done(request, ticket, _("That note is saved already."))
    sent(request, form)
    told = [user for user in watching.named(form.cleaned_data["text"]) if user != request.user]
    if told:
        named = {"ticket": ticket, "names": ", ".join(map(str, told))}
        return done(request, ticket, _("Noted on %(ticket)s. Told: %(names)s.") % named)
    return done(request, ticket, _("Noted on %s.") % ticket)


@action
def edit(request: Request, number: int) -> HttpResponse:
    about = find_open(request, number)
    form = EditForm(about, request.POST)
    if not form.is_valid():
        return refuse(request, form)
    given = form.cleaned_data
    journey.ticket_described(about.ticket, subject=given["subject"], service=given["service"])
    return done(request, about.ticket, _("Saved."))


@action
def assign(request: Request, number: int) -> HttpResponse:
    about = find_open(request, number)
    form = AssignForm(about, request.POST)
    if not form.is_valid():
        return refuse(request, form)
    assignee = form.cleaned_data["assignee"]
    journey.ticket_assigned(about.ticket, assignee, now=about.now)
    if assignee is None:
        return done(request, about.ticket, _("Nobody is assigned now."))
    if assignee == request.user:
        return done(request, about.ticket, _("It is yours now."))
    return done(request, about.ticket, _("%s works on it now.") % assignee)


@action
def move(request: Request, number: int) -> HttpResponse:
    about = find_open(request, number)
    form = MoveForm(about, request.POST)
    if not form.is_valid():
        return refuse(request, form)
    to, is_told = form.cleaned_data["to"], form.cleaned_data["customer_told"]
    journey.ticket_moved(about.ticket, to, by=request.user, now=about.now, customer_told=is_told)
    if to == Ticket.Status.READY and not is_told:
        if ways.to_write(about.ticket):
            return done(request, about.ticket, _("Ready. The customer is told by a message."))
        return done(request, about.ticket, _("Ready. The customer has to be called."))
    return done(request, about.ticket, f"{about.ticket.get_status_display()}.")


@action
def close(request: Request, number: int) -> HttpResponse:
    about = find_open(request, number)
    form = CloseForm(about, request.POST)
    if not form.is_valid():
        return refuse(request, form)
    given = form.cleaned_data
    journey.ticket_closed(
        about.ticket,
        charge=given["charge"],
        gift_reason=given["gift_reason"],
        by=request.user,
        now=about.now,
        concern_is_eased=given.get("concern_is_eased", False),
        **({"promises_are": given["promises_are"]} if "promises_are" in given else {}),
    )
    said = _("Closed. The invoice is issued %s.")
    if given["charge"] == Ticket.Charge.FREE:
        said = _("Closed. It is invoiced and given %s.")
    return done(request, about.ticket, said % due_text(about.ticket.bill_at, about.now))


@action
def reopen(request: Request, number: int) -> HttpResponse:
    about = find(request, number)
    if not about.ticket.is_ended:
        raise LostRace(f"{about.ticket} is open")
    journey.ticket_reopened(about.ticket, by=request.user, now=about.now)
    return done(request, about.ticket, _("Open again."))


@action
def spam(request: Request, number: int) -> HttpResponse:
    about = find_open(request, number)
    journey.marked_spam(about.ticket, by=request.user, now=about.now)
    return done(request, about.ticket, _("Marked as spam."))


@action
def merge(request: Request, number: int) -> HttpResponse:
    about = find_open(request, number)
    form = MergeForm(about, request.POST)
    if not form.is_valid():
        return refuse(request, form)
    into = form.cleaned_data["into"]
    try:
        journey.tickets_merged(about.ticket, into, by=request.user, now=about.now)
    except NotMergeable as error:
        form.add_error("into", str(error))
        return refuse(request, form)
    return done(request, into, _("%(ticket)s is part of this one now.") % {"ticket": about.ticket})


@action
def contact_move(request: Request, number: int, pk: int) -> HttpResponse:
    contact = get_object_or_404(Interaction.objects.select_related("ticket"), pk=pk, ticket=number)
    about = find_open(request, number)
    form = ContactMoveForm(about, request.POST, row=contact)
    if not form.is_valid():
        return refuse(request, form)
    to = form.cleaned_data["to"]
    try:
        journey.contact_moved(contact, to, by=request.user, now=about.now)
    except NotMergeable as error:
        form.add_error("to", str(error))
        return refuse(request, form)
    return done(request, to, _("Moved here from %s.") % about.ticket)


@action
def identify(request: Request, number: int) -> HttpResponse:
    about = find_open(request, number)
    form = IdentifyForm(about, request.POST, who=request.POST.get("name", ""))
    if not form.is_valid():
        return refuse(request, form)
    with transaction.atomic():
        # Locked, so that of two who say at once whose it is, one is told of the other.
        ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=number)
        if ticket.customer_id is not None:
            raise LostRace(f"{ticket} has a customer")
        customer = form.cleaned_data["customer"] or _new_customer(about, form)
        journey.customer_identified(about.ticket, customer)
    return done(request, about.ticket, _("It is %s's.") % customer)


def _new_customer(about: About, form: IdentifyForm) -> Customer:
    number, point = form.cleaned_data.get("number"), about.ticket.contact_point
    if number is not None:
        point = intake.known(number).point
    return intake.new_customer(
        form.cleaned_data["name"],
        shop=about.shop,
        now=about.now,
        point=point,
        language=write.language_of([about.ticket], about.shop),
    )


@action
def revoke_links(request: Request, number: int) -> HttpResponse:
    ticket = get_object_or_404(Ticket, pk=number)
    ticket.links_revoked_at = now()
    ticket.save(update_fields=["links_revoked_at"])
    messages.success(request, _("The addresses given out so far open nothing any more."))
    return redirect("ticket", number)


urlpatterns = [
    path("tickets/<int:number>/note/", note, name="ticket-note"),
    path("tickets/<int:number>/edit/", edit, name="ticket-edit"),
    path("tickets/<int:number>/assign/", assign, name="ticket-assign"),
    path("tickets/<int:number>/move/", move, name="ticket-move"),
    path("tickets/<int:number>/close/", close, name="ticket-close"),
    path("tickets/<int:number>/reopen/", reopen, name="ticket-reopen"),
    path("tickets/<int:number>/spam/", spam, name="ticket-spam"),
    path("tickets/<int:number>/merge/", merge, name="ticket-merge"),
    path("tickets/<int:number>/identify/", identify, name="ticket-identify"),
    path("tickets/<int:number>/links/revoke/", revoke_links, name="ticket-links-revoke"),
    path("tickets/<int:number>/contacts/<int:pk>/move/", contact_move, name="contact-move"),
]
