"""What new terms would change, seen before they are made. Writes nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Q

from policies import calendars, replies, wording
from policies.models import Calendar, CallbackWindow, NoTerms, Promise, Quote, Turnaround
from tickets.models import Shop

FRIDAY, LATE, NIGHT = 4, time(16, 30), time(2)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Sample:
    """What somebody who comes at `at` would be promised, without and with the new terms."""

    at: datetime
    before: datetime | None
    after: datetime


@dataclass(frozen=True)
class Words:
    """How it reads in one language, from then on."""

    language: str
    span: str
    page: str = ""  # what customers read, where somebody wrote it
    greeting: str = ""
    acknowledgement: str = ""
    offer: str = ""


def moments(start: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return `start`, then the night and the Friday afternoon after it, as they come."""
    wall = calendars.local(start, zone)
    friday = datetime.combine(wall.date(), LATE, zone)
    while friday.weekday() != FRIDAY or friday < wall:
        friday = datetime.combine(friday.date() + DAY, LATE, zone)
    night = datetime.combine(wall.date() + DAY * (wall.time() >= NIGHT), NIGHT, zone)
    return [start, *sorted([friday, night])]


def callbacks(draft: CallbackWindow, *, zone: ZoneInfo) -> list[Sample]:
    """Say what calls missed from its first moment on would be promised. Raises NeverOpen."""
    try:
        old = CallbackWindow.in_force(draft.valid_from, draft.customer_kind)
    except NoTerms:
        old = None
    return _samples(draft, old, _callback, zone)


def turnarounds(draft: Turnaround, *, zone: ZoneInfo) -> list[Sample]:
    """Say when what is quoted from its first moment on would be ready. Raises NeverOpen."""
    try:
        old = Turnaround.in_force(draft.valid_from, draft.service)
    except NoTerms:
        old = None
    return _samples(draft, old, _turnaround, zone)


def open_callbacks(customer_kind: str) -> int:
    """Return how many callbacks are owed to those the terms are for: they keep theirs."""
    owed = Promise.objects.open().filter(kind=Promise.Kind.CALLBACK)
    if customer_kind:
        owed = owed.filter(ticket__customer__kind=customer_kind)
    return owed.count()


def open_turnarounds(terms: Turnaround) -> tuple[int, int]:
    """Return how many promises and how many quotes not yet accepted keep their days."""
    owed = Promise.objects.open().filter(kind=Promise.Kind.TURNAROUND, quote__service=terms.service)
    quoted = Quote.objects.filter(
        service=terms.service, accepted_at=None, ticket__ended_at__isnull=True
    )
    return owed.count(), quoted.count()


def owed_during(first: date, last: date, calendar: Calendar) -> int:
    """Return how many open promises fall due on those days, of that calendar or of none."""
    zone = calendars.zone(calendar.zone)
    begins, _next_day = calendars.day_bounds(first, zone)
    _last_day, ends = calendars.day_bounds(last, zone)
    of_it = Q(window__calendar=calendar) | Q(quote__turnaround__calendar=calendar)
    by_hand = Q(window=None, quote=None)
    return (
        Promise.objects.open().filter(of_it | by_hand, due_at__gte=begins, due_at__lt=ends).count()
    )


def callback_words(draft: CallbackWindow, *, shop: Shop) -> list[Words]:
    """Return how page, greeting and acknowledgement read at its first moment. Raises NeverOpen."""
    now = draft.valid_from
    said = []
    for language in shop.languages:
        general = not draft.customer_kind  # nobody knows who calls before the greeting is heard
        said.append(
            Words(
                language,
                span=wording.span(draft.minutes, language),
                page=draft.wording,
                greeting=(
                    replies.greeting(shop=shop, now=now, language=language, window=draft).text
                    if general
                    else ""
                ),
                acknowledgement=replies.acknowledgement_offer(
                    draft, shop=shop, now=now, language=language
                ),
            )
        )
    return said


def turnaround_words(draft: Turnaround, *, shop: Shop) -> list[Words]:
    """Return how page and offer read at its first moment. Raises NeverOpen."""
    now = draft.valid_from
    due_at = draft.calendar.working_hours().add_days(now, draft.days)
    return [
        Words(
            language,
            span=wording.working_days(draft.days, language),
            page=draft.wording,
            offer=replies.turnaround_offer(
                draft, draft.days, due_at, shop=shop, now=now, language=language
            ),
        )
        for language in shop.languages
    ]


Due = Callable[[datetime], datetime]
T = TypeVar("T", CallbackWindow, Turnaround)


def _callback(terms: CallbackWindow) -> Due:
    hours = terms.calendar.working_hours()
    return lambda at: hours.add(at, timedelta(minutes=terms.minutes))


def _turnaround(terms: Turnaround) -> Due:
    hours = terms.calendar.working_hours()
    return lambda at: hours.add_days(at, terms.days)


def _samples(draft: T, old: T | None, due: Callable[[T], Due], zone: ZoneInfo) -> list[Sample]:
    new_due, old_due = due(draft), due(old) if old is not None else None
    return [
        Sample(at, _quietly(old_due, at), new_due(at)) for at in moments(draft.valid_from, zone)
    ]


def _quietly(due: Due | None, at: datetime) -> datetime | None:
    try:
        return due(at) if due else None
    except calendars.NeverOpen:
        return None
