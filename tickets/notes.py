"""Writing down what was said and done."""

from datetime import datetime

from tickets import intake, search, text
from tickets.models import ContactPoint, Interaction, Ticket, User

LONGEST = 20_000


def log(
    ticket: Ticket,
    *,
    kind: str,
    direction: str,
    said: str,
    by: User | None,
    happened_at: datetime,
    now: datetime,
    minutes: int = 0,
    point: ContactPoint | None = None,
    official: bool = True,
    form_id: str = "",
) -> Interaction:
    """Log a contact or a note on `ticket`; raises IntegrityError when `form_id` was sent before."""
    interaction = Interaction.objects.create(
        ticket=ticket,
        contact_point=point,
        kind=kind,
        direction=direction,
        text=text.clean(said, LONGEST),
        staff=by,
        minutes=minutes,
        official=official,
        provider_id=form_id or None,
        happened_at=happened_at,
        logged_at=now,
    )
    intake.touch(ticket, now=now)
    search.index(ticket)
    return interaction


def fill_in(interaction: Interaction, *, said: str, by: User, minutes: int, now: datetime) -> None:
    """Write on a call the phone system reported what it was about."""
    interaction.text = text.clean(said, LONGEST)
    interaction.minutes = minutes
    interaction.staff = by
    interaction.save(update_fields=["text", "minutes", "staff"])
    if interaction.ticket:
        intake.touch(interaction.ticket, now=now)
        search.index(interaction.ticket)
