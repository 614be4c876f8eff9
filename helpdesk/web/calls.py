"""Logging a call, or somebody at the counter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import trigger_client_event

from billing import rating
from billing.models import NoRate
from helpdesk.journey import Direction, Logged
from helpdesk.templatetags.desk import due_text, money
from helpdesk.web import call_entry, callers, drafts, offers
from helpdesk.web.call_entry import LoggedBefore, NotAsRead
from helpdesk.web.call_form import ENDS, LONGEST_QUERY, CallForm, How, Opened, Outcome
from helpdesk.web.call_page import Page
from helpdesk.web.callers import Found
from helpdesk.web.http import Request
from helpdesk.web.setup import audit
from policies import wording
from policies.models import Promise
from tickets import text
from tickets.merging import NotMergeable
from tickets.models import Call, ContactPoint, Customer, Interaction, Ticket
from tickets.models.work import Kind
from tickets.sentences import in_words
from tickets.states import IllegalMove, LostRace

Row = TypeVar("Row", bound=Model)


@require_http_methods(["GET", "POST"])
def log_call(request: Request) -> HttpResponse:
    moment = now()
    if request.method == "POST":
        return _sent(request, moment)
    call = _call(request.GET)
    ticket = _ticket(request.GET) or (call.ticket if call else None)
    customer = _customer(request.GET) or (ticket.customer if ticket else None)
    current = None if ticket is None or ticket.is_ended else ticket
    draft = _draft(request.GET)
    begun = drafts.begun(request, draft).get(draft)
    if begun and not begun.fields.get("said"):
        begun = None  # no more than a number: the next call is another one
    typed = begun.fields if begun else {}
    query = _query(typed) or _query(request.GET) or _written(call, ticket, customer, request)
    found = callers.find(query, shop=request.shop, now=moment, customer=customer, ticket=current)
    opened = Opened.page(call=call, now=moment)
    values = _to_begin_with(request, call, found, query, typed)
    page = Page(
        request,
        CallForm(initial=values, shop=request.shop, call=call, heard_at=opened.at, found=found),
        opened,
        found,
        moment,
        draft=draft,
        begun=begun,
        ended=None if current else ticket,
        offered=list(typed.get("offered", ())),
    )
    return page.shown(values)


@require_GET
def candidates(request: Request) -> HttpResponse:
    """The part of the page with who it may be; what that changes is asked for when it is there."""
    moment, call = now(), _call(request.GET)
    opened = _opened(request.GET, call, moment)
    query = _query(request.GET)
    found = callers.find(query, shop=request.shop, now=moment)
    name = _name(request.GET, query)
    values = request.GET.dict() | {"about": found.likely, "new_name": name}
    form = CallForm(initial=values, shop=request.shop, call=call, heard_at=opened.at, found=found)
    # What they fill in while this is on its way is newer than what it knows.
    for field in ("new_kind", "new_language", *(() if name and name == query else ("new_name",))):
        form.fields[field].widget.attrs["hx-preserve"] = "true"
    response = Page(request, form, opened, found, moment).part("who", values)
    return trigger_client_event(response, "looked-up", after="swap")


@require_GET
def call_offers(request: Request) -> HttpResponse:
    """The parts of the page that say who it is, what is promised, and what it costs."""
    moment, call = now(), _call(request.GET)
    opened = _opened(request.GET, call, moment)
    values = request.GET.dict()
    form = CallForm(initial=values, shop=request.shop, call=call, heard_at=opened.at)
    return Page(request, form, opened, Found(), moment).part("offers", values)


@require_GET
def call_solutions(request: Request) -> HttpResponse:
    """The part of the page with what fits what they say."""
    moment, call = now(), _call(request.GET)
    opened = _opened(request.GET, call, moment)
    values, offered = request.GET.dict(), request.GET.getlist("offered")
    form = CallForm(initial=values, shop=request.shop, call=call, heard_at=opened.at)
    return Page(request, form, opened, Found(), moment, offered=offered).part("solutions", values)


def _sent(request: Request, moment: datetime) -> HttpResponse:
    call = _call(request.POST)
    read = Opened.read(request.POST.get("moment", ""), call=call, now=moment)
    opened = read or Opened.page(call=call, now=moment)
    query, values = _query(request.POST), request.POST.dict()
    draft, offered = _draft(request.POST), request.POST.getlist("offered")
    looks_up = "look_up" in request.POST or (
        "enter" in request.POST and _is_untouched(request.POST)
    )
    if looks_up:
        found = callers.find(query, shop=request.shop, now=moment)
        values |= {"about": found.likely, "new_name": _name(request.POST, query)}
        form = CallForm(
            initial=values, shop=request.shop, call=call, heard_at=opened.at, found=found
        )
        page = Page(request, form, opened, found, moment, draft=draft, offered=offered)
        return page.shown(values)

    form = CallForm(request.POST, shop=request.shop, call=call, heard_at=opened.at)
    if (saved := _saved(request, form, read, moment)) is not None:
        drafts.forget(request, draft)
        return saved
    found = callers.find(
        query, shop=request.shop, now=moment, customer=form.customer, ticket=form.open_ticket
    )
    page = Page(request, form, opened, found, moment, draft=draft, offered=offered)
    return page.shown(values, status=422)


def _saved(
    request: Request, form: CallForm, opened: Opened | None, moment: datetime
) -> HttpResponse | None:
    """Save, and go on; None when it could not be, and the form says why."""
    if opened is None:
        form.add_error(None, _("This page was open for too long. Look again, then save."))
        return None
    try:
        call_entry.check_unlogged(form.call, opened)
        if not form.is_valid():
            return None
        logged = call_entry.save(form, opened, by=request.user, now=moment)
    except LoggedBefore as before:
        messages.info(request, _("This was logged before. Here is how it stands now."))
        return redirect("ticket", before.ticket.pk) if before.ticket else redirect("log-call")
    except NotAsRead:
        form.add_error(None, _("The promise is another one now. Read it out, then save again."))
    except (IllegalMove, LostRace):
        form.add_error(None, _("Somebody else changed the ticket. Look again, then save."))
    except (NotMergeable, *offers.REFUSALS) as refusal:
        form.add_error(None, in_words(refusal))
    else:
        messages.success(request, _done(form, logged, moment))
        audit.about(request, "ticket", str(logged.ticket.pk))
        is_next = "next" in request.POST
        return redirect("log-call") if is_next else redirect("ticket", logged.ticket.pk)
    return None


def _done(form: CallForm, logged: Logged, moment: datetime) -> str:
    """Say what was saved and what it means, with the ticket to go to."""
    ticket, outcome, promise = logged.ticket, form.cleaned_data["outcome"], logged.promise
    link = format_html('<a href="{}">{}</a>', reverse("ticket", args=[ticket.pk]), ticket)
    if outcome in ENDS:
        return _ended(ticket, link, form, moment)
    if promise is not None and not form.was_reached:
        return format_html(_("Saved on {}. We try again {}."), link, _by(promise, form, moment))
    if promise is not None and outcome == Outcome.CALLBACK:
        said = _("Saved on {}. Promised: we call back {}.")
        if promise.cause_id != logged.interaction.pk:  # a second contact never moves it
            said = _("Saved on {}. Promised before, and it stands: we call back {}.")
        return format_html(said, link, _by(promise, form, moment))
    if outcome == Outcome.QUOTE:
        if form.cleaned_data["agreed"] != "yes":
            return format_html(_("Saved on {}. The quote waits for their answer."), link)
        promise = Promise.objects.open().get(ticket=ticket, kind=Promise.Kind.TURNAROUND)
        by = _by(promise, form, moment)
        return format_html(_("Saved on {}. Promised: ready {}."), link, by)
    if ticket.assignee is not None:
        return format_html(_("Saved on {}, which is with {}."), link, ticket.assignee)
    return format_html(_("Saved on {}, which stays open."), link)


def _ended(ticket: Ticket, link: str, form: CallForm, moment: datetime) -> str:
    try:
        priced = rating.lines(ticket, now=moment)
    except NoRate as refusal:  # it is closed all the same, and invoiced once there is a rate
        return format_html(_("Saved, and {} is closed. {}"), link, refusal)
    amount = money(sum(line.amount for line in priced), form.shop.currency)
    said = _("Saved, and {} is closed. It is invoiced {}: {}.")
    if ticket.charge == Ticket.Charge.FREE:
        said = _("Saved, and {} is closed. It is invoiced and given {}: {}.")
    return format_html(said, link, due_text(ticket.bill_at, moment), amount)


def _by(promise: Promise, form: CallForm, moment: datetime) -> str:
    return wording.deadline(
        promise.due_at,
        now=moment,
        zone=form.shop.tzinfo,
        language=get_language() or "en",
        region=form.shop.region,
    )


# -- what was asked for --------------------------------------------------------------------------


def _call(given: Mapping[str, str]) -> Interaction | None:
    """Return the call that `?call=` names, as the phone system reported it."""
    calls = Interaction.objects.filter(kind=Kind.CALL, call__isnull=False)
    calls = calls.select_related("call", "contact_point", "ticket__customer")
    return _named(calls, given.get("call", ""))


def _ticket(given: Mapping[str, str]) -> Ticket | None:
    """Return the ticket that `?ticket=` names, or what it was merged into."""
    tickets = Ticket.objects.select_related("customer", "contact_point", "merged_into")
    ticket = _named(tickets, given.get("ticket", ""))
    while ticket is not None and ticket.merged_into is not None:
        ticket = ticket.merged_into
    return ticket


def _customer(given: Mapping[str, str]) -> Customer | None:
    customer = _named(Customer.objects.select_related("merged_into"), given.get("customer", ""))
    while customer is not None and customer.merged_into is not None:
        customer = customer.merged_into
    return customer


def _named(rows: QuerySet[Row], key: str) -> Row | None:
    if not key:
        return None
    is_key = key.isascii() and key.isdecimal() and len(key) < 19
    row = rows.filter(pk=int(key)).first() if is_key else None
    if row is None:
        raise Http404
    return row


def _opened(given: Mapping[str, str], call: Interaction | None, moment: datetime) -> Opened:
    read = Opened.read(given.get("moment", ""), call=call, now=moment)
    return read or Opened.page(call=call, now=moment)


def _to_begin_with(
    request: Request, call: Interaction | None, found: Found, query: str, typed: drafts.Fields
) -> dict[str, Any]:
    """Return what is filled in on a page just opened; what was `typed` before comes back."""
    values: dict[str, Any] = {
        "about": found.likely,
        "new_name": _name(request.GET, query),
        "new_language": request.shop.language,
        "how": _how(request, call),
        "said": call.text if call else "",
        "minutes": call.minutes or "" if call else "",
        "gift_reason": _("Quick help, on the house"),
        **{name: str(typed[name]) for name in CallForm.base_fields if name in typed},
        "q": query,
    }
    is_named = values["about"] == "new" and values["new_name"]
    if not is_named and found.of(values["about"]) is None:
        values["about"] = found.likely  # the draft's has ended since, or was nobody yet
    return values


def _query(given: Mapping[str, Any]) -> str:
    return text.one_line(str(given.get("q") or given.get("number") or ""), LONGEST_QUERY)


def _written(
    call: Interaction | None, ticket: Ticket | None, customer: Customer | None, request: Request
) -> str:
    """Return the number to start from, or the name where there is none."""
    point = call.contact_point if call else None
    point = point or (ticket.contact_point if ticket else None)
    if point is None and customer is not None:
        point = customer.contact_points.filter(kind=ContactPoint.Kind.PHONE).first()
    if point is not None:
        return point.said(request.shop.region)
    return customer.name if customer else ""


def _name(given: Mapping[str, str], query: str) -> str:
    """Return the name of somebody new: what was typed as one, else what was looked for."""
    typed = text.one_line(given.get("new_name", ""))
    if typed and typed != text.one_line(given.get("looked_up", "")):
        return typed
    return query if any(letter.isalpha() for letter in query) else ""


def _how(request: Request, call: Interaction | None) -> How:
    if call is not None and call.direction == Direction.OUT:
        was_tried = call.call.status == Call.Status.ENDED and not call.call.was_answered
        return How.NO_ANSWER if was_tried else How.OUT
    return How.OUT if request.GET.get("direction") == "out" and call is None else How.IN


def _draft(given: Mapping[str, str]) -> str:
    """Return the form whose draft it is: a call that rang has its own, and so has where from."""
    if drafts.FORM.fullmatch(given.get("draft", "")):
        return given["draft"]
    if given.get("call"):
        return f"call-{given['call']}"
    for name in ("ticket", "customer", "q", "number"):
        if given.get(name):
            # Begun for somebody, it does not overwrite what was begun for another.
            return f"call-{name}-{slugify(given[name])}"[:40]
    return "call"


def _is_untouched(given: Mapping[str, str]) -> bool:
    """Whether Enter can only mean to look up: nothing else has been filled in."""
    return not given.get("said", "").strip() and not given.get("outcome")


urlpatterns: list[URLPattern] = [
    path("calls/new/", log_call, name="log-call"),
    path("calls/candidates/", candidates, name="log-call-candidates"),
    path("calls/offers/", call_offers, name="log-call-offers"),
    path("calls/solutions/", call_solutions, name="log-call-solutions"),
]
