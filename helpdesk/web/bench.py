"""The bench: what technicians work on, by our own target, with the quote in sight."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.db.models import (
    Exists,
    IntegerField,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.functional import Promise as LazyText
from django.utils.html import format_html
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from helpdesk import journey
from helpdesk.models import Draft
from helpdesk.web import composer, drafts
from helpdesk.web.fields import Text
from helpdesk.web.http import Request, part, way_back
from helpdesk.web.ticket_forms import MONTH, new_id
from policies.follow_ups import ways
from policies.models import Promise, Quote
from tickets import notes
from tickets import text as texts
from tickets.models import Interaction, Ticket, User
from tickets.models.work import Kind
from tickets.states import LostRace

TEMPLATE = "desk/bench.html"
SIZE = 48  # whole rows of two, three or four columns
ASIDE = 30

WORKED_ON = (Ticket.Status.NEW, Ticket.Status.OPEN)
BOTH, MINE, NOBODYS, EVERYBODYS = "both", "mine", "nobody", "all"
WHOSE: dict[str, LazyText] = {
    BOTH: gettext_lazy("Mine and nobody's"),
    MINE: gettext_lazy("Mine"),
    NOBODYS: gettext_lazy("Nobody's"),
    EVERYBODYS: pgettext_lazy("whose work", "All"),
}


@dataclass(frozen=True)
class Job:
    """A ticket as it lies on the bench."""

    ticket: Ticket
    promises: Sequence[Promise]
    quote: Quote | None
    target: datetime
    minutes: int
    today: date
    moment: datetime

    @property
    def is_under_warranty(self) -> bool:
        device = self.ticket.device
        return bool(device and device.warranty_until and device.warranty_until >= self.today)

    @property
    def is_past_target(self) -> bool:
        return bool(self.promises) and self.target <= self.moment

    @property
    def is_unheard(self) -> bool:
        """Whether they are worried, and nobody has said that we know."""
        return bool(self.ticket.concern) and self.ticket.acknowledged_at is None

    @property
    def is_snoozed(self) -> bool:
        until = self.ticket.snoozed_until
        return until is not None and until > self.moment

    @property
    def is_ready_untold(self) -> bool:
        """Whether it is ready, and as far as we know they are not aware of it."""
        is_ready = self.ticket.status == Ticket.Status.READY
        return is_ready and any(it.kind == Promise.Kind.TURNAROUND for it in self.promises)

    @property
    def quote_alone(self) -> Quote | None:
        """Return the quote where no promise shown is made of it: not agreed to, or broken since."""
        is_shown = any(promise.quote is not None for promise in self.promises)
        return None if is_shown else self.quote


class NoteLine(forms.Form):
    """A note in one line, with the minutes it took."""

    text = Text(max_length=notes.LONGEST)
    minutes = forms.IntegerField(required=False, min_value=0, max_value=MONTH)
    form_id = forms.CharField(required=False, max_length=32)


@dataclass(frozen=True)
class Noting:
    """The line for a note, open on one ticket, with what was typed or begun on it."""

    number: int
    form: NoteLine
    draft_of: str
    draft: Draft | None


@require_safe
@vary_on_headers("HX-Request")
def bench(request: Request) -> HttpResponse:
    asked = request.GET.get("note", "")
    is_number = asked.isascii() and asked.isdecimal() and len(asked) < 19
    return _shown(request, _noting(request, int(asked)) if is_number else None)


def _noting(request: Request, number: int) -> Noting:
    """Open the line; what was begun here or on the ticket's own page is in it."""
    key = composer.draft_of(number, "note")
    draft = drafts.begun(request, key).get(key)
    fields = draft.fields if draft else {}
    begun = {"text": texts.one_line(str(fields.get("text", ""))), "minutes": fields.get("minutes")}
    return Noting(number, NoteLine(initial=begun), key, draft)


def _shown(request: Request, noting: Noting | None, status: int = 200) -> HttpResponse:
    moment = now()
    whose = request.GET.get("whose", "")
    if whose not in WHOSE:
        is_technician = request.user.role == User.Role.TECHNICIAN
        whose = BOTH if is_technician else EVERYBODYS
    work = _in_order(_work(request.user, whose))
    found = _following(_on_it(work, moment), request.GET.get("after", ""))[: SIZE + 1]
    rows = _whole(found)
    aside = _whole(_put_aside(work, moment)[: ASIDE + 1])
    _complete([*rows, *aside])
    today = localdate(moment)
    context = {
        "now": moment,
        "whose": whose,
        "choices": WHOSE.items(),
        "jobs": [_job(row, today, moment) for row in rows[:SIZE]],
        "is_first": "after" not in request.GET,
        "next": rows[SIZE - 1].pk if len(rows) > SIZE else None,
        "aside": [_job(row, today, moment) for row in aside[:ASIDE]],
        "has_more_aside": len(aside) > ASIDE,
        "noting": noting,
        "is_aside_open": noting is not None and noting.number in {row.pk for row in aside},
        "form_id": (noting and noting.form.data.get("form_id")) or new_id(),
    }
    return render(request, part(request, TEMPLATE, "bench"), context, status=status)


