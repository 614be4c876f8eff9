"""What work costs: rounded minutes at the rate they came under, or the minimum fee."""

from datetime import timedelta

import pytest

from billing import rating
from billing.models import NoRate, Rate
from tests.conftest import boston
from tickets.models import Service

OPENING = boston(2026, 1, 1)
TEN = boston(2026, 3, 2, 10)

# hourly, minimum, rounding, minutes: billed minutes and amount; no minutes for the minimum fee
PRICES = {
    "nothing worked": (9000, 4500, 15, 0, None, 4500),
    "a minute": (9000, 4500, 15, 1, None, 4500),
    "as much as the minimum": (9000, 4500, 15, 30, None, 4500),
    "a minute more": (9000, 4500, 15, 31, 45, 6750),
    "not rounded when whole": (9000, 4500, 15, 45, 45, 6750),
    "an hour": (9000, 4500, 15, 60, 60, 9000),
    "by the minute": (9000, 100, 1, 7, 7, 1050),
    "by the day": (9000, 4500, 1440, 1, 1440, 216000),
    "a third of a cent up": (10000, 1, 1, 1, 1, 167),
    "a third of a cent down": (5000, 1, 1, 1, 1, 83),
    "half a cent away from zero": (30, 1, 1, 5, 5, 3),
    "an hour that costs nothing": (0, 4500, 15, 600, None, 4500),
    "yen": (6000, 3000, 15, 31, 45, 4500),
    "a month": (9000, 4500, 15, 44640, 44640, 6696000),
}


@pytest.mark.parametrize("case", PRICES)
def test_the_price_of_minutes(case):
    hourly, minimum, rounding, minutes, billed, amount = PRICES[case]
    rate = Rate(hourly=hourly, minimum_fee=minimum, rounding_minutes=rounding)

    priced = rating.price(rate, minutes, "Black screen")

    assert (priced.minutes, priced.amount) == (billed, amount)
    if billed is None:
        assert (priced.kind, priced.unit_price) == ("fee", minimum)
        assert priced.description == "Black screen (minimum fee)"
    else:
        assert (priced.kind, priced.unit_price) == ("labour", hourly)
        assert priced.description == "Black screen"


@pytest.fixture
def rate(shop):
    def rate(hourly, *, valid_from=OPENING, service=None):
        return Rate.objects.create(
            service=service,
            hourly=hourly,
            minimum_fee=4500,
            valid_from=valid_from,
            made_at=OPENING,
        )

    return rate


@pytest.fixture
def repair(shop):
    return Service.objects.get(name="Laptop repair")


def test_a_rate_holds_from_its_instant_on(rate):
    new = rate(12000, valid_from=TEN)

    assert Rate.in_force(TEN - timedelta(microseconds=1), None).hourly == 9000
    assert Rate.in_force(TEN, None) == new


def test_a_services_own_beats_a_later_general_one(rate, repair):
    own = rate(15000, service=repair)
    rate(12000, valid_from=TEN)

    assert Rate.in_force(TEN, repair) == own
    assert Rate.in_force(TEN, None).hourly == 12000
    assert Rate.in_force(TEN, Service.objects.get(name="Data recovery")).hourly == 12000


def test_a_services_own_is_not_in_force_before_its_time(rate, repair):
    rate(15000, service=repair, valid_from=TEN)

    assert Rate.in_force(OPENING, repair).hourly == 9000


def test_of_two_from_one_instant_the_one_written_last_holds(rate):
    rate(12000, valid_from=TEN)
    last = rate(13000, valid_from=TEN)

    assert Rate.in_force(TEN, None) == last


def test_before_there_is_a_rate_nothing_can_be_priced(shop):
    with pytest.raises(NoRate, match="An owner sets one under Setup"):
        Rate.in_force(OPENING - timedelta(microseconds=1), None)
