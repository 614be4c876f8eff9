"""The clock's door. A task knows the time and whom to call, nothing else."""

import logging
import time

from celery import shared_task
from django.conf import settings
from django.utils.timezone import now
from kombu.exceptions import OperationalError

from helpdesk import duties, mailboxes

logger = logging.getLogger(__name__)

# After the broker did not answer, the next who would ring does not wait for it as well.
SILENCE = 10.0
_silent_until = 0.0


@shared_task
def tick() -> None:
    """Hand out what is due. However many tick at once: a row is done once."""
    duties.beat(now())
    _hand_out(duties.AT_ONCE)
    duties.tidy(now())


@shared_task
def look() -> None:
    """Hand out the first of what is due: somebody rang. A backlog is left to the clock."""
    _hand_out(duties.CHUNK)


@shared_task
def do(duty: str, rows: list[int]) -> None:
    # One may cause the next: an invoice, the letter it goes with. A letter causes nothing.
    if duties.do(duty, rows, clock=now) and not duties.DUTIES[duty].leaves:
        ring()


@shared_task
def fetch() -> None:
    if mailboxes.fetch(clock=now):
        ring()


def _hand_out(at_once: int) -> None:
    for duty, rows in duties.chunks(now(), at_once=at_once):
        # Not taken by the next tick, it is handed out again by that one.
        do.apply_async((duty, rows), expires=settings.TICK_SECONDS)


def ring() -> None:
    """Have what was just written down done soon. Nothing depends on it: the clock comes by.

    Never raises and hardly waits: a broker that is away costs time, not work.
    """
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        look.apply_async(retry=False, expires=settings.TICK_SECONDS)
    except (OperationalError, OSError) as error:
        _silent_until = time.monotonic() + SILENCE
        logger.warning("the bell does not ring, the clock will see to it: %s", type(error).__name__)
