"""Everything on one ticket's page; shown again, with what was typed, when a form is refused."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now

from helpdesk.models import Draft
from helpdesk.web import (
    composer,
    correspondence,
    presence,
    ticket_rows,
    timeline,
    trouble_page,
)
from helpdesk.web.answers import AnswerForm
from helpdesk.web.composer import TouchForm
from helpdesk.web.end_forms import CloseForm, MergeForm, SpamForm, cost
from helpdesk.web.http import Request
from helpdesk.web.promise_forms import CallbackForm, EndForm, PromiseForm, QuoteForm, ToldForm
from helpdesk.web.task_forms import TASKS
from helpdesk.web.ticket_forms import (
    About,
    ActionForm,
    AssignForm,
    ContactMoveForm,
    EditForm,
    IdentifyForm,
    MoveForm,
    NoteForm,
    ReadyForm,
)
from helpdesk.web.ticket_rows import Show
from helpdesk.web.trouble_forms import PANELS as TROUBLE_PANELS
from policies.models import FollowUp, Promise, Quote
from tickets import tokens
from tickets.models import Ticket

TEMPLATE = "tickets/ticket.html"
# Parts that htmx asks for by where they go.
PANEL, FOUND, WRITE = "tickets/_panel.html", "tickets/_identify.html#found", "tickets/_write.html"
SHOWN = 100  # entries of the timeline, unless all are asked for
LEDGER = 5  # promises that ended, and quotes, in the ledgers beside it

# What opens by ?do=; told, end and contact are about one row more.
PANELS: dict[str, type[ActionForm]] = {
    form.do: form
    for form in (
        *(EditForm, AssignForm, ReadyForm, CloseForm, SpamForm, MergeForm),
        *(CallbackForm, PromiseForm, QuoteForm),
    )
} | TROUBLE_PANELS


def address(number: int) -> str:
    return reverse("ticket", args=[number])


def show(
    request: Request,
    number: int,
    *,
    refused: ActionForm | None = None,
    written: ActionForm | None = None,
) -> HttpResponse:
    """Answer with the page, or for htmx with the part of it that was asked for.

    A form that was `refused` is shown as it was posted, and so is what is `written` but not sent.
    """
    instant = now()
    ticket = get_object_or_404(_tickets(request, number, instant), pk=number)
    about = About(ticket, request.user, request.shop, instant)
    context: dict[str, Any] = {"ticket": ticket, "now": instant}
    part = request.htmx.target if request.method == "GET" else ""
    if part != "found":
        in_place = AnswerForm | NoteForm | TouchForm | IdentifyForm
        stays = refused is None or isinstance(refused, in_place)
        context["panel"] = _panel(request, about) if stays else refused
    if part == "do":
        return render(request, PANEL, context)
    if ticket.customer is None and not ticket.is_ended:
        is_it = isinstance(refused, IdentifyForm)
        who = request.GET.get("who", "")
        context["identify"] = refused if is_it else IdentifyForm(about, who=who)
    if part == "found":
        return render(request, FOUND, context)
    written = written or refused
    writes = composer.compose(request, about, written=written, draft=_draft(ticket))
    context["composer"] = writes
    context |= {writes.form.do: writes.form} if writes else {}
    if part == "write":
        callbacks = Promise.objects.open().filter(ticket=ticket, kind=Promise.Kind.CALLBACK)
        context["owes_callback"] = callbacks.exists()
        return render(request, WRITE, context)
    context |= _history(request, about) | trouble_page.context(about)
    context |= _ways_on(about, owes_turnaround=context["owes_turnaround"])
    context["company"] = presence.glimpsed(ticket)
    return render(request, TEMPLATE, context, status=422 if refused else 200)


def _tickets(request: Request, number: int, instant: datetime) -> QuerySet[Any]:
    """Return the ticket's query, with what they have begun to write where they look first."""
    mine = Draft.objects.filter(user=request.user).order_by("-saved_at")
    asked = composer.FORMS.get(request.GET.get("write", ""))
    if asked is not None:
        begun = mine.filter(form=composer.draft_of(number, asked.do))
    else:  # what they were at last
        begun = mine.filter(form__startswith=composer.draft_of(number, ""))
    names = {"begun_on": "form", "begun": "fields", "begun_at": "saved_at"}
    latest = {name: Subquery(begun.values(field)[:1]) for name, field in names.items()}
    rows: QuerySet[Any] = ticket_rows.seen_by(request.user, now=instant).annotate(**latest)
    return rows


def _draft(ticket: Any) -> Draft | None:
    if ticket.begun_on is None:
        return None
    return Draft(form=ticket.begun_on, fields=ticket.begun, saved_at=ticket.begun_at)


