"""Print the link by which a new shop is opened in a browser."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from helpdesk import opening


class Command(BaseCommand):
    help = "Print the link by which whoever has it opens the shop and becomes its owner: good once."

    def handle(self, **options: Any) -> None:
        if not opening.is_awaited():
            raise CommandError("Somebody has a log-in here already. Ask an owner for an invite.")
        self.stdout.write(opening.first_link())
