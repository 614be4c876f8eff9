"""Start the helpdesk: brings the database up to date, then serves and keeps the clock."""

import os
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.timezone import now

from helpdesk import duties, supervisor, tasks
from helpdesk.management.commands.demo import LOGINS
from tickets.models import Shop

PORTS = range(8000, 8020)
PARTS = ("web", "worker", "beat")
SAMPLE_WEEKS = 2  # who starts it for the first time waits for them


class Command(BaseCommand):
    help = "Start the helpdesk here; with a sample shop where there is none. HOST, PORT: where."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--only",
            action="append",
            choices=PARTS,
            help="start no more than this, on a database and with styles that are there already; "
            "may be repeated",
        )

    def handle(self, *, only: list[str] | None, **options: Any) -> None:
        host = os.environ.get("HOST", "127.0.0.1")
        if only is None:
            self._prepare()
        parts = only or PARTS
        port = _port(host) if "web" in parts else 0
        if "web" in parts:
            if only is None and LOGINS.exists():
                self.stdout.write(LOGINS.read_text())
            self._step(f"Helpdesk is at http://{host}:{port}  (Ctrl+C stops it)")
        if "beat" in parts:
            duties.beat(now())  # the first regular tick is a while away
        tasks.ring()
        connections.close_all()
        sys.stdout.flush()
        commands = supervisor.commands(host, port)
        supervisor.run({part: commands[part] for part in PARTS if part in parts})

    def _prepare(self) -> None:
        self._step("Database …")
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        self._step("Styles …")
        call_command("collectstatic", verbosity=0, interactive=False)
        if not Shop.objects.exists():
            self._step(f"Sample shop, {SAMPLE_WEEKS} weeks of it …")
            call_command("demo", weeks=SAMPLE_WEEKS, stdout=open(os.devnull, "w"))  # noqa: SIM115 - ends with us

    def _step(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _port(host: str) -> int:
    """Return PORT, or the first free one."""
    wanted = os.environ.get("PORT", "")
    if wanted and not (wanted.isdigit() and 0 < int(wanted) < 65536):
        raise CommandError("PORT is a number between 1 and 65535.")
    for port in [int(wanted)] if wanted else PORTS:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise CommandError(f"{host}:{wanted or '8000 to 8019'} is taken. Choose another: PORT=9000")
