"""How far from its time a promise was ended, and which follows from which."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import (
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.expressions import Combinable

from policies.models import Promise
from tickets.models import Interaction

Status = Promise.Status
MINUTE = timedelta(minutes=1)

KEPT, BROKEN = Q(status=Status.KEPT), Q(status=Status.BROKEN)

# It follows one that broke, so it is that one still: who waits is counted once. The customer may
# have moved it in between, or a merge.
BROKEN_BEFORE = Q(follows__status=Status.BROKEN) | Q(
    follows__status=Status.SUPERSEDED, follows__follows__status=Status.BROKEN
)


def _touch(ticket: str) -> QuerySet[Any]:
    """Return what we did about a promise of the outer query once it was due: the first first."""
    return (
        Interaction.objects.filter(
            Q(ticket=OuterRef(ticket)) | Q(ticket=OuterRef(f"{ticket}__merged_into")),
            direction=Interaction.Direction.OUT,
            is_automatic=False,
            status__in=[
                Interaction.Status.LOGGED,
                Interaction.Status.SENT,
                Interaction.Status.DELIVERED,
            ],
            happened_at__gte=OuterRef("due_at"),
        )
        .order_by("happened_at", "pk")
        .values("happened_at")[:1]
    )


TOUCHED_AT = Subquery(_touch("ticket"), output_field=DateTimeField())


def span(since: str | Combinable, until: str | Combinable) -> ExpressionWrapper[Any]:
    since = F(since) if isinstance(since, str) else since
    until = F(until) if isinstance(until, str) else until
    return ExpressionWrapper(until - since, output_field=DurationField())


def minutes(total: timedelta | None, count: int) -> int | None:
    """Return the average, in whole minutes."""
    return round(total / count / MINUTE) if total is not None and count else None
