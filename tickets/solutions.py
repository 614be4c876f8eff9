"""The book of what helped before, kept by those who use it."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from tickets import search, text
from tickets.models import Offer, Service, Solution, Ticket, User

LONGEST, LONGEST_CHOICE, CHOICES = 20_000, 300, 10

WORDS = 8  # of what was said: the longest say most, and each costs a look
SHORTEST = 3
# They are in every sentence, and would make everything fit.
_IN_EVERY_SENTENCE = """
    the and for you our was has had not but can her his she him its are who how why all any out
    get got does did don with that have when this will from what then they them there their were
    been your into about just only very some since again after before says said would could should
    och att det som den har med inte jag kan min mitt till från när vad var hur ska blir vill fick
    ett han hon dem alla bara igen efter sedan mycket
    together work works working day days week look looks looked bring call calls calling today
    tomorrow want wants need needs asked asks told new old one two same show shows still
"""
SAYS_NOTHING = frozenset(text.normalise(_IN_EVERY_SENTENCE).split())


@dataclass(frozen=True)
class Advice:
    """What is written about a common problem."""

    title: str
    text: str = ""
    choices: tuple[str, ...] = ()  # what to offer the customer, each a sentence to read out
    service: Service | None = None
    active: bool = True


def write(advice: Advice, *, by: User, now: datetime, solution: Solution | None = None) -> Solution:
    """Write a solution down, or anew."""
    solution = solution or Solution()
    solution.title = text.one_line(advice.title, 120)
    solution.text = text.clean(advice.text, LONGEST)
    choices = (text.one_line(choice, LONGEST_CHOICE) for choice in advice.choices)
    solution.choices = [choice for choice in choices if choice][:CHOICES]
    solution.service, solution.active = advice.service, advice.active
    solution.written_at, solution.written_by = now, by
    solution.save()
    search.index(solution)
    return solution


def offer(solution: Solution, ticket: Ticket, *, choice: str, by: User, now: datetime) -> Offer:
    """Note that it was offered, once a ticket, and the choice they took, as it reads now."""
    row, _is_new = Offer.objects.get_or_create(
        solution=solution, ticket=ticket, defaults={"offered_at": now, "offered_by": by}
    )
    if choice and choice != row.choice:
        row.choice = text.one_line(choice, LONGEST_CHOICE)
        row.save(update_fields=["choice"])
    return row


def counted(solutions: QuerySet[Solution]) -> QuerySet[Any]:
    """Give each how often it was `offered`, and how often one of its choices was `taken`."""
    offers = Offer.objects.filter(solution=OuterRef("pk")).order_by().values("solution")
    return solutions.annotate(
        offered=_number(offers.annotate(n=Count("pk"))),
        taken=_number(offers.exclude(choice="").annotate(n=Count("pk"))),
    )


def fitting(words: str, service: Service | None, limit: int) -> list[Solution]:
    """Return what fits what they say, best first; where no word does, what fits the service.

    Of what fits, their service's own comes before what is of any, and another's comes last.
    One statement. Each has `taken` and `offered`, see counted; nothing said and no service: none.
    """
    told = _telling(words)
    of_service = Q(service=service) if service is not None else Q(pk__in=[])
    fits_words = Q(pk__in=[])
    hits = Value(0, output_field=IntegerField()) + Value(0)
    for word in told:
        said = Q(search_text__includes=word)
        fits_words |= said
        # The title says what it is about, and counts twice.
        for where in (said, Q(title__icontains=word)):
            hits += Case(When(where, then=1), default=0)
    if not told and service is None:
        return []
    of_any = Q(service__isnull=True) if service is not None else Q(pk__isnull=False)
    found = counted(Solution.objects.filter(fits_words | of_service, active=True)).annotate(
        hits=hits,
        is_said=Case(When(fits_words, then=1), default=0),
        nearness=Case(When(of_service, then=2), When(of_any, then=1), default=0),
    )
    best = found.order_by("-is_said", "-nearness", "-hits", "-taken", "title", "pk")
    rows: list[Any] = list(best.select_related("service").defer("search_text")[:limit])
    said_of = [row for row in rows if row.is_said]
    return said_of or rows


def _telling(words: str) -> list[str]:
    """Return the words that say something, the longest first."""
    said = re.findall(r"\w+", text.normalise(words[: search.LONGEST * search.WORDS]))
    singular = [word[:-1] if len(word) > 4 and word.endswith("s") else word for word in said]
    telling = {word for word in singular if len(word) >= SHORTEST} - SAYS_NOTHING
    return sorted(telling, key=lambda word: (-len(word), word))[:WORDS]


def _number(counts: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(counts.values("n"), output_field=IntegerField()), 0)
