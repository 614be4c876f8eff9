"""Working time. Pure functions: no database, no clock."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import takewhile
from types import MappingProxyType
from typing import TypeAlias
from zoneinfo import ZoneInfo, available_timezones

import holidays as tables

from tickets.refusals import Refusal, gettext_noop

MIDNIGHT, NOON = time(0), time(12)
DAY = timedelta(days=1)
HORIZON = timedelta(days=366)
MOST_DAYS = 3650

NOT_ENOUGH = gettext_noop(
    "There is not enough working time in the year to come. "
    "Check the opening hours, holidays and closures."
)

# Outside of these years an instant is a slip of the keyboard, and date arithmetic overflows.
YEARS = range(1900, 3000)

# `localtime` is another zone on every machine, and `Factory` means that nobody has set one.
NOT_PLACES = {"localtime", "Factory"}

Shift: TypeAlias = tuple[datetime, datetime]


class NeverOpen(Refusal):
    """There is not enough working time within a year."""


class BadHours(Refusal, ValueError):
    """These are not opening hours."""


@dataclass(frozen=True)
class Interval:
    """When a shift opens and closes, by the clock on the wall.

    At or before its opening it closes on the next day: 22:00 to 06:00 is a night, 17:00 to 00:00
    ends with the day, and 00:00 to 00:00 is the whole day.
    """

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens == self.closes != MIDNIGHT:
            raise BadHours(
                gettext_noop(
                    "Opening and closing at %(time)s leaves no time open. "
                    "For the whole day, use 00:00 to 00:00."
                ),
                time=f"{self.opens:%H:%M}",
            )
        if any(wall.tzinfo or wall.fold for wall in (self.opens, self.closes)):
            raise BadHours(
                gettext_noop("Opening hours are times on the wall: leave out the time zone.")
            )

    def on(self, day: date, zone: ZoneInfo) -> Shift:
        """Return when the shift of `day` opens and closes: all at once if the clocks skip it."""
        end = day + DAY if self.closes <= self.opens else day
        return _instant(day, self.opens, zone), _instant(end, self.closes, zone)


@dataclass(frozen=True)
class PublicHolidays(Container[date]):
    """The public holidays of a country, or of a part of it: `day in PublicHolidays("US", "MA")`.

    Raise BadHours for a country or subdivision that nobody keeps a table of.
    """

    country: str
    subdivision: str = ""

    def __post_init__(self) -> None:
        public_holidays(self.country, self.subdivision, YEARS[0])

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        return day in public_holidays(self.country, self.subdivision, day.year)


@dataclass(frozen=True)
class WorkingHours:
    """When we work: opening hours per weekday (Monday is 0), in one time zone.

    A shift belongs to the local day on which it opens. A holiday or a closure (first and last
    date, both closed) takes away the shifts that open on it, with what they have after midnight,
    and leaves what the night before runs into it. `special` is what holds on one date whatever
    its weekday, holiday or closure says: a short Christmas Eve, or nothing at all.

    A wall time that the clocks skip is as much later as they jump, one that comes twice is the
    first. All that is asked and answered are instants; periods are half-open.
    """

    zone: ZoneInfo
    hours: Mapping[int, tuple[Interval, ...]] = field(hash=False)
    holidays: Container[date] = field(default=frozenset(), hash=False)
    closures: tuple[tuple[date, date], ...] = ()
    special: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if not set(self.hours) <= set(range(7)):
            raise BadHours(gettext_noop("Weekdays are counted from 0 for Monday to 6 for Sunday."))
        for first, last in self.closures:
            if last < first:
                raise BadHours(
                    gettext_noop("The closure from %(first)s to %(last)s ends before it begins."),
                    first=first,
                    last=last,
                )
        # Copies, since whoever made us may go on to change theirs.
        for name in ("hours", "special"):
            copy = {day: tuple(intervals) for day, intervals in getattr(self, name).items()}
            object.__setattr__(self, name, copy)
        object.__setattr__(self, "closures", tuple((first, last) for first, last in self.closures))

    def intervals(self, day: date) -> tuple[Interval, ...]:
        """Return the hours that hold on `day`, none if we are closed."""
        if day in self.special:
            return self.special[day]
        usual = self.hours.get(day.weekday(), ())
        if not usual or any(first <= day <= last for first, last in self.closures):
            return ()
        return () if day in self.holidays else usual

    def shifts(self, since: datetime) -> Iterator[Shift]:
        """Yield (opens, closes) in UTC for a year, of what closes after `since` and clipped to it.

        What overlaps or touches is one: a shop that never closes has a single shift.
        """
        since = _utc(since)
        merged: Shift | None = None
        for opens, closes in self._spans(since, since + HORIZON):
            if merged is None:
                merged = opens, closes
            elif opens == merged[1]:
                merged = merged[0], closes
            else:
                yield merged
                merged = opens, closes
        if merged is not None:
            yield merged

    def add(self, start: datetime, working: timedelta) -> datetime:
        """Return the instant at which `working` time has passed since `start`.

        That may be a closing, when it is used up exactly then. Without any it is `start` itself
        while we are open, or the next opening. Raise NeverOpen when it takes more than a year.
        """
        if working < timedelta():
            raise ValueError("Working time is counted forwards: it cannot be negative.")
        start = _utc(start)
        for opens, closes in self._spans(start, start + HORIZON):
            if working <= closes - opens:
                return opens + working
            working -= closes - opens
        raise NeverOpen(NOT_ENOUGH)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from `start` to `end`, zero if that is the wrong way round."""
        start, end = _utc(start), _utc(end)
        spans = self._spans(start, end)
        worked = (min(closes, end) - opens for opens, closes in spans if opens < end)
        return sum(worked, timedelta())

    def is_open(self, at: datetime) -> bool:
        at = _utc(at)
        return any(opens == at for opens, _ in self._spans(at, at))

    def next_opening(self, at: datetime) -> datetime:
        """Return `at` itself while we are open. Raise NeverOpen when a year brings no opening."""
        return self.add(at, timedelta())

    def add_days(self, start: datetime, days: int) -> datetime:
        """Return the last closing of the working day that is `days` after the one of `start`.

        A working day is a local date on which a shift opens. The one of `start` is the first that
        has not closed by then, so that what comes in after closing or on a closed day counts as
        received on the next working day, and what comes in at night on a night shift belongs to
        the day on which that opened. Raise NeverOpen when a year goes by without a working day.
        """
        if not 0 <= days <= MOST_DAYS:
            raise ValueError(f"A turnaround is 0 to {MOST_DAYS} working days.")
        start = _utc(start)
        for count, closes in enumerate(self._closings(start, start)):
            if count == days:
                return closes
        raise NeverOpen(NOT_ENOUGH)

    def days_between(self, start: datetime, end: datetime) -> int:
        """Return how many working days to quote at `start` for what is done at `end`.

        That is the least `days` for which `add_days(start, days)` is no sooner than `end`: 0 on the
        working day that received it, and on a closed day as many as on the next working day.
        The wrong way round it is 0, too.
        """
        start, end = _utc(start), _utc(end)
        return sum(1 for _ in takewhile(lambda closes: closes < end, self._closings(start, end)))

    def _opened(self, day: date) -> list[Shift]:
        """Return the shifts that open on `day`, as they come: they may overlap."""
        intervals = self.intervals(day)
        if not intervals or _is_skipped(day, self.zone):
            return []
        shifts = (interval.on(day, self.zone) for interval in intervals)
        # The hour that the clocks skip may be all there was of a shift.
        return [(opens, closes) for opens, closes in shifts if opens < closes]

    def _spans(self, since: datetime, until: datetime) -> Iterator[Shift]:
        """Yield in order and without overlaps when we are open, from `since` to beyond `until`.

        Lazily: who needs a few hours pays for a few days.
        """
        day, last = self._dates(since, until)
        ahead: list[Shift] = []
        while day <= last:
            ahead = sorted(ahead + self._opened(day))
            day += DAY
            # No zone is 16 hours ahead of UTC, so what later days bring opens after this.
            settled = datetime.combine(day, MIDNIGHT, UTC) - timedelta(hours=16)
            while ahead and (ahead[0][0] < settled or day > last):
                opens, closes = ahead.pop(0)
                if closes > since:
                    yield max(opens, since), closes
                    since = closes

    def _closings(self, since: datetime, until: datetime) -> Iterator[datetime]:
        """Yield the last closing after `since` of each working day, on and on.

        It ends a year after `until` or after the last working day, whichever is later.
        A day whose shifts all end during the night shift of the day before closes with that,
        so that more days are never sooner.
        """
        day, last = self._dates(since, until)
        last += HORIZON
        closing = since
        while day <= last:
            if shifts := self._opened(day):
                closing = max(closing, *(closes for _, closes in shifts))
                last = max(last, day + HORIZON)
                if closing > since:
                    yield closing
            day += DAY

    def _dates(self, since: datetime, until: datetime) -> tuple[date, date]:
        """Return the first and last date whose shifts can be open between `since` and `until`.

        A shift lasts up to a day, and two where a zone lived a date twice to change sides of the
        date line. After clocks went back across midnight, the next date has already begun.
        """
        first, last = since - 2 * DAY, until + DAY
        return first.astimezone(self.zone).date(), last.astimezone(self.zone).date()


