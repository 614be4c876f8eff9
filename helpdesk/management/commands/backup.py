"""Write the whole shop into one file: every row, every attachment."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from helpdesk import backups


class Command(BaseCommand):
    help = "Write the whole shop into one file, while it goes on working."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "target",
            type=Path,
            help="a folder, or a file that is not there yet: shop.tar.gz, or shop.tar unpacked",
        )

    def handle(self, *, target: Path, **options: Any) -> None:
        try:
            file, manifest = backups.write(target, now=now())
        except (backups.AlreadyThere, OSError) as error:
            raise CommandError(str(error)) from None
        rows = sum(table.rows for table in manifest.tables.values())
        self.stdout.write(f"{file}: {rows} rows, {len(manifest.files)} attachments")
        for name in manifest.missing:
            self.stderr.write(f"The file of an attachment is not there any more: {name}")
