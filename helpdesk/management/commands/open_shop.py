"""Open a shop: what has to be there before the first call."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from helpdesk import opening
from policies.calendars import BadHours
from tickets.models import User


class Command(BaseCommand):
    help = (
        "Open a shop: its name, country, time zone and currency, Monday to Friday nine to five, "
        "a callback within four working hours, a rate, and the owner's log-in. "
        "All of it can be changed in the admin afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help='"Dahl & Daughters"')
        parser.add_argument("--owner", required=True, help="the owner's log-in: eva")
        parser.add_argument("--region", default="US", help="two letters: US, SE, DE")
        parser.add_argument("--subdivision", default="", help="for holidays: MA, BY")
        parser.add_argument("--zone", default="America/New_York", help="Europe/Stockholm")
        parser.add_argument("--currency", default="USD", help="three letters: USD, SEK, EUR")
        parser.add_argument("--language", default="en", choices=["en", "sv"])
        parser.add_argument("--phone", default="", help="the shop's official number")

        parser.add_argument(
            "--bill-after", type=int, default=60, help="minutes from the end to the invoice"
        )

    def handle(self, **given: Any) -> None:
        plan = opening.Plan(
            name=given["name"],
            region=given["region"].upper(),
            subdivision=given["subdivision"],
            zone=given["zone"],
            currency=given["currency"].upper(),
            languages=(given["language"],),
            phone=given["phone"],
            bill_after_minutes=given["bill_after"],
        )
        try:
            opening.open_shop(plan, now=now())
        except opening.AlreadyOpen:
            raise CommandError("There is a shop already. Change it in the admin.") from None
        except (BadHours, ValueError, ValidationError) as error:
            raise CommandError(str(error)) from None
        password = secrets.token_urlsafe(12)
        opening.hire(given["owner"], given["owner"].title(), User.Role.OWNER, password)
        self.stdout.write(f"{plan.name} is open. Log in as {given['owner']} with {password}")
