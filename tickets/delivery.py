"""Handing a message to its provider, outside of any transaction, and what comes of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from tickets import channels, limits, outbox, states, text, tokens
from tickets.channels.contract import (
    Channel,
    Delivery,
    DeliveryFailed,
    DeliveryState,
    DeliveryUnknown,
    Enclosure,
    Outbound,
)
from tickets.models import Interaction, Shop
from tickets.models.work import Kind

Status, Direction = Interaction.Status, Interaction.Direction

REFERENCES = 20  # as many earlier mails as one names, so that every mail program threads it


class TryLater(Exception):
    """It did not leave this time; the text says why. `after` is how long the provider asks for."""

    def __init__(self, because: str, after: timedelta | None = None) -> None:
        super().__init__(because)
        self.after = after


@dataclass(frozen=True)
class Taken:
    """The provider has it."""

    via: str
    provider_id: str


def deliver(
    interaction: Interaction,
    *,
    shop: Shop,
    now: datetime,
    quiet_until: datetime | None = None,
    may_have_left: bool = False,
    enclosures: Iterable[Enclosure] = (),
) -> Taken | None:
    """Send one row that was claimed; what is taken is marked by `left`. Raises TryLater.

    None: it did not leave, and its row says why. `may_have_left`: whoever tried before died at
    it. `quiet_until`: it is night until then.
    """
    if hold := limits.hold(interaction, shop=shop, now=now, quiet_until=quiet_until):
        _held(interaction, hold)
        return None
    via = channels.for_texts() if interaction.kind == Kind.SMS else channels.for_mail()
    if via is None:
        _withhold(interaction, no_channel(interaction))
        return None
    if may_have_left and not via.deduplicates:
        _doubt(interaction, _("The worker died while sending it"))
        return None
    return _send(interaction, via, _outbound(interaction, shop, tuple(enclosures)), now=now)


def left(interaction: Interaction, taken: Taken, *, now: datetime) -> None:
    """Mark it as sent. Raises LostRace when a report of its delivery was quicker."""
    stamps: dict[str, object] = {"via": taken.via, "sent_at": now, "due_at": None, "because": ""}
    if interaction.provider_id is None and taken.provider_id:
        stamps["provider_id"] = taken.provider_id
    states.move(interaction, Status.SENT, **stamps)


def no_channel(interaction: Interaction) -> str:
    if interaction.kind == Kind.SMS:
        return _("Text messages are not set up")
    return _("Mail is not set up")


def _send(
    interaction: Interaction, via: Channel, outbound: Outbound, *, now: datetime
) -> Taken | None:
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
        return Taken(via.slug, sent.provider_id)
    return None


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
        outbox.opt_out(interaction.contact_point, now=now)
    if interaction.contact_point is not None and failed.no_such_address:
        outbox.bounced(interaction.contact_point, now=now)


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


@dataclass(frozen=True)
class News:
    """What a report changed. `has_left`: until now we did not know that it had."""

    interaction: Interaction
    has_left: bool


def reported(delivery: Delivery, *, now: datetime) -> News | None:
    """Note what the provider says became of a message; None when that is no news, or not ours.

    Reports come late, doubled and out of order.
    """
    interaction = _reported_on(delivery)
    if interaction is None:
        return None
    is_first = not interaction.has_left
    stamps: dict[str, object] = {"due_at": None}
    if is_first:
        stamps["sent_at"] = now
    if delivery.state == DeliveryState.FAILED:
        to = Status.BOUNCED
        stamps["because"] = text.one_line(delivery.because, 200) or _("The provider says no more")
    else:
        sent_only = delivery.state == DeliveryState.SENT
        to = Status.SENT if sent_only else Status.DELIVERED
    if delivery.opted_out and interaction.contact_point is not None:
        outbox.opt_out(interaction.contact_point, now=now)
    if to not in Interaction.MOVES[Status(interaction.status)]:
        return None
    states.move(interaction, to, **stamps)
    return News(interaction, has_left=is_first and to != Status.BOUNCED)


def _reported_on(delivery: Delivery) -> Interaction | None:
    """Find what the report is about, locked: another report, or our own mark, may be on its way."""
    ours = (
        Interaction.objects.filter(direction=Direction.OUT)
        .select_related("contact_point", "ticket")
        .select_for_update(of=("self",))
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
        outbox.bounced(interaction.contact_point, now=now)
    return True
