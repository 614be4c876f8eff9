"""When we work: the usual week, holidays, closures, special hours, and a year of them."""

import html
import re
from datetime import date, time

import pytest

from helpdesk.models import AuditEntry
from policies import previews
from policies.models import Calendar, Promise
from tests.conftest import boston

LIST = "/setup/calendars/"
TEN = boston(2026, 3, 2, 10)
WEEK = {
    **{"name": "Bench", "zone": "America/New_York", "country": "US", "subdivision": "MA"},
    **{"day0": "9-12, 13-17", "day1": "22:00-06:00", "day2": "", "day3": "", "day4": ""},
    **{"day5": "", "day6": ""},
}


@pytest.fixture
def owner(client, eva, monkeypatch):
    monkeypatch.setattr("helpdesk.web.setup.calendars.now", lambda: TEN)
    client.force_login(eva)
    return client


@pytest.fixture
def calendar(shop):
    return Calendar.objects.get()


@pytest.fixture
def page(calendar):
    return f"{LIST}{calendar.pk}/"


def read(response):
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def hours(calendar):
    return [(row.weekday, row.opens, row.closes) for row in calendar.hours.all()]


def kinds(response):
    days = {}
    for month in response.context["months"]:
        for week in month.weeks:
            days |= {day.date: str(day.kind) for day in week if day}
    return days


def test_a_week_is_written_down(owner, page, calendar):
    response = owner.post(f"{page}hours/", WEEK)

    assert response["Location"] == page
    assert hours(calendar) == [
        (0, time(9), time(12)),
        (0, time(13), time(17)),
        (1, time(22), time(6)),
    ]
    assert Calendar.objects.get().name == "Bench"
    changes = AuditEntry.objects.get(action="calendar-hours").changes
    assert changes["day0"] == ["09:00–17:00", "09:00–12:00, 13:00–17:00"]
    assert "zone" not in changes


def test_saving_what_is_shown_changes_nothing(owner, page, calendar):
    before = hours(calendar)
    shown = {field.name: field.value() for field in owner.get(f"{page}hours/").context["form"]}

    owner.post(f"{page}hours/", shown)

    assert (hours(calendar), AuditEntry.objects.get(action="calendar-hours").changes) == (
        before,
        {},
    )


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("day0", "nine", "is not a time of opening and closing"),
        ("day0", "9-13, 12-17", "overlap"),
        ("name", "", "This field is required."),
        ("zone", "Mars/Olympus", "Select a valid choice."),
        ("subdivision", "XX", "We know of no holidays of their own"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(owner, page, calendar, field, value, said):
    before = hours(calendar)

    response = owner.post(f"{page}hours/", WEEK | {field: value})

    assert response.status_code == 422
    assert said in " ".join(response.context["form"].errors[field])
    assert "22:00-06:00" in read(response)
    assert hours(calendar) == before


def test_a_week_without_hours_is_none(owner, page, calendar):
    response = owner.post(f"{page}hours/", WEEK | {"day0": "", "day1": ""})

    assert response.status_code == 422
    assert "When do you open?" in read(response)


def test_another_calendar(owner):
    response = owner.post(f"{LIST}new/", WEEK)

    made = Calendar.objects.get(name="Bench")
    assert response["Location"] == f"{LIST}{made.pk}/"
    assert len(hours(made)) == 3
    assert "Bench" in read(owner.get(LIST))


def test_two_calendars_have_two_names(owner, calendar):
    response = owner.post(f"{LIST}new/", WEEK | {"name": calendar.name})

    assert (response.status_code, Calendar.objects.count()) == (422, 1)


def test_a_year_is_shown_day_by_day(owner, page, calendar):
    calendar.closures.create(first_date="2026-07-06", last_date="2026-07-07", reason="Summer")
    calendar.special_hours.create(date="2026-12-24", opens="10:00", closes="13:00")

    response = owner.get(page)

    shown = kinds(response)
    assert (len(shown), response.context["year"]) == (365, 2026)
    assert [shown[date(2026, *day)] for day in ((3, 2), (3, 1), (7, 6), (12, 24), (12, 25))] == [
        *("open", "closed", "closure", "special", "holiday"),
    ]
    said = read(response)
    assert "Fri 25 December 2026: Christmas Day" in said
    assert '<span class="unseen">Christmas Day</span>' in said
    assert "Summer" in said


@pytest.mark.parametrize(
    ("asked", "year"),
    [("2027", 2027), ("1999", 2026), ("2100", 2026), ("x", 2026), ("²027", 2026), ("", 2026)],
)
def test_years_go_on_and_back(owner, page, asked, year):
    response = owner.get(page, {"year": asked})

    assert (response.status_code, response.context["year"]) == (200, year)
    assert f"?year={year + 1}" in read(response)


def test_a_closure_is_added_and_taken_away(owner, page, calendar, missed):
    missed(now=TEN)
    due_at = Promise.objects.get().due_at

    response = owner.post(
        page, {"add": "closure", "closure-first_date": "2026-03-02", "closure-reason": "Flood"}
    )

    closure = calendar.closures.get()
    assert response["Location"] == f"{page}?year=2026"
    assert (closure.first_date, closure.last_date, closure.reason) == (
        date(2026, 3, 2),
        date(2026, 3, 2),
        "Flood",
    )
    assert Promise.objects.get().due_at == due_at
    assert AuditEntry.objects.get(action="calendar").changes["reason"] == [None, "Flood"]

    owner.post(f"{LIST}closures/{closure.pk}/remove/")

    assert not calendar.closures.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"closure-first_date": ""}, "first_date"),
        ({"closure-first_date": "2026-07-06", "closure-last_date": "2026-07-05"}, "last_date"),
        ({"closure-first_date": "0206-07-06"}, "first_date"),
    ],
)
def test_a_closure_that_is_none_is_refused(owner, page, calendar, given, field):
    response = owner.post(page, {"add": "closure", "closure-reason": "Flood", **given})

    assert (response.status_code, list(response.context["closure_form"].errors)) == (422, [field])
    assert "Flood" in read(response)
    assert not calendar.closures.exists()


