"""What staff may promise while they speak, in the words they read out, and what it costs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from billing import rating
from billing.models import NoRate, Rate
from helpdesk import journey
from policies import promises, quotes, replies
from policies.calendars import BadHours, NeverOpen
from policies.models import CallbackWindow, NoTerms, Promise
from tickets import solutions
from tickets.models import Interaction, Service, Shop, Solution, Ticket, User
from tickets.sentences import in_words

FIT = 3  # solutions; more are not read while somebody speaks
MOST_OFFERED = 10
NONE_YET = -1  # of its choices
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
    stands_since: datetime | None = None  # when it was promised before


@dataclass(frozen=True)
class Advised:
    """A solution with its choices: what each is called on the page, and which were offered."""

    solution: Solution
    choices: tuple[tuple[str, str, bool], ...]  # value, words, whether it is chosen


@dataclass(frozen=True)
class Price:
    amount: int = 0  # minor units
    is_minimum: bool = False
    problem: str = ""


def callback(to: Listener, *, shop: Shop, stands: Promise | None) -> Offer:
    """Say by when we call back. A promise that `stands` is told again, never a later one."""
    at, since = to.heard_at, None
    try:
        if stands is not None and stands.window is not None and stands.due_at > at:
            window, due_at, since = stands.window, stands.due_at, stands.made_at
        else:
            window = CallbackWindow.in_force(at, to.kind)
            due_at = promises.callback_due(window, at)
    except REFUSALS as refusal:
        return Offer(problem=in_words(refusal))
    words = replies.callback_offer(window, due_at, shop=shop, now=at, language=to.language)
    return Offer(words, due_at, stands_since=since)


def turnaround(to: Listener, service: Service | None, days: int | None, *, shop: Shop) -> Offer:
    """Say by when it is ready, in our usual days or in more."""
    service = service or (to.ticket.service if to.ticket else None)
    if service is None:
        return Offer()
    at = to.heard_at
    try:
        terms, due_at, target_at = quotes.due(service, at=at, days=days)
    except REFUSALS as refusal:
        return Offer(problem=in_words(refusal))
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
        if ticket is None:
            rate = Rate.in_force(now, service)
        else:
            rate = rating.agreed(ticket, service, now=now)
    except REFUSALS as refusal:
        return Price(problem=in_words(refusal))
    if ticket is not None:
        earlier = rating.unbilled(ticket)
        minutes += (earlier.exclude(pk=call.pk) if call else earlier).minutes()
    priced = rating.price(rate, minutes, "")
    return Price(priced.amount, priced.minutes is None)


def fitting(words: str, service: Service | None, offered: Iterable[str]) -> list[Advised]:
    """Return the solutions that fit what they say; what was offered before stays. Two queries."""
    chosen = _chosen(offered)
    found = solutions.fitting(words, service, FIT)
    lost = set(chosen) - {each.pk for each in found}
    kept = list(Solution.objects.filter(pk__in=lost).order_by("title", "pk")) if lost else []
    return [Advised(each, tuple(_choices(each, chosen))) for each in [*kept, *found]]


def note(offered: Iterable[str], ticket: Ticket, *, by: User, now: datetime) -> None:
    """Write down what was offered on `ticket`, with the choice they took."""
    chosen = _chosen(offered)
    for solution in Solution.objects.filter(pk__in=chosen).order_by("pk") if chosen else ():
        taken = (words for _value, words, is_chosen in _choices(solution, chosen) if is_chosen)
        choice = next(filter(None, taken), "")
        journey.solution_offered(solution, ticket, choice=choice, by=by, now=now)


def _choices(solution: Solution, chosen: dict[int, set[int]]) -> list[tuple[str, str, bool]]:
    """Return of each choice its value, its words, and whether it is chosen; none taken yet last."""
    indexes, taken = range(len(solution.choices)), chosen.get(solution.pk, set())
    said = [(f"{solution.pk}:{at}", solution.choices[at], at in taken) for at in indexes]
    return [*said, (f"{solution.pk}:", "", NONE_YET in taken)]


def _chosen(offered: Iterable[str]) -> dict[int, set[int]]:
    """Read "12:0" (the first choice of solution 12) and "12:" (none taken yet)."""
    chosen: dict[int, set[int]] = {}
    for said in list(offered)[:MOST_OFFERED]:
        if read := re.fullmatch(r"([0-9]{1,18}):([0-9]{0,3})", said, re.ASCII):
            index = int(read[2]) if read[2] else NONE_YET
            chosen.setdefault(int(read[1]), set()).add(index)
    return chosen
