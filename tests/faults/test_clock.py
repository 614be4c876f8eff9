"""Beat and worker die, come twice, or stay away."""

import requests

from tests.faults.conftest import INVOICES, TICKS, WORLD
from tests.faults.stack import Stack, eventually

CLOSE_TEN = f"{WORLD}\nfor each in range(10): closed(opened())"


def ready(stack):
    return requests.get(f"{stack.url}/readyz", timeout=10).status_code


def test_a_clock_that_stops_is_noticed_and_catches_up(stack):
    stack.start("web")
    stack.start("worker")
    beat = stack.start("beat")
    eventually(lambda: ready(stack) == 200)

    stack.kill(beat)

    assert (
        eventually(lambda: ready(stack) == 503) < 6
    )  # three ticks of a second, and a busy machine
    stack.python(CLOSE_TEN)
    assert stack.sql(INVOICES) == [(0,)]
    stack.start("beat")
    eventually(lambda: stack.sql(INVOICES) == [(10,)])
    eventually(lambda: ready(stack) == 200)


def test_two_clocks_are_one_clock(stack, sink):
    stack.env["EMAIL_URL"] = sink.url
    for name in ("worker", "worker", "beat", "beat"):
        stack.start(name)
    stack.python(CLOSE_TEN)

    eventually(lambda: len(sink.mails) == 10)
    beats = stack.sql(TICKS)
    numbers = "SELECT number FROM billing_invoice ORDER BY number"
    assert stack.sql(numbers) == [(number,) for number in range(1, 11)]
    assert len({mail["Message-ID"] for mail in sink.mails}) == len(sink.mails)
    assert beats == [(1,)]


def test_what_a_worker_died_of_is_done_by_the_next(tmp_path, sink):
    sink.seconds = 60
    with Stack(tmp_path, EMAIL_URL=sink.url, LEASE_SECONDS="10") as stack:
        stack.start("beat")
        worker = stack.start("worker")
        stack.python(f"{WORLD}\nclosed(opened())")
        eventually(lambda: len(sink.mails) == 1)  # given over, and not acknowledged

        stack.kill(worker)
        sink.seconds = 0
        assert stack.sql("SELECT duty, attempts FROM helpdesk_lease") == [("outbox", 1)]
        stack.start("worker")

        sent = "SELECT status FROM tickets_interaction WHERE direction = 'out'"
        eventually(lambda: stack.sql(sent) == [("sent",)])
        first, second = sink.mails
        assert first["Message-ID"] == second["Message-ID"]
        eventually(lambda: stack.sql("SELECT count(*) FROM helpdesk_lease") == [(0,)])
