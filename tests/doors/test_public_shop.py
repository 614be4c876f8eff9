"""What everybody may know of the shop, as it is in force at this minute."""

import html
import re
from datetime import date, time, timedelta

import pytest
from django.test import Client

from billing.models import Rate
from policies.models import CallbackWindow, Promise, Turnaround
from tests.conftest import boston
from tickets.models import Service

PAGE, WAIT = "/policies/", "/policies/wait.json"
TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        at = TEN

    monkeypatch.setattr("helpdesk.web.public.shop.now", lambda: Clock.at)
    return Clock


@pytest.fixture
def anybody(clock, shop):
    return Client()


def read(response):
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def test_the_policies_are_for_everybody(anybody):
    said = read(anybody.get(PAGE))

    assert "Within 4 working hours." in said
    assert "Laptop repair" in said
    assert "3 working days" in said
    assert "2 working days" not in said  # our own target is ours
    assert "$45.00" in said
    assert "You will hear from us by" in said


def test_the_days_are_listed_and_when_it_is_otherwise(anybody, clock):
    calendar = CallbackWindow.in_force(TEN).calendar
    for year in (2025, 2026):
        dates = {"first_date": date(year, 12, 28), "last_date": date(year + 1, 1, 3)}
        calendar.closures.create(**dates, reason="We are away")
    calendar.special_hours.create(date=date(2026, 3, 7), opens=time(10), closes=time(12))
    clock.at = boston(2026, 4, 1, 10)
    assert "March 7, 2026" not in read(anybody.get(PAGE))
    clock.at = TEN

    said = re.sub(r"<[^>]*>", "", read(anybody.get(PAGE))).replace("\u202f", " ")

    said = " ".join(said.split())
    assert "Monday to Friday 9:00 AM to 5:00 PM Saturday to Sunday closed" in said
    away = "December 28, 2026 – January 3, 2027: closed We are away"
    assert said.index("March 7, 2026: 10:00 AM to 12:00 PM") < said.index(away)
    assert "April 20, 2026: closed Patriots" in said
    assert "2025" not in said


def test_what_all_else_costs_comes_last(anybody, eva):
    Rate.objects.create(
        service=Service.objects.get(name="Laptop repair"),
        **{"hourly": 9900, "minimum_fee": 4900, "valid_from": TEN, "made_at": TEN},
    )

    fees = read(anybody.get(PAGE)).partition("What it costs")[2]

    assert fees.index("Laptop repair") < fees.index("All else")


def test_the_only_rate_is_that_of_our_work(anybody):
    fees = read(anybody.get(PAGE)).partition("What it costs")[2]

    assert ("Our work" in fees, "All else" in fees) == (True, False)


@pytest.mark.parametrize("language", ["en", "sv"])
def test_amounts_are_written_as_where_the_shop_is(anybody, shop, language):
    shop.region, shop.currency, shop.languages = "SE", "SEK", ["sv", "en"]
    shop.save()
    Rate.objects.create(hourly=79550, minimum_fee=4900, valid_from=TEN, made_at=TEN)

    fees = read(anybody.get(f"{PAGE}?language={language}"))

    assert ("795,50 kr" in fees, "49,00 kr" in fees) == (True, True)


def test_a_new_version_is_on_the_page_at_its_minute(anybody, clock, eva):
    old = CallbackWindow.in_force(TEN)
    CallbackWindow.objects.create(
        calendar=old.calendar,
        minutes=120,
        valid_from=boston(2026, 3, 2, 12),
        why="We hired somebody.",
        wording="Within two hours, always.",
        made_at=TEN,
        made_by=eva,
    )
    clock.at = boston(2026, 3, 2, 11, 59)
    assert "Within 4 working hours" in read(anybody.get(PAGE))

    clock.at = boston(2026, 3, 2, 12)

    said = read(anybody.get(PAGE))
    assert "Within two hours, always." in said
    assert "We hired somebody." in said
    assert "Within 4 working hours" not in said


