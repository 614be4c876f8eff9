"""The words that tell a promise to the customer, from templates/messages/<language>/.

Placeholders only, in braces: a text is never run through the template engine.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from policies import promises, wording
from policies.models import CallbackWindow, Promise, Turnaround
from tickets.models import Customer, Shop

MESSAGES = Path(__file__).resolve().parent.parent / "templates" / "messages"


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
        deadline=_deadline(due_at, shop, now, language),
    )
    if terms.risks:
        said += " " + _say("turnaround_risks", language, risks=terms.risks)
    return said


def greeting(*, shop: Shop, now: datetime, language: str = "") -> Greeting:
    """Say what a caller hears before anybody answers, by the policy in force. Raises NoTerms."""
    language = language or shop.language
    window = CallbackWindow.in_force(now)
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


def _window(
    window: CallbackWindow, due_at: datetime, shop: Shop, now: datetime, language: str
) -> dict[str, str]:
    return {
        "hours": wording.opening_hours(
            window.calendar.working_hours(), language=language, region=shop.region
        ),
        "span": wording.span(window.minutes, language),
        "deadline": _deadline(due_at, shop, now, language),
    }


def _deadline(due_at: datetime, shop: Shop, now: datetime, language: str) -> str:
    return wording.deadline(
        due_at, now=now, zone=shop.tzinfo, language=language, region=shop.region
    )


def _language(customer: Customer | None, shop: Shop) -> str:
    return customer.language if customer else shop.language


def _say(name: str, language: str, **placeholders: str) -> str:
    return _text(name, language).format(**placeholders)


@cache
def _text(name: str, language: str) -> str:
    for folder in (language.partition("-")[0], "en"):
        path = MESSAGES / folder / f"{name}.txt"
        if path.is_file():
            return " ".join(path.read_text(encoding="utf-8").split())
    raise FileNotFoundError(f"templates/messages/en/{name}.txt")
