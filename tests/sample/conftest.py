"""The sample shop, planted by its command at an instant of ours."""

import socket
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from helpdesk.management.commands import demo
from tests.conftest import boston

NOW = boston(2026, 2, 24, 15, 10)  # a Tuesday; Presidents' Day was the Monday before last
SOME_GATEWAY = {
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "EMAIL_HOST": "127.0.0.1",
    "KANNEL_USERNAME": "shop",
    "KANNEL_PASSWORD": "secret",
    "KANNEL_SECRET": "secret",
}


@contextmanager
def rolled_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    """Run the command, its log-ins kept out of the way; returns what it says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "LOGINS", tmp_path_factory.mktemp("sample") / "logins.txt")

        def plant(**options):
            said = StringIO()
            call_command("demo", stdout=said, **{"now": NOW.isoformat()} | options)
            return said.getvalue()

        yield plant


@pytest.fixture(scope="module")
def gateway():
    """Where mail and texts would go: a socket that somebody would have to connect to."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        port = listening.getsockname()[1]
        urls = {"EMAIL_PORT": port, "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
        with override_settings(
            **SOME_GATEWAY, **urls, KANNEL_URL=f"http://127.0.0.1:{port}/cgi-bin/sendsms"
        ):
            yield listening


@pytest.fixture(scope="module")
def planted(django_db_setup, django_db_blocker, plant, gateway):
    """Two weeks of the shop, with a gateway to send by; what the command said about it."""
    with django_db_blocker.unblock(), rolled_back():
        yield plant(weeks=2)
