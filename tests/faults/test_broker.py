"""Nobody hears the bell: the process dies before it rings, or there is no broker."""

import subprocess
from contextlib import contextmanager

import pytest
import redis

from tests import servers
from tests.faults.conftest import CLOSING, INVOICES, TICKS, WORLD, send, signed_in
from tests.faults.stack import Stack, eventually

KILLED = -9

CLOSE_AND_DIE = f"""
{WORLD}
import os, signal
from django.test import Client

ticket = opened()
tasks.ring = lambda: os.kill(os.getpid(), signal.SIGKILL)
client = Client(headers={{"Host": "127.0.0.1"}})
client.force_login(User.objects.get(username="sara"))
client.post(f"/tickets/{{ticket.pk}}/close/", {CLOSING})
"""


def test_killed_between_the_commit_and_the_bell(tmp_path, sink):
    with Stack(tmp_path, EMAIL_URL=sink.url) as stack:
        stack.python(CLOSE_AND_DIE, status=KILLED)
        assert stack.sql("SELECT status FROM tickets_ticket") == [("closed",)]
        assert stack.sql(INVOICES) == [(0,)]

        stack.start("worker")
        stack.start("beat")

        eventually(lambda: len(sink.mails) == 1)
        assert stack.sql(INVOICES) == [(1,)]


class Broker:
    """A Valkey that comes and goes at one address."""

    def __init__(self, place):
        self.place, self.port = place, servers.free_port()
        self.binary = place.reachable(servers.installed()).valkey
        self.url = f"redis://127.0.0.1:{self.port}/0"

    @contextmanager
    def up(self):
        settings = ("--bind", "127.0.0.1", "--port", str(self.port), "--save", "")
        command = [self.binary, *settings, "--dir", self.place.folder]
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, preexec_fn=servers.dying_with_parent(9)
        ) as process:
            try:  # whatever happens: nobody else ends it, and leaving waits for its end
                eventually(self.answers)
                yield
            finally:
                process.kill()

    def answers(self):
        try:
            with redis.Redis.from_url(self.url) as client:
                return client.ping()
        except redis.ConnectionError:
            return False


@pytest.fixture
def broker():
    if servers.installed().missing():
        pytest.skip("no Valkey built for this machine")
    return Broker(servers.make_place())


def test_a_broker_that_is_killed_costs_time_and_no_work(tmp_path, sink, broker):
    with Stack(tmp_path, EMAIL_URL=sink.url, REDIS_URL=broker.url) as stack:
        with broker.up():
            stack.start("web")
            stack.start("worker")
            stack.start("beat")
            sara = signed_in(stack)
            number = stack.python(f"{WORLD}\nprint(opened().pk)").strip()
            eventually(lambda: stack.sql(TICKS) == [(1,)])
        page = f"/tickets/{number}/"

        answer = send(sara, stack, f"{page}close/", seen=page, **CLOSING)

        assert answer.status_code == 302
        assert answer.elapsed.total_seconds() < 5
        assert stack.sql("SELECT status FROM tickets_ticket") == [("closed",)]
        assert stack.sql(INVOICES) == [(0,)]
        with broker.up():
            eventually(lambda: len(sink.mails) == 1)
        assert stack.sql(INVOICES) == [(1,)]
