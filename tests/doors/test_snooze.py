"""Putting a ticket aside, on its page."""

import pytest
from django.utils.timezone import localtime

from helpdesk import journey
from policies.models import OpeningHours
from tests.conftest import BOSTON, boston
from tests.doors.pages import CHANGED, errors, fresh, said, text

TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def snoozed(ticket, sara):
    until = boston(2026, 3, 3, 9)
    journey.ticket_snoozed(ticket, until, "Waiting for a part", by=sara, now=TEN)
    return ticket


@pytest.fixture
def times(at_desk, ticket):
    """What the form offers: what each time is called, and its words."""

    def times():
        page = at_desk.get(f"/tickets/{ticket.pk}/", {"do": "snooze"})
        return dict(page.context["panel"].fields["until"].choices)

    return times


@pytest.mark.parametrize(
    ("name", "until"),
    [
        ("hours", boston(2026, 3, 2, 11)),
        ("day", boston(2026, 3, 3, 9)),
        ("week", boston(2026, 3, 9, 9)),
    ],
)
def test_it_is_put_aside_for_a_usual_time(act, ticket, sara, name, until):
    act(ticket, "snooze", until=name, reason="0")

    ticket = fresh(ticket)
    assert (ticket.snoozed_until, ticket.snoozed_by) == (until, sara)
    assert ticket.snoozed_because == "Waiting for a part"


def test_the_usual_times_are_when_we_open(at_desk, times):
    assert times() == {
        "hours": "In two hours: today 11:00",
        "day": "Next working day: tomorrow 09:00",
        "week": "Next week: 9 Mar 09:00",
    }


def test_a_reason_is_said_to_be_needed(at_desk, ticket):
    html = at_desk.get(f"/tickets/{ticket.pk}/", {"do": "snooze"}).content.decode()

    assert "Needed: choose one, or write your own below." in html


def test_on_a_friday_the_next_working_day_is_next_week(at_desk, times):
    at_desk.at = boston(2026, 3, 6, 16, 59)

    assert times() == {
        "hours": "In two hours: today 18:59",
        "day": "Next working day: Mon 09:00",
    }


def test_when_nobody_has_said_when_we_open_any_time_can_be_typed(act, ticket, times):
    OpeningHours.objects.all().delete()

    assert times() == {"hours": "In two hours: today 11:00"}
    act(ticket, "snooze", until="", at="2026-03-04T13:30", reason="1")
    assert fresh(ticket).snoozed_until == boston(2026, 3, 4, 13, 30)


def test_what_is_typed_counts(act, ticket):
    response = act(
        ticket,
        "snooze",
        until="day",
        at="2026-03-04T13:30",
        reason="0",
        because=" Ingrid is\naway ",
    )

    ticket = fresh(ticket)
    assert localtime(ticket.snoozed_until, BOSTON).isoformat() == "2026-03-04T13:30:00-05:00"
    assert ticket.snoozed_because == "Ingrid is away"
    assert said(response) == ["Snoozed until Wed 13:30."]


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"until": ""}, "until"),
        ({"until": "never"}, "until"),
        ({"at": "2026-03-02T09:00"}, "at"),
        ({"at": "2036-03-02T09:00"}, "at"),
        ({"at": "soon"}, "at"),
        ({"reason": ""}, "reason"),
        ({"reason": "3"}, "reason"),
        ({"because": "x" * 201}, "because"),
    ],
)
def test_until_when_and_why_have_to_be_said(act, ticket, form, wrong):
    given = {"until": "day", "at": "", "reason": "0", "because": ""} | form

    assert list(errors(act(ticket, "snooze", **given))) == [wrong]
    assert fresh(ticket).snoozed_until is None


def test_the_page_says_so_and_wakes_it(act, at_desk, snoozed):
    page = text(at_desk.get(f"/tickets/{snoozed.pk}/"))
    assert "Snoozed until tomorrow 09:00 by Sara Lind: Waiting for a part" in page

    response = act(snoozed, "wake")

    assert said(response) == ["Awake again."]
    assert fresh(snoozed).snoozed_until is None
    assert "Snoozed until" not in text(at_desk.get(f"/tickets/{snoozed.pk}/"))


def test_a_time_that_has_come_is_not_shown(at_desk, snoozed):
    at_desk.at = boston(2026, 3, 3, 9)

    assert "Snoozed until" not in text(at_desk.get(f"/tickets/{snoozed.pk}/"))


def test_what_ended_meanwhile_is_said(act, ticket, sara):
    journey.ticket_closed(ticket, charge="free", by=sara, now=TEN)

    assert said(act(ticket, "snooze", until="day", reason="0")) == [CHANGED]
    assert fresh(ticket).snoozed_until is None
