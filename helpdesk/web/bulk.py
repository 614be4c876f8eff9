"""Doing one thing with many tickets of the list, and taking it back."""

import re
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk import journey
from helpdesk.journey.bulk import MOST
from helpdesk.models import BulkAction
from helpdesk.web.http import Request
from helpdesk.web.tickets import MINE, NOBODYS, Chosen, colleagues, listing
from policies import calendars
from policies.models import CallbackWindow
from tickets.models import Shop, User

TOMORROW, MONDAY = "tomorrow", "monday"
REASON = 200  # characters


class Refused(Exception):
    """Something is missing; the text says what."""


def bulk(request: Request) -> HttpResponse:
    if request.method != "POST":
        return _back(request)
    moment, form = now(), request.POST
    numbers = _numbers(form)
    try:
        if not numbers:
            raise Refused(_("Choose the tickets first."))
        done = _do(request, numbers[:MOST], moment)
    except Refused as refusal:
        chosen = Chosen(
            frozenset(numbers),
            form.get("assignee", ""),
            form.get("until", ""),
            form.get("because", ""),
            str(refusal),
        )
        return listing(request, chosen)
    if len(numbers) > MOST:
        said = _("At most %(most)d at a time: %(left)d were left as they are.")
        messages.warning(request, said % {"most": MOST, "left": len(numbers) - MOST})
    if left := [number for number in numbers[:MOST] if number not in done]:
        said = _("Left as they are, because they changed or ended meanwhile: %s.")
        messages.warning(request, said % _named(left))
    return _back(request)


def undo(request: Request, pk: int) -> HttpResponse:
    action = get_object_or_404(BulkAction, pk=pk)
    if request.method != "POST":
        return _back(request)
    restored = journey.bulk_action_undone(action, by=request.user, now=now())
    count = len(restored)
    if count:
        said = ngettext("%d is as it was.", "%d are as they were.", count)
        messages.success(request, said % count)
    if left := [was["number"] for was in action.before if was["number"] not in restored]:
        said = _("Left as they are, because they changed since: %s.")
        messages.warning(request, said % _named(left))
    return _back(request)


def _do(request: Request, numbers: list[int], moment: datetime) -> list[int]:
    """Do what is asked for; return with which tickets it was done. Raises Refused."""
    by, form, what = request.user, request.POST, request.POST.get("do", "")
    if what == "watch":
        watched = journey.tickets_watched_at_once(numbers, by=by)
        said = ngettext("You watch %d more.", "You watch %d more.", len(watched))
        messages.success(request, said % len(watched))
        return watched
    seen = _seen(form)
    if what == "assign":
        action = journey.tickets_assigned_at_once(
            numbers, _assignee(request), by=by, now=moment, seen=seen
        )
    elif what == "snooze":
        until, because = _until(form, request.shop, moment), form.get("because", "").strip()
        if not because:
            raise Refused(_("Say why: it is what is read when they wake."))
        action = journey.tickets_snoozed_at_once(
            numbers, until, because[:REASON], by=by, now=moment, seen=seen
        )
    elif what == "spam":
        action = journey.tickets_marked_spam_at_once(numbers, by=by, now=moment, seen=seen)
    else:
        raise Refused(_("Choose what to do with them."))
    return [was["number"] for was in action.before]


def _numbers(form: QueryDict) -> list[int]:
    typed = [number for number in form.getlist("ticket") if re.fullmatch("[0-9]{1,18}", number)]
    return list(dict.fromkeys(map(int, typed)))


def _seen(form: QueryDict) -> datetime | None:
    """Return when the page was made: what was touched since is not what they have chosen."""
    try:
        found = datetime.fromisoformat(form.get("seen", ""))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _assignee(request: Request) -> User | None:
    chosen = request.POST.get("assignee", "")
    if chosen == NOBODYS:
        return None
    if chosen == MINE:
        return request.user
    found: User | None = colleagues().filter(username=chosen).first()
    if found is None:
        raise Refused(_("Choose whom to assign them to."))
    return found


def _until(form: QueryDict, shop: Shop, moment: datetime) -> datetime:
    """Return when the shop opens tomorrow, or on Monday; later where it is closed that day."""
    today = localtime(moment).date()
    days = {TOMORROW: 1, MONDAY: 7 - today.weekday()}.get(form.get("until", ""))
    if days is None:
        raise Refused(_("Choose until when."))
    since, _until = calendars.day_bounds(today + timedelta(days=days), shop.tzinfo)
    hours = CallbackWindow.in_force(moment).calendar.working_hours()
    return hours.next_opening(since)


def _named(numbers: list[int]) -> str:
    return ", ".join(f"#{number}" for number in numbers)


def _back(request: Request) -> HttpResponse:
    query = request.GET.urlencode()
    return redirect(reverse("tickets") + (f"?{query}" if query else ""))


urlpatterns = [
    path("tickets/bulk/", bulk, name="tickets-bulk"),
    path("tickets/bulk/<int:pk>/undo/", undo, name="tickets-undo"),
]
