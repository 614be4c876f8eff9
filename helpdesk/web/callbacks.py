"""Whom we owe a call, who of us is calling them, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.contrib import messages
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Left
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpdesk import journey
from helpdesk.journey import Contact, Direction
from helpdesk.templatetags.desk import due_text
from helpdesk.web import owed
from helpdesk.web.http import Request
from policies import callbacks as claims
from policies.callbacks import Attempt
from policies.models import CallbackClaim, Promise
from tickets.models import ContactPoint, Interaction
from tickets.models.work import Kind
from tickets.states import LostRace
from tickets.text import one_line

TEMPLATE = "desk/callbacks.html"
SAID = 300  # characters of what they said last; a line of it is shown
VOICEMAIL = "voicemail"


@dataclass(frozen=True)
class Row:
    """Somebody to call: where, about what, and what was tried."""

    promise: Promise
    number: ContactPoint | None
    said: str
    attempts: list[Attempt]
    claim: CallbackClaim | None  # None also when it has run out
    is_mine: bool


@require_GET
def callbacks(request: Request) -> HttpResponse:
    moment = now()
    heard = Interaction.objects.filter(ticket=OuterRef("ticket"), direction=Direction.IN)
    heard = heard.exclude(text="").order_by("-happened_at", "-pk")
    found = owed.ranked(moment).open().filter(kind=Promise.Kind.CALLBACK)
    found = found.annotate(said=Subquery(heard.values(beginning=Left("text", SAID))[:1]))
    page = owed.page(found.select_related("claim__user"), request.GET, moment)
    tried = claims.attempts(page.rows)

    def row(promise: Promise) -> Row:
        claim = getattr(promise, "claim", None)
        if claim is not None and claim.until <= moment:
            claim = None
        return Row(
            promise,
            owed.number(promise.ticket),
            one_line(promise.said or "", SAID),  # type: ignore[attr-defined]  # an annotation
            tried[promise.pk],
            claim,
            is_mine=claim is not None and claim.user == request.user,
        )

    groups = owed.grouped(page.rows, moment, row)
    return render(request, TEMPLATE, {"now": moment, "page": page, "groups": groups})


Deed = Callable[[Request, int], HttpResponseBase]


def deed(view: Deed) -> Deed:
    """Let only a POST do it; a reload, or a log-in in between, comes to the list."""

    @wraps(view)
    def guarded(request: Request, pk: int) -> HttpResponseBase:
        return view(request, pk) if request.method == "POST" else redirect("callbacks")

    return guarded


@deed
def claim(request: Request, pk: int) -> HttpResponse:
    promise = _find(pk)
    journey.callback_claimed(promise, by=request.user, now=now())
    return _back(promise)


@deed
def release(request: Request, pk: int) -> HttpResponse:
    promise = _find(pk)
    journey.callback_released(promise, by=request.user)
    return _back(promise)


@deed
def tried(request: Request, pk: int) -> HttpResponse:
    """Called, and nobody answered; perhaps they will hear what we said to their voicemail."""
    moment, left_voicemail = now(), request.POST.get("how") == VOICEMAIL
    contact = Contact(
        kind=Kind.VOICEMAIL if left_voicemail else Kind.CALL,
        direction=Direction.OUT,
        said=_("Left a voicemail.") if left_voicemail else _("No answer."),
        heard_at=moment,
        reached=False,
    )
    with transaction.atomic():
        ticket = _find(pk, is_open=True).ticket
        logged = journey.contact_logged(contact, by=request.user, now=moment, ticket=ticket)
    assert logged.promise is not None  # an unanswered call leaves one
    said = _("%(who)s: %(what)s We try again %(when)s.") % {
        "who": ticket.who,
        "what": contact.said,
        "when": due_text(logged.promise.due_at, moment),
    }
    messages.success(request, said)
    return _back(logged.promise)


@deed
def solved(request: Request, pk: int) -> HttpResponse:
    with transaction.atomic():
        promise = _find(pk, is_open=True)
        because = _("They solved it themselves")
        journey.promise_ended(promise, "solved", because=because, by=request.user, now=now())
    if promise.status == Promise.Status.BROKEN:
        messages.warning(request, _("Its time had passed, so it counts as broken."))
    else:
        who = promise.ticket.who
        messages.success(request, _("%s: solved by themselves. Nothing is owed.") % who)
    return redirect("callbacks")


def _find(pk: int, *, is_open: bool = False) -> Promise:
    """Find the callback. With `is_open` it is locked, and LostRace raised where it has ended.

    Their call and a colleague's word about it may arrive as the button is pressed: the promise
    that was on the screen is the one it is about, and not the next of the chain.
    """
    rows = Promise.objects.filter(kind=Promise.Kind.CALLBACK)
    rows = rows.select_related("ticket__customer", "ticket__contact_point")
    if is_open:
        rows = rows.select_for_update(of=("self",))
    promise: Promise = get_object_or_404(rows, pk=pk)
    if is_open and not promise.is_open:
        raise LostRace(f"{promise} has ended")
    return promise


def _back(promise: Promise) -> HttpResponse:
    return redirect(f"{reverse('callbacks')}#callback-{promise.pk}")


urlpatterns = [
    path("callbacks/", callbacks, name="callbacks"),
    path("callbacks/<int:pk>/claim/", claim, name="callback-claim"),
    path("callbacks/<int:pk>/release/", release, name="callback-release"),
    path("callbacks/<int:pk>/tried/", tried, name="callback-tried"),
    path("callbacks/<int:pk>/solved/", solved, name="callback-solved"),
]
