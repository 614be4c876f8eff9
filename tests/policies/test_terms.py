"""Which version of a policy is in force, and what cannot be made one."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from policies.models import Calendar, CallbackWindow, NoTerms, Turnaround
from tests.conftest import boston
from tickets.models import Service

OPENING = boston(2026, 1, 1)
TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def repair(shop):
    return Service.objects.get(name="Laptop repair")


def version(model, *, valid_from, **fields):
    calendar = Calendar.objects.get()
    return model.objects.create(
        calendar=calendar, valid_from=valid_from, made_at=valid_from, **fields
    )


@pytest.mark.parametrize(
    ("at", "minutes"),
    [
        (OPENING, 240),
        (TEN - timedelta(microseconds=1), 240),
        (TEN, 60),
        (TEN + timedelta(days=1000), 60),
    ],
)
def test_a_version_holds_from_its_instant_on(shop, at, minutes):
    version(CallbackWindow, valid_from=TEN, minutes=60)

    assert CallbackWindow.in_force(at).minutes == minutes


@pytest.mark.parametrize(("kind", "minutes"), [("", 240), ("person", 240), ("business", 60)])
def test_one_for_a_kind_of_customer_beats_the_general_one(shop, kind, minutes):
    version(CallbackWindow, valid_from=OPENING, minutes=60, customer_kind="business")

    assert CallbackWindow.in_force(TEN, kind).minutes == minutes


def test_each_service_has_turnarounds_of_its_own(repair):
    other = Service.objects.get(name="Data recovery")
    version(Turnaround, valid_from=TEN, service=other, days=7, target_days=5)

    assert Turnaround.in_force(TEN, repair).days == 3
    assert Turnaround.in_force(TEN, other).days == 7


def test_of_two_from_one_instant_the_one_written_last_holds(repair):
    version(Turnaround, valid_from=TEN, service=repair, days=7, target_days=5)
    version(Turnaround, valid_from=TEN, service=repair, days=5, target_days=5)

    assert Turnaround.in_force(TEN, repair).days == 5


def test_without_any_staff_are_told_who_can_help(shop):
    service = Service.objects.create(name="Phones")

    with pytest.raises(NoTerms, match="No turnaround is set for Phones"):
        Turnaround.in_force(TEN, service)


@pytest.mark.parametrize("days", [-1, 0, 3651])
def test_days_that_nobody_means_are_refused(repair, days):
    with pytest.raises(IntegrityError), transaction.atomic():
        version(Turnaround, valid_from=TEN, service=repair, days=days, target_days=0)


def test_what_tickets_refer_to_is_not_deleted(repair, ingrid):
    with pytest.raises(ProtectedError):
        repair.delete()
    with pytest.raises(ProtectedError):
        Calendar.objects.get().delete()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"zone": "Mars/Phobos"}, "There is no time zone “Mars/Phobos”"),
        ({"zone": "localtime"}, "There is no time zone “localtime”"),
        ({"country": "XX"}, "We know of no holidays for a country “XX”"),
        ({"subdivision": "ZZ"}, "We know of no holidays of their own for “ZZ” in US"),
    ],
)
def test_a_calendar_nobody_keeps_is_refused(shop, fields, says):
    calendar = Calendar.objects.get()
    for name, value in fields.items():
        setattr(calendar, name, value)

    with pytest.raises(ValidationError, match=says):
        calendar.full_clean()
