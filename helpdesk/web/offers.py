"""What staff may promise while they speak, in the words they read out, and what it costs."""

from dataclasses import dataclass
from datetime import datetime

from billing import rating
from billing.models import NoRate, Rate
from policies import promises, quotes, replies
from policies.calendars import BadHours, NeverOpen
from policies.models import CallbackWindow, NoTerms
from tickets.models import Interaction, Service, Shop, Ticket

# Without them nothing can be offered, and what they say is for staff to read.
REFUSALS = (NoTerms, NoRate, NeverOpen, BadHours)


@dataclass(frozen=True)
class Listener:
    """Whom it would be told, in which language, on which ticket, and when we spoke."""

    language: str
    kind: str
    ticket: Ticket | None
    heard_at: datetime


@dataclass(frozen=True)
class Offer:
    """A promise to be, or why there can be none."""

    words: str = ""
    due_at: datetime | None = None
    target_at: datetime | None = None
    days: int = 0
    target_days: int = 0
    problem: str = ""


@dataclass(frozen=True)
class Price:
    amount: int = 0  # minor units
    is_minimum: bool = False
    problem: str = ""


def callback(to: Listener, *, shop: Shop, keeps_promise: bool) -> Offer:
    """Say by when we call back. A promise that stands is told again, never a later one.

    Where this very call `keeps_promise`, the one that stood, the next is a new one.
    """
    at = to.heard_at
    stands = promises.open_callback(to.ticket) if to.ticket and not keeps_promise else None
    try:
        if stands is not None and stands.window is not None and stands.due_at > at:
            window, due_at = stands.window, stands.due_at
        else:
            window = CallbackWindow.in_force(at, to.kind)
            due_at = promises.callback_due(window, at)
    except REFUSALS as refusal:
        return Offer(problem=str(refusal))
    words = replies.callback_offer(window, due_at, shop=shop, now=at, language=to.language)
    return Offer(words, due_at)


def turnaround(to: Listener, service: Service | None, days: int | None, *, shop: Shop) -> Offer:
    """Say by when it is ready, in our usual days or in more."""
    service = service or (to.ticket.service if to.ticket else None)
    if service is None:
        return Offer()
    at = to.heard_at
    try:
        terms, due_at, target_at = quotes.due(service, at=at, days=days)
    except REFUSALS as refusal:
        return Offer(problem=str(refusal))
    quoted = quotes.at_least(terms, days)
    words = replies.turnaround_offer(terms, quoted, due_at, shop=shop, now=at, language=to.language)
    return Offer(words, due_at, target_at, quoted, terms.target_days)


def price(
    ticket: Ticket | None,
    service: Service | None,
    minutes: int,
    *,
    call: Interaction | None,
    now: datetime,
) -> Price:
    """Say what the work on `ticket` costs with `minutes` of this contact, which may be `call`."""
    service = service or (ticket.service if ticket else None)
    try:
        rate = Rate.in_force(now, service)
    except REFUSALS as refusal:
        return Price(problem=str(refusal))
    if ticket is not None:
        earlier = rating.unbilled(ticket)
        minutes += (earlier.exclude(pk=call.pk) if call else earlier).minutes()
    priced = rating.price(rate, minutes, "")
    return Price(priced.amount, priced.minutes is None)
