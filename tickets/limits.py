"""What holds a message back: who asked for none, the night, and limits that end a loop."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from tickets import keywords, phones
from tickets.models import ContactPoint, Interaction, InteractionQuerySet, Shop, Ticket
from tickets.models.work import Kind

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# Each alone stops two machines that write to each other.
MAIL_ACKNOWLEDGED_EVERY = HOUR
MAILS_PER_TICKET = 3  # acknowledgements, in a day
TEXT_EVERY = timedelta(minutes=10)  # automatic ones, to one number
TEXTS_PER_NUMBER = 5  # automatic ones, in a day


@dataclass(frozen=True)
class Hold:
    """Why it does not leave now; without `until` it does not leave at all."""

    because: str
    until: datetime | None = None


def acknowledgement(ticket: Ticket, point: ContactPoint, *, shop: Shop, now: datetime) -> str:
    """Return why what `point` just wrote is not acknowledged by itself, or "" if it may be.

    The point's row stays locked until the transaction ends: a hundred mails at once from one
    address are counted one after the other.
    """
    ContactPoint.objects.select_for_update().get(pk=point.pk)
    to_them = Interaction.objects.filter(recipient=point.value)
    if point.kind == ContactPoint.Kind.PHONE:
        # Whatever we wrote: within minutes of it nobody needs to hear that we are here.
        if to_them.filter(logged_at__gt=now - TEXT_EVERY).exists():
            return _("We wrote to this number minutes ago")
    elif to_them.acknowledgements().filter(logged_at__gt=now - MAIL_ACKNOWLEDGED_EVERY).exists():
        return _("One acknowledgement an hour for each address")
    sent = Interaction.objects.acknowledgements()
    if sent.filter(ticket=ticket, logged_at__gt=now - DAY).count() >= MAILS_PER_TICKET:
        return _("Three acknowledgements a day for each ticket")
    if sent.filter(logged_at__gt=now - HOUR).count() >= shop.acknowledgements_per_hour:
        return _("As many acknowledgements as the shop sends in an hour have been sent")
    return ""


def keyword_answered(point: ContactPoint, *, now: datetime) -> bool:
    """Whether a STOP, START or HELP from there was answered just now: the next one is not."""
    lately = Interaction.objects.filter(
        recipient=point.value, is_acknowledgement=True, logged_at__gt=now - TEXT_EVERY
    ).select_related("answers")
    return any(keywords.meaning(it.answers.text) for it in lately if it.answers)


def hold(
    interaction: Interaction, *, shop: Shop, now: datetime, quiet_until: datetime | None = None
) -> Hold | None:
    """Return why `interaction` must not leave now. Asked at the last moment before it would.

    `quiet_until` is set while it is night.
    """
    if shop.is_sample:
        return Hold(_("This is the sample shop: nothing leaves it"))
    point = interaction.contact_point
    if point is not None and point.opted_out_at and not _is_answer_to_keyword(interaction):
        return Hold(_("They asked for no messages there"))
    if point is not None and point.bounced_at and interaction.kind == Kind.EMAIL:
        return Hold(_("Mail to this address comes back"))
    if interaction.kind == Kind.SMS and interaction.is_automatic:
        return _text(interaction, shop, now, quiet_until)
    return None


def _text(
    interaction: Interaction, shop: Shop, now: datetime, quiet_until: datetime | None
) -> Hold | None:
    if not phones.takes_texts(interaction.recipient):
        return Hold(_("This number takes no texts, or takes money for them"))
    if not phones.is_in(interaction.recipient, (shop.region, *shop.text_countries)):
        return Hold(_("Texts by themselves go to the shop's own countries only"))
    if interaction.is_acknowledgement:
        return None  # they wrote a moment ago, and its limits were asked when it was queued
    if quiet_until is not None:
        return Hold(_("It is night; it goes in the morning"), quiet_until)
    left = (
        Interaction.objects.filter(kind=Kind.SMS, is_automatic=True, sent_at__isnull=False)
        .exclude(pk=interaction.pk)
        .filter(sent_at__gt=now - DAY)
    )
    to_them = left.filter(recipient=interaction.recipient)
    latest = to_them.order_by("-sent_at").first()
    if latest is not None and latest.sent_at and latest.sent_at > now - TEXT_EVERY:
        return Hold(_("One text in ten minutes for each number"), latest.sent_at + TEXT_EVERY)
    return _count(to_them, TEXTS_PER_NUMBER, now) or _count(left, shop.texts_per_day, now)


def _count(texts: InteractionQuerySet, limit: int, now: datetime) -> Hold | None:
    oldest = texts.order_by("-sent_at").values_list("sent_at", flat=True)[limit - 1 : limit].first()
    if oldest is None:
        return None
    return Hold(_("As many texts as a day allows have been sent"), oldest + DAY)


def _is_answer_to_keyword(interaction: Interaction) -> bool:
    """One confirmation of a STOP is allowed, and expected."""
    asked = interaction.answers
    return asked is not None and keywords.meaning(asked.text) == keywords.Keyword.STOP
