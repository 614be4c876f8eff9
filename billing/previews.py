"""What a new rate would change, seen before it is made. Writes nothing."""

from dataclasses import dataclass

from billing import rating
from billing.models import NoRate, Rate

WORK = (0, 20, 60, 150)  # minutes


@dataclass(frozen=True)
class Sample:
    """What so many minutes of work cost, without and with the new rate; minor units."""

    minutes: int
    before: int | None
    after: int


def samples(draft: Rate) -> list[Sample]:
    """Say what work costs on what comes in from its first moment on."""
    try:
        old = Rate.in_force(draft.valid_from, draft.service)
    except NoRate:
        old = None
    return [
        Sample(
            minutes,
            rating.price(old, minutes, "").amount if old else None,
            rating.price(draft, minutes, "").amount,
        )
        for minutes in WORK
    ]
