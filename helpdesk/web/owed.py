"""What is promised and open, in the order it calls for somebody, and the number to call."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Case, Q, When
from django.http import QueryDict
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from helpdesk.web import paging
from policies.models import Promise, PromiseQuerySet
from tickets.models import ContactPoint, Ticket

SIZE = 50
SOON = timedelta(hours=1)
ORDER = ("rank", "due_at", "pk")
LATE, NEXT, REST = 0, 1, 2


@dataclass(frozen=True)
class Group:
    """Rows under one heading; `mark` is a class in the stylesheet, or empty."""

    title: str
    mark: str
    rows: list[Any]


def page(owed: PromiseQuerySet, given: QueryDict, moment: datetime) -> paging.Page[Promise]:
    """Read a page of `owed`, which is one of `ranked`."""
    owed = owed.select_related(
        *("ticket__customer", "ticket__contact_point", "ticket__assignee", "follows")
    )
    owed = owed.defer("ticket__search_text", "ticket__customer__search_text")
    owed = owed.prefetch_related("ticket__customer__contact_points")
    return paging.page(owed, ORDER, given, size=SIZE, among=ranked(moment))


def ranked(moment: datetime) -> PromiseQuerySet:
    """Return all promises with their rank: late, soon to break or past our own target, the rest."""
    soon = moment + SOON
    return Promise.objects.in_promise_order(moment).annotate(
        rank=Case(
            When(is_broken=0, then=LATE),
            When(Q(due_at__lte=soon) | Q(target_at__lte=soon), then=NEXT),
            default=REST,
        )
    )


def grouped(
    promises: Iterable[Promise], moment: datetime, row: Callable[[Promise], Any]
) -> list[Group]:
    """Return a `row` of each promise under its heading, in their order."""

    def heading(promise: Promise) -> tuple[str, str]:
        rank: int = promise.rank  # type: ignore[attr-defined]  # an annotation
        if rank == LATE:
            is_late = promise.due_at <= moment
            return (_("Late") if is_late else _("After one we broke")), "broken"
        if rank == NEXT:
            is_due = promise.due_at <= moment + SOON
            words = (
                _("Due within the hour") if is_due else _("Our own target: past or within the hour")
            )
            return words, "soon"
        days = (localtime(promise.due_at).date() - localtime(moment).date()).days
        return {0: _("Later today"), 1: _("Tomorrow")}.get(days, _("Later")), ""

    return [
        Group(*title, [row(promise) for promise in found])
        for title, found in groupby(promises, heading)
    ]


def number(ticket: Ticket) -> ContactPoint | None:
    """Return where to call: about this ticket, else any number of theirs."""
    points = [ticket.contact_point] if ticket.contact_point else []
    if ticket.customer:
        points += sorted(ticket.customer.contact_points.all(), key=lambda point: point.pk)
    return next((point for point in points if point.kind == ContactPoint.Kind.PHONE), None)
