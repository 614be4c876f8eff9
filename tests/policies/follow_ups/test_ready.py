"""It is ready: they hear so at once, and the quote stays what it is."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies.models import FollowUp, Promise
from tests.conftest import CALLER, boston
from tests.outgoing import number
from tickets.models import ContactPoint, Interaction, Ticket

SLUG = "ready"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WRITTEN = ("done", "Written: that it is ready")
THURSDAY = boston(2026, 3, 5, 11)
TUESDAY = boston(2026, 3, 3, 11)


@pytest.fixture
def moved(ticket, sara):
    def moved(to="ready", *, now, **more):
        row = Ticket.objects.get(pk=ticket.pk)
        journey.ticket_moved(row, to, by=sara, now=now, **more)

    return moved


@pytest.fixture
def by_text(ingrid, prefers, gateway):
    prefers(ingrid, "sms")
    return gateway


def test_on_the_day_it_was_quoted_for_it_is_ready(turnaround, moved, by_text, outcomes):
    moved(now=THURSDAY)

    assert outcomes(SLUG, now=THURSDAY) == [WRITTEN]
    assert by_text == [
        (
            CALLER,
            f"Dahl & Daughters: number {number()} is ready. You can pick it up whenever we are "
            "open. Questions: (617) 555-0100",
        )
    ]


def test_sooner_than_quoted_keeps_the_quote(turnaround, moved, by_text, outcomes):
    moved(now=TUESDAY)

    assert outcomes(SLUG, now=TUESDAY) == [WRITTEN]
    assert by_text[0][1] == (
        f"Dahl & Daughters: number {number()} is ready. Laptop repair usually takes 3 working "
        "days; this time there was room to do it sooner. You can pick it up whenever we are open."
    )


@pytest.mark.parametrize(
    ("at", "is_early"),
    [
        (boston(2026, 3, 4, 17), True),  # at Wednesday's closing
        (boston(2026, 3, 4, 17, 1), False),  # which counts as Thursday
        (boston(2026, 3, 5, 9), False),
        (boston(2026, 3, 6, 9), False),
    ],
)
def test_sooner_is_counted_in_working_days(turnaround, moved, by_text, at, is_early):
    moved(now=at)
    duties.swept(now=at)

    ready = Interaction.objects.get(follow_up__rule=SLUG)
    assert ("usually takes" in ready.text) is is_early


def test_ready_and_told_keeps_the_turnaround(turnaround, update, moved, by_text):
    moved(now=TUESDAY)
    turnaround.refresh_from_db()
    assert turnaround.is_open

    duties.swept(now=TUESDAY)

    kept = "Ready, and the customer knows"
    assert list(Promise.objects.values_list("status", "ended_because")) == [("kept", kept)] * 2


def test_what_has_not_left_keeps_nothing(turnaround, moved, by_text, settings):
    moved(now=TUESDAY)
    settings.KANNEL_URL = "http://127.0.0.1:9"

    duties.swept(now=TUESDAY)

    turnaround.refresh_from_db()
    assert turnaround.is_open


def test_taken_back_to_the_bench_meanwhile_it_keeps_nothing(turnaround, moved, by_text, settings):
    url, settings.KANNEL_URL = settings.KANNEL_URL, "http://127.0.0.1:9"
    moved(now=TUESDAY)
    duties.swept(now=TUESDAY)
    moved("open", now=TUESDAY + MINUTE)
    settings.KANNEL_URL = url

    duties.swept(now=TUESDAY + HOUR)

    turnaround.refresh_from_db()
    assert (len(by_text), turnaround.is_open) == (1, True)


def test_who_likes_mail_gets_a_mail(turnaround, ingrid, prefers, moved, postbox, outcomes):
    prefers(ingrid, "email")
    moved(now=TUESDAY)

    assert outcomes(SLUG, now=TUESDAY) == [WRITTEN]
    (letter,) = postbox
    assert letter.subject == f"Ready for pick-up, sooner than we said [#{number()}]"
    assert letter.body.endswith("Dahl & Daughters\n(617) 555-0100")


def test_who_likes_to_be_called_is_called(turnaround, moved, gateway, outcomes):
    moved(now=TUESDAY)

    assert outcomes(SLUG, now=TUESDAY) == [
        (
            "task",
            "Call them: it is ready. And say: it usually takes 3 working days, "
            "this time there was room to do it sooner.",
        )
    ]
    assert gateway == []


def test_who_cannot_be_written_to_is_called(ingrid, ticket, prefers, moved, outcomes):
    prefers(ingrid, "sms")
    moved(now=TUESDAY)

    assert outcomes(SLUG, now=TUESDAY) == [("task", "Call them: it is ready for pick-up")]


def test_whom_staff_told_is_not_told_again(turnaround, moved, by_text):
    moved(now=TUESDAY, customer_told=True)

    assert not FollowUp.objects.filter(rule=SLUG).exists()


def test_taken_back_at_once_it_says_nothing(moved, by_text, outcomes):
    moved(now=TUESDAY)
    moved("open", now=TUESDAY + MINUTE)

    assert outcomes(SLUG, now=TUESDAY + MINUTE) == [("done", "Not needed: In work")]


def test_ready_twice_is_said_once(moved, by_text, outcomes):
    for minute, to in enumerate(("ready", "open", "ready")):
        moved(to, now=TUESDAY + minute * MINUTE)

    assert outcomes(SLUG, now=TUESDAY + HOUR) == [
        ("done", "Not needed: it has come to this once more since"),
        WRITTEN,
    ]


def test_picked_up_the_task_is_gone(moved, ticket, sara, planned):
    moved(now=TUESDAY)
    duties.swept(now=TUESDAY)
    row = Ticket.objects.get(pk=ticket.pk)
    journey.ticket_closed(row, charge="charged", by=sara, now=TUESDAY + HOUR)

    assert [row[1:] for row in planned(SLUG)] == [("done", "Not needed: Closed")]


def test_who_opted_out_is_called(moved, by_text, outcomes):
    ContactPoint.objects.update(opted_out_at=TUESDAY)
    moved(now=TUESDAY)

    assert outcomes(SLUG, now=TUESDAY) == [("task", "Call them: it is ready for pick-up")]
