"""Measure: how long it takes, how many queries, how much memory."""

import resource
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from statistics import mean, median
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.timezone import now

from helpdesk import journey, opening
from helpdesk.sample import cast
from tickets.mail.contract import MAIL_LIMIT
from tickets.models import Attachment, Shop

SENDERS = 40
SENTENCE = "The laptop does not start since Monday, and the fan is loud. "
QUOTED = "\n\nOn Mon, Mar 2, 2026 at 9:00 AM Dahl <help@dahl.example> wrote:\n> It dries.\n"
BASE64_LINE = b"A" * 76 + b"\n"


@dataclass(frozen=True)
class Cost:
    """What filing one mail took."""

    seconds: float
    queries: int


class Command(BaseCommand):
    help = "Measure in a database of its own, thrown away afterwards: how fast mail is filed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["mail"])
        parser.add_argument("--count", type=int, default=500, help="mails; 500 unless given")
        parser.add_argument(
            "--here", action="store_true", help="in this shop's own database, and leave them there"
        )

    def handle(self, *, count: int, here: bool, **options: Any) -> None:
        if count < 1:
            raise CommandError("--count is at least 1.")
        if here:
            if not Shop.objects.exists():
                raise CommandError("There is no shop here. Without --here it makes its own.")
            self._mail(count)
            return
        with _thrown_away():
            opening.open_shop(cast.PLAN, now=now())
            self._mail(count)

    def _mail(self, count: int) -> None:
        costs = [_cost(_letter(number)) for number in range(count)]
        seconds = sorted(cost.seconds for cost in costs)
        tenth = max(count // 10, 1)
        first, last = (mean(it.seconds for it in part) for part in (costs[:tenth], costs[-tenth:]))
        self.stdout.write(
            f"{count} mails on {connection.vendor}: {1000 * median(seconds):.1f} ms each (median), "
            f"{1000 * seconds[-1]:.0f} ms the slowest; "
            f"{1000 * first:.1f} ms in the first tenth, {1000 * last:.1f} ms in the last\n"
            f"queries: {median(it.queries for it in costs):.0f} each (median), "
            f"{max(it.queries for it in costs)} at most"
        )
        before = _peak()
        large = _large()
        cost = _cost(large)
        self.stdout.write(
            f"one of {len(large) / 2**20:.1f} MB: {cost.seconds:.1f} s, "
            f"memory {before:.0f} MB before, {_peak():.0f} MB at its peak"
        )


@contextmanager
def _thrown_away() -> Iterator[None]:
    own = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
        for attachment in Attachment.objects.all():
            attachment.file.delete(save=False)
    finally:
        connection.creation.destroy_test_db(str(own), verbosity=0)


def _cost(raw: bytes) -> Cost:
    asked: list[str] = []

    def count(execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        asked.append(sql)
        return execute(sql, *given)

    began = time.perf_counter()
    with connection.execute_wrapper(count):
        journey.mail_arrived(raw, source="bench", now=now())
    return Cost(time.perf_counter() - began, len(asked))


def _letter(number: int) -> bytes:
    """Return a mail as customers write them; every third answers the one before of its sender."""
    mail = EmailMessage()
    sender = number % SENDERS
    mail["From"] = f"Customer {sender} <customer{sender}@example.org>"
    mail["To"] = "help@dahl.example"
    mail["Subject"] = f"My laptop, {number}"
    mail["Message-ID"] = f"<{number}@example.org>"
    if number % 3 == 2 and number >= SENDERS:
        mail["In-Reply-To"] = f"<{number - SENDERS}@example.org>"
    mail.set_content(SENTENCE * (1 + number % 20) + QUOTED)
    if number % 2:
        mail.add_alternative(f"<p>{SENTENCE * (1 + number % 20)}</p>", subtype="html")
    if number % 5 == 0:
        mail.add_attachment(b"\x89PNG" * 5000, "image", "png", filename="photo.png")
    return mail.as_bytes()


def _large() -> bytes:
    """Return a mail just below what one may have; put together so that it costs no memory twice."""
    head = (
        b"From: large@example.org\nSubject: The whole disk\nMessage-ID: <large@example.org>\n"
        b'Content-Type: application/zip; name="disk.zip"\nContent-Transfer-Encoding: base64\n\n'
    )
    return head + BASE64_LINE * ((MAIL_LIMIT - len(head)) // len(BASE64_LINE))


def _peak() -> float:
    """Return the most memory this process ever had, in MB."""
    # Linux says it in KB, macOS in bytes.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
