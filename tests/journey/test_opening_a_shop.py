"""A shop opens: all that the first call needs is there, or nothing is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from billing.models import Rate
from helpdesk import opening
from policies import replies
from policies.calendars import BadHours
from policies.models import Calendar, CallbackWindow, OpeningHours, Turnaround
from tests.conftest import boston
from tests.journey.ledger import dues
from tickets.models import NoShop, Service, Shop, User

pytestmark = pytest.mark.django_db

OPENING = boston(2026, 3, 2, 8)
PLAN = opening.Plan(
    name="Verkstan",
    region="SE",
    zone="Europe/Stockholm",
    currency="SEK",
    languages=("sv", "en"),
    callback_minutes=120,
    hourly=80000,
    minimum_fee=40000,
    offers=(
        opening.Offer("Lagning", days=3, target_days=2, risks="delar"),
        opening.Offer("Räddning", days=10, target_days=5, hourly=150000),
    ),
)


def test_everything_is_in_force_from_that_instant(shop):
    version = {"valid_from": boston(2026, 1, 1), "made_at": boston(2026, 1, 1)}

    assert Shop.objects.current() == shop
    for model, count in ((CallbackWindow, 1), (Turnaround, 2), (Rate, 1)):
        assert model.objects.filter(**version).count() == count


def test_it_is_as_the_owner_planned_it():
    shop = opening.open_shop(PLAN, now=OPENING)

    assert (shop.pk, shop.language, shop.currency, str(shop.tzinfo)) == (
        1,
        "sv",
        "SEK",
        "Europe/Stockholm",
    )
    assert shop.bill_after == timedelta(hours=1)
    assert (OpeningHours.objects.count(), Calendar.objects.get().country) == (5, "SE")
    rates = Rate.objects.order_by("pk").values_list("service__name", "hourly", "minimum_fee")
    assert list(rates) == [(None, 80000, 40000), ("Räddning", 150000, 40000)]
    terms = Turnaround.objects.order_by("pk").values_list("service__name", "days", "target_days")
    assert list(terms) == [("Lagning", 3, 2), ("Räddning", 10, 5)]
    assert list(Service.objects.values_list("name", flat=True)) == ["Lagning", "Räddning"]


def test_the_first_call_can_come_in(missed):
    missed(now=boston(2026, 1, 5, 9))

    assert dues() == [boston(2026, 1, 5, 13)]


def test_its_first_language_is_what_callers_hear():
    shop = opening.open_shop(PLAN, now=OPENING)

    said = replies.greeting(shop=shop, now=OPENING).text
    assert said.startswith("Tack för att du ringer Verkstan.")
    assert said.endswith("inom 2 arbetstimmar.")


def test_there_is_one_shop(shop):
    with pytest.raises(opening.AlreadyOpen):
        opening.open_shop(PLAN, now=OPENING)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"zone": "Mars/Phobos"}, BadHours),
        ({"currency": "XXQ"}, ValueError),
        ({"currency": ""}, ValueError),
    ],
)
def test_what_cannot_be_leaves_nothing_behind(wrong, error):
    with pytest.raises(error):
        opening.open_shop(replace(PLAN, **wrong), now=OPENING)

    assert not Shop.objects.exists()
    assert not Calendar.objects.exists()


def test_before_it_opens_there_is_none():
    with pytest.raises(NoShop):
        Shop.objects.current()


@pytest.mark.parametrize(
    ("role", "is_staff"),
    [(User.Role.OWNER, True), (User.Role.TECHNICIAN, False), (User.Role.FRONT_DESK, False)],
)
def test_whoever_is_hired_can_log_in(role, is_staff):
    user = opening.hire("eva", "Eva Maria Dahl", role, "a long secret", extension="7")

    assert (str(user), user.first_name, user.last_name) == ("Eva Maria Dahl", "Eva", "Maria Dahl")
    assert (user.role, user.extension) == (role, "7")
    assert user.check_password("a long secret")
    assert (user.is_staff, user.is_superuser) == (is_staff, is_staff)
