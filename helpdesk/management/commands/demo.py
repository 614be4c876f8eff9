"""Make the sample shop: four weeks of believable life."""

import os
import secrets
from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.timezone import now

from helpdesk import opening
from helpdesk.sample import cast
from helpdesk.sample.life import Life

LOGINS = Path(settings.VAR) / "sample-logins.txt"


class Command(BaseCommand):
    help = "Make the sample shop, with weeks of life lived through the journey."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--weeks", type=int, default=4)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *, weeks: int, seed: int, **options: Any) -> None:
        if not 1 <= weeks <= 52:
            raise CommandError("--weeks is between 1 and 52.")
        instant = now()
        since = instant - timedelta(weeks=weeks)
        logins = [(name, role, secrets.token_urlsafe(9)) for name, _full, role, _ext in cast.STAFF]
        with transaction.atomic():  # interrupted, it leaves no half a shop
            try:
                shop = opening.open_shop(cast.PLAN, now=since - timedelta(days=365))
            except opening.AlreadyOpen:
                raise CommandError("There is a shop already; the sample needs none.") from None
            shop.is_sample = True  # before anything happens in it that a message could tell of
            shop.save(update_fields=["is_sample"])
            for (username, full_name, role, extension), (*_rest, password) in zip(
                cast.STAFF, logins, strict=True
            ):
                opening.hire(username, full_name, role, password, extension=extension)
            Life(shop, since=since, now=instant, seed=seed).tell()
        _keep(logins)
        self.stdout.write(LOGINS.read_text())


def _keep(logins: Sequence[tuple[str, str, str]]) -> None:
    """Write the passwords where `manage.py run` finds them again; for our eyes only."""
    lines = [f"  {name:<6} {password}   ({role})\n" for name, role, password in logins]
    descriptor = os.open(LOGINS, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(["Log-ins of the sample shop (name, password):\n", *lines])