def test_what_is_to_come_is_said_in_advance(anybody, clock, eva):
    made = {"made_at": TEN, "made_by": eva}
    laptops = Service.objects.get(name="Laptop repair")
    calendar = CallbackWindow.in_force(TEN).calendar
    then, later = boston(2026, 3, 9), boston(2026, 4, 1)
    CallbackWindow.objects.create(calendar=calendar, minutes=120, valid_from=then, **made)
    CallbackWindow.objects.create(calendar=calendar, minutes=120, valid_from=later, **made)
    terms = {"service": laptops, "calendar": calendar, "target_days": 1}
    Turnaround.objects.create(**terms, days=5, valid_from=later, **made)
    Rate.objects.create(hourly=9500, minimum_fee=5000, valid_from=later, **made)
    Rate.objects.create(service=laptops, hourly=1, minimum_fee=1, valid_from=later, **made)
    Rate.objects.create(service=laptops, hourly=8000, minimum_fee=4000, valid_from=later, **made)

    page = read(anybody.get(PAGE)).partition("What changes")[2]
    said = " ".join(re.sub(r"<[^>]+>", "", page).split()).partition(" What we have promised")[0]

    assert said.replace("\u202f", " ") == (
        "From March 9, 2026: We call back within 2 working hours."
        " From April 1, 2026: An hour of work costs $95.00, and the least we charge is $50.00."
        " Parts come on top."
        " From April 1, 2026, Laptop repair: Ready within 5 working days."
        " From April 1, 2026, Laptop repair: An hour of work costs $80.00, and the least we charge"
        " is $40.00. Parts come on top."
    )
    clock.at = later
    assert "What changes" not in read(anybody.get(PAGE))


def test_what_is_taken_back_is_not_said(anybody, eva):
    held = CallbackWindow.in_force(TEN)
    for minutes in (120, held.minutes):
        CallbackWindow.objects.create(
            calendar=held.calendar,
            minutes=minutes,
            valid_from=boston(2026, 3, 9),
            made_at=TEN,
            made_by=eva,
        )

    assert "What changes" not in read(anybody.get(PAGE))


def test_it_speaks_a_language_of_theirs_and_the_shops(anybody, shop):
    shop.languages = ["en"]
    shop.save()
    assert anybody.get(PAGE, headers={"Accept-Language": "sv"})["Content-Language"] == "en"
    shop.languages = ["en", "sv"]
    shop.save()

    swedish = anybody.get(PAGE, headers={"Accept-Language": "sv-SE, en;q=0.5"})

    assert swedish["Content-Language"] == "sv"
    assert "Så arbetar vi" in read(swedish)
    assert anybody.get(f"{PAGE}?language=en")["Content-Language"] == "en"
    assert anybody.get(f"{PAGE}?language=xx")["Content-Language"] == "en"


@pytest.mark.parametrize("asked", ["", "de", "de-AT, fr;q=0.5", "*"])
def test_who_asks_for_none_of_the_shops_languages_reads_its_first(anybody, shop, asked):
    shop.languages = ["sv", "en"]
    shop.save()

    assert anybody.get(PAGE, headers={"Accept-Language": asked})["Content-Language"] == "sv"
    either = ", ".join(filter(None, [asked, "en"]))
    assert anybody.get(PAGE, headers={"Accept-Language": either})["Content-Language"] == "en"


def test_a_shop_that_keeps_them_to_itself_has_no_such_page(anybody, shop):
    shop.shows_policies = False
    shop.save()

    assert anybody.get(PAGE).status_code == 404
    assert anybody.get(WAIT).status_code == 404


# -- how long one waits --------------------------------------------------------------------------


def test_the_wait_is_what_the_policy_says(anybody):
    answer = anybody.get(WAIT)

    assert answer.json() == {
        "minutes": 240,
        "until": "2026-03-02T14:00-05:00",
        "is_open": True,
        "language": "en",
        "text": answer.json()["text"],
    }
    assert "by 2:00" in answer.json()["text"].replace("\u202f", " ")
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_it_is_longer_when_somebody_waits_longer(anybody, missed, clock):
    missed(now=boston(2026, 2, 27, 14))  # Friday at two, and nobody has called back
    clock.at = boston(2026, 3, 2, 12, 10)

    assert anybody.get(WAIT).json()["minutes"] == 390  # six hours and ten minutes, rounded up


def test_it_is_never_shorter_than_the_policy(anybody, missed, clock):
    missed(now=boston(2026, 3, 2, 9))
    Promise.objects.update(
        status="kept", ended_at=boston(2026, 3, 2, 9, 5), ended_because="Called back"
    )

    assert anybody.get(WAIT).json()["minutes"] == 240


def test_at_night_it_says_when_tomorrow(anybody, clock):
    clock.at = boston(2026, 3, 2, 22)

    answer = anybody.get(WAIT).json()

    assert (answer["is_open"], answer["until"]) == (False, "2026-03-03T13:00-05:00")


def test_without_terms_it_says_so(anybody, clock):
    clock.at = TEN - timedelta(days=9000)

    assert anybody.get(WAIT).status_code == 503
    assert anybody.get(PAGE).status_code == 200


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_it_asks_as_many_questions_however_many_wait(
    anybody, missed, rows, django_assert_num_queries
):
    for n in range(rows):
        missed(now=boston(2026, 3, 2, 9), call_id=f"c{n}", number=f"+1617555{n:04}")

    with django_assert_num_queries(7):
        anybody.get(WAIT)
