"""Their ticket, as the customer may see it: how it stands, what was promised, what was said."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import translation
from django.utils.functional import Promise as LazyText
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from helpdesk import journey
from helpdesk.web.public import promised
from helpdesk.web.public.links import for_whom_has_the_link
from helpdesk.web.public.promised import DeclineForm, Offer, Owed
from helpdesk.web.ticket_forms import new_id
from policies import promises, quotes
from policies.models import Promise, Quote, Satisfaction
from policies.promises import BadTime
from policies.quotes import AlreadyAccepted
from tickets import text
from tickets.mail.contract import File
from tickets.messages import Form
from tickets.models import Interaction, Shop, Ticket
from tickets.models.work import Kind
from tickets.states import LostRace

TEMPLATE = "public/ticket.html"
SHOWN = 50  # the latest; nobody reads farther back on a phone
FILES, LARGEST, TOGETHER = 5, 10 * 2**20, 20 * 2**20
NUMBERED = re.compile(r"\s*\[#\d+\]$")
AN_HOUR = 20  # answers to one ticket: more than anybody has to say

Status = Ticket.Status
# How it stands, in their words.
STANDS: dict[str, tuple[LazyText, LazyText]] = {
    Status.NEW: (gettext_lazy("We have it"), gettext_lazy("Nobody has begun with it yet.")),
    Status.OPEN: (gettext_lazy("We are at it"), gettext_lazy("You need not do anything.")),
    Status.WAITING: (
        gettext_lazy("We wait for you"),
        gettext_lazy("Answer below, call us, or come by."),
    ),
    Status.READY: (gettext_lazy("It is ready"), gettext_lazy("You can pick it up.")),
    Status.CLOSED: (gettext_lazy("It is done"), gettext_lazy("Write below if it is not.")),
}
ANSWERED = gettext_lazy("We have your answer")
GONE = gettext_lazy("That quote cannot be answered any more. This is how it stands.")
SPOKEN = {
    (Kind.CALL, "in"): gettext_lazy("You called"),
    (Kind.CALL, "out"): gettext_lazy("We called"),
    (Kind.VOICEMAIL, "in"): gettext_lazy("You left a voicemail"),
    (Kind.WALK_IN, "in"): gettext_lazy("You were here"),
    (Kind.WALK_IN, "out"): gettext_lazy("We spoke at the counter"),
}


@dataclass(frozen=True)
class Said:
    """One contact; what staff wrote down about a conversation is theirs, and not in it."""

    at: datetime
    what: str
    subject: str
    words: str
    files: tuple[str, ...]
    is_ours: bool
    is_no: bool = False  # to a quote


class Files(forms.FileField):
    """Some files, as one field."""

    widget = type("Several", (forms.ClearableFileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        several = [super(Files, self).clean(one, initial) for one in data or []]
        if len(several) > FILES:
            raise forms.ValidationError(_("Not more than %s files at once.") % FILES)
        sizes = [file.size for file in several]
        if max(sizes, default=0) > LARGEST or sum(sizes) > TOGETHER:
            raise forms.ValidationError(
                _("That is too large: a file may have 10 MB, all of them together 20.")
            )
        return several


class AnswerForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    papers = Files(label=gettext_lazy("Pictures or papers"), required=False)
    form_id = forms.CharField(max_length=32, widget=forms.HiddenInput)


class HappyForm(forms.Form):
    is_happy = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
    words = forms.CharField(
        label=gettext_lazy("In your words"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    form_id = forms.CharField(max_length=32, widget=forms.HiddenInput)


@for_whom_has_the_link
@require_safe
def show(request: HttpRequest, token: str, ticket: Ticket, shop: Shop) -> HttpResponse:
    return _page(request, token, ticket, shop, AnswerForm(initial={"form_id": new_id()}))


@for_whom_has_the_link
@require_POST
def answer(request: HttpRequest, token: str, ticket: Ticket, shop: Shop) -> HttpResponse:
    form = AnswerForm(request.POST, request.FILES)
    if form.is_valid() and _is_a_storm(ticket):
        form.add_error(None, _("That is a lot at once. Please call us, or try again in an hour."))
    if not form.is_valid():
        return _page(request, token, ticket, shop, form, status=422)
    given = form.cleaned_data
    files = tuple(
        File(text.one_line(file.name, 150), file.content_type or "", file.read())
        for file in given["papers"]
    )
    wrote = Form(
        subject="",
        text=given["words"],
        reach=None,
        ticket=ticket,
        files=files,
        form_id=given["form_id"],
    )
    with translation.override(shop.language):  # what becomes of it, staff read
        journey.form_arrived(
            wrote, given["words"].encode(), content_type="text/plain", source="link", now=now()
        )
    messages.success(request, _("Thank you. We have it, and it is on your ticket."))
    return redirect("ticket-link", token)


@for_whom_has_the_link
@require_POST
def happy(request: HttpRequest, token: str, ticket: Ticket, shop: Shop) -> HttpResponse:
    """They say whether they are happy with how it went: once."""
    form = HappyForm(request.POST, auto_id="happy-%s")
    if not form.is_valid():
        wrote = AnswerForm(initial={"form_id": new_id()})
        return _page(request, token, ticket, shop, wrote, happy=form, status=422)
    is_happy = form.cleaned_data["is_happy"] == "yes"
    was_taken = journey.satisfaction_answered(
        ticket,
        is_happy=is_happy,
        words=form.cleaned_data["words"],
        form_id=form.cleaned_data["form_id"],
        now=now(),
    )
    if not was_taken:
        messages.info(request, _("Thank you. We have your answer already."))
    elif is_happy:
        messages.success(request, _("Thank you. That is good to hear."))
    else:
        messages.success(request, _("Thank you for saying so. We are sorry, and we call you."))
    return redirect("ticket-link", token)


@for_whom_has_the_link
@require_POST
def accept(
    request: HttpRequest, token: str, ticket: Ticket, shop: Shop, quote: int
) -> HttpResponse:
    theirs = quotes.to_answer(ticket).filter(pk=quote).first()
    try:
        if theirs is None:
            raise AlreadyAccepted
        with translation.override(shop.language):  # what becomes of it, staff read
            promise = journey.quote_accepted(theirs, how=Quote.Accepted.LINK, by=None, now=now())
    except AlreadyAccepted:
        messages.info(request, GONE)
    else:
        accepted = _("You accepted our quote: %s.") % theirs.service
        messages.success(request, f"{accepted} {promise.told_text or ''}".strip())
    return redirect("ticket-link", token)


@for_whom_has_the_link
@require_POST
def decline(
    request: HttpRequest, token: str, ticket: Ticket, shop: Shop, quote: int
) -> HttpResponse:
    form = DeclineForm(request.POST, auto_id=f"no-{quote}-%s")
    if not form.is_valid():
        wrote = AnswerForm(initial={"form_id": new_id()})
        return _page(request, token, ticket, shop, wrote, refused=(quote, form), status=422)
    theirs = quotes.to_answer(ticket).filter(pk=quote).first()
    because = form.cleaned_data["because"]
    if theirs is None or not journey.quote_declined(theirs, because=because, now=now()):
        messages.info(request, GONE)
    else:
        messages.success(request, _("Thank you for telling us. We do not begin with it."))
    return redirect("ticket-link", token)


@for_whom_has_the_link
@require_POST
def later(request: HttpRequest, token: str, ticket: Ticket, shop: Shop) -> HttpResponse:
    try:
        not_before = datetime.fromisoformat(request.POST.get("at", ""))
        promise = promises.open_callback(ticket)
        if promise is None or not_before.tzinfo is None:
            raise ValueError
        with translation.override(shop.language):  # what becomes of it, staff read
            moved = journey.callback_moved(promise, not_before, now=now())
    except (BadTime, LostRace, ValueError):
        messages.error(request, _("We cannot call back then. Choose one of the times below."))
    else:
        messages.success(request, moved.told_text or "")
    return redirect("ticket-link", token)


def _page(
    request: HttpRequest,
    token: str,
    ticket: Ticket,
    shop: Shop,
    form: AnswerForm,
    *,
    happy: HappyForm | None = None,
    refused: tuple[int, DeclineForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    moment = now()
    history = _history(ticket)
    letters = {said.words.strip() for said in history if said.is_ours}
    owed, offers = promised.on(ticket, shop, letters=letters, refused=refused, now=moment)
    callback = next((one for one in owed if one.promise.kind == Promise.Kind.CALLBACK), None)
    context = {
        "ticket": ticket,
        "shop": shop,
        "token": token,
        "now": moment,
        "form": form,
        "happy": _asked(ticket, happy),
        "stands": _stands(ticket, offers, history),
        "what_to_do": _what_to_do(ticket, callback, offers, moment),
        "owed": owed,
        "later": promises.later_times(callback.promise, now=moment) if callback else [],
        "quotes": offers,
        "history": history,
    }
    return render(request, TEMPLATE, context, status=status)


def _stands(ticket: Ticket, offers: list[Offer], history: list[Said]) -> LazyText:
    """Say how it stands; while a quote waits for their answer, or was just declined, that."""
    if ticket.status in {Status.READY, Status.CLOSED}:  # all the same
        return STANDS[ticket.status][0]
    if offers:
        return STANDS[Status.WAITING][0]
    said = next((said for said in history if not said.is_ours), None)
    return ANSWERED if said and said.is_no else STANDS[ticket.status][0]


def _what_to_do(
    ticket: Ticket, callback: Owed | None, offers: list[Offer], moment: datetime
) -> str:
    """Say what they should do, or what we do next."""
    if offers:
        return _("Read our quote below, and say whether you want it done.")
    if callback is None or ticket.status in {Status.WAITING, Status.READY}:
        return str(STANDS[ticket.status][1])
    if callback.promise.due_at <= moment:
        return _("We are late calling you back. We are sorry, and have not forgotten you.")
    if _is_unhappy(ticket):
        return _("You told us that you are not happy. We are sorry, and call you %s.") % callback.by
    return _("We call you back %s. You need not do anything until then.") % callback.by


def _is_unhappy(ticket: Ticket) -> bool:
    """Whether the last thing they said about how it went is that they are not happy."""
    theirs = Q(ticket=ticket) | Q(ticket__merged_into=ticket)
    said = Satisfaction.objects.filter(theirs).order_by("-pk").values_list("is_happy", flat=True)
    return said.first() is False


def _asked(ticket: Ticket, typed: HappyForm | None) -> HappyForm | None:
    """Return where they say whether they are happy, as long as we ask and they have not."""
    if journey.open_question(ticket) is None:
        return None
    return typed or HappyForm(initial={"form_id": new_id()}, auto_id="happy-%s")


def _is_a_storm(ticket: Ticket) -> bool:
    lately = Interaction.objects.filter(ticket=ticket, via=Kind.WEB)
    return lately.filter(logged_at__gt=now() - timedelta(hours=1)).count() >= AN_HOUR


def _history(ticket: Ticket) -> list[Said]:
    theirs = Interaction.objects.filter(ticket=ticket, official=True, is_verified=True).exclude(
        direction=Interaction.Direction.INTERNAL
    )
    rows = theirs.prefetch_related("attachments").order_by("-happened_at", "-pk")[:SHOWN]
    said = [_said(row) for row in rows if _is_theirs(row)]
    said += [_accepted(quote) for quote in _answered(ticket)]
    return sorted(said, key=lambda one: one.at, reverse=True)[:SHOWN]


def _answered(ticket: Ticket) -> QuerySet[Quote]:
    """Return the quotes they accepted, wherever they said so."""
    quotes = Quote.objects.filter(ticket=ticket, accepted_at__isnull=False)
    return quotes.select_related("service").order_by("-accepted_at", "-pk")[:SHOWN]


def _accepted(quote: Quote) -> Said:
    assert quote.accepted_at is not None  # that is how it was found
    what = _("You accepted our quote")
    return Said(quote.accepted_at, what, str(quote.service), words="", files=(), is_ours=False)


def _is_theirs(row: Interaction) -> bool:
    """Whether they wrote it, or it reached them: a letter that waits or failed did not."""
    is_spoken = (row.kind, row.direction) in SPOKEN
    return is_spoken or row.direction == Interaction.Direction.IN or row.has_left


def _said(row: Interaction) -> Said:
    is_ours = row.direction == Interaction.Direction.OUT
    spoken = SPOKEN.get((Kind(row.kind), row.direction))
    what = spoken or (_("We wrote") if is_ours else _("You wrote"))
    return Said(
        at=row.happened_at,
        what=str(what),
        # Nothing but mails has one of its own, and the number in it is on top of the page.
        subject=NUMBERED.sub("", row.subject) if row.kind == Kind.EMAIL else "",
        words="" if spoken else row.text,
        files=tuple(file.name for file in row.attachments.all()),
        is_ours=is_ours,
        is_no=quotes.is_refusal(row),
    )


urlpatterns = [
    path("t/<str:token>/", show, name="ticket-link"),
    path("t/<str:token>/answer/", answer, name="ticket-link-answer"),
    path("t/<str:token>/quotes/<int:quote>/", accept, name="ticket-link-quote"),
    path("t/<str:token>/quotes/<int:quote>/no/", decline, name="ticket-link-decline"),
    path("t/<str:token>/later/", later, name="ticket-link-later"),
    path("t/<str:token>/happy/", happy, name="ticket-link-happy"),
]
