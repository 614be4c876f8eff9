"""Filing what somebody said to a machine of ours: on the ticket of its call, and once."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tickets import calls, intake, phones, search
from tickets.channels.contract import CallEvent, CallEventKind, Direction, Outcome, Voicemail
from tickets.intake import Caller
from tickets.models import Call, Interaction, Shop, Ticket
from tickets.models.work import Kind
from tickets.text import clean, one_line

LONGEST = 100_000
_TOLD_WITHIN = timedelta(days=30)
_A_DAY = 24 * 3600


@dataclass(frozen=True)
class Filed:
    """Where a voicemail went."""

    interaction: Interaction
    ticket: Ticket
    is_new: bool = True  # False: it was here before
    is_new_ticket: bool = False
    is_blocked: bool = False


def file(voicemail: Voicemail, *, now: datetime) -> Filed:
    shop = Shop.objects.current()
    caller = intake.known(phones.read(voicemail.from_number, shop.region))
    provider_id = _id(voicemail)
    if already := _filed(voicemail.via, provider_id):
        return already
    call, is_blocked = _call(voicemail), intake.is_blocked(caller)
    ticket = _ticket(caller, call, is_blocked=is_blocked)
    is_new_ticket = ticket is None
    try:
        # The unique INSERT decides what is a retry, and takes the ticket made for it back.
        with transaction.atomic():
            if ticket is None:
                ticket = _opened(caller, shop, now=now)
            interaction = _interaction(voicemail, provider_id, ticket, caller, call, now=now)
    except IntegrityError:
        already = _filed(voicemail.via, provider_id)
        if already is None:
            raise
        return already
    if call is not None:
        _went_to_voicemail(call, now=now)
    intake.touch(ticket, now=now)
    search.index(ticket)
    return Filed(interaction, ticket, is_new_ticket=is_new_ticket, is_blocked=is_blocked)


def _id(voicemail: Voicemail) -> str | None:
    """Return what makes a retry one: the call's id, else who left it when."""
    if voicemail.call_id or voicemail.left_at is None:
        return voicemail.call_id or None
    said = f"{voicemail.from_number}\n{voicemail.left_at.timestamp()}"
    return hashlib.sha256(said.encode()).hexdigest()


def _filed(via: str, provider_id: str | None) -> Filed | None:
    if provider_id is None:
        return None
    interaction = (
        Interaction.objects.filter(via=via, provider_id=provider_id)
        .select_related("ticket__customer", "contact_point")
        .first()
    )
    if interaction is None:
        return None
    assert interaction.ticket is not None  # a constraint: what reaches us has one
    return Filed(interaction, interaction.ticket, is_new=False)


def _call(voicemail: Voicemail) -> Call | None:
    """Return the call it was left in, whoever told us of that."""
    if not voicemail.call_id:
        return None
    return (
        Call.objects.filter(
            interaction__provider_id=voicemail.call_id,
            interaction__direction=Interaction.Direction.IN,
        )
        .select_related("interaction__ticket__customer", "interaction__contact_point")
        .order_by("-started_at")
        .first()
    )


def _ticket(caller: Caller, call: Call | None, *, is_blocked: bool) -> Ticket | None:
    if is_blocked and (spam := intake.spam_ticket(caller)):
        return spam
    if call is not None and call.interaction.ticket and not call.interaction.ticket.is_ended:
        return call.interaction.ticket
    return intake.ticket_spoken_about(caller)


def _opened(caller: Caller, shop: Shop, *, now: datetime) -> Ticket:
    return intake.open_ticket(
        subject=intake.voicemail_subject(caller, shop),
        channel=Kind.VOICEMAIL,
        customer=caller.customer,
        point=caller.point,
        now=now,
    )


def _interaction(
    voicemail: Voicemail,
    provider_id: str | None,
    ticket: Ticket,
    caller: Caller,
    call: Call | None,
    *,
    now: datetime,
) -> Interaction:
    left_at = voicemail.left_at
    if left_at is None or not now - _TOLD_WITHIN <= left_at <= now:
        left_at = now  # their clock is wrong
    return Interaction.objects.create(
        ticket=ticket,
        contact_point=caller.point or (call.interaction.contact_point if call else None),
        kind=Kind.VOICEMAIL,
        direction=Interaction.Direction.IN,
        via=voicemail.via,
        provider_id=provider_id,
        text=_text(voicemail),
        happened_at=left_at,
        logged_at=now,
    )


def _text(voicemail: Voicemail) -> str:
    """Return what was said, how long it took and where to listen to it."""
    said = [clean(voicemail.text, LONGEST).strip()]
    if duration := one_line(voicemail.duration, 20):
        said.append(_("Length: %s") % _length(duration))
    if voicemail.recording_url:
        said.append(_("Recording: %s") % voicemail.recording_url)
    return "\n".join(filter(None, said))


def _length(duration: str) -> str:
    """Return seconds as minutes; what cannot be one is shown as it came."""
    if re.fullmatch(r"[0-9]{1,5}(\.[0-9]*)?", duration) and float(duration) <= _A_DAY:
        minutes, seconds = divmod(int(float(duration)), 60)
        return f"{minutes}:{seconds:02}"
    return _("unclear (%s)") % duration


def _went_to_voicemail(call: Call, *, now: datetime) -> None:
    """Whatever picked up was a machine: no late answer takes back what the caller is owed."""
    interaction = call.interaction
    calls.hear(
        CallEvent(
            via=interaction.via,
            call_id=interaction.provider_id or "",
            event=CallEventKind.ANSWER,
            direction=Direction.IN,
            outcome=Outcome.VOICEMAIL,
        ),
        now=now,
    )
