"""What leaves the building: a row first, sent after the commit, outside of any transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from tickets import channels, intake, limits, phones, search, states, text, tokens
from tickets.channels.contract import (
    Channel,
    Delivery,
    DeliveryFailed,
    DeliveryState,
    DeliveryUnknown,
    Enclosure,
    Outbound,
)
from tickets.channels.mail import Mail
from tickets.models import (
    ContactPoint,
    Customer,
    Interaction,
    InteractionQuerySet,
    Shop,
    Ticket,
    User,
)
from tickets.models.people import Channel as Preference
from tickets.models.work import Kind

Status, Direction = Interaction.Status, Interaction.Direction

TEXT_VIA = "sms"  # until it leaves, by whichever gateway there is then
LONGEST = 20_000
SAME_WITHIN = timedelta(minutes=1)
REFERENCES = 20  # as many earlier mails as one names, so that every mail program threads it


class TryLater(Exception):
    """It did not leave this time; the text says why. `after` is how long the provider asks for."""

    def __init__(self, because: str, after: timedelta | None = None) -> None:
        super().__init__(because)
        self.after = after


class NotSendable(Exception):
    """There is no way to send this; the text says why, for staff to read."""


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
        points += ticket.customer.contact_points.order_by("pk")
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
    interaction = Interaction.objects.create(
        ticket=ticket,
        contact_point=route.point,
        kind=route.kind,
        direction=Direction.OUT,
        via=Mail.slug if is_mail else TEXT_VIA,
        provider_id=tokens.message_id(ticket.pk) if is_mail else None,
        staff=letter.by,
        subject=text.one_line(letter.subject, 255) if is_mail else "",
        text=text.clean(letter.text, LONGEST),
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


# -- sending -----------------------------------------------------------------------------------


def deliver(
    interaction: Interaction,
    *,
    shop: Shop,
    now: datetime,
    quiet_until: datetime | None = None,
    may_have_left: bool = False,
    enclosures: Iterable[Enclosure] = (),
) -> bool:
    """Send one row that was claimed; returns whether the provider has it now. Raises TryLater.

    `may_have_left`: whoever tried before died at it. `quiet_until`: it is night until then.
    """
    if hold := limits.hold(interaction, shop=shop, now=now, quiet_until=quiet_until):
        _held(interaction, hold)
        return False
    via = _channel(interaction)
    if via is None:
        _withhold(interaction, no_channel(interaction))
        return False
    if may_have_left and not via.deduplicates:
        _doubt(interaction, _("The worker died while sending it"))
        return False
    return _send(interaction, via, _outbound(interaction, shop, tuple(enclosures)), now=now)


def _send(interaction: Interaction, via: Channel, outbound: Outbound, *, now: datetime) -> bool:
    try:
        sent = via.send(outbound)
    except DeliveryUnknown as unknown:
        if via.deduplicates:
            raise TryLater(str(unknown)) from unknown
        _doubt(interaction, str(unknown))
    except DeliveryFailed as failed:
        if not failed.is_final:
            raise TryLater(str(failed), failed.retry_after) from failed
        _failed(interaction, failed, now=now)
    else:
        stamps = {"via": via.slug, "sent_at": now, "due_at": None, "because": ""}
        if interaction.provider_id is None and sent.provider_id:
            stamps["provider_id"] = sent.provider_id
        states.move(interaction, Status.SENT, **stamps)
        return True
    return False


def _held(interaction: Interaction, hold: limits.Hold) -> None:
    because = text.one_line(hold.because, 200)
    if hold.until is None:
        _withhold(interaction, because)
        return
    Interaction.objects.filter(pk=interaction.pk, status=Status.QUEUED).update(
        due_at=hold.until, because=because
    )


def _withhold(interaction: Interaction, because: str) -> None:
    states.move(interaction, Status.WITHHELD, because=because, due_at=None)


def _doubt(interaction: Interaction, because: str) -> None:
    """It may have left, and would arrive twice: staff decide whether to send it again."""
    states.move(
        interaction, Status.DOUBTFUL, because=text.one_line(because, 200) or "?", due_at=None
    )


def _failed(interaction: Interaction, failed: DeliveryFailed, *, now: datetime) -> None:
    because = text.one_line(str(failed), 200) or type(failed).__name__
    states.move(interaction, Status.FAILED, because=because, due_at=None)
    if interaction.contact_point is not None and failed.opted_out:
        opt_out(interaction.contact_point, now=now)
    if interaction.contact_point is not None and failed.no_such_address:
        bounced(interaction.contact_point, now=now)


def _channel(interaction: Interaction) -> Channel | None:
    return channels.for_texts() if interaction.kind == Kind.SMS else channels.for_mail()


def no_channel(interaction: Interaction) -> str:
    if interaction.kind == Kind.SMS:
        return _("Text messages are not set up")
    return _("Mail is not set up")


def _outbound(interaction: Interaction, shop: Shop, enclosures: tuple[Enclosure, ...]) -> Outbound:
    if interaction.kind == Kind.SMS:
        return Outbound(
            reference=str(interaction.pk), recipient=interaction.recipient, text=interaction.text
        )
    assert interaction.ticket_id is not None
    sender = shop.sends_from
    earlier = _earlier(interaction)
    automatic = "auto-replied" if interaction.is_acknowledgement else "auto-generated"
    return Outbound(
        reference=str(interaction.pk),
        recipient=interaction.recipient,
        text=interaction.text,
        sender=sender,
        sender_name=shop.name,
        subject=interaction.subject,
        message_id=interaction.provider_id or "",
        in_reply_to=_answered(interaction) or (earlier[-1] if earlier else ""),
        references=tuple(earlier),
        reply_to=tokens.reply_address(interaction.ticket_id, sender),
        auto_submitted=automatic if interaction.is_automatic else "",
        enclosures=enclosures,
    )


def _earlier(interaction: Interaction) -> list[str]:
    """Return the ids of the mails on the ticket before this one, oldest first.

    By key and not by time: sent again after a crash, a mail names the same ones.
    """
    if interaction.direction == Direction.INTERNAL:
        return []  # what customers wrote is not to be threaded with what we tell each other
    ids = (
        Interaction.objects.filter(
            ticket=interaction.ticket, kind=Kind.EMAIL, pk__lt=interaction.pk
        )
        .order_by("-pk")
        .values_list("provider_id", flat=True)[:REFERENCES]
    )
    return [it for it in reversed(ids) if it and it.startswith("<")]


def _answered(interaction: Interaction) -> str:
    answers = interaction.answers
    if answers is None or not (answers.provider_id or "").startswith("<"):
        return ""
    return answers.provider_id or ""


# -- afterwards --------------------------------------------------------------------------------


def retry(interaction: Interaction, *, now: datetime) -> None:
    """Staff say: send it after all, or again."""
    states.move(interaction, Status.QUEUED, due_at=now, because="")


def gave_up(interaction: Interaction, because: str) -> None:
    states.move(interaction, Status.FAILED, because=text.one_line(because, 200) or "?", due_at=None)


def reported(delivery: Delivery, *, now: datetime) -> Interaction | None:
    """Note what the provider says became of a message; None when it is none of ours.

    Reports come late, doubled and out of order: one that changes nothing is no news.
    """
    interaction = _reported_on(delivery)
    if interaction is None:
        return None
    stamps: dict[str, object] = {"due_at": None}
    if not interaction.has_left:
        stamps["sent_at"] = now
    if delivery.state == DeliveryState.FAILED:
        to = Status.BOUNCED
        stamps["because"] = text.one_line(delivery.because, 200) or _("The provider says no more")
    else:
        sent_only = delivery.state == DeliveryState.SENT
        to = Status.SENT if sent_only else Status.DELIVERED
    if delivery.opted_out and interaction.contact_point is not None:
        opt_out(interaction.contact_point, now=now)
    if to not in Interaction.MOVES[Status(interaction.status)]:
        return None
    states.move(interaction, to, **stamps)
    return interaction


def _reported_on(delivery: Delivery) -> Interaction | None:
    ours = Interaction.objects.filter(direction=Direction.OUT).select_related(
        "contact_point", "ticket"
    )
    if delivery.reference.isdecimal() and len(delivery.reference) < 19:
        return ours.filter(pk=int(delivery.reference), kind=Kind.SMS).first()
    if not delivery.provider_id:
        return None
    return ours.filter(via=delivery.via, provider_id=delivery.provider_id).first()


def came_back(interaction: Interaction, because: str, *, now: datetime) -> bool:
    """A mail of ours bounced; False when we knew. Its address is used for nothing more."""
    if Status.BOUNCED not in Interaction.MOVES[Status(interaction.status)]:
        return False
    stamps = {} if interaction.has_left else {"sent_at": now}
    states.move(
        interaction,
        Status.BOUNCED,
        because=text.one_line(because, 200) or _("Undeliverable"),
        due_at=None,
        **stamps,
    )
    if interaction.contact_point is not None:
        bounced(interaction.contact_point, now=now)
    return True


def bounced(point: ContactPoint, *, now: datetime) -> None:
    ContactPoint.objects.filter(pk=point.pk, bounced_at__isnull=True).update(bounced_at=now)


def opt_out(point: ContactPoint, *, now: datetime) -> None:
    """They want no messages there; by whatever means they said so."""
    ContactPoint.objects.filter(pk=point.pk, opted_out_at__isnull=True).update(opted_out_at=now)


def opt_in(point: ContactPoint) -> None:
    ContactPoint.objects.filter(pk=point.pk).update(opted_out_at=None)
