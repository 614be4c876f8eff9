"""How long one waits today, as it is published: never less than the policy says."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from policies import calendars
from policies.models import CallbackWindow, Promise

STEP = 30  # minutes: what is published does not flicker
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wait:
    """Who leaves word now is called back within `minutes` of work, which is by `until`."""

    minutes: int
    until: datetime
    is_open: bool
    window: CallbackWindow


def today(window: CallbackWindow, *, now: datetime) -> Wait:
    """Return the longer of what the policy says and the slowest callback of today.

    Open ones count as long as they have waited.
    """
    hours = window.calendar.working_hours()
    since = calendars.day_bounds(calendars.local(now, hours.zone).date(), hours.zone)[0]
    waited = Promise.objects.filter(
        Q(ended_at__gte=since, ended_at__lte=now) | Q(status=Promise.Status.OPEN),
        kind=Promise.Kind.CALLBACK,
        made_at__gte=since - 7 * DAY,  # what is older says nothing of today
    ).exclude(status__in=[Promise.Status.VOID, Promise.Status.SOLVED])
    times = waited.values_list("made_at", "ended_at")
    spans = (hours.between(made_at, ended_at or now) for made_at, ended_at in times)
    slowest = max(spans, default=timedelta(0))
    steps = -(-int(slowest.total_seconds()) // (STEP * 60))
    minutes = max(window.minutes, steps * STEP)
    return Wait(minutes, hours.add(now, timedelta(minutes=minutes)), hours.is_open(now), window)
