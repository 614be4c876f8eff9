"""Which terms change, and from when: said in advance on the page of the shop's policies."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from billing.models import Rate
from helpdesk.web.public import promised
from policies import wording
from policies.models import CallbackWindow, Turnaround
from policies.versions import Dated
from tickets.models import Customer, Shop

V = TypeVar("V", bound=Dated)


@dataclass(frozen=True)
class Change:
    """From which day on, about what, and what holds then, in the customers' words."""

    on: str
    about: str
    says: str


def changes(shop: Shop, language: str, now: datetime) -> list[Change]:
    """Return what is to come, the next first. Three queries."""
    found = [*_windows(language, now), *_turnarounds(language, now), *_rates(shop, language, now)]
    return [
        Change(_day(version.valid_from, shop, language), about, says)
        for version, about, says in sorted(found, key=lambda one: (one[0].valid_from, one[1]))
    ]


def _day(at: datetime, shop: Shop, language: str) -> str:
    return wording.day(localdate(at), language=language, region=shop.region)


def _windows(language: str, now: datetime) -> list[tuple[Any, str, str]]:
    kinds = dict(Customer.Kind.choices)
    versions = CallbackWindow.objects.order_by("valid_from", "pk")
    return [
        (
            one,
            str(kinds.get(one.customer_kind, "")),
            _("We call back within %s.") % wording.span(one.minutes, language),
        )
        for one in _to_come(versions, lambda one: one.customer_kind, lambda one: one.minutes, now)
    ]


def _turnarounds(language: str, now: datetime) -> list[tuple[Any, str, str]]:
    versions = Turnaround.objects.filter(service__active=True).select_related("service")
    ordered = versions.order_by("valid_from", "pk")
    return [
        (
            one,
            one.service.name,
            _("Ready within %s.") % wording.working_days(one.days, language),
        )
        for one in _to_come(ordered, lambda one: one.service_id, lambda one: one.days, now)
    ]


def _rates(shop: Shop, language: str, now: datetime) -> list[tuple[Any, str, str]]:
    versions = Rate.objects.exclude(service__active=False).select_related("service")
    ordered = versions.order_by("valid_from", "pk")
    return [
        (
            one,
            one.service.name if one.service else "",
            promised.costs(one, shop, language),
        )
        for one in _to_come(
            ordered, lambda one: one.service_id, lambda one: (one.hourly, one.minimum_fee), now
        )
    ]


def _to_come(
    versions: Iterable[V], whose: Callable[[V], object], terms: Callable[[V], object], now: datetime
) -> list[V]:
    """Return those of `versions`, the earliest first, that change the terms after `now`."""
    # Of two from the same instant the one written last holds.
    holding = {(whose(version), version.valid_from): version for version in versions}
    before: dict[object, object] = {}
    found = []
    for (theirs, begins), version in holding.items():
        if begins > now and before.get(theirs) != terms(version):
            found.append(version)
        before[theirs] = terms(version)
    return found
