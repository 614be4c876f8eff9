"""The power goes: what is on the disk at any moment opens again, whole."""

import os
import random
import shutil
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress

import pytest
import requests

from tests import servers
from tests.faults.conftest import INVOICES, WORLD, ring
from tests.faults.stack import Stack, eventually

MOMENTS = 8

# What holds at every moment: each is a question whose answer is no row.
INVARIANTS = {
    "numbers have no gap": """
        SELECT count(*), max(number) FROM billing_invoice HAVING count(*) <> max(number)""",
    "an ending is invoiced once": """
        SELECT ticket_id FROM billing_invoice GROUP BY ticket_id HAVING count(*) > 1""",
    "what came in is on a ticket": """
        SELECT id FROM tickets_interaction WHERE direction = 'in' AND ticket_id IS NULL""",
    "a gift is settled with its invoice": """
        SELECT i.id FROM billing_invoice i LEFT JOIN billing_settlement s ON s.invoice_id = i.id
        WHERE s.id IS NULL""",
    "an invoice is to be sent": """
        SELECT i.id FROM billing_invoice i LEFT JOIN billing_invoicemailing m
        ON m.invoice_id = i.id WHERE m.id IS NULL""",
    "what reached us is on a call": """
        SELECT id FROM tickets_arrival WHERE verdict = 'call_event' AND interaction_id IS NULL""",
}
CLOSE_FIVE = f"{WORLD}\nfor each in range(5): closed(opened())"


@contextmanager
def load(stack):
    """Let calls come in, and tickets be closed, while the block runs."""
    over = threading.Event()
    ringing = 0

    def call():
        nonlocal ringing
        while not over.is_set():
            ringing += 1
            with suppress(requests.RequestException):
                ring(stack, f"call-{ringing}")

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(call)
        try:
            yield
        finally:
            over.set()
            running.result(120)


@pytest.mark.only("sqlite")
def test_a_copy_of_the_files_at_any_moment_is_whole(stack, tmp_path):
    groups = [stack.start(name) for name in ("web", "worker", "beat")]
    chance = random.Random(1)  # noqa: S311 - moments, not secrets
    with load(stack):
        for moment in range(MOMENTS):
            if moment % 3 == 0:
                stack.python(CLOSE_FIVE)
            time.sleep(chance.uniform(0.05, 0.8))
            copy = _frozen_copy(stack, groups, tmp_path / f"copy-{moment}")
            _whole(copy)

    eventually(lambda: stack.sql(INVOICES) == [(15,)])
    assert [name for name, asked in INVARIANTS.items() if stack.sql(asked)] == []


def _frozen_copy(stack, groups, folder):
    """Copy the database and its log at one moment: nobody writes while we do."""
    folder.mkdir()
    for process in groups:
        os.killpg(process.pid, signal.SIGSTOP)
    for file in stack.var.glob("helpdesk.sqlite3*"):
        if not file.name.endswith("-shm"):  # lives in memory
            shutil.copy(file, folder)
    for process in groups:
        os.killpg(process.pid, signal.SIGCONT)
    return folder / "helpdesk.sqlite3"


def _whole(file):
    with closing(sqlite3.connect(file)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("PRAGMA foreign_key_check").fetchall() == []
        broken = [name for name, asked in INVARIANTS.items() if copy.execute(asked).fetchall()]
        assert broken == []


@pytest.mark.only("postgresql")
def test_a_postgresql_that_is_killed_comes_back_whole(tmp_path, monkeypatch):
    place = servers.make_place()
    wheels = place.reachable(servers.installed())
    with servers.postgresql(wheels, place) as (server, url):
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("REDIS_URL", "")
        with Stack(tmp_path) as stack:
            for name in ("web", "worker", "beat"):
                stack.start(name)
            with load(stack):
                stack.python(CLOSE_FIVE)
                time.sleep(1)
                server = _killed_and_restarted(server, place)
                eventually(lambda: ring(stack, "after").status_code == 200)

            eventually(lambda: stack.sql(INVOICES) == [(5,)])
            assert [name for name, asked in INVARIANTS.items() if stack.sql(asked)] == []
        server.stop()
    shutil.rmtree(place.folder, ignore_errors=True)


def _killed_and_restarted(server, place):
    server.process.kill()
    server.process.wait()
    for _attempt in range(20):  # it does not start while one of its old processes is left
        started = place.start("PostgreSQL", server.process.args, death=signal.SIGQUIT)
        with suppress(servers.CannotStart):
            started.wait_until(lambda: servers.postgresql_answers(place.folder))
            return started
        time.sleep(0.5)
    raise AssertionError(started.last_words())
