"""Trying out what leaves and what comes in: over in seconds, and a few times an hour."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

from django.core.cache import cache
from django.utils.translation import gettext as _

PER_HOUR = 10  # by all owners together
SECONDS = 12.0  # a worker that waits for longer is taken for dead, and the page with it
HOUR = 3600

T = TypeVar("T")


def may(now: datetime) -> bool:
    """Count one more try; False once there were enough in this hour."""
    key = f"setup-tries-{int(now.timestamp()) // HOUR}"
    cache.add(key, 0, 2 * HOUR)
    try:
        return cache.incr(key) <= PER_HOUR
    except ValueError:  # the cache has just thrown it out
        return True


def soon(do: Callable[[], T]) -> T:
    """Return or raise what `do` does, or TimeoutError; then it goes on, and nobody waits for it."""
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        return pool.submit(do).result(SECONDS)
    finally:
        pool.shutdown(wait=False)


def enough() -> str:
    return _("That was tried %d times this hour. Try again in the next one.") % PER_HOUR
