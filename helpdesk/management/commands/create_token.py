"""Make a token for a program, and print it once."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk.models import ApiToken, Scope
from tickets.models import User


class Command(BaseCommand):
    help = "Make a token for a program, and print it once; only its hash is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what it is for: frontdesk-pbx")
        parser.add_argument(
            "--scope", action="append", required=True, choices=Scope.values, dest="scopes"
        )
        parser.add_argument("--days", type=int, help="days until it expires; never, unless given")
        parser.add_argument("--revoke", action="store_true", help="first revoke others of the name")

    def handle(self, *, name: str, scopes: list[str], days: int | None, **options: Any) -> None:
        if days is not None and not 1 <= days <= 3650:
            raise CommandError("--days is between 1 and 3650.")
        user, _created = User.objects.get_or_create(
            username=name, defaults={"role": User.Role.INTEGRATION}
        )
        if user.role != User.Role.INTEGRATION:
            raise CommandError(f"{name} is somebody's log-in. Choose another name.")
        if _created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        if options["revoke"]:
            user.auth_token_set.all().delete()
        expiry = timedelta(days=days) if days else None
        _token, key = ApiToken.objects.create(user, expiry, name=name, scopes=sorted(set(scopes)))
        self.stderr.write("Copy it now, it is not shown again:")
        self.stdout.write(key)
