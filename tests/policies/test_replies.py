"""The words a customer hears, and that none of them promises what the policy does not."""

from datetime import timedelta

import pytest

from policies import promises, quotes, replies
from policies.models import CallbackWindow, NoTerms, OpeningHours, Turnaround
from tests.conftest import boston
from tickets.models import Service

TEN = boston(2026, 3, 2, 10)
HOURS = "Monday to Friday 9:00 AM to 5:00 PM"


def plain(said):
    return said.replace("\u202f", " ")


def test_a_caller_hears_when_we_call_back(shop):
    heard = replies.greeting(shop=shop, now=TEN)

    assert plain(heard.text) == (
        "Thank you for calling Dahl & Daughters. We cannot take your call just now. "
        "If you leave your name and number, you will hear from us by 2:00 PM today. "
        f"We call back {HOURS}, within 4 working hours."
    )
    assert (heard.language, heard.is_open) == ("en", True)
    assert (heard.window, heard.callback_by) == (
        CallbackWindow.objects.get(),
        boston(2026, 3, 2, 14),
    )


def test_after_hours_they_hear_that_we_are_closed(shop):
    heard = replies.greeting(shop=shop, now=boston(2026, 3, 6, 18))

    assert plain(heard.text) == (
        "Thank you for calling Dahl & Daughters. We are closed just now. "
        "If you leave your name and number, you will hear from us by 1:00 PM on Monday. "
        f"We call back {HOURS}, within 4 working hours."
    )
    assert heard.is_open is False


@pytest.mark.parametrize("language", ["sv", "sv-SE"])
def test_they_hear_it_in_swedish(shop, language):
    heard = replies.greeting(shop=shop, now=TEN, language=language)

    assert heard.text == (
        "Tack för att du ringer Dahl & Daughters. Vi kan inte svara just nu. "
        "Lämna ditt namn och nummer, så hör du från oss senast 14:00 i dag. "
        "Vi ringer tillbaka måndag till fredag 09:00 till 17:00, inom 4 arbetstimmar."
    )


def test_in_a_language_we_have_no_words_for_they_hear_english(shop):
    heard = replies.greeting(shop=shop, now=TEN, language="tlh")

    assert heard.text.startswith("Thank you for calling")


def test_they_hear_the_policy_that_is_in_force(shop):
    CallbackWindow.objects.create(
        calendar=CallbackWindow.objects.get().calendar,
        minutes=60,
        valid_from=TEN,
        made_at=boston(2026, 3, 1),
    )

    before = replies.greeting(shop=shop, now=TEN - timedelta(microseconds=1))
    after = replies.greeting(shop=shop, now=TEN)

    assert before.text.endswith("within 4 working hours.")
    assert after.text.endswith("within one working hour.")


def test_the_greeting_says_what_a_promise_made_now_would_be(shop, missed):
    heard = replies.greeting(shop=shop, now=TEN)

    ticket = missed(now=TEN).ticket
    assert promises.open_callback(ticket).due_at == heard.callback_by


def test_before_there_is_a_policy_there_are_no_words(shop):
    with pytest.raises(NoTerms, match="An owner sets one under Setup"):
        replies.greeting(shop=shop, now=boston(2025, 12, 31))


def test_hours_are_as_the_calendar_has_them(shop):
    OpeningHours.objects.filter(weekday=4).delete()

    heard = plain(replies.greeting(shop=shop, now=TEN).text)

    assert "We call back Monday to Thursday 9:00 AM to 5:00 PM" in heard


def test_what_is_offered_is_what_is_then_promised(shop, missed, ingrid):
    window = CallbackWindow.in_force(TEN)
    due_at = promises.callback_due(window, TEN)
    offered = replies.callback_offer(window, due_at, shop=shop, now=TEN, language="en")

    promise = promises.open_callback(missed(now=TEN).ticket)

    assert replies.callback(promise, shop=shop, now=TEN) == offered
    assert plain(offered) == f"We call back {HOURS}. You will hear from us by 2:00 PM today."


def test_a_turnaround_without_risks_names_none(shop):
    recovery = Service.objects.get(name="Data recovery")
    terms, due_at, target_at = quotes.due(recovery, at=TEN)

    said = replies.turnaround_offer(terms, terms.days, due_at, shop=shop, now=TEN, language="en")

    assert plain(said) == (
        "Data recovery usually takes 10 working days. Yours is ready by 5:00 PM on Monday 16 March."
    )
    assert (due_at, target_at) == (boston(2026, 3, 16, 17), boston(2026, 3, 9, 17))


def test_a_customers_words_are_never_run_as_a_template(shop, sara):
    """Braces and template tags in what an owner typed come out as they went in."""
    service = Service.objects.create(name="{{ 7*7 }} {days} {% now %}")
    calendar = CallbackWindow.objects.get().calendar
    terms = Turnaround.objects.create(
        service=service,
        calendar=calendar,
        days=1,
        target_days=1,
        risks="{shop} {0}",
        valid_from=TEN,
        made_at=TEN,
    )

    said = replies.turnaround_offer(
        terms, 1, boston(2026, 3, 3, 17), shop=shop, now=TEN, language="en"
    )

    assert plain(said) == (
        "{{ 7*7 }} {days} {% now %} usually takes one working day. "
        "Yours is ready by 5:00 PM tomorrow. What may get in the way: {shop} {0}"
    )
