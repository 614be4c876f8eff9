"""What a follow-up rule is. Read this before adding one.

A rule says when, and what. "Planned at its cause", "at most once", "by whichever worker" and "why
was this sent, or not sent" are the list's business.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, TypeAlias

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _

from policies import promises
from policies.models import FollowUp, Promise
from tickets.models import Interaction, Shop, Ticket, User


@dataclass(frozen=True)
class Done:
    """It was dealt with: what was done, or why not, in a sentence that staff read on the ticket.

    With `again_at` the rule comes round once more, one step further.
    """

    outcome: str
    sent: Interaction | None = None
    again_at: datetime | None = None


@dataclass(frozen=True)
class Later:
    """Not now; asked again at `due_at`."""

    due_at: datetime
    because: str


@dataclass(frozen=True)
class Task:
    """Nothing a machine should do: staff read what, and say when it is done.

    With `again_at` the rule comes round once more, one step further, whether it is done or not.
    """

    what: str
    again_at: datetime | None = None


Deed: TypeAlias = Done | Later | Task


class Timing(StrEnum):
    """What the time means that an owner may set."""

    AFTER = "after"  # by the clock, after what causes it
    BEFORE = "before"  # of working time, before what was promised is due
    DAYS = "days"  # whole working days after what causes it


class Rule(ABC):
    slug: ClassVar[str]
    title: ClassVar[str | LazyText]  # what staff call it; translated when read
    does: ClassVar[str | LazyText] = ""  # in a sentence, for the owner
    timing: ClassVar[Timing] = Timing.AFTER
    as_it_comes: ClassVar[str | LazyText] = ""  # when, as long as the owner sets nothing
    texts: ClassVar[tuple[str, ...]] = ()  # of templates/messages/, that it sends
    after: timedelta | None = None  # set by the owner; a day is a working day for Timing.DAYS

    def not_needed(self, follow_up: FollowUp, *, now: datetime) -> str:
        """Return why nothing is to be done any more, or "".

        Asked before acting, and of a task whenever something happens on its ticket.
        """
        return ""

    def is_over(self, follow_up: FollowUp) -> bool:
        """Tell by its promise and its ticket alone, as they were read, that it will do nothing."""
        return False

    @abstractmethod
    def act(self, follow_up: FollowUp, *, shop: Shop, now: datetime) -> Deed:
        """Act inside the caller's transaction: write rows, send nothing."""

    def left(self, follow_up: FollowUp, message: Interaction, *, now: datetime) -> None:
        """What was written has left: what it tells of a promise is told now, and not before."""
        if follow_up.promise is not None:
            promises.tell(follow_up.promise, message.text, at=now)

    def done_by_staff(self, follow_up: FollowUp, *, by: User, now: datetime) -> None:
        """Staff did the task: do what goes with it."""
        return


class PromiseRule(Rule):
    """About a promise; asked when it is made."""

    def is_over(self, follow_up: FollowUp) -> bool:
        return follow_up.promise is not None and not follow_up.promise.is_open

    def not_needed(self, follow_up: FollowUp, *, now: datetime) -> str:
        promise = follow_up.promise
        if promise is None or promise.is_open:
            return ""
        return _("Not needed: %s") % promise.get_status_display()

    @abstractmethod
    def due_at(self, promise: Promise) -> datetime | None:
        """Return when to act, or None for never."""


class ContactRule(Rule):
    """About something that reached us; asked when it is filed."""

    def is_over(self, follow_up: FollowUp) -> bool:
        return follow_up.ticket.is_ended

    @abstractmethod
    def due_at(self, contact: Interaction) -> datetime | None:
        """Return when to act, or None for never."""


class TicketRule(Rule):
    """About a ticket that came to a status; asked when it does."""

    on: ClassVar[frozenset[str]]  # of Ticket.Status

    def is_over(self, follow_up: FollowUp) -> bool:
        return follow_up.ticket.status not in self.on

    def not_needed(self, follow_up: FollowUp, *, now: datetime) -> str:
        ticket = follow_up.ticket
        if ticket.status not in self.on:
            return _("Not needed: %s") % ticket.get_status_display()
        later = FollowUp.objects.filter(rule=self.slug, ticket=ticket, pk__gt=follow_up.pk)
        return _("Not needed: it has come to this once more since") if later.exists() else ""

    @abstractmethod
    def due_at(self, ticket: Ticket, *, now: datetime) -> datetime | None:
        """Return when to act, or None for never."""


Rules: TypeAlias = Mapping[str, Rule]
