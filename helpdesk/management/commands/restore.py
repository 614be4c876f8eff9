"""Put a shop back from the file that `backup` wrote."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from helpdesk import backups, duties


class Command(BaseCommand):
    help = (
        "Put a shop back, whole or not at all, on either database. Stop the helpdesk first. "
        "Messages that were waiting to be sent are held back for staff to look at."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="lose the shop that is in the database now"
        )
        parser.add_argument(
            "--send-queued",
            action="store_true",
            help="send what was waiting, even if it may have been sent since",
        )

    def handle(self, *, file: Path, replace: bool, send_queued: bool, **options: Any) -> None:
        try:
            self._refuse_to_lose(replace)
            manifest = backups.verified(file)
            held = backups.restore(file, manifest, replace=replace, send_queued=send_queued)
        except (
            backups.Damaged,
            backups.TooNew,
            backups.Occupied,
            backups.DoesNotFit,
        ) as error:
            raise CommandError(f"Nothing was changed. {error}") from None
        rows = sum(table.rows for table in manifest.tables.values())
        self.stdout.write(
            f"As of {manifest.made_at}: {rows} rows, {len(manifest.files)} attachments"
        )
        if held:
            self.stdout.write(f"{held} messages may have been sent since: staff decide.")
        self._say_what_is_due()

    def _refuse_to_lose(self, replace: bool) -> None:
        if (lost := backups.holdings()) and not replace:
            counts = ", ".join(f"{table.split('_')[1]}s: {rows}" for table, rows in lost.items())
            raise backups.Occupied(
                f"There is a shop already ({counts}). To lose it, say --replace."
            )

    def _say_what_is_due(self) -> None:
        for duty in duties.DUTIES.values():
            if rows := duties.due(duty, now()).count():
                self.stdout.write(f"due, and done as soon as a worker runs: {duty.title}: {rows}")
