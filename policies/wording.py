"""Times, spans and opening hours in words, in a customer's language."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_day_names

from policies import calendars
from policies.calendars import Interval, WorkingHours

WHOLE_DAY = Interval(time(0), time(0))


@dataclass(frozen=True)
class Phrases:
    """How one language puts it. Placeholders in braces."""

    by: str
    today: str
    tomorrow: str
    on_day: str
    date: str  # a babel pattern
    closed: str
    days: str
    between: str
    also: str
    always: str
    minutes: tuple[str, str]  # one, several
    working_hours: tuple[str, str]
    working_days: tuple[str, str]


ENGLISH = Phrases(
    by="by {when}",
    today="{time} today",
    tomorrow="{time} tomorrow",
    on_day="{time} on {day}",
    date="EEEE d MMMM",
    closed="closed",
    days="{first} to {last}",
    between="{opens} to {closes}",
    also=" and ",
    always="around the clock, every day",
    minutes=("one working minute", "{n} working minutes"),
    working_hours=("one working hour", "{n} working hours"),
    working_days=("one working day", "{n} working days"),
)
SWEDISH = Phrases(
    by="senast {when}",
    today="{time} i dag",
    tomorrow="{time} i morgon",
    on_day="{time} {day}",
    date="EEEE d MMMM",
    closed="stängt",
    days="{first} till {last}",
    between="{opens} till {closes}",
    also=" och ",
    always="dygnet runt, alla dagar",
    minutes=("en arbetsminut", "{n} arbetsminuter"),
    working_hours=("en arbetstimme", "{n} arbetstimmar"),
    working_days=("en arbetsdag", "{n} arbetsdagar"),
)
LANGUAGES = {"en": ENGLISH, "sv": SWEDISH}


def phrases(language: str) -> Phrases:
    """Return the phrases of `language`, English where we have none."""
    return LANGUAGES.get(language.partition("-")[0], ENGLISH)


def locale(language: str, region: str) -> Locale:
    """Return how `language` is written in `region`: en in SE has a 24-hour clock."""
    spoken, _hyphen, where = language.partition("-")
    for name in (f"{spoken}_{where or region}", f"{spoken}_{region}", spoken, "en"):
        try:
            return Locale.parse(name, sep="_")
        except (UnknownLocaleError, ValueError):
            continue
    raise UnknownLocaleError("en")


def deadline(due_at: datetime, *, now: datetime, zone: ZoneInfo, language: str, region: str) -> str:
    """Say until when: "by 13:45 today", "by 5:00 PM on Thursday"."""
    when = moment(due_at, now=now, zone=zone, language=language, region=region)
    return phrases(language).by.format(when=when)


def moment(at: datetime, *, now: datetime, zone: ZoneInfo, language: str, region: str) -> str:
    """Say when, from `now` on: "13:45 today", "5:00 PM on Thursday"."""
    say, due = phrases(language), calendars.local(at, zone)
    written = locale(language, region)
    clock = format_time(due.time(), "short", locale=written)
    away = (due.date() - calendars.local(now, zone).date()).days
    if away == 0:
        return say.today.format(time=clock)
    if away == 1:
        return say.tomorrow.format(time=clock)
    if 1 < away < 7:
        day = get_day_names("wide", locale=written)[due.weekday()]
    else:
        day = format_date(due.date(), say.date, locale=written)
    return say.on_day.format(time=clock, day=day)


def span(minutes: int, language: str) -> str:
    """Say how much working time: "four" is not written out, "one" is."""
    say = phrases(language)
    forms, n = (say.minutes, minutes) if minutes % 60 else (say.working_hours, minutes // 60)
    return forms[0] if n == 1 else forms[1].format(n=n)


def working_days(days: int, language: str) -> str:
    forms = phrases(language).working_days
    return forms[0] if days == 1 else forms[1].format(n=days)


def instant(at: datetime, *, zone: ZoneInfo, language: str, region: str) -> str:
    """Say when, for whoever reads it on another day: "Thursday 5 March, 5:00 PM"."""
    local, written = calendars.local(at, zone), locale(language, region)
    clock = format_time(local.time(), "short", locale=written)
    return f"{format_date(local.date(), phrases(language).date, locale=written)}, {clock}"


def week(hours: WorkingHours, *, language: str, region: str) -> list[tuple[str, str]]:
    """Return the days of a week, those alike together, and when we are open on them."""
    say, written = phrases(language), locale(language, region)
    names, said, first = get_day_names("wide", locale=written), [], 0
    while first < 7:
        last, usual = first, hours.hours.get(first, ())
        while last < 6 and hours.hours.get(last + 1, ()) == usual:
            last += 1
        days = names[first]
        if last > first:
            days = say.days.format(first=names[first], last=names[last])
        said.append((days, intervals(usual, language=language, region=region)))
        first = last + 1
    return said


def opening_hours(hours: WorkingHours, *, language: str, region: str) -> str:
    """Say when we are open: "Monday to Friday 09:00 to 17:00 and Saturday 10:00 to 14:00"."""
    say = phrases(language)
    if all(hours.hours.get(weekday) == (WHOLE_DAY,) for weekday in range(7)):
        return say.always
    days = week(hours, language=language, region=region)
    return say.also.join(f"{names} {when}" for names, when in days if when != say.closed)


def day(on: date, *, language: str, region: str) -> str:
    return format_date(on, "long", locale=locale(language, region))


def intervals(stretches: tuple[Interval, ...], *, language: str, region: str) -> str:
    """Say when we are open on a day: "09:00 to 12:00 and 13:00 to 17:00", or "closed"."""
    say, written = phrases(language), locale(language, region)
    if not stretches:
        return say.closed
    return say.also.join(
        say.between.format(
            opens=format_time(interval.opens, "short", locale=written),
            closes=format_time(interval.closes, "short", locale=written),
        )
        for interval in stretches
    )
