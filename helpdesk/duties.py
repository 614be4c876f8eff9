"""What must happen when its time comes, and how any number of workers share it.

What is due is a row of its own. A lease says that somebody is at it; done, it is gone; failed, it
waits, longer each time, and after eight times it is given up until staff say otherwise.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import invoicing
from helpdesk import journey, retention, webhooks
from helpdesk.models import (
    BulkAction,
    Heartbeat,
    IdempotencyKey,
    Lease,
    Presence,
)
from helpdesk.reporting import mailing
from policies import promises
from policies.models import CallbackClaim, FollowUp
from tickets import calls, notifications, outbox
from tickets.delivery import TryLater
from tickets.states import IllegalMove, LostRace
from tickets.text import one_line

logger = logging.getLogger(__name__)

ATTEMPTS = 8
LONGEST_WAIT = timedelta(hours=3)  # eight attempts outlast a night without a mail server
AT_ONCE = 500  # rows of a kind in one tick: the next one comes soon enough
CHUNK = 20
LONGEST_CHUNK = timedelta(seconds=45)  # a task may take 90 seconds, and one row 30 of them
TICK = "tick"
MISSED_TICKS = 3  # after so many the clock is taken to stand still
KEYS_KEPT = timedelta(hours=24)
PRESENCES_KEPT = timedelta(hours=1)
UNDO_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Duty:
    """One kind of thing that comes due."""

    slug: str
    title: str | LazyText
    due: Callable[[datetime], models.QuerySet[Any]]
    do: Callable[..., object]  # (row, *, now), and may_have_left where it leaves the building
    leaves: bool = False
    give_up: Callable[..., object] | None = None  # (row, because, *, now)


DUTIES: Mapping[str, Duty] = {
    duty.slug: duty
    for duty in (
        Duty(
            "calls", gettext_lazy("Calls nobody hung up on"), calls.silent, journey.call_fell_silent
        ),
        Duty(
            "promises",
            gettext_lazy("Promises that broke"),
            lambda now: promises.to_break(now).select_related("ticket__customer"),
            journey.promise_came_due,
        ),
        Duty("invoices", gettext_lazy("Invoices"), invoicing.due, journey.ticket_billed),
        Duty(
            "follow_ups",
            gettext_lazy("Follow-ups"),
            lambda now: (
                FollowUp.objects.due(now)
                .select_related("ticket__customer", "ticket__contact_point", "promise", "cause")
                .order_by("due_at", "pk")
            ),
            journey.follow_up_came_due,
        ),
        Duty(
            journey.OUTBOX,
            gettext_lazy("Messages"),
            lambda now: outbox.due(now).select_related("ticket__customer", "contact_point"),
            journey.message_came_due,
            leaves=True,
            give_up=journey.message_given_up,
        ),
        Duty(
            "webhooks",
            gettext_lazy("Webhooks"),
            webhooks.due,
            webhooks.came_due,
            leaves=True,
            give_up=lambda row, because, now: webhooks.gave_up(row, because),
        ),
        Duty(
            "notifications",
            gettext_lazy("Word to staff"),
            notifications.due,
            journey.notification_came_due,
            leaves=True,
            give_up=lambda row, because, now: notifications.gave_up(row, because),
        ),
        Duty(
            "reports",
            gettext_lazy("Reports by mail"),
            mailing.due,
            mailing.came_due,
            leaves=True,
        ),
    )
}


def due(duty: Duty, now: datetime) -> models.QuerySet[Any]:
    """Return what is due and in nobody's hands."""
    taken = Lease.objects.filter(duty=duty.slug, row=OuterRef("pk")).filter(
        Q(until__gt=now) | Q(given_up_at__isnull=False)
    )
    return duty.due(now).filter(~Exists(taken))


def chunks(now: datetime, *, at_once: int = AT_ONCE) -> Iterator[tuple[str, list[int]]]:
    """Yield what is due, at most `at_once` of a kind, in portions for the workers."""
    _spread(now)
    for duty in DUTIES.values():
        rows = list(due(duty, now).values_list("pk", flat=True)[:at_once])
        for first in range(0, len(rows), CHUNK):
            yield duty.slug, rows[first : first + CHUNK]


def beat(now: datetime) -> None:
    """Note that the clock is alive."""
    Heartbeat.objects.update_or_create(name=TICK, defaults={"beat_at": now})


def alive_since(now: datetime) -> datetime:
    """Return when the clock must have ticked last, to be taken as running."""
    return now - timedelta(seconds=MISSED_TICKS * settings.TICK_SECONDS)


def tidy(now: datetime) -> None:
    """Delete a portion of what is kept for a while and has been for long enough."""
    kept: tuple[tuple[models.QuerySet[Any], Q], ...] = (
        (IdempotencyKey.objects.order_by("began_at"), Q(began_at__lte=now - KEYS_KEPT)),
        (Presence.objects.order_by("seen_at"), Q(seen_at__lte=now - PRESENCES_KEPT)),
        (CallbackClaim.objects.order_by("until"), Q(until__lte=now - PRESENCES_KEPT)),
        (BulkAction.objects.order_by("done_at"), Q(done_at__lte=now - UNDO_KEPT)),
    )
    for rows, too_old in kept:
        rows.filter(too_old, pk__in=rows[:AT_ONCE]).delete()
    retention.tidy(now=now)


