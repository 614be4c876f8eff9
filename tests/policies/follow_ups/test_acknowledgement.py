"""What reached us is acknowledged at once, within limits."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies.models import CallbackWindow, FollowUp, Promise
from tests.conftest import CALLER, boston
from tests.outgoing import ADDRESS, number
from tickets import limits
from tickets.models import ContactPoint, Interaction, Shop

SLUG = "acknowledgement"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TOLD = "Written: when we call back"


def theirs(kind="phone"):
    return ContactPoint.objects.get(kind=kind)


def sent():
    return Interaction.objects.filter(is_acknowledgement=True)


def test_a_missed_call_is_acknowledged_by_text(missed, gateway, outcomes, monday_nine):
    missed(now=monday_nine)

    assert outcomes(SLUG, now=monday_nine) == [("done", TOLD)]
    assert gateway == [
        (
            CALLER,
            f"Dahl & Daughters: we have your message, number {number()}. We call back Monday "
            "to Friday 9:00 AM to 5:00 PM. You will hear from us by 1:00 PM today.",
        )
    ]


def test_the_promise_is_told_once_it_has_left(texted, gateway, monday_nine):
    texted("The screen stays black.", now=monday_nine)
    assert Promise.objects.get().told_at is None

    duties.swept(now=monday_nine)

    promise = Promise.objects.get()
    assert (promise.told_at, promise.told_text) == (monday_nine, gateway[0][1])


def test_a_mail_is_acknowledged_by_mail(mailed, postbox, monday_nine):
    mailed("It stays black.", now=monday_nine)
    duties.swept(now=monday_nine)

    (letter,) = postbox
    assert (letter.to, letter.subject) == ([ADDRESS], f"We have your message [#{number()}]")
    assert "You will hear from us by 1:00\u202fPM today." in letter.body
    assert "black" not in letter.body
    assert letter.extra_headers["Auto-Submitted"] == "auto-replied"


def test_a_second_contact_is_told_the_same_time_whatever_the_policy_says(
    texted, gateway, monday_nine
):
    texted("Black.", now=monday_nine)
    duties.swept(now=monday_nine)
    CallbackWindow.objects.create(
        calendar=CallbackWindow.objects.get().calendar,
        minutes=960,
        valid_from=monday_nine + MINUTE,
        made_at=monday_nine,
    )
    texted("Still black.", now=monday_nine + HOUR)
    duties.swept(now=monday_nine + HOUR)

    assert [words.endswith("by 1:00 PM today.") for _number, words in gateway] == [True, True]


def test_nobody_is_told_a_time_gone_by(texted, gateway, monday_nine):
    texted("Black.", now=monday_nine)
    duties.swept(now=monday_nine)
    late = Promise.objects.get().due_at + MINUTE

    texted("Well?", now=late)
    duties.swept(now=late)
    duties.swept(now=late + 2 * MINUTE)

    assert "1:00 PM" not in gateway[-1][1]


def test_a_landline_is_not_written_to(missed, gateway, outcomes, shop, monday_nine):
    Shop.objects.update(region="SE")

    missed(now=monday_nine, number="+4681234567")

    assert outcomes(SLUG, now=monday_nine) == [
        ("done", "Not sent: there is no way to write to them")
    ]


def test_without_a_gateway_nothing_is_texted(missed, outcomes, monday_nine):
    missed(now=monday_nine)

    assert outcomes(SLUG, now=monday_nine) == [
        ("done", "Not sent: there is no way to write to them")
    ]


@pytest.mark.parametrize("stamp", ["opted_out_at", "blocked_at"])
def test_who_wants_none_or_is_refused_gets_none(missed, gateway, outcomes, monday_nine, stamp):
    missed(now=monday_nine)
    ContactPoint.objects.update(**{stamp: monday_nine})

    assert outcomes(SLUG, now=monday_nine) == [
        ("done", "Not sent: there is no way to write to them")
    ]
    assert gateway == []


def test_who_is_not_known_to_belong_to_the_ticket_gets_nothing(
    mailed, postbox, outcomes, monday_nine
):
    mailed("Black.", now=monday_nine)
    duties.swept(now=monday_nine)
    ours = sent().get().provider_id

    mailed("Send it to me.", now=monday_nine + 2 * HOUR, sender="who@else.org", In_Reply_To=ours)

    assert outcomes(SLUG, now=monday_nine + 2 * HOUR)[1:] == [
        ("done", "Not sent: nobody knows them to belong to this ticket")
    ]
    assert [letter.to for letter in postbox] == [[ADDRESS]]


def test_what_is_answered_before_it_was_acknowledged_is_not(
    missed, spoken, gateway, outcomes, monday_nine
):
    missed(now=monday_nine)
    spoken(now=monday_nine + MINUTE, call_id="out-1", direction="out")

    assert outcomes(SLUG, now=monday_nine + 2 * MINUTE) == [
        ("done", "Not sent: nothing is promised")
    ]


def test_minutes_after_a_text_of_ours_another_one_says_nothing_new(
    texted, gateway, outcomes, monday_nine
):
    texted("Black.", now=monday_nine)
    duties.swept(now=monday_nine)
    soon = monday_nine + limits.TEXT_EVERY - MINUTE
    texted("Hello?", now=soon)

    assert outcomes(SLUG, now=soon)[1:] == [
        ("done", "Not sent: We wrote to this number minutes ago")
    ]
    assert len(gateway) == 1


def test_an_address_gets_one_an_hour(mailed, postbox, outcomes, monday_nine):
    mailed("Black.", now=monday_nine)
    duties.swept(now=monday_nine)
    mailed("Blue.", now=monday_nine + HOUR - MINUTE, subject="Another")
    mailed("Red.", now=monday_nine + HOUR, subject="A third")

    assert outcomes(SLUG, now=monday_nine + HOUR - MINUTE)[1] == (
        "done",
        "Not sent: One acknowledgement an hour for each address",
    )
    assert outcomes(SLUG, now=monday_nine + HOUR)[2] == ("done", TOLD)


def test_a_ticket_gets_three_a_day(texted, gateway, outcomes, monday_nine):
    for hour in range(4):
        at = monday_nine + hour * HOUR / 2
        texted("Hello?", now=at)
        duties.swept(now=at)

    assert outcomes(SLUG, now=monday_nine + 2 * HOUR)[-1] == (
        "done",
        "Not sent: Three acknowledgements a day for each ticket",
    )
    assert len(gateway) == limits.MAILS_PER_TICKET


def test_all_together_get_as_many_as_the_shop_says(missed, gateway, outcomes, monday_nine):
    Shop.objects.update(acknowledgements_per_hour=2)
    for last in range(4):
        missed(now=monday_nine, number=f"+1617555014{last}", call_id=str(last))

    found = outcomes(SLUG, now=monday_nine)

    assert [outcome for _status, outcome in found] == [TOLD] * 2 + [
        "Not sent: As many acknowledgements as the shop sends in an hour have been sent"
    ] * 2


def test_an_answered_call_needs_none(spoken, gateway, monday_nine):
    spoken(now=monday_nine)

    assert not FollowUp.objects.filter(rule=SLUG).exists()


def test_spam_is_not_answered(missed, sara, gateway, outcomes, monday_nine):
    heard = missed(now=monday_nine)
    journey.marked_spam(heard.ticket, by=sara, now=monday_nine)

    assert outcomes(SLUG, now=monday_nine) == [("done", "Not sent: nothing is promised")]


def test_it_leaves_at_night_since_they_wrote_at_night(texted, gateway, shop):
    night = boston(2026, 3, 2, 23)

    texted("Black.", now=night)
    duties.swept(now=night)

    assert len(gateway) == 1
