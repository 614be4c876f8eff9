"""Keeping what reached us exactly as it came, whatever became of it."""

from datetime import datetime

from tickets.models import Arrival, Interaction
from tickets.text import one_line


def keep(
    raw: bytes,
    *,
    via: str,
    source: str,
    content_type: str,
    verdict: str,
    now: datetime,
    because: str = "",
    interaction: Interaction | None = None,
    place: str | None = None,
) -> Arrival:
    """Keep one arrival with its verdict."""
    return Arrival.objects.create(
        raw=raw,
        sha256=Arrival.digest(raw),
        via=via,
        source=one_line(source, 100),
        content_type=one_line(content_type, 100),
        verdict=verdict,
        because=one_line(because, 200),
        interaction=interaction,
        place=place,
        arrived_at=now,
    )


def judge(
    arrival: Arrival, verdict: str, *, because: str = "", interaction: Interaction | None = None
) -> None:
    """Write down what became of it after all; what arrived stays as it is."""
    arrival.verdict, arrival.because = verdict, one_line(because, 200)
    arrival.interaction = interaction
    arrival.save(update_fields=["verdict", "because", "interaction"])
