"""Make the sample shop: some weeks of believable life, none of which leaves the building."""

import os
import secrets
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Count
from django.utils.timezone import now

from billing.models import Invoice, Settlement
from billing.money import Money, say
from helpdesk import opening
from helpdesk.sample import cast
from helpdesk.sample.life import Life
from policies import calendars
from policies.models import Promise
from tickets.models import Customer, Interaction, Shop, Ticket

LOGINS = Path(settings.VAR) / "sample-logins.txt"
WEEK = timedelta(weeks=1)


class Command(BaseCommand):
    help = "Make a sample shop with weeks of life in it. Nothing is sent to anybody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--weeks", type=int, default=8, help="1 to 52; 8 unless given")
        parser.add_argument(
            "--seed", type=int, default=1, help="another number tells another story; 1 unless given"
        )
        parser.add_argument(
            "--now",
            default="",
            metavar="ISO",
            help="when the story ends, as 2026-03-02T15:00; by the shop's clock unless it names "
            "a zone; now unless given",
        )

    def handle(self, *, weeks: int, seed: int, now: str, **options: Any) -> None:
        if not 1 <= weeks <= 52:
            raise CommandError("--weeks is between 1 and 52.")
        instant = _instant(now)
        _refuse_another_shop()
        logins = [(name, role, secrets.token_urlsafe(9)) for name, _full, role, _ext in cast.STAFF]
        since = instant - weeks * WEEK
        with transaction.atomic():  # interrupted, it leaves no half a shop
            shop = opening.open_shop(cast.PLAN, now=since - timedelta(days=365))
            shop.is_sample = True  # before anything happens in it that a message could tell of
            shop.takes_web_messages = True
            shop.save(update_fields=["is_sample", "takes_web_messages"])
            for (username, full_name, role, extension), (*_rest, password) in zip(
                cast.STAFF, logins, strict=True
            ):
                opening.hire(username, full_name, role, password, extension=extension)
            self._tell(Life(shop, since=since, now=instant, seed=seed), since, weeks)
        _keep(logins)
        self.stdout.write(_counts(shop))
        self.stdout.write(LOGINS.read_text())

    def _tell(self, life: Life, since: datetime, weeks: int) -> None:
        said = 0
        for at in life.tell():
            week = min((at - since) // WEEK + 1, weeks)
            if week > said:
                said = week
                self.stdout.write(
                    f"Week {week} of {weeks}, {Ticket.objects.count()} tickets so far …"
                )
                self.stdout.flush()


def _instant(given: str) -> datetime:
    """Return when the story ends. Raises CommandError."""
    present = now()
    if not given:
        return present
    try:
        instant = datetime.fromisoformat(given)
    except ValueError:
        raise CommandError(f"--now is an instant like 2026-03-02T15:00, not “{given}”.") from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=calendars.zone(cast.PLAN.zone))
    if instant > present:
        raise CommandError("--now lies in the future. What is told has happened already.")
    return instant


def _refuse_another_shop() -> None:
    shop = Shop.objects.first()
    if shop is None:
        return
    if shop.is_sample:
        raise CommandError(
            "The sample shop is here already. To begin again: manage.py flush, then this."
        )
    raise CommandError(
        f"There is a shop here already, {shop.name}, and nothing is made up in it. For a sample "
        "shop name another database, by HELPDESK_VAR or DATABASE_URL."
    )


def _counts(shop: Shop) -> str:
    given = Settlement.objects.filter(kind=Settlement.Kind.GIFT)
    worth = say(Money(sum(given.values_list("amount", flat=True)), shop.currency), "en_US")
    ended = Promise.objects.values_list("status").annotate(Count("pk")).order_by("status")
    promises = ", ".join(f"{count} {Promise.Status(status).label}" for status, count in ended)
    return (
        f"{shop.name}: {Customer.objects.count()} customers, {Ticket.objects.count()} tickets "
        f"({Ticket.objects.open().count()} open), {Interaction.objects.count()} contacts\n"
        f"Promises: {promises}\n"
        f"Invoices: {Invoice.objects.count()}, of them {given.count()} given, worth {worth}\n"
    )


def _keep(logins: Sequence[tuple[str, str, str]]) -> None:
    """Write the passwords where `manage.py run` finds them again; for our eyes only."""
    lines = [f"  {name:<6} {password}   ({role})\n" for name, role, password in logins]
    descriptor = os.open(LOGINS, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(["Log-ins of the sample shop (name, password):\n", *lines])
