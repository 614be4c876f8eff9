"""The words that tell it to the customer: the shop's own, else those of templates/messages/."""

from dataclasses import dataclass
from datetime import datetime

from policies import promises, texts, wording
from policies.models import CallbackWindow, Promise, ReplyTemplate, Turnaround
from tickets import segments, tokens
from tickets.models import Customer, Shop, Ticket
from tickets.outbox import Letter, Route


@dataclass(frozen=True)
class Greeting:
    """The greeting, and the facts it was made from."""

    text: str
    language: str
    is_open: bool
    window: CallbackWindow
    callback_by: datetime


def callback(promise: Promise, *, shop: Shop, now: datetime) -> str:
    """Say a callback promise as staff read it out."""
    language = _language(promise.ticket.customer, shop)
    assert promise.window is not None  # a constraint: every callback has one
    return _say(
        "callback", language, **_window(promise.window, promise.due_at, shop, now, language)
    )


def callback_later(promise: Promise, not_before: datetime, *, shop: Shop, now: datetime) -> str:
    """Say that we call when they asked to be called, and not before."""
    language = _language(promise.ticket.customer, shop)
    start = wording.moment(
        not_before, now=now, zone=shop.tzinfo, language=language, region=shop.region
    )
    return _say(
        "callback_later",
        language,
        start=start,
        deadline=deadline(promise.due_at, language, shop=shop, now=now),
    )


def callback_offer(
    window: CallbackWindow, due_at: datetime, *, shop: Shop, now: datetime, language: str
) -> str:
    """Say what a callback promise made now would be."""
    return _say("callback", language, **_window(window, due_at, shop, now, language))


def turnaround(promise: Promise, *, shop: Shop, now: datetime) -> str:
    """Say a turnaround promise as staff read it out."""
    assert promise.quote is not None  # a constraint: every turnaround has one
    language = _language(promise.ticket.customer, shop)
    return turnaround_offer(
        promise.quote.turnaround,
        promise.quote.days,
        promise.due_at,
        shop=shop,
        now=now,
        language=language,
    )


def turnaround_offer(
    terms: Turnaround, days: int, due_at: datetime, *, shop: Shop, now: datetime, language: str
) -> str:
    """Say what a quote accepted now would promise; our own target is never in it."""
    said = _say(
        "turnaround",
        language,
        service=terms.service.name,
        days=wording.working_days(days, language),
        deadline=deadline(due_at, language, shop=shop, now=now),
    )
    if terms.risks:
        said += " " + _say("turnaround_risks", language, risks=terms.risks)
    return said


def greeting(
    *, shop: Shop, now: datetime, language: str = "", window: CallbackWindow | None = None
) -> Greeting:
    """Say what a caller hears before anybody answers, by the policy in force. Raises NoTerms.

    By `window` where one is given: terms that somebody thinks of.
    """
    language = language or shop.language
    window = window or CallbackWindow.in_force(now)
    hours = window.calendar.working_hours()
    due_at = promises.callback_due(window, now)
    is_open = hours.is_open(now)
    text = _say(
        "greeting_open" if is_open else "greeting_closed",
        language,
        shop=shop.name,
        **_window(window, due_at, shop, now, language),
    )
    return Greeting(text, language, is_open, window, due_at)


def acknowledgement(promise: Promise, route: Route, *, shop: Shop, now: datetime) -> Letter:
    """Say that it reached us and when we call back. Nothing they wrote is in it."""
    assert promise.window is not None  # a constraint: every callback has one
    ticket = promise.ticket
    language = _language(ticket.customer, shop)
    said = _window(promise.window, promise.due_at, shop, now, language)
    return letter(
        "acknowledgement", ticket, route, shop=shop, now=now, is_acknowledgement=True, **said
    )


def acknowledgement_offer(
    window: CallbackWindow, *, shop: Shop, now: datetime, language: str
) -> str:
    """Say what a text message would acknowledge by `window`, of a ticket that is made up."""
    return _say(
        "acknowledgement",
        language,
        shop=shop.name,
        phone=shop.said_phone,
        ticket="1234",
        name="",
        page="",
        **_window(window, promises.callback_due(window, now), shop, now, language),
    )


def subject_of_answer(ticket: Ticket) -> str:
    """Return what a mail by hand is about: mail programs thread by it, and people find it."""
    return f"Re: {ticket.subject} [#{ticket.number}]"


def deadline(due_at: datetime, language: str, *, shop: Shop, now: datetime) -> str:
    """Say until when: "by 13:45 today"."""
    return wording.deadline(
        due_at, now=now, zone=shop.tzinfo, language=language, region=shop.region
    )


def language_of(ticket: Ticket, shop: Shop) -> str:
    """Return the language in which whom `ticket` is about is written to."""
    return _language(ticket.customer, shop)


def letter(
    name: str,
    ticket: Ticket,
    route: Route,
    *,
    shop: Shop,
    now: datetime,
    is_acknowledgement: bool = False,
    **placeholders: str,
) -> Letter:
    """Fill in the text `name` for a way: `name.mail` for mail where there is one.

    Every text may use {shop}, {phone}, {ticket}, {name} and {page}, the address of their own page
    of it, besides its own placeholders.
    """
    language = language_of(ticket, shop)
    filled_in = {
        "shop": shop.name,
        "phone": shop.said_phone,
        "ticket": str(ticket.number),
        "name": ticket.customer.name if ticket.customer else "",
        "page": tokens.address(ticket.pk, at=now),
    } | placeholders
    if route.is_text or not texts.exists(f"{name}.mail"):
        said = _say(name, language, **filled_in)
        return Letter(
            # One character that phones do not have, and the whole of it costs twice as much.
            segments.thrifty(said) if route.is_text else said,
            subject=f"{shop.name} [#{ticket.number}]",
            is_automatic=True,
            is_acknowledgement=is_acknowledgement,
        )
    written = texts.letter(_template(f"{name}.mail", language).format_map(filled_in))
    return Letter(
        written.text,
        subject=written.subject or f"{shop.name} [#{ticket.number}]",
        is_automatic=True,
        is_acknowledgement=is_acknowledgement,
    )


def _window(
    window: CallbackWindow, due_at: datetime, shop: Shop, now: datetime, language: str
) -> dict[str, str]:
    return {
        "hours": wording.opening_hours(
            window.calendar.working_hours(), language=language, region=shop.region
        ),
        "span": wording.span(window.minutes, language),
        "deadline": deadline(due_at, language, shop=shop, now=now),
    }


def _language(customer: Customer | None, shop: Shop) -> str:
    return customer.language if customer else shop.language


def _say(name: str, language: str, /, **placeholders: str) -> str:
    """Fill in a text that is said in one breath."""
    # Folded before it is filled in: the narrow space inside of "5:00 PM" is meant to stay.
    return " ".join(_template(name, language).split()).format_map(placeholders)


def _template(name: str, language: str) -> str:
    own = ReplyTemplate.objects.filter(name=name, language=language).first()
    return own.text if own else texts.original(name, language)
