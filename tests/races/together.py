"""Several threads at one thing, each with a connection of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from django.db import connections

PATIENCE = 30  # seconds: SQLite lets one write at a time


def at_once(*steps):
    """Start all `steps` at the same moment; return what each returned, or the error it ended in."""
    start = threading.Barrier(len(steps))

    def run(step):
        try:
            start.wait(PATIENCE)
            return step()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(steps)) as pool:
        running = [pool.submit(run, step) for step in steps]
        return [it.exception(PATIENCE) or it.result(PATIENCE) for it in running]


def times(count, step):
    """Do one thing `count` times at once."""
    return at_once(*[step] * count)


class Gate:
    """Holds whoever comes until all are there, so that each has looked before any has written.

    On SQLite the second cannot come before the first has gone; nobody waits for long.
    """

    def __init__(self, count, seconds=0.3):
        self.barrier, self.seconds = threading.Barrier(count), seconds

    def before(self, step):
        """Return `step` with the gate in front of it."""

        def held(*given, **named):
            with suppress(threading.BrokenBarrierError):
                self.barrier.wait(self.seconds)
            return step(*given, **named)

        return held
