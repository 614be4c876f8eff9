"""Read the mailbox now, rather than within the minute."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.utils.timezone import now

from helpdesk import mailboxes, tasks
from tickets.channels.imap import Imap
from tickets.models import Mailbox, Shop


class Command(BaseCommand):
    help = "Read the mailbox of IMAP_URL now."

    def handle(self, **options: Any) -> None:
        if not settings.IMAP_URL:
            raise CommandError("No mailbox is set up: IMAP_URL is empty. See docs/mail.md.")
        try:
            if not Shop.objects.exists():
                raise CommandError("There is no shop yet. Open one first: open_shop.")
            count = mailboxes.fetch(clock=now)
            box = Mailbox.objects.get(name=Imap(settings.IMAP_URL).name[:120])
        except DatabaseError as error:
            raise CommandError(f"The database is away ({type(error).__name__}).") from error
        tasks.ring()
        self.stdout.write(f"{box}: {count}")
        if box.problem:
            raise CommandError(box.problem)
