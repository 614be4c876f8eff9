"""When the shop is open: the days of the week, and the dates to come that are otherwise."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policies import calendars, wording
from policies.calendars import WorkingHours
from policies.models import Calendar
from tickets.models import Shop

HOLIDAYS = timedelta(days=60)  # ahead; closures are told as soon as they are known
MOST = 20
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Otherwise:
    """Dates on which the hours of the week do not hold: closed, or open at other hours."""

    first: date
    dates: str
    hours: str
    why: str = ""


@dataclass(frozen=True)
class Hours:
    """By which clock, the days of a week with their hours, and what is otherwise soon."""

    week: list[tuple[str, str]]
    otherwise: list[Otherwise]


def of(calendar: Calendar, shop: Shop, language: str, moment: datetime) -> Hours:
    hours = calendar.working_hours()
    today = calendars.local(moment, hours.zone).date()
    said = {"language": language, "region": shop.region}
    found = [
        *_closures(calendar, today, said),
        *_special(hours, today, said),
        *_holidays(calendar, hours, today, said),
    ]
    otherwise = sorted(found, key=lambda it: it.first)[:MOST]
    return Hours(wording.week(hours, **said), otherwise)


def _closures(calendar: Calendar, today: date, said: dict[str, str]) -> list[Otherwise]:
    closed = wording.intervals((), **said)
    found = []
    for closure in calendar.closures.all():  # read with the hours
        first, last = closure.first_date, closure.last_date
        if last < today:
            continue
        dates = wording.day(first, **said)
        if last > first:
            dates = f"{dates} – {wording.day(last, **said)}"
        found.append(Otherwise(first, dates, closed, closure.reason))
    return found


def _special(hours: WorkingHours, today: date, said: dict[str, str]) -> list[Otherwise]:
    return [
        Otherwise(on, wording.day(on, **said), wording.intervals(stretches, **said))
        for on, stretches in hours.special.items()
        if on >= today
    ]


def _holidays(
    calendar: Calendar, hours: WorkingHours, today: date, said: dict[str, str]
) -> list[Otherwise]:
    """Return the public holidays that take away hours of a weekday, and are nothing else."""
    closed, found = wording.intervals((), **said), []
    for on in (today + n * DAY for n in range(HOLIDAYS.days)):
        where = calendar.country, calendar.subdivision
        name = calendars.public_holidays(*where, on.year, said["language"]).get(on, "")
        is_told = on in hours.special or any(a <= on <= b for a, b in hours.closures)
        if name and hours.hours.get(on.weekday()) and not is_told:
            found.append(Otherwise(on, wording.day(on, **said), closed, name))
    return found
