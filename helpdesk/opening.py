"""Opening a shop: what has to be there before the first call can come in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from django.db import transaction

from billing import money
from billing.models import Rate
from policies import calendars
from policies.models import Calendar, CallbackWindow, OpeningHours, Turnaround
from tickets.models import Service, Shop, User


class AlreadyOpen(Exception):
    """There is a shop already."""


@dataclass(frozen=True)
class Offer:
    """A service with what we quote for it."""

    name: str
    days: int
    target_days: int
    risks: str = ""
    hourly: int | None = None  # minor units; the shop's own rate, unless given


@dataclass(frozen=True)
class Plan:
    """A shop to be. Amounts in minor units of its currency."""

    name: str
    region: str
    zone: str
    currency: str
    languages: tuple[str, ...] = ("en",)
    phone: str = ""
    email: str = ""
    address: str = ""
    tax_id: str = ""
    subdivision: str = ""
    hours: Mapping[int, Sequence[tuple[time, time]]] = field(
        default_factory=lambda: {day: ((time(9), time(17)),) for day in range(5)}
    )
    callback_minutes: int = 240
    callback_why: str = ""
    bill_after_minutes: int = 60
    hourly: int = 9000
    minimum_fee: int = 4500
    offers: tuple[Offer, ...] = (Offer("Repair", days=3, target_days=2),)


@transaction.atomic
def open_shop(plan: Plan, *, now: datetime) -> Shop:
    """Write the shop, its calendar, callback window, services, turnarounds and rates.

    Everything is in force from `now`. Raises AlreadyOpen, calendars.BadHours, or ValueError for a
    currency that does not exist.
    """
    if Shop.objects.exists():
        raise AlreadyOpen
    money.Money(plan.minimum_fee, plan.currency)
    calendars.zone(plan.zone)
    shop = Shop.objects.create(
        pk=1,
        name=plan.name,
        region=plan.region,
        zone=plan.zone,
        languages=list(plan.languages),
        currency=plan.currency,
        official_phone=plan.phone,
        official_email=plan.email,
        address=plan.address,
        tax_id=plan.tax_id,
        bill_after_minutes=plan.bill_after_minutes,
    )
    calendar = _calendar(plan)
    version = {"valid_from": now, "made_at": now}
    CallbackWindow.objects.create(
        calendar=calendar, minutes=plan.callback_minutes, why=plan.callback_why, **version
    )
    Rate.objects.create(hourly=plan.hourly, minimum_fee=plan.minimum_fee, **version)
    for position, offer in enumerate(plan.offers):
        service = Service.objects.create(name=offer.name, position=position)
        Turnaround.objects.create(
            calendar=calendar,
            service=service,
            days=offer.days,
            target_days=offer.target_days,
            risks=offer.risks,
            **version,
        )
        if offer.hourly is not None:
            Rate.objects.create(
                service=service, hourly=offer.hourly, minimum_fee=plan.minimum_fee, **version
            )
    return shop


def hire(username: str, name: str, role: str, password: str, *, extension: str = "") -> User:
    """Make a log-in for somebody who works here; owners may use the admin, too."""
    first, _space, last = name.partition(" ")
    is_owner = role == User.Role.OWNER
    return User.objects.create_user(
        username,
        password=password,
        first_name=first,
        last_name=last,
        role=role,
        extension=extension,
        is_staff=is_owner,
        is_superuser=is_owner,
    )


def _calendar(plan: Plan) -> Calendar:
    calendar = Calendar.objects.create(
        name=plan.name, zone=plan.zone, country=plan.region, subdivision=plan.subdivision
    )
    calendar.full_clean()
    for weekday, stretches in plan.hours.items():
        for opens, closes in stretches:
            OpeningHours.objects.create(
                calendar=calendar, weekday=weekday, opens=opens, closes=closes
            )
    return calendar
