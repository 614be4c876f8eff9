"""Django's flush, which on SQLite deletes row by row and so meets the ledgers' triggers."""

from typing import Any

from django.core.management.commands import flush
from django.db import connections

from tickets import triggers


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        triggers.drop(connections[options["database"]])
        super().handle(**options)
        # Emptying without a post_migrate would leave the ledgers unguarded.
        triggers.install(connections[options["database"]])
