"""Do everything that is due, now, in this process."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from helpdesk import duties


class Command(BaseCommand):
    help = "Do everything that is due, now: break promises, issue invoices, send what waits."

    def handle(self, **options: Any) -> None:
        for slug, count in duties.swept(now=now()).items():
            self.stdout.write(f"{duties.DUTIES[slug].title}: {count}")
        duties.tidy(now())
