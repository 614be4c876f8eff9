"""The solutions book: find, read out, offer, write."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from helpdesk import journey
from helpdesk.web.fields import Line, OneOf, Text
from helpdesk.web.http import Request, part
from helpdesk.web.stale import Stale
from tickets import search, solutions
from tickets.models import Offer, Service, Solution, Ticket
from tickets.solutions import CHOICES, LONGEST_CHOICE, Advice
from tickets.states import LostRace
from tickets.text import one_line

ROWS = 60
FITTING = 5
LATEST = 8  # tickets on a solution's page
QUERY = 200
NOT_OFFERED = "unused"


class SolutionForm(Stale):
    """What is written about a common problem."""

    watched = ("title", "text", "choices", "service", "active")

    title = Line(label=gettext_lazy("Problem"), max_length=120)
    text = Text(label=gettext_lazy("What to know"), max_length=solutions.LONGEST, required=False)
    choices = Text(
        label=gettext_lazy("Choices to offer"),
        help_text=gettext_lazy("One a line, each a sentence that can be read out."),
        max_length=CHOICES * (LONGEST_CHOICE + 2),
        required=False,
    )
    service = OneOf(Service.objects.none(), label=gettext_lazy("Service"), required=False)
    active = forms.BooleanField(
        label=gettext_lazy("is offered while a call is logged"), required=False
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        solution: Solution | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        stored: dict[str, Any] = {"active": True}
        if solution is not None:
            names = ("title", "text", "service", "active")
            stored = {name: getattr(solution, name) for name in names}
            stored["choices"] = "\n".join(solution.choices)
        super().__init__(data, initial=stored | (initial or {}))
        now_chosen = solution.service_id if solution else None
        offered = Service.objects.filter(Q(active=True) | Q(pk=now_chosen))
        self.fields["service"].queryset = offered  # type: ignore[attr-defined]

    def clean_choices(self) -> str:
        written: str = self.cleaned_data["choices"]
        lines = [line for line in map(one_line, written.split("\n")) if line]
        if len(lines) > CHOICES:
            raise ValidationError(_("Ten choices are more than anybody can keep in mind."))
        if any(len(line) > LONGEST_CHOICE for line in lines):
            raise ValidationError(_("One of them is longer than 300 characters."))
        return "\n".join(lines)

    @property
    def advice(self) -> Advice:
        given = self.cleaned_data
        return Advice(
            title=given["title"],
            text=given["text"],
            choices=tuple(filter(None, given["choices"].split("\n"))),
            service=given["service"],
            active=given["active"],
        )


@dataclass(frozen=True)
class Choice:
    """One of the choices, and how often it was taken."""

    words: str
    times: int
    is_current: bool = True  # still written in the book


@require_safe
@vary_on_headers("HX-Request")
def book(request: Request) -> HttpResponse:
    q = one_line(request.GET.get("q", ""))[:QUERY]
    service = request.GET.get("service", "")
    found = search.narrow(Solution.objects.all(), q)
    is_unused = service == NOT_OFFERED
    found = found.filter(active=not is_unused)
    if service.isascii() and service.isdecimal() and len(service) < 19:
        found = found.filter(service=int(service))
    ticket = _ticket(request.GET.get("ticket", ""))
    rows = solutions.counted(found).select_related("service").defer("search_text")
    shown = list(rows.order_by("-taken", "-offered", "title", "pk")[: ROWS + 1])
    context = {
        "now": now(),
        "q": q,
        "service": service,
        "unused": NOT_OFFERED,
        "services": Service.objects.filter(Q(active=True) | Q(solutions__isnull=False)).distinct(),
        "solutions": shown[:ROWS],
        "has_more": len(shown) > ROWS,
        "ticket": ticket,
        "fitting": _fitting(ticket, q),
    }
    return render(request, part(request, "solutions/solutions.html", "rows"), context)


def _ticket(number: str) -> Ticket | None:
    """Return the ticket one comes from and goes back to."""
    is_number = number.isascii() and number.isdecimal() and len(number) < 19
    rows = Ticket.objects.select_related("customer", "contact_point", "service")
    return rows.filter(pk=int(number)).first() if is_number else None


def _fitting(ticket: Ticket | None, q: str) -> list[Solution]:
    if ticket is None or q:
        return []
    return solutions.fitting(f"{ticket.subject} {ticket.fault}", ticket.service, FITTING)


@require_safe
def solution(request: Request, pk: int) -> HttpResponse:
    rows = Solution.objects.select_related("service", "written_by")
    found = get_object_or_404(rows, pk=pk)
    ticket = _ticket(request.GET.get("ticket", ""))
    offers = Offer.objects.filter(solution=found)
    counts = dict(offers.order_by().values_list("choice").annotate(Count("pk")))
    latest = offers.select_related("ticket__customer", "ticket__contact_point", "offered_by")
    context = {
        "now": now(),
        "solution": found,
        "offered": sum(counts.values()),
        "choices": _choices(found, counts),
        "undecided": counts.get("", 0),
        "latest": list(latest.order_by("-offered_at", "-pk")[:LATEST]),
        "ticket": ticket,
        "offer": offers.filter(ticket=ticket).first() if ticket else None,
    }
    return render(request, "solutions/solution.html", context)


def _choices(found: Solution, counts: dict[str, int]) -> list[Choice]:
    """Return the choices as written now, then those that were taken when they read otherwise."""
    current = [Choice(words, counts.get(words, 0)) for words in found.choices]
    gone = sorted(set(counts) - {*found.choices, ""})
    return current + [Choice(words, counts[words], is_current=False) for words in gone]


@require_POST
def offer(request: Request, pk: int) -> HttpResponse:
    """Note that it was offered on a ticket, and which choice they took, if they have decided."""
    found = get_object_or_404(Solution, pk=pk)
    ticket = get_object_or_404(Ticket, pk=_number(request.POST.get("ticket", "")))
    choice = request.POST.get("choice", "")
    if ticket.is_ended or choice not in {"", *found.choices}:
        raise LostRace(f"{ticket} has ended, or {found} reads otherwise now")
    journey.solution_offered(found, ticket, by=request.user, now=now(), choice=choice)
    said = _("Offered: %s.") % found
    if choice:
        said = _("Noted: they take “%s”") % choice
    messages.success(request, said)
    return redirect("ticket", ticket.pk)


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else 0


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    given = {"title": one_line(request.GET.get("q", ""), 120)}
    return _written(request, SolutionForm(request.POST or None, initial=given))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    found = get_object_or_404(Solution.objects.select_related("service"), pk=pk)
    return _written(request, SolutionForm(request.POST or None, solution=found), found)


def _written(request: Request, form: SolutionForm, found: Solution | None = None) -> HttpResponse:
    ticket = request.GET.get("ticket", "")
    if request.method == "POST" and form.is_valid():
        row = solutions.write(form.advice, by=request.user, now=now(), solution=found)
        messages.success(request, _("Saved."))
        query = f"?ticket={_number(ticket)}" if _number(ticket) else ""
        return redirect(reverse("solution", args=[row.pk]) + query)
    context = {"form": form, "solution": found, "ticket": _ticket(ticket)}
    status = 422 if request.method == "POST" else 200
    return render(request, "solutions/write.html", context, status=status)


urlpatterns = [
    path("solutions/", book, name="solutions"),
    path("solutions/new/", new, name="solution-new"),
    path("solutions/<int:pk>/", solution, name="solution"),
    path("solutions/<int:pk>/edit/", edit, name="solution-edit"),
    path("solutions/<int:pk>/offer/", offer, name="solution-offer"),
]
