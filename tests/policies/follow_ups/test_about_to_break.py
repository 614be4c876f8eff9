"""Staff hear that a promise is about to break, while they can still keep it."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies.models import CallbackWindow, FollowUp, OpeningHours
from tests.conftest import boston
from tests.outgoing import number
from tickets.models import Interaction, User

SLUG = "about_to_break"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def notes():
    return Interaction.objects.filter(kind="note").order_by("pk")


def policy(minutes):
    CallbackWindow.objects.create(
        calendar=CallbackWindow.objects.get().calendar,
        minutes=minutes,
        valid_from=boston(2026, 2, 1),
        made_at=boston(2026, 2, 1),
    )


@pytest.mark.parametrize(
    ("minutes", "called", "told"),
    [
        (240, boston(2026, 3, 2, 9), boston(2026, 3, 2, 12)),  # a quarter of four hours before
        (30, boston(2026, 3, 2, 9), boston(2026, 3, 2, 9, 15)),  # a quarter hour at least
        (10, boston(2026, 3, 2, 9), boston(2026, 3, 2, 9)),  # of all there is, at once
        (240, boston(2026, 3, 2, 16), boston(2026, 3, 3, 11)),  # an hour today, three tomorrow
        (240, boston(2026, 3, 6, 20), boston(2026, 3, 9, 12)),  # over the weekend
        (480, boston(2026, 3, 2, 9), boston(2026, 3, 2, 15)),
        (32, boston(2026, 3, 2, 16, 36), boston(2026, 3, 2, 16, 53)),
    ],
)
def test_a_callback_has_a_quarter_of_its_time_left(missed, planned, minutes, called, told):
    policy(minutes)

    missed(now=called)

    assert [due for due, _status, _outcome in planned(SLUG)] == [told]


def test_a_turnaround_has_two_hours_left(turnaround, planned):
    assert planned(SLUG) == [(boston(2026, 3, 5, 15), "planned", "")]


def test_what_is_promised_for_a_sunday_is_told_by_the_clock(ticket, sara, planned):
    saturday = boston(2026, 3, 7, 12)

    journey.promised(ticket, "x", saturday + HOUR, kind="other", by=sara, now=saturday)

    assert planned(SLUG) == [(saturday + HOUR, "planned", "")]


def test_who_works_on_it_is_told_by_a_note_and_a_mail(
    turnaround, ticket, per, postbox, outcomes, monday_nine
):
    User.objects.filter(pk=per.pk).update(email="per@dahl.example")
    journey.ticket_assigned(ticket, per, now=monday_nine)

    assert outcomes(SLUG, now=boston(2026, 3, 5, 15)) == [
        ("done", "Per Holm was told that it is about to break")
    ]
    assert [(note.recipient, note.status) for note in notes()] == [("per@dahl.example", "sent")]
    (letter,) = postbox
    assert letter.subject == f"About to break: #{number()}, promised by 5:00 PM today"
    assert letter.body.startswith("“Laptop repair” was promised by 5:00")


def test_else_who_promised_it(turnaround, outcomes):
    assert outcomes(SLUG, now=boston(2026, 3, 5, 15)) == [
        ("done", "Sara Lind was told that it is about to break")
    ]
    assert [(note.recipient, note.status) for note in notes()] == [("", "logged")]


def test_where_it_is_nobodys_it_is_a_task_for_the_desk(missed, outcomes, monday_nine):
    missed(now=monday_nine)

    assert outcomes(SLUG, now=monday_nine + 3 * HOUR) == [("task", "About to break: “Call back”")]
    assert not notes().exists()


def test_who_has_left_is_not_told(turnaround, sara, outcomes):
    User.objects.filter(pk=sara.pk).update(is_active=False)

    assert outcomes(SLUG, now=boston(2026, 3, 5, 15)) == [
        ("task", "About to break: “Laptop repair”")
    ]


def test_the_customer_is_not_told_by_what_staff_are_told(
    update, sara, per, postbox, monday_nine, ticket
):
    User.objects.update(email="staff@dahl.example")

    duties.swept(now=update.due_at - MINUTE)

    update.refresh_from_db()
    assert (len(postbox), update.told_at) == (1, None)


def test_what_is_kept_needs_no_warning(missed, spoken, outcomes, monday_nine):
    missed(now=monday_nine)
    spoken(now=monday_nine + HOUR, call_id="out-1", direction="out")

    assert outcomes(SLUG, now=monday_nine + 3 * HOUR) == [("done", "Not needed: Kept")]


def test_a_task_goes_away_with_what_it_was_about(missed, spoken, planned, monday_nine):
    missed(now=monday_nine)
    duties.swept(now=monday_nine + 3 * HOUR)

    spoken(now=monday_nine + 3 * HOUR, call_id="out-1", direction="out")

    assert [row[1:] for row in planned(SLUG)] == [("done", "Not needed: Kept")]


def test_nobody_is_told_at_night(missed, planned, monday_nine):
    """The tick came late, and the hours have changed since."""
    missed(now=boston(2026, 3, 2, 16))
    OpeningHours.objects.filter(weekday=1).update(opens="11:30")

    duties.swept(now=boston(2026, 3, 3, 11))

    assert planned(SLUG) == [
        (boston(2026, 3, 3, 11, 30), "planned", "Waits until somebody is at work")
    ]


def test_found_too_late_it_is_left_to_what_follows(missed, outcomes, monday_nine):
    missed(now=monday_nine)

    assert outcomes(SLUG, now=monday_nine + 5 * HOUR)[0] == ("done", "Not needed: Broken")


def test_it_is_told_once(missed, monday_nine):
    missed(now=monday_nine)
    for minute in range(3):
        duties.swept(now=monday_nine + 3 * HOUR + minute * MINUTE)

    assert FollowUp.objects.filter(rule=SLUG).count() == 1
