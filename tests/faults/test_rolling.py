"""A new version comes while people work: nobody is turned away and nothing is lost."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.conftest import INVOICES, WORLD, ring
from tests.faults.stack import eventually

CALLERS = 3


def test_a_rolling_restart_under_load(stack):
    web, worker = stack.start("web"), stack.start("worker")
    stack.start("beat")
    over = threading.Event()

    def keep_calling(caller):
        answers = []
        while not over.is_set():
            answers.append(ring(stack, f"{caller}-{len(answers)}").status_code)
        return answers

    with ThreadPoolExecutor(CALLERS) as pool:
        running = [pool.submit(keep_calling, caller) for caller in range(CALLERS)]
        try:
            for _round in range(2):
                stack.python(f"{WORLD}\nfor each in range(5): closed(opened())")
                web.send_signal(signal.SIGHUP)
                stack.stop(worker)
                worker = stack.start("worker")
        finally:
            over.set()
        answers = [status for it in running for status in it.result(60)]

    assert len(answers) > 20
    assert set(answers) == {200}
    assert stack.sql("SELECT count(*) FROM tickets_arrival") == [(len(answers),)]
    assert stack.sql("SELECT count(*) FROM tickets_call") == [(len(answers),)]
    eventually(lambda: stack.sql(INVOICES) == [(10,)])


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_each_ends_when_it_is_asked_to(stack, name):
    process = stack.start(name)
    if name != "web":
        stack.start("worker" if name == "beat" else "beat")
        ticked = "SELECT count(*) FROM helpdesk_heartbeat"
        eventually(lambda: stack.sql(ticked) == [(1,)])

    assert stack.stop(process) == 0
