"""Start the helpdesk: brings the database up to date, then serves and keeps the clock."""

import os
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.timezone import now

from helpdesk import duties, opening, supervisor, tasks
from helpdesk.management.commands.demo import LOGINS
from helpdesk.secret import Env
from tickets.models import Shop

PORTS = range(8000, 8020)
EVERYWHERE = {"0.0.0.0", "::"}  # to listen at; no browser opens them
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
        parser.add_argument(
            "--new",
            action="store_true",
            help="no sample shop where there is none, but the link by which you open your own",
        )

    def handle(self, *, only: list[str] | None, new: bool, **options: Any) -> None:
        parts = only or PARTS
        host, wanted = os.environ.get("HOST", "127.0.0.1"), _wanted()
        port = _free(host, wanted) if "web" in parts else wanted or PORTS[0]
        here = _address(host, port)
        if not Env().str("PUBLIC_URL", default=""):
            # Links in mails lead to where we listen: those that the children write, and ours.
            os.environ["PUBLIC_URL"] = settings.PUBLIC_URL = here
        if only is None:
            self._prepare(with_sample=not new)
        if "web" in parts:
            if only is None and LOGINS.exists():
                self.stdout.write(LOGINS.read_text())
            self._step(f"Helpdesk is at {here}  (Ctrl+C stops it)")
            if opening.is_awaited():
                self._step(f"Open your shop, within a week: {opening.first_link()}")
        if "beat" in parts:
            duties.beat(now())  # the first regular tick is a while away
        tasks.ring()
        connections.close_all()
        sys.stdout.flush()
        commands = supervisor.commands(host, port)
        supervisor.run({part: commands[part] for part in PARTS if part in parts})

    def _prepare(self, *, with_sample: bool) -> None:
        self._step("Database …")
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        self._step("Styles …")
        call_command("collectstatic", verbosity=0, interactive=False)
        if with_sample and not Shop.objects.exists():
            self._step(f"Sample shop, {SAMPLE_WEEKS} weeks of it …")
            call_command("demo", weeks=SAMPLE_WEEKS, stdout=open(os.devnull, "w"))  # noqa: SIM115 - ends with us

    def _step(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _address(host: str, port: int) -> str:
    """Return where a browser on this machine finds it."""
    here = "127.0.0.1" if host in EVERYWHERE else host
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"


def _wanted() -> int:
    """Return PORT; 0 where nobody says which."""
    wanted = os.environ.get("PORT", "")
    if wanted and not (wanted.isdigit() and 0 < int(wanted) < 65536):
        raise CommandError("PORT is a number between 1 and 65535.")
    return int(wanted or 0)


def _free(host: str, wanted: int) -> int:
    """Return the port that is wanted, or else the first free one."""
    for port in [wanted] if wanted else PORTS:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise CommandError(f"{host}:{wanted or '8000 to 8019'} is taken. Choose another: PORT=9000")