def test_what_is_owed_while_it_is_closed_is_said(owner, page, calendar, missed):
    missed(now=TEN)  # by the same day at 14:00
    closed = {"add": "closure", "closure-reason": "Flood", "closure-last_date": ""}

    said = [
        read(owner.post(page, {**closed, "closure-first_date": on}, follow=True))
        for on in ("2026-03-01", "2026-03-02", "2026-03-03")
    ]

    owed = "1 open promise is due in that time."
    assert [owed in page for page in said] == [False, True, False]


def test_what_another_calendar_promised_is_not_counted(calendar, missed):
    missed(now=TEN)
    other = Calendar.objects.create(name="Bench", zone="America/New_York")
    monday = date(2026, 3, 2)

    owed = [previews.owed_during(monday, monday, one) for one in (calendar, other)]

    assert owed == [1, 0]


def test_each_place_is_offered_once(owner, page):
    choices = dict(owner.get(f"{page}hours/").context["form"].fields["zone"].choices)

    assert {"UTC", "America/New_York", "Asia/Kolkata", "Europe/Kyiv"} <= set(choices)
    assert {"US/Eastern", "Asia/Calcutta", "Europe/Kiev"} & set(choices) == set()


def test_who_has_an_old_name_of_a_place_keeps_it(owner, page, calendar):
    Calendar.objects.update(zone="US/Eastern")

    choices = dict(owner.get(f"{page}hours/").context["form"].fields["zone"].choices)

    assert "US/Eastern" in choices


def test_special_hours_are_added_changed_and_taken_away(owner, page, calendar):
    for typed in ("9-17", "10-12, 13-15"):
        owner.post(page, {"add": "special", "special-date": "2026-12-24", "special-hours": typed})

    rows = [(row.date, row.opens, row.closes) for row in calendar.special_hours.all()]
    assert rows == [
        (date(2026, 12, 24), time(10), time(12)),
        (date(2026, 12, 24), time(13), time(15)),
    ]
    assert "10:00–12:00, 13:00–15:00" in read(owner.get(page))

    owner.post(f"{page}special/remove/", {"date": "2026-12-24"})

    assert not calendar.special_hours.exists()


@pytest.mark.parametrize(
    ("on", "typed", "field"),
    [("", "9-12", "date"), ("2026-12-24", "", "hours"), ("2026-12-24", "noon", "hours")],
)
def test_special_hours_that_are_none_are_refused(owner, page, calendar, on, typed, field):
    response = owner.post(page, {"add": "special", "special-date": on, "special-hours": typed})

    assert (response.status_code, list(response.context["special_form"].errors)) == (422, [field])
    assert not calendar.special_hours.exists()


def test_never_enough_to_work_by_is_warned_of(owner, page):
    year = {"closure-first_date": "2026-03-01", "closure-last_date": "2027-12-31"}

    response = owner.post(page, {"add": "closure", **year}, follow=True)

    assert "There is not enough working time in the year to come." in read(response)


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_it_asks_as_many_questions_however_much_is_closed(
    owner, page, calendar, rows, django_assert_num_queries
):
    for n in range(rows):
        calendar.closures.create(first_date=f"2026-04-{n % 28 + 1:02}", last_date="2026-05-30")
        Calendar.objects.create(name=f"Other {n}", zone="UTC")

    with django_assert_num_queries(7):
        owner.get(page)
    with django_assert_num_queries(7):
        owner.get(LIST)
