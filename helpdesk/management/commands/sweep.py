"""Do everything that is due, now, in this process."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from helpdesk import journey


class Command(BaseCommand):
    help = "Do everything that is due, now: break promises, issue invoices."

    def handle(self, **options: Any) -> None:
        swept = journey.swept(now=now())
        self.stdout.write(
            f"{swept.promises_broken} promises broken, {swept.calls_given_up} silent calls ended, "
            f"{swept.invoices} invoices issued"
        )