def _work(user: User, whose: str) -> QuerySet[Ticket]:
    """Return the open tickets there is something to do about with one's hands.

    Whose they are or, of those nobody has, what was brought in or quoted: to answer a call that
    was missed is no work for the bench.
    """
    owed = Promise.objects.open().filter(ticket=OuterRef("pk"), kind=Promise.Kind.TURNAROUND)
    hands = Q(service__isnull=False) | Q(device__isnull=False) | Q(channel=Kind.WALK_IN)
    nobodys = Q(assignee__isnull=True) & (hands | ~Q(fault="") | Exists(owed))
    asked = {
        BOTH: Q(assignee=user) | nobodys,
        MINE: Q(assignee=user),
        NOBODYS: nobodys,
        EVERYBODYS: Q(assignee__isnull=False) | nobodys,
    }
    return Ticket.objects.open().filter(asked[whose])


def _on_it(work: QuerySet[Ticket], moment: datetime) -> QuerySet[Ticket]:
    return work.filter(status__in=WORKED_ON).exclude(snoozed_until__gt=moment)


def _put_aside(work: QuerySet[Ticket], moment: datetime) -> QuerySet[Ticket]:
    return work.filter(~Q(status__in=WORKED_ON) | Q(snoozed_until__gt=moment))


def _in_order(work: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Sort by our own target, else by what was promised next, else by when it came."""
    owed = Promise.objects.open().filter(ticket=OuterRef("pk"))
    turnaround = owed.filter(kind=Promise.Kind.TURNAROUND).order_by("due_at", "pk")
    earliest = owed.order_by().values("ticket").annotate(at=Min("due_at"))
    return work.annotate(
        target=Coalesce(
            Subquery(turnaround.values("target_at")[:1]),
            Subquery(turnaround.values("due_at")[:1]),
            Subquery(earliest.values("at")),
            "opened_at",
        )
    ).order_by("target", "number")


def _following(work: QuerySet[Ticket], number: str) -> QuerySet[Ticket]:
    """Return what comes after the ticket `number`, wherever that lies by now."""
    is_number = number.isascii() and number.isdecimal() and len(number) < 19
    last = _in_order(Ticket.objects.filter(pk=int(number))).first() if is_number else None
    if last is None:
        return work
    at: datetime = last.target  # type: ignore[attr-defined]  # an annotation
    return work.filter(Q(target__gt=at) | Q(target=at, number__gt=last.number))


def _whole(work: QuerySet[Ticket]) -> list[Ticket]:
    minutes = Interaction.objects.filter(ticket=OuterRef("pk")).order_by().values("ticket")
    summed = Subquery(
        minutes.annotate(sum=Sum("minutes")).values("sum"), output_field=IntegerField()
    )
    rows = work.annotate(worked=Coalesce(summed, 0))
    return list(
        rows.select_related(
            *("customer", "contact_point", "assignee", "service", "device", "snoozed_by")
        ).defer("search_text", "customer__search_text")
    )


def _complete(rows: list[Ticket]) -> None:
    """Read what was promised and quoted on all of them at once."""
    promised = Promise.objects.open().select_related("quote__service").order_by("due_at", "pk")
    quoted = Quote.objects.select_related("service").order_by("-quoted_at", "-pk")
    prefetch_related_objects(
        rows,
        Prefetch("promises", promised, to_attr="promised"),
        Prefetch("quotes", quoted, to_attr="quoted"),
    )


def _job(ticket: Any, today: date, moment: datetime) -> Job:
    """Put together what `_in_order`, `_whole` and `_complete` have read."""
    promised: list[Promise] = sorted(
        ticket.promised, key=lambda promise: promise.kind != Promise.Kind.TURNAROUND
    )
    agreed = next((promise.quote for promise in promised if promise.quote), None)
    return Job(
        ticket=ticket,
        promises=promised[:2],
        quote=agreed or next(iter(ticket.quoted), None),
        target=ticket.target,
        minutes=ticket.worked,
        today=today,
        moment=moment,
    )


@require_POST
def move(request: Request, number: int) -> HttpResponse:
    """Move it on: in work, waiting, or ready, where they say whether the customer knows."""
    ticket = _open(number)
    to = request.POST.get("to", "")
    if to not in {*WORKED_ON[1:], Ticket.Status.WAITING, Ticket.Status.READY}:
        return _back(request)
    is_told, before = request.POST.get("customer_told") == "on", ticket.status
    journey.ticket_moved(ticket, to, by=request.user, now=now(), customer_told=is_told)
    messages.success(
        request, format_html("{} {}", _moved(ticket, is_told=is_told), _undo(ticket, before))
    )
    return _back(request)


def _moved(ticket: Ticket, *, is_told: bool) -> str:
    """Say where it is now, with a link to it."""
    said = {
        Ticket.Status.OPEN: _("{} is in work again."),
        Ticket.Status.WAITING: _("{} waits for the customer."),
        Ticket.Status.READY: _("{} is ready. The customer is told by a message."),
    }[Ticket.Status(ticket.status)]
    if ticket.status == Ticket.Status.READY and is_told:
        said = _("{} is ready, and the customer knows.")
    elif ticket.status == Ticket.Status.READY and ways.to_write(ticket) is None:
        said = _("{} is ready. The customer has to be called.")
    link = format_html('<a href="{}">{}</a>', reverse("ticket", args=[ticket.pk]), ticket)
    return format_html(said, link)


def _undo(ticket: Ticket, before: str) -> str:
    """Return the way back: a button, or the question that comes before ready."""
    if before == ticket.status:
        return ""
    if before == Ticket.Status.READY:
        asks = f"{reverse('ticket', args=[ticket.pk])}?do=ready#do"
        return format_html('<a href="{}">{}</a>', asks, _("Ready…"))
    is_waiting = before == Ticket.Status.WAITING
    return format_html(
        # `later` is the empty form of every page.
        '<button class="button small" form="later" formaction="{}" name="to" value="{}">'
        "{}</button>",
        reverse("bench-move", args=[ticket.pk]),
        Ticket.Status.WAITING if is_waiting else Ticket.Status.OPEN,
        _("Waiting") if is_waiting else _("Back to work"),
    )


@require_POST
def take(request: Request, number: int) -> HttpResponse:
    ticket = _open(number)
    if ticket.assignee_id not in {None, request.user.pk}:  # a colleague was quicker
        raise LostRace(f"{ticket} is with {ticket.assignee}")
    journey.ticket_assigned(ticket, request.user, now=now())
    messages.success(request, _("%s is yours now.") % ticket)
    return _back(request)


@require_POST
def note(request: Request, number: int) -> HttpResponse:
    ticket = _open(number)
    form, key = NoteLine(request.POST), composer.draft_of(number, "note")
    if not form.is_valid():
        return _shown(request, Noting(number, form, key, None), 422)
    given = form.cleaned_data
    try:
        journey.note_added(
            ticket,
            given["text"],
            by=request.user,
            now=now(),
            minutes=given["minutes"] or 0,
            form_id=f"{given['form_id'][:20]}-{number}" if given["form_id"] else "",
        )
    except IntegrityError:  # the button was pressed twice
        drafts.forget(request, key)
        messages.success(request, _("That note is saved already."))
        return _back(request)
    drafts.forget(request, key)
    messages.success(request, _("Noted on %s.") % ticket)
    return _back(request)


def _open(number: int) -> Ticket:
    rows = Ticket.objects.select_related("customer", "contact_point", "assignee")
    ticket = get_object_or_404(rows, pk=number)
    if ticket.is_ended:
        raise LostRace(f"{ticket} has ended")
    return ticket


def _back(request: Request) -> HttpResponse:
    """Return to the bench as they had it, the line for a note closed."""
    came, ours = urlsplit(way_back(request, "bench")), reverse("bench")
    query = QueryDict(came.query, mutable=True)
    query.pop("note", None)
    address = ours if came.path.startswith(ours) else came.path
    return redirect(f"{address}?{query.urlencode()}" if query else address)


urlpatterns = [
    path("bench/", bench, name="bench"),
    path("bench/<int:number>/move/", move, name="bench-move"),
    path("bench/<int:number>/take/", take, name="bench-take"),
    path("bench/<int:number>/note/", note, name="bench-note"),
]
