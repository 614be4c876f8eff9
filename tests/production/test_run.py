"""The run command: where it listens, and where links in mails lead."""

import os
import socket

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from helpdesk import opening, supervisor, tasks
from helpdesk.secret import Env, Environment

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(monkeypatch, settings, capsys):
    """Start the web by the environment given; return what its child is told, and what was said."""
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    for name in ("HOST", "PORT", "PUBLIC_URL", "PUBLIC_URL_FILE"):
        monkeypatch.delenv(name, raising=False)
    # What it read of a file it remembers.
    monkeypatch.setattr(Env, "ENVIRON", Environment())
    # Nothing is started, and the connection of the test stays.
    monkeypatch.setattr(tasks, "ring", lambda: None)
    monkeypatch.setattr(connections, "close_all", lambda: None)
    told = []
    monkeypatch.setattr(supervisor, "run", lambda _parts: told.append(os.environ.get("PUBLIC_URL")))

    def run(part="web", **given):
        # So that what the command sets is gone after the test.
        monkeypatch.setenv("PUBLIC_URL", "")
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        call_command("run", "--only", part)
        return told.pop(), capsys.readouterr().out

    return run


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_links_lead_to_where_it_listens(run, host):
    port = str(free_port())
    here = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"

    told, said = run(HOST=host, PORT=port)

    assert (told, settings.PUBLIC_URL) == (here, here)
    assert f"Helpdesk is at {here} " in said
    assert f"Open your shop, within a week: {here}/setup/first/" in said
    assert opening.first_link().startswith(f"{here}/setup/first/")


def test_who_says_where_it_is_is_believed(run):
    told, _said = run(PORT=str(free_port()), PUBLIC_URL="https://help.example")

    assert (told, settings.PUBLIC_URL) == ("https://help.example", "http://127.0.0.1:8000")


def test_in_a_file_too(run, tmp_path):
    file = tmp_path / "public_url"
    file.write_text("https://help.example\n")

    told, _said = run(PORT=str(free_port()), PUBLIC_URL_FILE=str(file))

    assert (told, settings.PUBLIC_URL) == ("", "http://127.0.0.1:8000")


def test_a_worker_on_its_own_writes_the_same_address(run):
    told, _said = run("worker", PORT="9000")

    assert told == "http://127.0.0.1:9000"
