"""A new version comes while people work: nobody is turned away and nothing is lost."""

import logging
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from helpdesk.supervisor import WEB_WORKERS
from tests.faults import invoices
from tests.faults.conftest import INVOICES, TICKS, WORLD, ring
from tests.faults.load import Fleet, Load, letters, wrongs
from tests.faults.stack import Stack, eventually

CALLERS = 3
GIFTS = 5
MACHINES = [["web", "worker", "beat"], ["web", "worker", "beat"], ["web", "worker"]]


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
        eventually(lambda: stack.sql(TICKS) == [(1,)])

    assert stack.stop(process) == 0


def under_load(tmp_path, *, machines, people, processes, seconds=0, rolls=True):
    """Replace all machines while people use them; return (failures, what is wrong, figures)."""
    # As long a lease as shops have: nobody dies here, and a busy machine may be slow.
    lasting = {"LEASE_SECONDS": "300"}
    with letters() as (post, url), Stack(tmp_path, EMAIL_URL=url, **lasting) as stack:
        fleet = Fleet(stack, machines=machines, processes=processes)
        load = Load(stack, fleet)
        began = time.monotonic()
        with load.running(people):
            stack.python(invoices.CLOSE_SOME.format(count=GIFTS))
            if rolls:
                fleet.roll()
            time.sleep(max(began + seconds - time.monotonic(), 0))
            lasted = time.monotonic() - began
        with suppress(AssertionError):  # what never comes is said by what is wrong
            eventually(lambda: not wrongs(stack, load, post.taken, GIFTS), within=240)
        figures = load.figures(lasted) | {"refused": fleet.balancer.refused, "seconds": lasted}
        wrong = wrongs(stack, load, post.taken, GIFTS)
        if wrong:
            wrong["what they said of it"] = warned(stack)
        return load.failures, wrong, figures


def warned(stack):
    lines = [line for log in stack.folder.glob("*.log") for line in log.read_text().splitlines()]
    return [line for line in lines if " WARNING " in line or " ERROR " in line][-40:]


@pytest.mark.only("postgresql")
def test_three_machines_are_replaced_one_by_one_under_load(tmp_path):
    failures, wrong, figures = under_load(tmp_path, machines=MACHINES, people=2, processes=1)

    assert failures == []
    assert wrong == {}
    assert figures["all"][0] > 1


@pytest.mark.long
@pytest.mark.only("postgresql")
@pytest.mark.parametrize(("webs", "rolls"), [(1, False), (2, False), (3, False), (3, True)])
def test_how_much_they_carry(tmp_path, webs, rolls):
    """The same workers and beats each time, one to three webs."""
    machines = [[part for part in it if part != "web" or n < webs] for n, it in enumerate(MACHINES)]
    failures, wrong, figures = under_load(
        tmp_path, machines=machines, people=4, processes=WEB_WORKERS, seconds=40, rolls=rolls
    )

    logging.getLogger(__name__).warning("%s webs, replaced: %s: %s", webs, rolls, figures)
    assert failures == []  # the figures are for docs/scaling.md
    assert wrong == {}
