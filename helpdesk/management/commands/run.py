"""Start the helpdesk: brings the database up to date, then serves."""

import os
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from helpdesk.management.commands.demo import LOGINS
from tickets.models import Shop

WORKERS = 2
PORTS = range(8000, 8020)


class Command(BaseCommand):
    help = "Start the helpdesk here; with a sample shop where there is none. HOST, PORT: where."

    def handle(self, **options: Any) -> None:
        host = os.environ.get("HOST", "127.0.0.1")
        self._step("Database …")
        call_command("migrate", verbosity=0)
        call_command("createcachetable")
        self._step("Styles …")
        call_command("collectstatic", verbosity=0, interactive=False)
        if not Shop.objects.exists():
            self._step("Sample shop, four weeks of it …")
            call_command("demo", stdout=open(os.devnull, "w"))  # noqa: SIM115 - ends with us
        port = _port(host)
        if LOGINS.exists():
            self.stdout.write(LOGINS.read_text())
        self._step(f"Helpdesk is at http://{host}:{port}  (Ctrl+C stops it)")
        sys.stdout.flush()
        # The server takes this process over, so that what is sent to us reaches it.
        os.execv(
            sys.executable,
            [
                *(sys.executable, "-m", "gunicorn", "helpdesk.wsgi"),
                *("--bind", f"{host}:{port}", "--workers", str(WORKERS)),
                *("--log-level", "warning", "--chdir", str(settings.ROOT)),
            ],
        )

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
