"""Everything on one ticket's page; shown again, with what was typed, when a form is refused."""

from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now

from billing.models import Invoice, Settlement
from helpdesk.web import correspondence, timeline
from helpdesk.web.answers import AnswerForm, may_be_answered
from helpdesk.web.http import Request
from helpdesk.web.invoices import PaymentForm
from helpdesk.web.promise_forms import CallbackForm, EndForm, PromiseForm, QuoteForm, ToldForm
from helpdesk.web.task_forms import TASKS
from helpdesk.web.ticket_forms import (
    About,
    ActionForm,
    AssignForm,
    CloseForm,
    ContactMoveForm,
    EditForm,
    IdentifyForm,
    MergeForm,
    MoveForm,
    NoteForm,
    SpamForm,
    cost,
)
from policies import wording
from policies.models import FollowUp, Promise, Quote
from tickets.models import Attachment, Interaction, Shop, Ticket

TEMPLATE = "tickets/ticket.html"
SHOWN = 100  # entries of the timeline, unless all are asked for
LEDGER = 5  # promises that ended, and quotes, in the ledgers beside it

# What opens by ?do=; told, end and contact are about one row more.
PANELS: dict[str, type[ActionForm]] = {
    form.do: form
    for form in (
        *(EditForm, AssignForm, CloseForm, SpamForm, MergeForm),
        *(CallbackForm, PromiseForm, QuoteForm),
    )
}

_closed = Ticket.objects.filter(customer=OuterRef("customer"), status=Ticket.Status.CLOSED)
_by_customer = _closed.order_by().values("customer")
_gifts = Settlement.objects.filter(
    kind=Settlement.Kind.GIFT, invoice__customer=OuterRef("customer")
)
_given = _gifts.order_by().values("invoice__customer").annotate(sum=Sum("amount"))
# A ticket with all that one row of each can say, in one query. Written down once: to put it
# together costs as much as to ask it.
TICKETS: QuerySet[Any] = (
    Ticket.objects.select_related(
        *("customer", "contact_point", "service", "assignee", "ended_by", "merged_into")
    )
    .defer("search_text", "customer__search_text", "merged_into__search_text")
    .annotate(
        free=Subquery(_by_customer.annotate(n=Count("pk", filter=Q(charge="free"))).values("n")),
        charged=Subquery(
            _by_customer.annotate(n=Count("pk", filter=Q(charge="charged"))).values("n")
        ),
        given=Subquery(_given.values("sum")),
        has_merged=Exists(Ticket.objects.filter(merged_into=OuterRef("pk"))),
    )
)


@dataclass(frozen=True)
class Bill:
    """An invoice, how far it is settled in minor units, and the form for what is due."""

    invoice: Invoice
    paid: int
    is_gift: bool
    form: PaymentForm | None

    @property
    def due(self) -> int:
        return self.invoice.total - self.paid

    @property
    def mark(self) -> str:
        if self.due:
            return "open"
        return "gift" if self.is_gift else "kept"


def address(number: int) -> str:
    return reverse("ticket", args=[number])


def show(request: Request, number: int, *, refused: ActionForm | None = None) -> HttpResponse:
    """Answer with the page, or for htmx with the part of it that was asked for."""
    ticket = get_object_or_404(TICKETS, pk=number)
    about = About(ticket, request.user, request.shop, now())
    context: dict[str, Any] = {"ticket": ticket, "now": about.now}
    if request.htmx.target != "found":
        stays = refused is None or isinstance(refused, NoteForm | IdentifyForm | AnswerForm)
        context["panel"] = _panel(request, about) if stays else refused
    if request.htmx.target == "do":
        return render(request, f"{TEMPLATE}#do", context)
    if ticket.customer is None and not ticket.is_ended:
        is_it = isinstance(refused, IdentifyForm)
        who = request.GET.get("who", "")
        context["identify"] = refused if is_it else IdentifyForm(about, who=who)
    if request.htmx.target == "found":
        return render(request, f"{TEMPLATE}#found", context)

    context["note"] = refused if isinstance(refused, NoteForm) else NoteForm(about)
    if may_be_answered(ticket):
        context["answer"] = refused if isinstance(refused, AnswerForm) else AnswerForm(about)
    context |= _history(about, has_merged=ticket.has_merged, shows_all="all" in request.GET)
    context |= _ways_on(about)
    return render(request, TEMPLATE, context, status=422 if refused else 200)


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


