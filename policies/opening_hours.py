"""When a calendar is open: read as people type it, and written down."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext as _

from policies.calendars import BadHours, Interval
from policies.models import Calendar, OpeningHours, SpecialHours

CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?"
STRETCH = re.compile(rf"\s*{CLOCK}\s*(?:-|–|—|to)\s*{CLOCK}\s*", re.IGNORECASE)
MOST = 6  # stretches of a day: more is a slip of the finger
DAY = 24 * 60


def read(typed: str) -> tuple[Interval, ...]:
    """Read stretches with commas between: "09:00-12:00, 13-17". Raises BadHours.

    Nothing is closed. One that closes before it opens closes the next morning.
    """
    stretches = tuple(_stretch(part) for part in typed.split(",") if part.strip())
    if len(stretches) > MOST:
        raise BadHours(_("A day has at most %d stretches.") % MOST)
    ordered = sorted(stretches, key=lambda stretch: stretch.opens)
    for earlier, later in pairwise(ordered):
        if _ends(earlier) > _minutes(later.opens):
            raise BadHours(
                _("%(one)s and %(other)s overlap: make them one.")
                % {"one": written([earlier]), "other": written([later])}
            )
    return tuple(ordered)


def written(hours: Iterable[Interval]) -> str:
    """Write hours so that `read` reads them."""
    return ", ".join(f"{it.opens:%H:%M}–{it.closes:%H:%M}" for it in hours)


@transaction.atomic
def write(calendar: Calendar, week: Mapping[int, Sequence[Interval]]) -> Calendar:
    """Save `calendar` with the hours of its week in place of those it had."""
    calendar.save()
    calendar.hours.all().delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(calendar=calendar, weekday=weekday, opens=it.opens, closes=it.closes)
        for weekday, stretches in week.items()
        for it in stretches
    )
    return calendar


@transaction.atomic
def write_special(calendar: Calendar, on: date, hours: Sequence[Interval]) -> None:
    """Save the hours of one date in place of those it had of its own."""
    calendar.special_hours.filter(date=on).delete()
    SpecialHours.objects.bulk_create(
        SpecialHours(calendar=calendar, date=on, opens=it.opens, closes=it.closes) for it in hours
    )


def _stretch(part: str) -> Interval:
    found = STRETCH.fullmatch(part)
    try:
        if found is None:
            raise ValueError
        return Interval(_clock(*found.groups()[:3]), _clock(*found.groups()[3:]))
    except BadHours:
        raise
    except ValueError:
        raise BadHours(
            _("“%s” is not a time of opening and closing. Write it like 09:00–17:00.")
            % part.strip()[:30]
        ) from None


def _clock(hour: str, minute: str | None, half: str | None) -> time:
    h, m = int(hour), int(minute or 0)
    if half:
        if not 1 <= h <= 12:
            raise ValueError
        h = h % 12 + (12 if half.lower() == "pm" else 0)
    if (h, m) == (24, 0):
        h = 0
    return time(h, m)


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def _ends(interval: Interval) -> int:
    ends = _minutes(interval.closes)
    return ends + DAY if interval.closes <= interval.opens else ends
