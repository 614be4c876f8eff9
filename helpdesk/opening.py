"""Opening a shop: what has to be there before the first call can come in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction

from billing import money
from billing.models import Rate
from policies import calendars
from policies.models import Calendar, CallbackWindow, OpeningHours, Turnaround
from tickets.models import Service, Shop, User

GOOD_FOR = timedelta(days=7)
_SALT = "helpdesk.opening"


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
    has_holidays: bool = True  # False where nobody keeps a table of them
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


def hire(
    username: str, name: str, role: str, password: str, *, extension: str = "", email: str = ""
) -> User:
    """Make a log-in for somebody who works here; owners may use the admin, too."""
    first, _space, last = name.partition(" ")
    is_owner = role == User.Role.OWNER
    return User.objects.create_user(
        username,
        email,
        password,
        first_name=first,
        last_name=last,
        role=role,
        extension=extension,
        is_staff=is_owner,
        is_superuser=is_owner,
    )


def is_awaited() -> bool:
    """Whether nobody has opened a shop here yet, and nobody has a log-in."""
    return not Shop.objects.exists() and not User.objects.exists()


def first_link() -> str:
    """Return where whoever has it opens the shop, once."""
    return f"{settings.PUBLIC_URL}/setup/first/{signing.dumps('first', salt=_SALT)}/"


def may_open(token: str) -> bool:
    """Whether a link was ours and is good still: until somebody used it, and for a week."""
    try:
        signing.loads(token, salt=_SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        return False
    return is_awaited()


def was_used(token: str) -> bool:
    """Whether a link was ours, of whatever age, and there is a shop by now."""
    try:
        signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return False
    return not is_awaited()


def open_first(plan: Plan, *, username: str, owner: str, password: str, now: datetime) -> User:
    """Open the shop with its owner's log-in, or neither. Raises what open_shop raises."""
    try:
        with transaction.atomic():
            open_shop(plan, now=now)
            return hire(username, owner, User.Role.OWNER, password, email=plan.email)
    except IntegrityError:  # of two who opened it at once, one was first
        raise AlreadyOpen from None


def _calendar(plan: Plan) -> Calendar:
    calendar = Calendar.objects.create(
        name=plan.name[:80],
        zone=plan.zone,
        country=plan.region if plan.has_holidays else "",
        subdivision=plan.subdivision,
    )
    calendar.full_clean()
    for weekday, stretches in plan.hours.items():
        for opens, closes in stretches:
            OpeningHours.objects.create(
                calendar=calendar, weekday=weekday, opens=opens, closes=closes
            )
    return calendar
