"""We wait for the customer: two reminders, then people find out."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from tests.conftest import boston
from tests.outgoing import number

SLUG = "waiting"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TEN = boston(2026, 3, 2, 10)
THURSDAY, TUESDAY, FRIDAY = boston(2026, 3, 5, 10), boston(2026, 3, 10, 10), boston(2026, 3, 13, 10)
WRITTEN = ("done", "Written: that we wait for their answer")


@pytest.fixture
def waiting(ticket, sara, ingrid, prefers, gateway):
    prefers(ingrid, "sms")
    journey.ticket_moved(ticket, "waiting", by=sara, now=TEN)
    return ticket


def test_they_are_reminded_after_three_working_days_and_after_three_more(
    waiting, gateway, outcomes
):
    duties.swept(now=THURSDAY - MINUTE)
    assert gateway == []
    for now in (THURSDAY, TUESDAY):
        duties.swept(now=now)

    assert [words[:66] for _number, words in gateway] == [
        f"Dahl & Daughters: we would like to go on with number {number()} and need",
        f"Dahl & Daughters: number {number()} still waits for an answer from you. ",
    ]
    assert outcomes(SLUG, now=FRIDAY) == [
        WRITTEN,
        WRITTEN,
        ("task", "They were reminded twice and did not answer: call them, or close it"),
    ]


def test_an_answer_by_text_ends_it(waiting, texted, gateway, outcomes):
    texted("Yes, go on.", now=TEN + HOUR)

    assert outcomes(SLUG, now=THURSDAY) == [("done", "Not needed: In work")]


def test_so_does_a_call(waiting, spoken, outcomes):
    spoken(now=TEN + HOUR)

    assert outcomes(SLUG, now=THURSDAY) == [("done", "Not needed: they have been in touch")]


def test_an_answer_after_the_first_reminder_saves_the_second(waiting, spoken, outcomes):
    duties.swept(now=THURSDAY)
    spoken(now=THURSDAY + HOUR)

    assert outcomes(SLUG, now=TUESDAY) == [
        WRITTEN,
        ("done", "Not needed: they have been in touch"),
    ]


def test_the_task_ends_when_they_call(waiting, spoken, planned):
    for now in (THURSDAY, TUESDAY, FRIDAY):
        duties.swept(now=now)
    spoken(now=FRIDAY + HOUR)

    assert planned(SLUG)[-1][1:] == ("done", "Not needed: they have been in touch")


def test_moved_on_nobody_is_reminded(waiting, sara, outcomes):
    journey.ticket_moved(waiting, "open", by=sara, now=TEN + HOUR)

    assert outcomes(SLUG, now=THURSDAY) == [("done", "Not needed: In work")]


def test_waiting_anew_counts_anew(waiting, sara, planned, gateway):
    journey.ticket_moved(waiting, "open", by=sara, now=TEN + HOUR)
    journey.ticket_moved(waiting, "waiting", by=sara, now=TEN + 2 * HOUR)

    duties.swept(now=THURSDAY + HOUR)
    assert gateway == []
    duties.swept(now=THURSDAY + 2 * HOUR)
    assert len(gateway) == 1


def test_who_likes_to_be_called_is_a_task_at_once(ticket, sara, gateway, outcomes):
    journey.ticket_moved(ticket, "waiting", by=sara, now=TEN)

    assert outcomes(SLUG, now=THURSDAY) == [("task", "Call them: we wait for their answer")]