def zone(name: str) -> ZoneInfo:
    """Return the time zone, old names included. Raise BadHours if there is none."""
    if name not in _zone_names():
        raise BadHours(
            gettext_noop("There is no time zone “%(name)s”. Use a name such as Europe/Stockholm."),
            name=name,
        )
    return ZoneInfo(name)


def zones(also: str = "") -> list[str]:
    """Return the names of places that people choose from, and `also`, which somebody has."""
    places = {name for name in _zone_names() if "/" in name and not name.startswith("Etc/")}
    return sorted(places | ({also} if also else set()) | {"UTC"})


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """Return what the clock on the wall shows."""
    return _utc(at).astimezone(zone)


def running(interval: Interval, at: datetime, zone: ZoneInfo) -> Shift | None:
    """Return the run of a daily `interval` that `at` is in; None between two."""
    today = local(at, zone).date()
    for day in (today - DAY, today):
        begins, ends = interval.on(day, zone)
        if begins <= at < ends:
            return begins, ends
    return None


def day_bounds(day: date, zone: ZoneInfo) -> Shift:
    """Return the half-open instants of a local date: empty for one that the zone skipped."""
    _check_year(day.year)
    return _instant(day, MIDNIGHT, zone), _instant(day + DAY, MIDNIGHT, zone)


