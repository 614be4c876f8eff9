"""What was promised and offered, in the customer's words: on their page, and on paper."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import money, rating
from billing.models import Rate
from billing.money import Money
from policies import quotes, replies, wording
from policies.models import Calendar, Promise, PromiseQuerySet, Quote
from policies.promises import turnaround_due
from tickets.models import Service, Shop, Ticket

QUOTES = 3

Kind = Promise.Kind


class DeclineForm(forms.Form):
    because = forms.CharField(
        label=gettext_lazy("Why not?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@dataclass(frozen=True)
class Owed:
    """An open promise: what we do, by when, and the sentence that says so."""

    promise: Promise
    what: str
    by: str
    says: str
    price: str = ""


@dataclass(frozen=True)
class Offer:
    """A quote that waits for an answer; by when it is ready if they accepted it now."""

    quote: Quote
    ready_by: str
    price: str
    form: DeclineForm


def on(
    ticket: Ticket,
    shop: Shop,
    *,
    letters: Collection[str],
    refused: tuple[int, DeclineForm] | None,
    now: datetime,
) -> tuple[list[Owed], list[Offer]]:
    """Return what is owed on `ticket`, the next first, and what they may accept.

    What one of `letters` says is read there; `refused` is what they typed about a quote.
    """
    promises, offered = list(_open(ticket)), list(quotes.to_answer(ticket)[:QUOTES])
    terms = [*(it.window for it in promises if it.window), *(it.turnaround for it in offered)]
    Calendar.read([it.calendar for it in terms])
    quoted = [*offered, *(it.quote for it in promises if it.quote)]
    rates = rating.rates(ticket, now=now) if quoted else {}
    language = replies.language_of(ticket, shop)
    owed = [
        Owed(
            promise,
            what(promise),
            replies.deadline(promise.due_at, language, shop=shop, now=now),
            _sentence(promise, shop, letters, now) if now < promise.due_at else "",
            price(promise.quote.service, rates, shop, language) if promise.quote else "",
        )
        for promise in promises
    ]
    offers = [
        Offer(
            quote,
            replies.deadline(turnaround_due(quote, now), language, shop=shop, now=now),
            price(quote.service, rates, shop, language),
            _form(quote, refused),
        )
        for quote in offered
    ]
    return owed, offers


def what(promise: Promise) -> str:
    """Say what we do, and nothing we say among ourselves."""
    if promise.kind == Kind.CALLBACK:
        return _("We call you back")
    if promise.kind == Kind.TURNAROUND:
        return _("%s is ready") % promise.what
    before = promise.follows
    if promise.kind == Kind.UPDATE and before and before.status == Promise.Status.BROKEN:
        return _("You hear from us")
    return promise.what or str(promise.get_kind_display())


def _sentence(promise: Promise, shop: Shop, letters: Collection[str], now: datetime) -> str:
    if promise.kind == Kind.CALLBACK and not promise.what:
        return replies.callback(promise, shop=shop, now=now)
    if promise.kind == Kind.TURNAROUND:
        return replies.turnaround(promise, shop=shop, now=now)
    told = (promise.told_text or "").strip()
    if promise.told_at is None or told in letters:
        return ""
    if localdate(promise.told_at) == localdate(now):
        return told
    # "Tomorrow" was another day when it was said.
    language = replies.language_of(promise.ticket, shop)
    on = wording.day(localdate(promise.told_at), language=language, region=shop.region)
    return _("Told on %(day)s: “%(words)s”") % {"day": on, "words": told}


def price(
    service: Service | None, rates: Mapping[int | None, Rate], shop: Shop, language: str
) -> str:
    """Say what an hour costs and the least it comes to; nothing where no rate is set."""
    rate = rates.get(service.pk if service else None) or rates.get(None)
    if rate is None:
        return ""
    return costs(rate, shop, language)


def costs(rate: Rate, shop: Shop, language: str) -> str:
    locale = str(wording.locale(language, shop.region))
    amounts = {"hour": rate.hourly, "least": rate.minimum_fee}
    said = {name: money.say(Money(it, shop.currency), locale) for name, it in amounts.items()}
    words = _(
        "An hour of work costs %(hour)s, and the least we charge is %(least)s. Parts come on top."
    )
    return words % said


def _open(ticket: Ticket) -> PromiseQuerySet:
    rows = ticket.promises.open().order_by("due_at", "pk")
    return rows.select_related(
        "follows", "window__calendar", "quote__service", "quote__turnaround__service"
    )


def _form(quote: Quote, refused: tuple[int, DeclineForm] | None) -> DeclineForm:
    """Return where they say no; with what they typed where that was too much."""
    if refused is not None and refused[0] == quote.pk:
        return refused[1]
    return DeclineForm(auto_id=f"no-{quote.pk}-%s")
