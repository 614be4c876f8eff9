"""Quoting a turnaround, and the promise an accepted quote becomes."""

from datetime import datetime
from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from policies import promises
from policies.models import Promise, Quote, Turnaround
from tickets.models import Interaction, Service, Ticket, User


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


def accept(quote: Quote, *, how: str, by: User | None, now: datetime) -> Promise:
    """The customer agreed; from now on it is a promise. Raises AlreadyAccepted.

    Without `by` the promise is made by whoever quoted it.
    """
    fresh = Quote.objects.filter(pk=quote.pk, accepted_at__isnull=True)
    if not fresh.update(accepted_at=now, accepted_how=how):
        raise AlreadyAccepted(_("This quote was accepted before."))
    quote.accepted_at, quote.accepted_how = now, how
    return promises.promise_turnaround(quote, maker=by or quote.quoted_by, at=now)


def refusal(pk: int) -> str:
    """Return under which name a customer's no to a quote is filed: once."""
    return f"quote-{pk}-no"


def is_refusal(said: Interaction) -> bool:
    """Whether a customer's no to a quote is what was said."""
    name = said.provider_id or ""
    return said.via == Interaction.Kind.WEB and name.startswith("quote-") and name.endswith("-no")


def with_refusal(rows: QuerySet[Quote]) -> QuerySet[Any]:
    """Add `declined_at`: when the customer said no on their own page."""
    name = Concat(Value("quote-"), Cast(OuterRef("pk"), CharField()), Value("-no"))
    said = Interaction.objects.filter(via=Interaction.Kind.WEB, provider_id=name)
    return rows.annotate(declined_at=Subquery(said.values("happened_at")[:1]))


def to_answer(ticket: Ticket) -> QuerySet[Any]:
    """Return the quotes on `ticket` they have not answered yet, the newest first."""
    if ticket.is_ended:
        return Quote.objects.none()
    rows = with_refusal(Quote.objects.filter(ticket=ticket, accepted_at=None))
    related = rows.filter(declined_at=None).select_related("service", "turnaround__calendar")
    return related.order_by("-quoted_at", "-pk")


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