def public_holidays(
    country: str, subdivision: str, year: int, language: str = "en"
) -> Mapping[date, str]:
    """Return the names of a year's public holidays by date, observed ones too.

    Country and subdivision are codes of ISO 3166 (`US` and `MA` or `US-MA`); no country has no
    holidays. Raise BadHours if one is unknown. A language without translation is the country's own.
    """
    country, subdivision = country.strip().upper(), subdivision.strip()
    return _table(country, subdivision.removeprefix(f"{country}-"), year, language)


@lru_cache(maxsize=1024)
def _table(country: str, subdivision: str, year: int, language: str) -> Mapping[date, str]:
    if not country:
        if subdivision:
            raise BadHours(
                gettext_noop("To which country does “%(region)s” belong?"), region=subdivision
            )
        return MappingProxyType({})
    # Longer names find stock exchanges, and B3 is one.
    if len(country) != 2 or not country.isalpha():
        raise _no_country(country)
    try:
        entity = tables.country_holidays(country)
    except NotImplementedError as error:
        raise _no_country(country) from error
    spoken = _spoken(language, entity.supported_languages, entity.default_language)
    try:
        names = tables.country_holidays(
            country, subdiv=subdivision or None, years=year, language=spoken
        )
    except NotImplementedError as error:
        raise BadHours(
            gettext_noop(
                "We know of no holidays of their own for “%(region)s” in %(country)s. "
                "Use a code of ISO 3166-2, such as MA in US, or leave it empty."
            ),
            region=subdivision,
            country=country,
        ) from error
    return MappingProxyType(dict(names))


def _no_country(country: str) -> BadHours:
    return BadHours(
        gettext_noop(
            "We know of no holidays for a country “%(country)s”. Use two letters, such as SE."
        ),
        country=country,
    )


def _spoken(language: str, supported: tuple[str, ...], own: str | None) -> str | None:
    """Return the code nearest to `language`: asked for another, the tables look at $LANG."""
    wanted = language.replace("-", "_").lower()
    for code in supported:
        if code.lower() == wanted:
            return code
    for code in supported:
        if code.split("_")[0] == wanted.split("_")[0]:
            return code
    return own


@cache
def _zone_names() -> frozenset[str]:
    """Return every name there is: asked for others, ZoneInfo would go and look for a file."""
    return frozenset(available_timezones() - NOT_PLACES)


def _instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """Return when the wall clock shows this: the first time, or as if it had not jumped."""
    return datetime.combine(day, wall, zone).astimezone(UTC)


def _is_skipped(day: date, zone: ZoneInfo) -> bool:
    """Tell whether a zone left out the day to change sides of the date line."""
    return _instant(day, NOON, zone).astimezone(zone).date() != day


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError(f"{at} has no time zone, so it may be any of two dozen instants.")
    _check_year(at.year)
    return at.astimezone(UTC)


def _check_year(year: int) -> None:
    if year not in YEARS:
        raise ValueError(f"The year {year} is too far away: use {YEARS[0]} to {YEARS[-1]}.")