def _history(about: About, *, has_merged: bool, shows_all: bool) -> dict[str, Any]:
    """Return the timeline and the ledgers; the same number of queries for any number of rows."""
    ticket, limit = about.ticket, None if shows_all else SHOWN + 1
    promises = list(_promises(ticket)[:limit])
    quotes = list(_quotes(ticket)[:limit])
    merged = ticket.merged.select_related("ended_by").order_by("-pk")[:limit] if has_merged else []
    reasons = correspondence.reasons(_follow_ups(ticket)[:limit])
    bills = _bills(about)
    entries = timeline.entries(
        about,
        contacts=_contacts(ticket)[:limit],
        promises=promises,
        quotes=quotes,
        invoices=[bill.invoice for bill in bills],
        merged=merged,
    )
    promised = sorted((it for it in promises if it.is_open), key=lambda it: (it.due_at, it.pk))
    fates = [it for it in promises if not it.is_open]
    kinds = {it.kind for it in promised}
    return {
        "entries": entries if shows_all else entries[:SHOWN],
        "has_more_entries": not shows_all and len(entries) > SHOWN,
        "promised": promised,
        "owes_callback": Promise.Kind.CALLBACK in kinds,
        "owes_turnaround": Promise.Kind.TURNAROUND in kinds,
        "fates": fates if shows_all else fates[:LEDGER],
        "has_more_fates": not shows_all and len(fates) > LEDGER,
        "quotes": quotes if shows_all else quotes[:LEDGER],
        "has_more_quotes": not shows_all and len(quotes) > LEDGER,
        "bills": bills,
        "tasks": [it for it in reasons if it.is_task],
        "reasons": reasons if shows_all else reasons[:LEDGER],
        "has_more_reasons": not shows_all and len(reasons) > LEDGER,
    }


def _contacts(ticket: Ticket) -> QuerySet[Interaction]:
    contacts = ticket.interactions.select_related("staff", "contact_point", "call")
    attachments = Prefetch("attachments", Attachment.objects.order_by("pk"))
    return contacts.prefetch_related(attachments).order_by("-happened_at", "-pk")


def _promises(ticket: Ticket) -> QuerySet[Promise]:
    # Those that are open first: in this order the first hundred hold what the newest entries need.
    promises = Promise.objects.filter(ticket=ticket).select_related("maker", "ended_by", "follows")
    return promises.order_by(F("ended_at").desc(nulls_first=True), "-pk")


def _follow_ups(ticket: Ticket) -> QuerySet[FollowUp]:
    # What is to be done first, then what is planned, then what was done.
    rank = Case(When(status="task", then=0), When(status="planned", then=1), default=2)
    follow_ups = FollowUp.objects.filter(ticket=ticket).select_related("done_by", "promise")
    return follow_ups.order_by(rank, F("done_at").desc(nulls_first=True), "due_at", "-pk")


def _quotes(ticket: Ticket) -> QuerySet[Quote]:
    quotes = Quote.objects.filter(ticket=ticket).select_related("service", "quoted_by")
    return quotes.order_by("-pk")


def _bills(about: About) -> list[Bill]:
    if not about.ticket.endings:  # nothing is invoiced before an end
        return []
    settlements = Settlement.objects.select_related("author").order_by("pk")
    invoices = Invoice.objects.filter(ticket=about.ticket).prefetch_related(
        Prefetch("settlements", settlements)
    )
    return [_bill(invoice, about.shop) for invoice in invoices.order_by("-ending")]


def _bill(invoice: Invoice, shop: Shop) -> Bill:
    settled = list(invoice.settlements.all())
    paid = sum(each.amount for each in settled)
    is_gift = any(each.kind == Settlement.Kind.GIFT for each in settled)
    due, form = invoice.total - paid, None
    if due:
        locale = wording.locale(shop.language, shop.region)
        form = PaymentForm(invoice, due, locale, auto_id=f"pay-{invoice.pk}-%s")
    return Bill(invoice, paid, is_gift, form)


def _ways_on(about: About) -> dict[str, Any]:
    ticket = about.ticket
    arrows = Ticket.MOVES[Ticket.Status(ticket.status)]
    return {
        "cost": None if ticket.is_ended else cost(about),
        "moves": [to for to in MoveForm.ON_ITS_WAY if to in arrows],
        "hows": Quote.Accepted.choices,
        "points": list(ticket.customer.contact_points.order_by("kind", "pk")[:20])
        if ticket.customer
        else [],
    }
