"""Who was promised something that broke hears so once, and by when they hear from us now."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies import follow_ups
from policies.models import FollowUp, Promise
from tests.conftest import boston
from tests.outgoing import number
from tickets.models import Interaction

SLUG = "broken"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WRITTEN = ("done", "Written: that it broke, and by when they hear from us")
ONE = boston(2026, 3, 2, 13)


@pytest.fixture
def told(texted, gateway, monday_nine):
    """They wrote, and were told that we call by one."""
    texted("The screen stays black.", now=monday_nine)
    duties.swept(now=monday_nine)
    gateway.clear()
    return Promise.objects.get()


def test_a_late_callback_is_apologised_for_with_a_new_time(told, gateway, outcomes):
    assert outcomes(SLUG, now=ONE)[0] == WRITTEN
    assert [words for _number, words in gateway] == [
        f"Dahl & Daughters: we promised to call you back about number {number()} and are late. "
        "We are sorry. You will hear from us by 5:00 PM today."
    ]


def test_the_promise_that_follows_is_told_by_it(told, gateway):
    duties.swept(now=ONE)

    following = Promise.objects.get(follows=told)
    assert (following.told_at, following.told_text) == (ONE, gateway[0][1])


def test_however_often_it_breaks_again_they_hear_it_once(told, gateway, outcomes):
    for now in (ONE, boston(2026, 3, 2, 17), boston(2026, 3, 3, 13), boston(2026, 3, 3, 17)):
        found = outcomes(SLUG, now=now)

    again = ("done", "Not needed: they were told when it broke the first time")
    assert found[:4] == [WRITTEN, again, again, again]
    assert len(gateway) == 1


def test_where_there_is_no_way_to_write_staff_read_so(told, settings, outcomes):
    settings.KANNEL_URL = ""

    assert outcomes(SLUG, now=ONE)[0] == ("done", "Not sent: there is no way to write to them")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("turnaround", "number 1001 is not ready when we said it would be."),
        ("update", "we promised to tell you how it stands with number 1001"),
        ("other", "what we promised you about number 1001 is late."),
    ],
)
def test_each_kind_has_its_own_words(ticket, sara, gateway, monday_nine, request, kind, words):
    if kind == "other":
        journey.promised(ticket, "x", ONE, kind="other", by=sara, now=monday_nine)
    else:
        request.getfixturevalue(kind)
    due_at = ticket.promises.get().due_at

    duties.swept(now=due_at)

    assert words.replace("1001", str(number())) in gateway[-1][1]
    assert "You will hear from us" in gateway[-1][1]
    assert Promise.objects.get(kind="update", follows__isnull=False).told_text == gateway[-1][1]


def test_a_promise_that_is_not_yet_broken_is_looked_at_again(told, shop):
    row = FollowUp.objects.get(rule=SLUG)

    follow_ups.fire(row, follow_ups.RULES, shop=shop, now=ONE)

    row.refresh_from_db()
    assert (row.status, row.due_at) == ("planned", ONE + MINUTE)
    assert row.outcome == "Waits until it is written down as broken"


def test_an_apology_that_never_left_was_none(told, gateway, settings, outcomes):
    url, settings.KANNEL_URL = settings.KANNEL_URL, "not an address"
    assert outcomes(SLUG, now=ONE)[0] == WRITTEN
    assert Interaction.objects.get(follow_up__rule=SLUG).status == "failed"
    settings.KANNEL_URL = url

    assert outcomes(SLUG, now=boston(2026, 3, 2, 17))[1] == WRITTEN
    assert len(gateway) == 1


def test_one_that_was_kept_needs_no_apology(told, spoken, outcomes):
    spoken(now=ONE - HOUR, call_id="out-1", direction="out")

    assert outcomes(SLUG, now=ONE) == [("done", "Not needed: Kept")]


def test_who_was_reached_late_needs_no_letter(told, spoken, gateway, outcomes):
    spoken(now=ONE + MINUTE, call_id="out-1", direction="out")

    assert outcomes(SLUG, now=ONE + 2 * MINUTE) == [
        ("done", "Not needed: nothing is owed any more")
    ]
    assert gateway == []


def test_spam_is_not_apologised_to(told, sara, outcomes, gateway):
    journey.marked_spam(told.ticket, by=sara, now=ONE - HOUR)

    assert outcomes(SLUG, now=ONE) == [("done", "Not needed: Void")]


def test_a_stranger_whom_we_never_wrote_to_is_not_written_to_now(
    missed, gateway, outcomes, shop, monday_nine
):
    """Mail with a made-up sender must not make us write to whom it names."""
    shop.acknowledgements_per_hour = 0
    shop.save()
    missed(now=monday_nine)

    assert outcomes(SLUG, now=ONE)[0] == (
        "done",
        "Not sent: they were never told that it was promised",
    )
    assert gateway == []


def test_after_a_merge_they_hear_of_the_promise_on_the_other_ticket(
    told, ticket, sara, gateway, outcomes
):
    journey.tickets_merged(told.ticket, ticket, by=sara, now=ONE + MINUTE)

    assert outcomes(SLUG, now=ONE + 2 * MINUTE)[0] == WRITTEN
    assert Interaction.objects.get(follow_up__rule=SLUG).ticket == ticket


def test_they_are_written_to_where_they_like_it(ingrid, prefers, told, postbox, gateway, outcomes):
    prefers(ingrid, "email")

    outcomes(SLUG, now=ONE)

    assert ([letter.subject for letter in postbox], gateway) == (
        [f"We are late calling you back [#{number()}]"],
        [],
    )
