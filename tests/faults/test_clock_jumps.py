"""The clock jumps: DST both ways, a wrong clock put right, 29 February, the turn of the year."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk import duties, journey
from policies.calendars import Interval, PublicHolidays, WorkingHours
from policies.follow_ups import hours
from policies.models import FollowUp, Promise
from tests.conftest import boston
from tests.outgoing import gateway, prefers, texted
from tickets.models import Interaction, Service, Ticket
from tickets.models.work import Kind

__all__ = ["gateway", "prefers", "texted"]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZONES = [ZoneInfo(name) for name in ("America/New_York", "Europe/Stockholm", "Australia/Lord_Howe")]
SHIFTS = [
    {day: (Interval(time(9), time(17)),) for day in range(5)},
    {day: (Interval(time(8), time(12)), Interval(time(13), time(17))) for day in range(6)},
    {day: (Interval(time(22), time(6)),) for day in range(7)},
    {day: (Interval(time(0), time(0)),) for day in range(7)},
    {2: (Interval(time(1, 30), time(3)),)},  # one short night a week, which the clocks may cut
]
HOURS = st.builds(
    WorkingHours,
    zone=st.sampled_from(ZONES),
    hours=st.sampled_from(SHIFTS),
    holidays=st.sampled_from([frozenset(), PublicHolidays("US"), PublicHolidays("SE")]),
)
INSTANTS = st.datetimes(datetime(2023, 12, 20), datetime(2028, 3, 5), timezones=st.just(UTC))
SPANS = st.timedeltas(timedelta(), timedelta(days=40))


# -- the arithmetic, at any instant --------------------------------------------------------------


@given(at_work=HOURS, since=INSTANTS, away=SPANS, lead=st.timedeltas(MINUTE, 2 * DAY))
def test_what_comes_before_a_time_has_just_that_much_work_left(at_work, since, away, lead):
    due_at = since + away

    at = hours.before(due_at, lead, since=since, hours=at_work)

    working = at_work.between(since, due_at)
    assert since <= at <= due_at
    if working:
        assert at_work.between(at, due_at) == min(lead, working)
        assert at_work.is_open(at)
    else:
        assert due_at - at == min(lead, away / 2)


@given(at_work=HOURS, since=INSTANTS, away=SPANS)
def test_more_lead_is_never_later(at_work, since, away):
    due_at = since + away
    times = [
        hours.before(due_at, lead * HOUR, since=since, hours=at_work) for lead in (1, 2, 8, 24)
    ]

    assert times == sorted(times, reverse=True)


@given(at_work=HOURS, start=INSTANTS, days=st.integers(1, 5))
def test_days_later_somebody_is_at_work(at_work, start, days):
    at = hours.days_after(start, days, hours=at_work)

    assert at_work.is_open(at)
    assert at - start >= days * DAY
    assert at >= hours.days_after(start, days - 1, hours=at_work)


def test_a_calendar_that_never_opens_counts_by_the_clock():
    never = WorkingHours(ZONES[0], {})
    start = datetime(2026, 3, 2, tzinfo=UTC)

    assert hours.days_after(start, 3, hours=never) == start + 3 * DAY
    assert hours.before(start + 8 * HOUR, HOUR, since=start, hours=never) == start + 7 * HOUR


# -- what a shop sees, at the instants that are odd ----------------------------------------------

ODD = {
    "the clocks go forward": (
        boston(2026, 3, 6, 16),
        boston(2026, 3, 9, 11),
        boston(2026, 3, 9, 12),
    ),
    "the clocks go back": (
        boston(2026, 10, 30, 16),
        boston(2026, 11, 2, 11),
        boston(2026, 11, 2, 12),
    ),
    "29 February": (boston(2028, 2, 28, 16), boston(2028, 2, 29, 11), boston(2028, 2, 29, 12)),
    "the turn of the year": (
        boston(2026, 12, 31, 16),
        boston(2027, 1, 4, 11),
        boston(2027, 1, 4, 12),
    ),
}


@pytest.mark.parametrize(("called", "warned", "due"), ODD.values(), ids=ODD)
def test_a_window_is_four_hours_of_work_whatever_the_clocks_do(missed, called, warned, due):
    missed(now=called)

    rows = FollowUp.objects.filter(promise__isnull=False).order_by("due_at")
    assert [(row.rule, row.due_at) for row in rows] == [("about_to_break", warned), ("broken", due)]
    assert Promise.objects.get().due_at == due


@pytest.fixture
def reminded(ingrid, sara, prefers, gateway):
    """Wait for Ingrid from `start` on; she likes texts."""

    def reminded(start):
        prefers(ingrid, "sms")
        contact = journey.Contact(Kind.WALK_IN, Interaction.Direction.IN, "Black.", start)
        ticket = journey.contact_logged(contact, by=sara, now=start, customer=ingrid).ticket
        journey.ticket_moved(Ticket.objects.get(pk=ticket.pk), "waiting", by=sara, now=start)
        return gateway

    return reminded


@pytest.mark.parametrize(
    ("start", "first", "second"),
    [
        (boston(2026, 3, 5, 10), boston(2026, 3, 10, 9), boston(2026, 3, 13, 9)),
        (boston(2026, 10, 29, 10), boston(2026, 11, 3, 9), boston(2026, 11, 6, 9)),
        (boston(2028, 2, 25, 10), boston(2028, 3, 1, 9), boston(2028, 3, 6, 9)),
        (boston(2026, 12, 30, 10), boston(2027, 1, 5, 9), boston(2027, 1, 8, 9)),
    ],
)
def test_reminders_come_on_working_days_and_once(reminded, start, first, second):
    left = reminded(start)
    counted = []
    for now in (first - MINUTE, first, first + MINUTE, second - MINUTE, second, second + MINUTE):
        duties.swept(now=now)
        counted.append(len(left))

    assert counted == [0, 1, 1, 1, 2, 2]


@pytest.mark.parametrize("jump", [-HOUR, HOUR, -DAY, DAY])
def test_a_clock_that_jumps_does_nothing_twice(texted, gateway, monday_nine, jump):
    texted("Black.", now=monday_nine)
    duties.swept(now=monday_nine)
    due_at = Promise.objects.get().due_at

    for now in (due_at, due_at + jump, due_at, due_at + MINUTE):
        duties.swept(now=now)

    told = [words for _number, words in gateway]
    assert len(told) == len(set(told)) == 2
    assert Interaction.objects.filter(follow_up__rule="broken").count() == 1


def test_a_clock_put_back_leaves_what_is_planned(sara, ingrid, monday_nine):
    contact = journey.Contact(Kind.WALK_IN, Interaction.Direction.IN, "Black.", monday_nine)
    ticket = journey.contact_logged(contact, by=sara, now=monday_nine, customer=ingrid).ticket
    repair = Service.objects.get(name="Laptop repair")
    journey.quoted(ticket, repair, by=sara, now=monday_nine, accepted_how="counter")
    before = list(FollowUp.objects.order_by("pk").values_list("key", "due_at", "status"))

    duties.swept(now=monday_nine - HOUR)

    assert list(FollowUp.objects.order_by("pk").values_list("key", "due_at", "status")) == before
