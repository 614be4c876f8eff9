"""A mail arrives: kept as it came, read without trusting it, filed once."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from helpdesk.journey import messages as told
from policies import follow_ups
from tickets import arrivals, delivery, messages, outbox
from tickets.channels.mail import Mail as MailChannel
from tickets.mail import reading
from tickets.mail.contract import Bounce, Mail, Nature, Unreadable
from tickets.messages import Filed
from tickets.models import Arrival, Interaction, NoShop, Shop

logger = logging.getLogger(__name__)

Verdict = Arrival.Verdict
_VERDICTS: dict[Nature, str] = {
    Nature.BOUNCE: Verdict.BOUNCE,
    Nature.AUTO_REPLY: Verdict.AUTO_REPLY,
}
CONTENT_TYPE = "message/rfc822"


def mail_arrived(raw: bytes, *, source: str, now: datetime, place: str | None = None) -> Arrival:
    """File one mail. Whatever it is, it is kept, and nothing that is in it can stop the next one.

    `place` is where it lay: mailbox, UIDVALIDITY and UID. Raises OperationalError when nothing
    can be written at all, or NoShop: then it has to be handed over again.
    """
    if known := _known(place):
        return known
    try:
        mail = _read(raw)
        return _filed(mail, raw, source=source, place=place, now=now)
    except Unreadable as unreadable:
        because = str(unreadable)
    except (OperationalError, InterfaceError, NoShop):
        raise  # the database is away, or still empty: nothing is wrong with the mail
    except Exception as error:
        if known := _known(place):  # fetched twice at once: the other one has filed it
            return known
        # Ours, not the sender's; and the mail after it must not wait for us to mend it.
        logger.exception("a mail could not be filed")
        because = _failed(error)
    return mail_refused(raw, because=because, source=source, place=place, now=now)


def mail_refused(
    raw: bytes, *, because: str, source: str, now: datetime, place: str | None = None
) -> Arrival:
    """Keep what cannot be read, for people to look at: once, however often it comes."""
    digest = Arrival.digest(raw)
    same = Arrival.objects.filter(via=MailChannel.slug, sha256=digest)
    if same.exclude(verdict=Verdict.IGNORED).exists():
        verdict, because = Verdict.IGNORED, _("the same mail is here already")
    else:
        verdict = Verdict.QUARANTINED
    return _keep(raw, verdict, source=source, because=because, place=place, now=now)


def arrival_read_again(arrival: Arrival, *, now: datetime) -> Arrival:
    """Try once more what was put aside: a later version of us may be able to read it."""
    with transaction.atomic():
        arrival = Arrival.objects.select_for_update().get(pk=arrival.pk)
        if arrival.verdict != Verdict.QUARANTINED:
            return arrival  # somebody else has pressed the button as well
        try:
            with transaction.atomic():  # filed and judged, or neither
                mail = _read(bytes(arrival.raw))
                verdict, because, interaction = _decide(mail, arrival.sha256, now=now)
                arrivals.judge(arrival, verdict, because=because, interaction=interaction)
        except Unreadable as unreadable:
            arrivals.judge(arrival, Verdict.QUARANTINED, because=str(unreadable))
        except (OperationalError, InterfaceError, NoShop):
            raise
        except Exception as error:
            logger.exception("a mail could not be filed")
            arrivals.judge(arrival, Verdict.QUARANTINED, because=_failed(error))
    return arrival


def _failed(error: Exception) -> str:
    return _("Filing it failed: %s") % type(error).__name__


def _known(place: str | None) -> Arrival | None:
    """Return the arrival of a mail that was fetched before: nothing is filed, nothing kept."""
    if place is None:
        return None
    return Arrival.objects.filter(place=place).first()


@transaction.atomic
def _filed(mail: Mail, raw: bytes, *, source: str, place: str | None, now: datetime) -> Arrival:
    digest = Arrival.digest(raw)
    verdict, because, interaction = _decide(mail, digest, now=now)
    return _keep(
        raw,
        verdict,
        source=source,
        because=because,
        interaction=interaction,
        place=place,
        now=now,
    )


def _decide(mail: Mail, digest: str, *, now: datetime) -> tuple[str, str, Interaction | None]:
    """File it, and return what it was, why it was not filed, and where it went."""
    if mail.nature == Nature.LOOP:
        return Verdict.IGNORED, _("it is one of our own, come back to us"), None
    if mail.nature == Nature.BOUNCE and mail.bounce is not None:
        ours = _bounced(mail.bounce)
        if ours is not None:
            _came_back(ours, mail.bounce, now=now)
            return Verdict.BOUNCE, "", ours
    filed = messages.file_mail(mail, digest=digest, now=now)
    if filed is None:
        return Verdict.IGNORED, _("the same mail is here already"), None
    return _judge(mail, filed, now=now)


def _judge(mail: Mail, filed: Filed, *, now: datetime) -> tuple[str, str, Interaction]:
    if filed.is_blocked:
        return Verdict.IGNORED, _("the sender is blocked"), filed.interaction
    if mail.nature == Nature.PERSONAL:
        if mail.may_be_answered and filed.interaction.contact_point is not None:
            outbox.lives(filed.interaction.contact_point)
        told.owed_for(filed, now=now, may_be_answered=mail.may_be_answered)
        return told.verdict(filed), "", filed.interaction
    # RFC 3834: what no person wrote is answered by none of our machines.
    because = _("Not sent: what came was sent by a machine, or to many")
    follow_ups.decline_contact(filed.interaction, because, now=now)
    return _VERDICTS.get(mail.nature, told.verdict(filed)), "", filed.interaction


def _bounced(bounce: Bounce) -> Interaction | None:
    """Find the mail that came back, locked: our own mark that it left may be on its way."""
    return (
        Interaction.objects.filter(via=MailChannel.slug, provider_id__in=bounce.message_ids)
        .exclude(direction=Interaction.Direction.IN)
        .select_related("ticket", "contact_point")
        .select_for_update(of=("self",))
        .first()
    )


def _came_back(ours: Interaction, bounce: Bounce, *, now: datetime) -> None:
    if not bounce.is_permanent:
        return  # the other side is still trying
    because = " ".join(filter(None, (bounce.status, bounce.because)))
    if delivery.came_back(ours, because, now=now):
        told.came_back(ours, now=now)


def _keep(
    raw: bytes,
    verdict: str,
    *,
    source: str,
    now: datetime,
    because: str = "",
    interaction: Interaction | None = None,
    place: str | None = None,
) -> Arrival:
    return arrivals.keep(
        raw,
        via=MailChannel.slug,
        source=source,
        content_type=CONTENT_TYPE,
        verdict=verdict,
        because=because,
        interaction=interaction,
        place=place,
        now=now,
    )


def _read(raw: bytes) -> Mail:
    return reading.read(
        raw,
        our_addresses=frozenset(filter(None, [Shop.objects.current().sends_from.lower()])),
        our_hosts=frozenset({settings.MAIL_HOST}),
        trusted_authserv=settings.TRUSTED_AUTHSERV_ID,
    )