def do(slug: str, rows: list[int], *, clock: Callable[[], datetime]) -> int:
    """Do these rows as far as they are still due; return how many were done.

    Where a server hangs the rest is left to the next tick, which finds those it hung on in wait.
    """
    duty, until, done = DUTIES[slug], clock() + LONGEST_CHUNK, 0
    for row in rows:
        if (now := clock()) >= until:
            break
        done += _one(duty, row, now)
    return done


def swept(*, now: datetime) -> dict[str, int]:
    """Do everything that is due, here: {slug of the duty: rows}. Any number may sweep at once."""
    done = dict.fromkeys(DUTIES, 0)
    seen: set[tuple[str, int]] = set()
    while True:
        _spread(now)
        found = [
            (slug, row)
            for slug, duty in DUTIES.items()
            for row in due(duty, now).values_list("pk", flat=True)
            if (slug, row) not in seen
        ]
        if not found:
            return done
        for slug, row in found:  # one may cause the next: a promise broken, an apology
            seen.add((slug, row))
            done[slug] += _one(DUTIES[slug], row, now)


def try_again(lease: Lease) -> None:
    """Staff say: once more, from the beginning."""
    lease.delete()


def _spread(now: datetime) -> None:
    """Pass on what happened; an event that cannot be told of must not stop the clock."""
    try:
        webhooks.spread(now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("what happened is not passed on to webhooks")


def _one(duty: Duty, key: int, now: datetime) -> bool:
    claimed = _claim(duty, key, now)
    if claimed is None:
        return False
    row = duty.due(now).filter(pk=key).first()
    if row is None:  # somebody else was quicker, or it is not due any more
        _let_go(claimed)
        return False
    extra = {"may_have_left": claimed.attempts > 1 and not claimed.because} if duty.leaves else {}
    try:
        duty.do(row, now=now, **extra)
    except (LostRace, IllegalMove):
        logger.info("another was first: %s %s", duty.slug, key)
        _let_go(claimed)
        return False
    except TryLater as later:
        _failed(duty, claimed, row, str(later), now, after=later.after)
        return False
    except (OperationalError, InterfaceError):
        raise  # the database is away, and so is where to write that down: the lease runs out
    except Exception as error:
        logger.exception("failed: %s %s", duty.slug, key)
        _failed(duty, claimed, row, f"{type(error).__name__}: {error}", now)
        return False
    _let_go(claimed)
    return True


def _claim(duty: Duty, key: int, now: datetime) -> Lease | None:
    """Take the row for a while; None when it is taken, waits, or was given up.

    One UPDATE that repeats what it believes in, or one INSERT under a unique constraint: of any
    number of workers one gets it, on SQLite as on PostgreSQL.
    """
    until = now + timedelta(seconds=settings.LEASE_SECONDS)
    mine = Lease.objects.filter(duty=duty.slug, row=key)
    before = mine.first()
    if before is None:
        try:
            with transaction.atomic():
                return Lease.objects.create(duty=duty.slug, row=key, until=until)
        except IntegrityError:
            return None
    if before.given_up_at is not None or before.until > now:
        return None
    if not mine.filter(until=before.until, given_up_at=None).update(
        until=until, attempts=F("attempts") + 1, because=""
    ):
        return None
    before.attempts += 1
    if before.attempts > ATTEMPTS:  # it takes whoever tries down with it
        _give_up(
            duty, before, duty.due(now).filter(pk=key).first(), _("It stops whoever tries"), now
        )
        return None
    return before


def _failed(
    duty: Duty,
    lease: Lease,
    row: models.Model,
    because: str,
    now: datetime,
    *,
    after: timedelta | None = None,
) -> None:
    if lease.attempts >= ATTEMPTS:
        _give_up(duty, lease, row, because, now)
        return
    wait = timedelta(seconds=settings.RETRY_SECONDS) * 3 ** (lease.attempts - 1)
    if not duty.due(now).filter(pk=lease.row).exists():
        _let_go(lease)  # what was to be done is done, and what follows from it failed
        return
    _mine(lease).update(
        until=now + max(min(wait, LONGEST_WAIT), after or timedelta()),
        because=one_line(because, 200) or "?",
    )


def _give_up(
    duty: Duty, lease: Lease, row: models.Model | None, because: str, now: datetime
) -> None:
    logger.error("given up: %s %s: %s", duty.slug, lease.row, because)
    if duty.give_up is not None and row is not None:
        duty.give_up(row, because, now=now)
        lease.delete()  # the row itself says so now
        return
    _mine(lease).update(given_up_at=now, because=one_line(because, 200) or "?")


def _let_go(lease: Lease) -> None:
    _mine(lease).delete()


def _mine(lease: Lease) -> models.QuerySet[Lease]:
    """Return the lease as far as it is still ours: who overslept must not end another's."""
    return Lease.objects.filter(pk=lease.pk, attempts=lease.attempts)
