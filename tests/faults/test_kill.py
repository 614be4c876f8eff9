"""Workers and clocks are killed while invoices are issued and mailed; every one is, once."""

import logging
import os
import random
import sys
import time
from contextlib import suppress

import pytest

from tests.faults import invoices
from tests.faults.stack import Stack, eventually

OURS = {"worker": "helpdesk", "beat": "helpdesk"}
NAIVE = {"worker": "tests.faults.naive", "beat": "tests.faults.naive"}
# Two of each: any number of clocks and workers must be safe.
CREW = ("worker", "worker", "beat", "beat")


def command(app, name, number):
    celery = [sys.executable, "-m", "celery", "--app", app, "--quiet", name, "--loglevel=WARNING"]
    if name == "worker":
        return [*celery, "--concurrency=2", f"--hostname=w{number}@%h", "--without-gossip"]
    return [*celery, "--schedule", f"{os.devnull}-{number}", "--pidfile="]


class Crew:
    """Two workers and two clocks, each replaced when it was killed."""

    def __init__(self, stack, app):
        self.stack, self.app = stack, app
        self.hands = [self._start(number) for number in range(len(CREW))]
        self.killed = {"worker": 0, "beat": 0}

    def _start(self, number):
        made = command(self.app, CREW[number], number)
        if CREW[number] == "beat":
            made[made.index("--schedule") + 1] = str(self.stack.folder / f"schedule-{number}")
        return self.stack.run(made, f"{CREW[number]}-{number}")

    def kill(self, number):
        self.stack.kill(self.hands[number])
        self.killed[CREW[number]] += 1
        self.hands[number] = self._start(number)


def run(tmp_path, app, *, count, kills, every=(0.3, 1.1), seed=7, patience=60):
    """Kill at random while `count` invoices fall due; return what is wrong, and the figures."""
    chance = random.Random(seed)  # noqa: S311 - the same kills each time
    with (
        invoices.sink(seed=seed) as (sink, url),
        Stack(tmp_path, EMAIL_URL=url) as stack,
    ):
        stack.python(invoices.CLOSE_SOME.format(count=count))
        crew = Crew(stack, app)
        eventually(lambda: invoices.issued(stack))  # the first of them are up
        for _kill in range(kills):
            time.sleep(chance.uniform(*every))
            crew.kill(chance.randrange(len(CREW)))
        with suppress(AssertionError):  # what never comes is said by what is wrong
            eventually(lambda: not invoices.wrongs(stack, sink.taken, count), within=patience)
        figures = {
            "issued": len(invoices.issued(stack)),
            "mailed": len({reference for _id, reference in sink.taken}),
            "mails": len(sink.taken),
            **crew.killed,
        }
        return invoices.wrongs(stack, sink.taken, count), figures


def test_every_invoice_is_issued_once_and_mailed(tmp_path):
    wrong, figures = run(tmp_path, "helpdesk", count=60, kills=15)

    assert wrong == {}, figures
    assert figures["worker"] + figures["beat"] == 15


def test_the_obvious_way_loses_some(tmp_path):
    """The same test fails a program that sends from the task that issues: it can fail."""
    wrong, figures = run(tmp_path, "tests.faults.naive", count=60, kills=15, patience=6)

    assert wrong.get("never mailed", 0) > 0, figures


@pytest.mark.long
def test_sixty_kills(tmp_path):
    wrong, figures = run(tmp_path, "helpdesk", count=300, kills=60, every=(1, 2.6), patience=300)

    logging.getLogger(__name__).warning("%s", figures)  # for docs/operating.md
    assert wrong == {}, figures
