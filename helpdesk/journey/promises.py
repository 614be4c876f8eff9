"""Promises and quotes, as staff make, tell and end them."""

from datetime import datetime

from django.db import transaction

from helpdesk.journey.tickets import complete
from policies import follow_ups, promises, quotes, replies
from policies.models import Promise, Quote
from tickets import intake
from tickets.models import (
    Service,
    Shop,
    Ticket,
    User,
)


@transaction.atomic
def callback_promised(ticket: Ticket, *, by: User, now: datetime) -> Promise:
    promise = promises.owe_callback(ticket, at=now, maker=by)
    promises.tell(promise, replies.callback(promise, shop=Shop.objects.current(), now=now), at=now)
    follow_ups.plan_promises(ticket, now=now)
    return promise


@transaction.atomic
def promised(
    ticket: Ticket, what: str, due_at: datetime, *, kind: str, by: User, now: datetime
) -> Promise:
    promise = promises.promise_words(ticket, what=what, due_at=due_at, maker=by, at=now, kind=kind)
    follow_ups.plan_promises(ticket, now=now)
    return promise


@transaction.atomic
def promise_told(promise: Promise, words: str, *, now: datetime) -> None:
    promises.tell(promise, words, at=now)


@transaction.atomic
def promise_ended(promise: Promise, status: str, *, because: str, by: User, now: datetime) -> None:
    """Staff say how it ended: kept, solved by the customer, or void. Late is broken anyway."""
    promises.say_ended(promise, status, because=because, at=now, by=by)
    follow_ups.tidy(promise.ticket, now=now)


@transaction.atomic
def quoted(
    ticket: Ticket,
    service: Service,
    *,
    by: User,
    now: datetime,
    days: int | None = None,
    accepted_how: str = "",
) -> Quote:
    quote = quotes.quote(ticket, service, by=by, now=now, days=days)
    complete(ticket, service=service)
    if accepted_how:
        quote_accepted(quote, how=accepted_how, by=by, now=now)
    return quote


@transaction.atomic
def quote_accepted(quote: Quote, *, how: str, by: User, now: datetime) -> Promise:
    promise = quotes.accept(quote, how=how, by=by, now=now)
    shop = Shop.objects.current()
    words = replies.turnaround(promise, shop=shop, now=now)
    promises.tell(promise, words, at=now)
    intake.take_up(quote.ticket)
    follow_ups.plan_promises(quote.ticket, now=now)
    return promise
