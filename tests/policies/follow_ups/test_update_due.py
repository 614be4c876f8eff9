"""They hear that it takes longer before the promise breaks."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies.models import FollowUp
from tests.conftest import boston
from tests.outgoing import number
from tickets import outbox
from tickets.models import Interaction
from tickets.models.work import Kind

SLUG = "update_due"
HOUR = timedelta(hours=1)
DAY_BEFORE = boston(2026, 3, 4, 17)
TASK_AT, LAST_MOMENT = boston(2026, 3, 5, 9), boston(2026, 3, 5, 16)
TASK = "Not ready, and promised for March 5, 2026: tell them if it takes longer"


def test_staff_are_asked_a_working_day_before(turnaround, planned, outcomes):
    assert planned(SLUG) == [(TASK_AT, "planned", "")]
    assert outcomes(SLUG, now=TASK_AT) == [("task", TASK), ("planned", "")]
    assert [due for due, _status, _outcome in planned(SLUG)] == [TASK_AT, LAST_MOMENT]


def test_where_nobody_says_anything_a_message_does(turnaround, gateway, outcomes):
    duties.swept(now=TASK_AT)

    assert outcomes(SLUG, now=LAST_MOMENT) == [
        ("task", TASK),
        ("done", "Written: that it takes longer"),
    ]
    assert [words for _number, words in gateway] == [
        f"Dahl & Daughters: number {number()} takes longer than we thought. We said you would have "
        "it by 5:00 PM today and may not manage. We are sorry, and will tell you as soon as it "
        "is ready."
    ]
    assert turnaround.due_at > LAST_MOMENT


def test_that_it_may_break_does_not_tell_the_promise(update, turnaround, gateway):
    told_text = turnaround.told_text

    duties.swept(now=LAST_MOMENT)

    turnaround.refresh_from_db()
    assert turnaround.told_text == told_text


def test_found_late_it_goes_straight_to_the_message(turnaround, gateway, outcomes):
    assert outcomes(SLUG, now=LAST_MOMENT) == [("done", "Written: that it takes longer")]


def test_found_after_it_broke_it_is_too_late(turnaround, outcomes):
    assert outcomes(SLUG, now=turnaround.due_at)[0] == ("done", "Not needed: Broken")


@pytest.mark.parametrize("how", ["written", "called", "phoned"])
def test_who_has_heard_from_staff_gets_no_message(
    turnaround, ticket, sara, spoken, gateway, outcomes, how
):
    duties.swept(now=TASK_AT)
    noon = boston(2026, 3, 5, 12)
    if how == "written":
        (route,) = outbox.routes(ticket)
        journey.staff_answered(ticket, route, "Friday.", by=sara, now=noon)
    elif how == "called":
        contact = journey.Contact(Kind.CALL, Interaction.Direction.OUT, "Friday.", noon)
        journey.contact_logged(contact, by=sara, now=noon, ticket=ticket)
    else:
        spoken(now=noon, call_id="out-1", direction="out")

    assert (
        outcomes(SLUG, now=LAST_MOMENT)
        == [
            ("done", "Not needed: they have heard from us"),
        ]
        * 2
    )


def test_a_call_that_nobody_took_tells_nothing(turnaround, tried, gateway, outcomes):
    duties.swept(now=TASK_AT)
    tried(now=boston(2026, 3, 5, 12))

    assert outcomes(SLUG, now=LAST_MOMENT)[1] == ("done", "Written: that it takes longer")


def test_where_staff_say_they_saw_to_it_nothing_is_sent(turnaround, sara, gateway, outcomes):
    duties.swept(now=TASK_AT)
    task = FollowUp.objects.get(rule=SLUG, status="task")
    journey.task_done(task, "She came by", by=sara, now=TASK_AT + HOUR)

    assert outcomes(SLUG, now=LAST_MOMENT)[1] == ("done", "Not needed: staff have seen to it")
    assert gateway == []


def test_what_is_ready_needs_no_update(turnaround, ticket, sara, outcomes):
    duties.swept(now=TASK_AT)
    journey.ticket_moved(ticket, "ready", by=sara, now=TASK_AT + HOUR)

    assert outcomes(SLUG, now=LAST_MOMENT) == [("done", "Not needed: it is ready")] * 2


def test_without_a_way_to_write_the_task_stays(turnaround, outcomes):
    duties.swept(now=TASK_AT)

    assert outcomes(SLUG, now=LAST_MOMENT) == [
        ("task", TASK),
        ("done", "Not sent: there is no way to write to them"),
    ]


def test_a_promised_update_is_a_task_in_time_to_give_it(update, planned, outcomes):
    half_of_it = boston(2026, 3, 2, 17)  # eight working hours before are more than half

    assert planned(SLUG) == [(boston(2026, 3, 2, 15), "planned", "")]
    assert outcomes(SLUG, now=half_of_it) == [
        ("task", "Say how it stands, as promised for March 3, 2026")
    ]


def test_the_task_goes_with_the_promise(update, sara, planned):
    duties.swept(now=boston(2026, 3, 3, 9))
    journey.promise_ended(update, "kept", because="Told her", by=sara, now=boston(2026, 3, 3, 10))

    assert [row[1:] for row in planned(SLUG)] == [("done", "Not needed: Kept")]


@pytest.mark.parametrize("kind", ["callback", "other"])
def test_of_other_promises_nobody_expects_news(ticket, sara, planned, monday_nine, kind):
    if kind == "callback":
        journey.callback_promised(ticket, by=sara, now=monday_nine)
    else:
        journey.promised(ticket, "x", DAY_BEFORE, kind=kind, by=sara, now=monday_nine)

    assert planned(SLUG) == []
