"""What was promised and offered, in the customer's words: on their page, and on paper."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import money
from billing.models import NoRate, Rate
from billing.money import Money
from policies import quotes, replies, wording
from policies.models import Promise, Quote
from tickets.models import Service, Shop, Ticket

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


def to(ticket: Ticket, shop: Shop, *, letters: Collection[str], now: datetime) -> list[Owed]:
    """Return what is owed on `ticket`, the next first; what one of `letters` says is read there."""
    rows = Promise.objects.open().filter(ticket=ticket).order_by("due_at", "pk")
    rows = rows.select_related(
        "follows", "window__calendar", "quote__service", "quote__turnaround__service"
    )
    language, found = replies.language_of(ticket, shop), []
    for promise in rows:
        promise.ticket = ticket
        found.append(
            Owed(
                promise,
                what(promise),
                replies.deadline(promise.due_at, language, shop=shop, now=now),
                _sentence(promise, shop, letters, now) if now < promise.due_at else "",
                _price(promise, shop, language, now),
            )
        )
    return found


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


def _price(promise: Promise, shop: Shop, language: str, now: datetime) -> str:
    """Say of what they accepted what it costs."""
    if promise.quote is None:
        return ""
    return price(promise.quote.service, shop, language=language, now=now)


def offer(quote: Quote, shop: Shop, *, language: str, now: datetime, form: DeclineForm) -> Offer:
    ready_at = quotes.due(quote.service, at=now, days=quote.days)[1]
    ready_by = replies.deadline(ready_at, language, shop=shop, now=now)
    return Offer(quote, ready_by, price(quote.service, shop, language=language, now=now), form)


def price(service: Service | None, shop: Shop, *, language: str, now: datetime) -> str:
    """Say what an hour costs and the least it comes to; nothing where no rate is set."""
    try:
        rate = Rate.in_force(now, service)
    except NoRate:
        return ""
    locale = str(wording.locale(language, shop.region))
    amounts = {"hour": rate.hourly, "least": rate.minimum_fee}
    said = {name: money.say(Money(it, shop.currency), locale) for name, it in amounts.items()}
    words = _(
        "An hour of work costs %(hour)s, and the least we charge is %(least)s. Parts come on top."
    )
    return words % said
