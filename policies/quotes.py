"""Quoting a turnaround, and the promise an accepted quote becomes."""

from datetime import datetime

from django.utils.translation import gettext as _

from policies import promises
from policies.models import Promise, Quote, Turnaround
from tickets.models import Service, Ticket, User


class AlreadyAccepted(Exception):
    """The quote was accepted before; the text is for staff to read."""


def quote(
    ticket: Ticket, service: Service, *, by: User, now: datetime, days: int | None = None
) -> Quote:
    """Quote `service` by the turnaround in force; fewer `days` than it says are never quoted.

    Raises NoTerms when the service has no turnaround.
    """
    terms = Turnaround.in_force(now, service)
    return Quote.objects.create(
        ticket=ticket,
        service=service,
        turnaround=terms,
        days=at_least(terms, days),
        target_days=terms.target_days,
        risks=terms.risks,
        quoted_at=now,
        quoted_by=by,
    )


def accept(quote: Quote, *, how: str, by: User, now: datetime) -> Promise:
    """The customer agreed; from now on it is a promise. Raises AlreadyAccepted."""
    fresh = Quote.objects.filter(pk=quote.pk, accepted_at__isnull=True)
    if not fresh.update(accepted_at=now, accepted_how=how):
        raise AlreadyAccepted(_("This quote was accepted before."))
    quote.accepted_at, quote.accepted_how = now, how
    return promises.promise_turnaround(quote, maker=by, at=now)


def at_least(terms: Turnaround, days: int | None) -> int:
    """Return how many days to quote: what was asked for, never fewer than the terms say."""
    return max(days or 0, terms.days)


def due(
    service: Service, *, at: datetime, days: int | None = None
) -> tuple[Turnaround, datetime, datetime]:
    """Return the terms in force, the date a quote accepted at `at` promises, and our target."""
    terms = Turnaround.in_force(at, service)
    hours = terms.calendar.working_hours()
    due_at = hours.add_days(at, at_least(terms, days))
    return terms, due_at, hours.add_days(at, terms.target_days)
