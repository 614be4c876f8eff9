"""Promises and quotes, as staff make, tell and end them."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from helpdesk.journey.messages import form_arrived
from helpdesk.journey.tickets import complete
from policies import calendars, follow_ups, promises, quotes, replies, wording
from policies.follow_ups import ways
from policies.models import Promise, Quote
from tickets import intake, outbox
from tickets.messages import Form
from tickets.models import Interaction, Service, Shop, Ticket, User


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
def quote_accepted(quote: Quote, *, how: str, by: User | None, now: datetime) -> Promise:
    promise = quotes.accept(quote, how=how, by=by, now=now)
    shop = Shop.objects.current()
    words = replies.turnaround(promise, shop=shop, now=now)
    promises.tell(promise, words, at=now)
    intake.take_up(quote.ticket)
    follow_ups.plan_promises(quote.ticket, now=now)
    return promise


@transaction.atomic
def quote_sent(quote: Quote, *, by: User, now: datetime) -> Interaction | None:
    """Write to them what was quoted, with the page to accept it on; None where nothing reaches."""
    ticket, shop = quote.ticket, Shop.objects.current()
    route = ways.any_way(ticket)
    if route is None:
        return None
    days = wording.working_days(quote.days, replies.language_of(ticket, shop))
    letter = replies.letter(
        "quote", ticket, route, shop=shop, now=now, service=quote.service.name, days=days
    )
    letter = replace(letter, is_automatic=False, by=by)
    return outbox.queue(ticket, route, letter, now=now)


@transaction.atomic
def quote_declined(quote: Quote, *, because: str, now: datetime) -> Interaction | None:
    """They say no on their own page: an answer of theirs. None where they have said so before."""
    said = _("No, thank you: %(service)s, %(days)s.") % {
        "service": quote.service.name,
        "days": wording.working_days(quote.days, get_language() or "en"),
    }
    words = "\n\n".join(filter(None, (said, because)))
    form_id = quotes.refusal(quote.pk)
    form = Form(subject="", text=words, reach=None, ticket=quote.ticket, form_id=form_id)
    with translation.override(Shop.objects.current().language):  # what becomes of it, staff read
        return form_arrived(form, words.encode(), content_type="text/plain", source="link", now=now)


@transaction.atomic
def callback_moved(promise: Promise, not_before: datetime, *, now: datetime) -> Promise:
    """The customer would rather be called later. Raises LostRace, or BadTime."""
    shop = Shop.objects.current()
    with translation.override(shop.language):  # staff read it
        shown = pgettext("date format, a day and a time", "D j M H:i")
        start = date_format(calendars.local(not_before, shop.tzinfo), shown)
        what = _("Call back, not before %s") % start
    moved = promises.move_callback(promise, not_before, what=what, at=now)
    words = replies.callback_later(moved, not_before, shop=shop, now=now)
    promises.tell(moved, words, at=now)
    follow_ups.plan_promises(moved.ticket, now=now)
    return moved
