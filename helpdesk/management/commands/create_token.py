"""Make a token for a program, and print it once."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk import programs
from helpdesk.models import Scope


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
        try:
            _token, key = programs.let_in(
                name,
                scopes,
                expires_in=timedelta(days=days) if days else None,
                in_place_of_others=options["revoke"],
            )
        except programs.NotAProgram as problem:
            raise CommandError(str(problem)) from None
        self.stderr.write("Copy it now, it is not shown again:")
        self.stdout.write(key)
