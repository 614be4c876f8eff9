"""A test of each channel: one mail, one text, one look into the mailbox; nothing is filed."""

from collections.abc import Callable
from datetime import datetime
from email.utils import make_msgid
from typing import TypeVar
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from helpdesk.web.setup import trying
from tickets import channels, phones
from tickets.channels.contract import Channel, DeliveryFailed, DeliveryUnknown, Outbound
from tickets.channels.imap import Imap, MailboxUnavailable, Position
from tickets.models import Mailbox, Shop

T = TypeVar("T")


class NotDone(Exception):
    """It was not done, or nobody knows; the text says why and what to do."""


def mail(to: str, *, shop: Shop, now: datetime) -> None:
    """Send one mail. Raises NotDone."""
    try:
        validate_email(to)
    except ValidationError as error:
        raise NotDone(error.messages[0]) from None
    channel = channels.for_mail()
    if channel is None:
        raise NotDone(_("Mail is not set up: set EMAIL_URL where the server runs."))
    if not shop.sends_from:
        raise NotDone(
            _("The shop has no address to send from: write one down under Name, address.")
        )
    said = {"shop": shop.name}
    message = Outbound(
        reference=f"test-{uuid4()}",
        recipient=to,
        text=_("This is a test. You read it, so mail from %(shop)s leaves as it should.") % said,
        sender=shop.sends_from,
        sender_name=shop.name,
        subject=_("Test from %(shop)s") % said,
        message_id=make_msgid(domain=settings.MAIL_HOST),
        auto_submitted="auto-generated",
    )
    _send(channel, message, shop, now, _("Look at EMAIL_URL where the server runs."))


def text(to: str, *, shop: Shop, now: datetime) -> None:
    """Send one text message. Raises NotDone."""
    number = phones.read(to, shop.region).e164
    if number is None or not phones.takes_texts(number):
        raise NotDone(_("This is no number that takes texts. Write it like +46 70 123 45 67."))
    channel = channels.for_texts()
    if channel is None:
        raise NotDone(_("Text messages are not set up: set up Kannel or Twilio, see below."))
    said = _("Test from %s: texts leave as they should.") % shop.name
    message = Outbound(reference=f"test-{uuid4()}", recipient=number, text=said)
    _send(channel, message, shop, now, _("Look at its settings where the server runs."))


def mailbox(*, shop: Shop, now: datetime) -> int:
    """Open the mailbox; return how many mails wait in it. Raises NotDone."""
    if not settings.IMAP_URL:
        raise NotDone(_("No mailbox is set up: set IMAP_URL where the server runs."))
    box = imap()
    known = Mailbox.objects.filter(name=box.name[:120]).first()
    start = Position(known.uidvalidity, known.last_uid) if known else Position(0, 0)
    today = now.astimezone(shop.tzinfo).date()

    def look() -> int:
        with box.opened() as opened:
            return opened.waiting(start, since=today)

    try:
        return _tried(look, now)
    except MailboxUnavailable as error:
        said = _("The mailbox does not open: %s Look at IMAP_URL where the server runs.")
        raise NotDone(said % _sentence(str(error))) from None


def imap() -> Imap:
    return Imap(settings.IMAP_URL)


def _send(channel: Channel, message: Outbound, shop: Shop, now: datetime, advice: str) -> None:
    if shop.is_sample:
        raise NotDone(_("This is the sample shop: nothing leaves it."))
    try:
        _tried(lambda: channel.send(message), now)
    except DeliveryFailed as error:
        raise NotDone(_("It did not leave: %s") % f"{_sentence(str(error))} {advice}") from None
    except DeliveryUnknown as error:
        said = _("It may have left, or not: %s") % f"{_sentence(str(error))} {advice}"
        raise NotDone(said) from None


def _tried(do: Callable[[], T], now: datetime) -> T:
    if not trying.may(now):
        raise NotDone(trying.enough())
    try:
        return trying.soon(do)
    except TimeoutError:
        raise NotDone(
            _("There was no answer within %d seconds. Look whether its address and port are right.")
            % trying.SECONDS
        ) from None


def _sentence(said: str) -> str:
    return said if said.endswith((".", "!", "?")) else f"{said}."
