"""What is to leave the building: a row first. tickets.delivery sends it after the commit."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tickets import channels, intake, phones, search, segments, states, text, tokens
from tickets.channels.mail import Mail
from tickets.models import (
    ContactPoint,
    Customer,
    Interaction,
    InteractionQuerySet,
    Ticket,
    User,
)
from tickets.models.people import Channel as Preference
from tickets.models.work import Kind
from tickets.triggers import is_erased

Status, Direction = Interaction.Status, Interaction.Direction

TEXT_VIA = "sms"  # until it leaves, by whichever gateway there is then
LONGEST = 20_000
SAME_WITHIN = timedelta(minutes=1)


class SaidJustNow(Exception):
    """The same person wrote the same to the same address a moment ago: a button pressed twice."""


@dataclass(frozen=True)
class Route:
    """How somebody is written to: Kind.EMAIL or Kind.SMS, and where."""

    kind: str
    point: ContactPoint

    @property
    def is_text(self) -> bool:
        return self.kind == Kind.SMS


@dataclass(frozen=True)
class Letter:
    """What is written. `is_acknowledgement`: what came in causes it by itself."""

    text: str
    subject: str = ""
    by: User | None = None
    is_automatic: bool = False
    is_acknowledgement: bool = False


# -- which way ---------------------------------------------------------------------------------


def routes(ticket: Ticket) -> list[Route]:
    """Return the ways to write to whom `ticket` is about, the one they prefer first.

    Where the shop has no gateway for texts there is no way by text; a number that opted out or an
    address that bounced is none either.
    """
    points = []
    if ticket.contact_point is not None:
        points.append(ticket.contact_point)
    if ticket.customer is not None:
        # Sorted here: the ticket's page has read them already.
        points += sorted(ticket.customer.contact_points.all(), key=lambda point: point.pk)
    found = list(dict.fromkeys(filter(None, map(_route, points))))
    preferred = _preferred(ticket.customer)
    return sorted(found, key=lambda route: route.kind != preferred)


def route_to(point: ContactPoint | None) -> Route | None:
    """Return how to write to `point`; None when there is no way."""
    return _route(point) if point is not None else None


def _route(point: ContactPoint) -> Route | None:
    if point.opted_out_at or point.blocked_at:
        return None
    if point.kind == ContactPoint.Kind.EMAIL:
        return None if point.bounced_at else Route(Kind.EMAIL, point)
    if point.is_e164 and phones.takes_texts(point.value) and channels.for_texts():
        return Route(Kind.SMS, point)
    return None


def _preferred(customer: Customer | None) -> str:
    if customer is not None and customer.preferred_channel == Preference.EMAIL:
        return Kind.EMAIL
    return Kind.SMS  # who likes to be called has the telephone at hand


# -- queueing ----------------------------------------------------------------------------------


def queue(
    ticket: Ticket,
    route: Route,
    letter: Letter,
    *,
    now: datetime,
    answers: Interaction | None = None,
) -> Interaction:
    """Write down what is to be sent, inside the caller's transaction."""
    is_mail = route.kind == Kind.EMAIL
    written = text.clean(letter.text, LONGEST)
    interaction = Interaction.objects.create(
        ticket=ticket,
        contact_point=route.point,
        kind=route.kind,
        direction=Direction.OUT,
        via=Mail.slug if is_mail else TEXT_VIA,
        provider_id=tokens.message_id(ticket.pk) if is_mail else None,
        staff=letter.by,
        subject=text.one_line(letter.subject, 255) if is_mail else "",
        text=written if is_mail else segments.thrifty(written),
        is_automatic=letter.is_automatic,
        is_acknowledgement=letter.is_acknowledgement,
        recipient=route.point.value,
        answers=answers,
        status=Status.QUEUED,
        due_at=now,
        happened_at=now,
        logged_at=now,
    )
    intake.touch(ticket, now=now)
    search.index(ticket)
    return interaction


def refuse_twice(ticket: Ticket, route: Route, letter: Letter, *, now: datetime) -> None:
    """Raise SaidJustNow when `letter` is what was last said on `ticket`, within a minute.

    The ticket's row stays locked until the transaction ends, so that of two at once one is later.
    """
    Ticket.objects.select_for_update().get(pk=ticket.pk)
    said = ticket.interactions.exclude(direction=Direction.INTERNAL).filter(is_automatic=False)
    last = said.order_by("-pk").first()
    if last is None or last.staff != letter.by or last.logged_at <= now - SAME_WITHIN:
        return
    if (last.recipient, last.text) == (route.point.value, text.clean(letter.text, LONGEST)):
        raise SaidJustNow


def tell_staff(ticket: Ticket, user: User, letter: Letter, *, now: datetime) -> Interaction:
    """Leave a note on `ticket`, and mail it to one of us where we know an address."""
    address = user.email.strip()
    return Interaction.objects.create(
        ticket=ticket,
        kind=Kind.NOTE,
        direction=Direction.INTERNAL,
        via=Mail.slug,
        provider_id=tokens.message_id(ticket.pk),
        subject=text.one_line(letter.subject, 255),
        text=text.clean(letter.text, LONGEST),
        is_automatic=True,
        recipient=address,
        status=Status.QUEUED if address else Status.LOGGED,
        due_at=now if address else None,
        happened_at=now,
        logged_at=now,
    )


def due(now: datetime) -> InteractionQuerySet:
    return Interaction.objects.to_send(now).order_by("due_at", "pk")


# -- afterwards --------------------------------------------------------------------------------


def retry(interaction: Interaction, *, now: datetime) -> None:
    """Staff say: send it after all, or again. Raises LostRace where nobody is left to read it."""
    if is_erased(interaction.recipient):
        raise states.LostRace(f"{interaction}: who it was for is forgotten")
    states.move(interaction, Status.QUEUED, due_at=now, because="")


def gave_up(interaction: Interaction, because: str) -> None:
    states.move(interaction, Status.FAILED, because=text.one_line(because, 200) or "?", due_at=None)


def bounced(point: ContactPoint, *, now: datetime) -> None:
    ContactPoint.objects.filter(pk=point.pk, bounced_at__isnull=True).update(bounced_at=now)


def lives(point: ContactPoint) -> None:
    """Whoever writes from an address is there, whatever came back from it once."""
    ContactPoint.objects.filter(pk=point.pk, bounced_at__isnull=False).update(bounced_at=None)
    point.bounced_at = None


def opt_out(point: ContactPoint, *, now: datetime) -> None:
    """They want no messages there; by whatever means they said so."""
    ContactPoint.objects.filter(pk=point.pk, opted_out_at__isnull=True).update(opted_out_at=now)


def opt_in(point: ContactPoint) -> None:
    ContactPoint.objects.filter(pk=point.pk).update(opted_out_at=None)
