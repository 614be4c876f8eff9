"""Somebody holds SQLite's one lock for writing."""

import sqlite3
import threading
import time
from contextlib import closing, contextmanager

import pytest

from tests.faults.conftest import ring, send, signed_in
from tests.faults.stack import Stack

pytestmark = pytest.mark.only("sqlite")  # PostgreSQL has no such lock

WAITS = 2  # seconds, in place of twenty


@pytest.fixture
def stack(tmp_path):
    with Stack(tmp_path, DJANGO_SETTINGS_MODULE="tests.faults.impatient") as stack:
        stack.start("web")
        yield stack


@contextmanager
def held(stack):
    file = stack.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        yield holder


def test_a_short_while_is_waited_for(stack):
    with held(stack) as holder:
        timer = threading.Timer(WAITS / 2, holder.rollback)
        timer.start()
        began = time.monotonic()
        answer = ring(stack, "1")
        timer.join()

    assert answer.status_code == 200
    assert time.monotonic() - began >= WAITS / 2


def test_after_a_long_one_programs_are_asked_to_come_again(stack):
    with held(stack):
        answer = ring(stack, "1")

    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "10"
    assert ring(stack, "1").status_code == 200
    assert stack.sql("SELECT count(*) FROM tickets_arrival") == [(1,)]


def test_and_people_too(stack):
    sara = signed_in(stack)
    form = {"seen": "/customers/new/", "name": "Ingrid", "kind": "person", "language": "en"}
    form |= {"preferred_channel": "sms"}
    with held(stack):
        answer = send(sara, stack, "/customers/new/", **form)

    assert answer.status_code == 503
    assert "Busy just now" in answer.text
    assert stack.sql("SELECT count(*) FROM tickets_customer") == [(0,)]
    assert send(sara, stack, "/customers/new/", **form).status_code == 302
