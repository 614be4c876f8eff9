"""File a mail handed over on standard input, as a mail server does, or a folder full of mails."""

import logging
import os
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.utils.timezone import now

from helpdesk import journey, tasks
from tickets.channels.imap import HEADERS_KEPT
from tickets.mail.contract import MAIL_LIMIT
from tickets.models import Arrival, NoShop

logger = logging.getLogger(__name__)

TOO_LARGE = "larger than 25 MB; only its beginning was kept"


class Command(BaseCommand):
    help = (
        "File one mail from standard input: 0 kept, 75 try again later, 65 too large. "
        "With --folder: every mail below a folder, a Maildir's as well."
    )
    requires_system_checks = []  # whoever pipes a mail in waits, and reads no warnings

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", default="", help="what brought it: postfix")
        parser.add_argument("--folder", type=Path, help="file what lies below it instead")

    def handle(self, *, source: str, folder: Path | None, **options: Any) -> None:
        if folder is not None:
            self._folder(folder, source or str(folder))
            return
        try:
            filed = _received(sys.stdin.buffer, source or "pipe")
        except (DatabaseError, NoShop, OSError) as error:
            # Any other way to end, and the mail server sends the mail back.
            logger.warning("a mail could not be kept: %s", type(error).__name__)
            self.stderr.write("It could not be kept. Try again later.")
            sys.exit(os.EX_TEMPFAIL)
        tasks.ring()
        if filed is None:
            self.stderr.write(f"The mail is {TOO_LARGE}.")
            sys.exit(os.EX_DATAERR)

    def _folder(self, folder: Path, source: str) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder.")
        totals: Counter[str] = Counter()
        for path in _mails(folder):
            verdict, about = _filed(path, source)
            totals[verdict] += 1
            self.stdout.write(f"{path.relative_to(folder)}: {verdict}{about}")
        tasks.ring()
        said = ", ".join(f"{verdict} {count}" for verdict, count in sorted(totals.items()))
        self.stdout.write(f"{totals.total()} mails{': ' if said else ''}{said}")


def _received(stream: BinaryIO, source: str) -> Arrival | None:
    """File what `stream` holds; of what is too large keep the beginning and return None."""
    raw = stream.read(MAIL_LIMIT + 1)
    if len(raw) <= MAIL_LIMIT:
        return journey.mail_arrived(raw, source=source, now=now())
    while stream.read(HEADERS_KEPT):
        pass  # to its end: a mail server whose pipe breaks would try again and again
    journey.mail_refused(raw[:HEADERS_KEPT], because=TOO_LARGE, source=source, now=now())
    return None


def _filed(path: Path, source: str) -> tuple[str, str]:
    """Return what became of the mail in `path`, and on which ticket or why not."""
    try:
        with path.open("rb") as stream:
            arrival = _received(stream, source)
    except (DatabaseError, NoShop, OSError) as error:
        return "failed", f", {type(error).__name__}: {error}"
    if arrival is None:
        return Arrival.Verdict.QUARANTINED.value, f", {TOO_LARGE}"
    about = []
    if arrival.interaction is not None and arrival.interaction.ticket is not None:
        about.append(str(arrival.interaction.ticket))
    if arrival.because:
        about.append(arrival.because)
    return str(arrival.verdict), "".join(f", {it}" for it in about)


def _mails(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and _is_mail(path))


def _is_mail(path: Path) -> bool:
    """Whether it is named like a mail. In a Maildir those in cur and new are, and nothing else."""
    if path.parent.name in {"cur", "new"}:
        return True
    if (path.parent / "cur").is_dir() or path.parent.name == "tmp":
        return False
    return not path.name.startswith(".") and path.suffix.lower() in {"", ".eml"}
