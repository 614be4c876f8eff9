"""A laptop from the counter to the last question: all that the shop says by itself."""

import re
from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies.models import FollowUp, Promise, Satisfaction
from tests.conftest import boston
from tests.outgoing import gateway, number, prefers, texted
from tickets.models import Interaction, Service, Ticket

__all__ = ["gateway", "prefers", "texted"]

HOUR = timedelta(hours=1)
SHOP = "Dahl & Daughters: "


@pytest.fixture
def said(gateway):
    """What was texted since last asked, without the shop's name."""

    def said(*, now):
        duties.swept(now=now)
        words = [words.removeprefix(SHOP) for _number, words in gateway]
        gateway.clear()
        return words

    return said


@pytest.fixture
def laptop(ticket, ingrid, prefers, sara, monday_nine):
    """Quoted for Thursday at five; Ingrid likes texts."""
    prefers(ingrid, "sms")
    repair = Service.objects.get(name="Laptop repair")
    journey.quoted(ticket, repair, by=sara, now=monday_nine, accepted_how="counter")
    return Ticket.objects.get(pk=ticket.pk)


def test_all_goes_well(laptop, sara, said, texted):
    tuesday = boston(2026, 3, 3, 15)
    journey.ticket_moved(laptop, "ready", by=sara, now=tuesday)
    assert said(now=tuesday) == [
        f"number {number()} is ready. Laptop repair usually takes 3 working days; this time "
        "there was room to do it sooner. You can pick it up whenever we are open."
    ]
    assert Promise.objects.get().status == "kept"

    journey.ticket_closed(laptop, charge="free", by=sara, now=tuesday + HOUR)
    (gift,) = said(now=tuesday + 2 * HOUR)
    assert gift.startswith(
        f"our help with number {number()} was worth $45.00. Today it is on us: $0.00 due, paid. "
    )
    assert said(now=boston(2026, 3, 6, 15)) == []
    (asking,) = said(now=boston(2026, 3, 6, 16))
    assert re.sub(r"http\S+/t/\S+/", "(link)", asking) == (
        f"are you happy with how it went with number {number()}? Answer 1 for yes or 2 for no; "
        "if it is no, we call you. Or answer here: (link)"
    )

    texted("1", now=boston(2026, 3, 6, 17))
    assert said(now=boston(2026, 3, 20, 12)) == []
    assert Satisfaction.objects.get().is_happy
    assert Ticket.objects.get().status == "closed"


def test_it_takes_longer(laptop, said):
    assert said(now=boston(2026, 3, 5, 9)) == []
    assert list(FollowUp.objects.tasks().values_list("outcome", flat=True)) == [
        "Not ready, and promised for March 5, 2026: tell them if it takes longer"
    ]

    (sorry,) = said(now=boston(2026, 3, 5, 16))
    assert sorry.startswith(f"number {number()} takes longer than we thought.")

    assert said(now=boston(2026, 3, 5, 17)) == [
        f"number {number()} is not ready when we said it would be. We are sorry. "
        "You will hear from us how it stands by 1:00 PM tomorrow."
    ]
    broken, following = Promise.objects.order_by("pk")
    assert (broken.status, following.told_at) == ("broken", boston(2026, 3, 5, 17))
    # However often it breaks again.
    assert said(now=boston(2026, 3, 6, 13)) == []
    assert said(now=boston(2026, 3, 9, 10)) == []


def test_she_hears_it_from_us_in_time(laptop, sara, spoken, said):
    said(now=boston(2026, 3, 5, 9))
    spoken(now=boston(2026, 3, 5, 11), direction="out", call_id="out-1")

    assert said(now=boston(2026, 3, 5, 16)) == []


def test_at_night_nobody_is_woken(laptop, sara, said):
    late, morning = boston(2026, 3, 3, 23), boston(2026, 3, 4, 8)
    journey.ticket_moved(laptop, "ready", by=sara, now=late)

    assert said(now=late) == []
    assert Promise.objects.get().status == "open"
    assert len(said(now=morning)) == 1
    assert Promise.objects.get().status == "kept"


def test_who_said_stop_is_left_in_peace(laptop, sara, texted, said):
    texted("STOP", now=boston(2026, 3, 3, 9))
    assert said(now=boston(2026, 3, 3, 9)) == [
        "you will get no more texts from us. Text START to get them again. "
        "Questions: (617) 555-0100"
    ]
    journey.ticket_moved(Ticket.objects.get(), "ready", by=sara, now=boston(2026, 3, 3, 10))

    assert said(now=boston(2026, 3, 3, 10)) == []
    assert FollowUp.objects.get(rule="ready").status == "task"
    assert not Interaction.objects.filter(status="withheld").exists()


def test_a_message_that_staff_must_see_is_on_their_list_until_it_is_done(laptop, sara):
    """No gateway: what would have been a text is a task."""
    tuesday = boston(2026, 3, 3, 15)
    journey.ticket_moved(laptop, "ready", by=sara, now=tuesday)
    duties.swept(now=tuesday)
    task = FollowUp.objects.tasks().get()

    journey.task_done(task, "Called, she comes at four", by=sara, now=tuesday + HOUR)

    assert not FollowUp.objects.tasks().exists()
    task.refresh_from_db()
    assert (task.outcome, task.done_by) == ("Called, she comes at four", sara)
