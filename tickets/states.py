"""Moving a row from one status to the next, once, even when two try."""

from typing import Any

from django.db import models


class IllegalMove(Exception):
    """The lifecycle has no such arrow."""


class LostRace(Exception):
    """Somebody else moved the row first."""


def move(row: models.Model, to: str, **stamps: Any) -> None:
    """Move `row` to status `to`, with what goes with it, in a single UPDATE.

    The WHERE clause repeats the status we believe in, so the loser of a race changes nothing;
    the same on PostgreSQL and SQLite. Raises IllegalMove or LostRace.
    """
    lifecycle: Any = row
    if to not in lifecycle.MOVES[lifecycle.status]:
        raise IllegalMove(f"{row}: {lifecycle.status} → {to}")

    rows = type(row)._default_manager.filter(pk=row.pk, status=lifecycle.status)
    if not rows.update(status=to, **stamps):
        raise LostRace(f"{row}: {lifecycle.status} → {to}")

    lifecycle.status = to
    for name, value in stamps.items():
        setattr(row, name, value)
