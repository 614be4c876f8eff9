"""What was promised next, and who is on the phone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from helpdesk.web import stuck
from helpdesk.web.http import Request
from policies import calendars
from policies.models import Promise, PromiseQuerySet
from tickets import calls
from tickets.models import Call, ContactPoint, Shop

TEMPLATE = "desk/today.html"
SIZE = 50


@dataclass(frozen=True)
class Owed:
    """A promise on the list, and the number to call about it."""

    promise: Promise
    number: ContactPoint | None


@require_GET
def today(request: Request) -> HttpResponse:
    moment = now()
    ringing = list(calls.ringing(moment))
    live = {"ringing": ringing, "seen": _seen(ringing), "now": moment}
    if request.htmx and "seen" in request.GET:
        is_same = request.GET["seen"] == live["seen"]
        return HttpResponse(status=204) if is_same else render(request, f"{TEMPLATE}#calls", live)
    owed = Promise.objects.open().in_promise_order(moment)
    page = list(_following(owed, request.GET.get("after", ""), moment)[: SIZE + 1])
    context = live | {
        "groups": _grouped(page[:SIZE], moment),
        "open": owed.count(),
        "is_first": "after" not in request.GET,
        "size": SIZE,
        "next": page[SIZE - 1].pk if len(page) > SIZE else None,
        "figures": _figures(request.shop, moment),
        "needs": stuck.needs(request.shop, moment),
    }
    return render(request, TEMPLATE, context)


def _seen(ringing: Iterable[Call]) -> str:
    """Return what the page knows of the calls: it asks again with it, and hears what changed."""
    return ".".join(f"{call.pk}{call.status[0]}" for call in ringing)


def _following(owed: PromiseQuerySet, key: str, moment: datetime) -> PromiseQuerySet:
    """Return what comes after the promise `key`, which may have been ended meanwhile.

    By its place and not by a count: whatever is done on one page must not push another promise
    over the edge of the next.
    """
    owed = owed.select_related(
        "ticket__customer", "ticket__contact_point", "ticket__assignee", "follows"
    ).prefetch_related("ticket__customer__contact_points")
    is_key = key.isascii() and key.isdecimal() and len(key) < 19
    placed = Promise.objects.in_promise_order(moment).filter(pk=int(key)) if is_key else None
    last = placed.first() if placed is not None else None
    if last is None:
        return owed
    rank: int = last.is_broken  # type: ignore[attr-defined]  # an annotation
    return owed.filter(
        Q(is_broken__gt=rank)
        | Q(is_broken=rank, due_at__gt=last.due_at)
        | Q(is_broken=rank, due_at=last.due_at, pk__gt=last.pk)
    )


def _grouped(page: Iterable[Promise], moment: datetime) -> list[tuple[str, list[Owed]]]:
    """Return the promises under a heading each, in their order."""
    this_day = localtime(moment).date()

    def heading(promise: Promise) -> str:
        if not promise.is_broken:  # type: ignore[attr-defined]  # an annotation, 0 when it is
            return _("Late, or after one we broke")
        days = (localtime(promise.due_at).date() - this_day).days
        return {0: _("Today"), 1: _("Tomorrow")}.get(days, _("Later"))

    return [
        (title, [Owed(promise, _number(promise)) for promise in promises])
        for title, promises in groupby(page, heading)
    ]


def _number(promise: Promise) -> ContactPoint | None:
    """Return where to call: about this ticket, else any number of theirs."""
    ticket = promise.ticket
    points = [ticket.contact_point] if ticket.contact_point else []
    if ticket.customer:
        points += sorted(ticket.customer.contact_points.all(), key=lambda point: point.pk)
    return next((point for point in points if point.kind == ContactPoint.Kind.PHONE), None)


def _figures(shop: Shop, moment: datetime) -> dict[str, int]:
    """Count what ended today; what is late and not yet swept broke when its time came."""
    since, until = calendars.day_bounds(calendars.local(moment, shop.tzinfo).date(), shop.tzinfo)
    ended = Q(ended_at__gte=since, ended_at__lt=until)
    late = Q(status=Promise.Status.OPEN, due_at__gte=since, due_at__lte=moment)
    return Promise.objects.filter(ended | late).aggregate(
        kept=Count("pk", filter=Q(status=Promise.Status.KEPT)),
        broken=Count("pk", filter=Q(status=Promise.Status.BROKEN) | late),
    )


urlpatterns: list[URLPattern] = [path("", today, name="today")]
