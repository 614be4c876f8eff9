"""The book of what helped before, kept by those who use it."""

from dataclasses import dataclass
from datetime import datetime

from tickets import search, text
from tickets.models import Service, Solution, User

LONGEST, LONGEST_CHOICE, CHOICES = 20_000, 300, 10


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