def _panel(request: Request, about: About) -> ActionForm | None:
    """Return the form that `?do=` opens; none where it makes no sense any more."""
    do = request.GET.get("do", "")
    if do in TASKS:  # what is to be done after the end, too
        tasks = FollowUp.objects.tasks().filter(ticket=about.ticket, pk=_key(request, "task"))
        return next((TASKS[do](about, row=task) for task in tasks), None)
    if about.ticket.is_ended:
        return None
    if do in PANELS:
        return PANELS[do](about)
    if do == ContactMoveForm.do:
        contacts = about.ticket.interactions.filter(pk=_key(request, "contact"))
        return next((ContactMoveForm(about, row=contact) for contact in contacts), None)
    promises = Promise.objects.open().filter(ticket=about.ticket)
    if do == EndForm.do:
        found = promises.filter(pk=_key(request, "promise"))
        return next((EndForm(about, row=promise) for promise in found), None)
    if do == ToldForm.do:
        found = promises.filter(pk=_key(request, "promise"), told_at=None)
        return next((ToldForm(about, row=promise) for promise in found), None)
    return None


def _key(request: Request, name: str) -> int:
    typed = request.GET.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0


def _history(request: Request, about: About) -> dict[str, Any]:
    """Return the timeline and the ledgers; the same number of queries for any number of rows."""
    ticket: Any = about.ticket
    shows_all = "all" in request.GET
    limit = None if shows_all else SHOWN + 1
    promises = list(ticket_rows.promises(ticket)[:limit])
    quotes = list(ticket_rows.quotes(ticket)[:limit]) if ticket.has_quotes else []
    reasons = correspondence.reasons(ticket_rows.follow_ups(ticket)[:limit])
    bills = ticket_rows.bills(about) if ticket.has_bills else []
    show = timeline.asked(request.GET.get("show", ""))
    entries = timeline.entries(
        about,
        contacts=ticket_rows.contacts(ticket, show)[:limit],
        promises=promises,
        quotes=quotes,
        bills=bills,
        merged=ticket_rows.merged(ticket)[:limit] if ticket.has_merged else [],
    )
    entries = [entry for entry in entries if show in {Show.ALL, entry.group}]
    fates = [it for it in promises if not it.is_open]
    return {
        "show": show,
        "shows": timeline.shows(show, talk=ticket.said or 0, notes=ticket.notes or 0),
        "entries": entries if shows_all else entries[:SHOWN],
        "has_more_entries": not shows_all and len(entries) > SHOWN,
        "fates": fates if shows_all else fates[:LEDGER],
        "has_more_fates": not shows_all and len(fates) > LEDGER,
        "quotes": quotes if shows_all else quotes[:LEDGER],
        "has_more_quotes": not shows_all and len(quotes) > LEDGER,
        "bills": bills,
        "tasks": [it for it in reasons if it.is_task],
        "reasons": reasons if shows_all else reasons[:LEDGER],
        "has_more_reasons": not shows_all and len(reasons) > LEDGER,
    } | _promised(promises)


def _promised(promises: list[Promise]) -> dict[str, Any]:
    promised = sorted((it for it in promises if it.is_open), key=lambda it: (it.due_at, it.pk))
    kinds = {it.kind for it in promised}
    return {
        "promised": promised,
        "owes_callback": Promise.Kind.CALLBACK in kinds,
        "owes_turnaround": Promise.Kind.TURNAROUND in kinds,
    }


def _ways_on(about: About, *, owes_turnaround: bool) -> dict[str, Any]:
    ticket: Any = about.ticket
    arrows = Ticket.MOVES[Ticket.Status(ticket.status)]
    is_unbilled = not (ticket.is_ended or ticket.has_bills)
    moves = [to for to in MoveForm.ON_ITS_WAY if to in arrows]
    return {
        # What comes on top of an invoice is asked for when the ticket is closed again.
        "cost": cost(about, minutes=ticket.minutes or 0) if is_unbilled else None,
        "moves": moves,
        "next_move": _next(ticket, moves, owes_turnaround=owes_turnaround),
        "hows": Quote.HEARD,
        "their_page": tokens.address(ticket.pk, at=about.now),
        "points": ticket_rows.points(ticket)[:20],
    }


def _next(
    ticket: Ticket, moves: list[Ticket.Status], *, owes_turnaround: bool
) -> Ticket.Status | None:
    """Return where it most likely goes from here; None where that is its end."""
    status = Ticket.Status
    likely = {status.NEW: status.OPEN, status.WAITING: status.OPEN, status.OPEN: status.READY}
    to = likely.get(Ticket.Status(ticket.status))
    is_to_pick_up = ticket.device_id or ticket.service_id or owes_turnaround
    if to == status.READY and not is_to_pick_up:
        return None
    return to if to in moves else None
