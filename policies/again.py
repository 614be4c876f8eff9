"""What was declared void by mistake is owed again."""

from collections.abc import Iterable
from datetime import datetime

from policies import promises
from policies.models import Promise
from tickets.models import Ticket, User


def owe(ticket: Ticket, voided: Iterable[Promise], *, at: datetime, by: User) -> None:
    """Promise what `voided` promised, by the same time: each keeps its fate and is followed.

    What has come due meanwhile is broken at once, as it would have been, so that nothing late is
    hidden by a slip of the hand and another that mends it; and what follows a broken one follows.
    """
    for old in voided:
        if old.kind == Promise.Kind.CALLBACK and promises.open_callback(ticket) is not None:
            continue
        is_late = old.due_at <= at
        terms = ("kind", "what", "due_at", "target_at", "cause", "window", "quote", "risks")
        promise = Promise.objects.create(
            **{name: getattr(old, name) for name in terms},
            ticket=ticket,
            made_at=old.made_at if is_late else at,
            maker=by,
            follows=old,
            told_at=old.told_at,  # the time they were told has not changed
            told_text=old.told_text,
        )
        if is_late:
            promises.break_(promise, now=at)
