"""A call, or what was said to a machine, as the phone system tells it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from policies import follow_ups, promises
from policies.calendars import BadHours, NeverOpen
from policies.models import NoTerms, Promise
from tickets import (
    arrivals,
    calls,
    callstate,
    intake,
    states,
    telephones,
    voicemails,
    watching,
)
from tickets.calls import Heard
from tickets.channels.contract import CallEvent, Journal, Overheard, Voicemail
from tickets.models import Arrival, Interaction, Ticket

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class VoicemailLeft:
    """Where a voicemail is, and the callback they are owed; `is_new` the first time only."""

    interaction: Interaction
    ticket: Ticket
    promise: Promise | None
    is_new: bool


def call_event(
    event: CallEvent, raw: bytes, *, content_type: str, source: str, now: datetime
) -> Heard:
    def hear() -> Heard:
        return calls.hear(event, now=now)

    return _heard_in_peace(hear, raw, content_type=content_type, source=source, now=now)


def call_journaled(
    journal: Journal, raw: bytes, *, content_type: str, source: str, now: datetime
) -> Heard:
    """A call that is over, told as a whole."""

    def hear() -> Heard:
        return calls.hear_journal(journal, now=now)

    return _heard_in_peace(hear, raw, content_type=content_type, source=source, now=now)


def telephone_told(told: Overheard, raw: bytes, *, source: str, now: datetime) -> Heard | None:
    """A telephone on a desk tells of a call; None: colleagues ring each other."""

    def hear() -> Heard:
        return calls.hear(telephones.event(told, now=now), now=now)

    if telephones.is_among_us(told):
        arrivals.keep(
            raw,
            via=told.via,
            source=source,
            content_type="",
            verdict=Arrival.Verdict.IGNORED,
            because=_("colleagues called each other"),
            now=now,
        )
        return None
    return _heard_in_peace(hear, raw, content_type="", source=source, now=now)


def _heard_in_peace(
    hear: Callable[[], Heard], raw: bytes, *, content_type: str, source: str, now: datetime
) -> Heard:
    try:
        return _heard(hear, raw, content_type=content_type, source=source, now=now)
    except states.LostRace:
        # Somebody ended the promise or moved the ticket just now, and none of this is filed yet.
        return _heard(hear, raw, content_type=content_type, source=source, now=now)


@transaction.atomic
def _heard(
    hear: Callable[[], Heard], raw: bytes, *, content_type: str, source: str, now: datetime
) -> Heard:
    heard = hear()
    arrivals.keep(
        raw,
        via=heard.call.interaction.via,
        source=source,
        content_type=content_type,
        verdict=Arrival.Verdict.IGNORED if heard.is_blocked else Arrival.Verdict.CALL_EVENT,
        because=_("the caller is blocked") if heard.is_blocked else "",
        interaction=heard.call.interaction,
        now=now,
    )
    if heard.ticket is not None and not heard.is_blocked:
        with filed_anyway(heard.ticket):
            _promised_by(heard, heard.ticket, now=now)
            follow_ups.plan_promises(heard.ticket, now=now)
    return heard


def _promised_by(heard: Heard, ticket: Ticket, *, now: datetime) -> None:
    """What the call makes of our promises: it may cause one, withdraw one, or keep one."""
    cause = heard.call.interaction
    if heard.became(callstate.is_missed) or heard.became(calls.was_answered):
        intake.wake(ticket)
        watching.tell(cause, now=now)
    if heard.became(callstate.is_missed):
        promises.owe_callback(ticket, at=now, cause=cause)
        follow_ups.plan_contact(cause, now=now)
    if heard.ceased(callstate.is_missed):
        promises.withdraw(cause, because=_("The call was answered after all"), at=now)
    if heard.became(calls.was_tried):
        _attempted(heard, reached=False)
    if heard.ceased(calls.was_tried):
        promises.withdraw(cause, because=_("The call was answered after all"), at=now)
    if heard.became(calls.was_reached):
        _attempted(heard, reached=True)


@contextmanager
def filed_anyway(ticket: Ticket) -> Iterator[None]:
    """Let a call stand for which nothing can be promised, as the owner has yet to say by what."""
    try:
        with transaction.atomic():  # all that the call makes of our promises, or nothing
            yield
    except (NoTerms, NeverOpen, BadHours) as missing:
        logger.error("%s: nothing is promised. %s", ticket, missing)


def voicemail_left(
    voicemail: Voicemail, raw: bytes, *, content_type: str, source: str, now: datetime
) -> VoicemailLeft:
    try:
        return _left(voicemail, raw, content_type=content_type, source=source, now=now)
    except states.LostRace:
        return _left(voicemail, raw, content_type=content_type, source=source, now=now)


@transaction.atomic
def _left(
    voicemail: Voicemail, raw: bytes, *, content_type: str, source: str, now: datetime
) -> VoicemailLeft:
    filed = voicemails.file(voicemail, now=now)
    verdict, because = _verdict(filed)
    arrivals.keep(
        raw,
        via=voicemail.via,
        source=source,
        content_type=content_type,
        verdict=verdict,
        because=because,
        interaction=filed.interaction,
        now=now,
    )
    if filed.is_new and not filed.is_blocked:
        if filed.ticket.status == Ticket.Status.WAITING:
            states.move(filed.ticket, Ticket.Status.OPEN)
        intake.wake(filed.ticket)
        watching.tell(filed.interaction, now=now)
        with filed_anyway(filed.ticket):
            promises.owe_callback(filed.ticket, at=now, cause=filed.interaction)
            follow_ups.plan_promises(filed.ticket, now=now)
            follow_ups.plan_contact(filed.interaction, now=now)
    owed = promises.open_callback(filed.ticket)
    return VoicemailLeft(filed.interaction, filed.ticket, owed, filed.is_new)


def _verdict(filed: voicemails.Filed) -> tuple[str, str]:
    if not filed.is_new:
        return Arrival.Verdict.IGNORED, _("it is here already")
    if filed.is_blocked:
        return Arrival.Verdict.IGNORED, _("the caller is blocked")
    verdict = Arrival.Verdict.TICKET if filed.is_new_ticket else Arrival.Verdict.REPLY
    return verdict, ""


def unreadable_event(
    raw: bytes, *, via: str, content_type: str, source: str, because: str, now: datetime
) -> Arrival:
    return arrivals.keep(
        raw,
        via=via,
        source=source,
        content_type=content_type,
        verdict=Arrival.Verdict.QUARANTINED,
        because=because,
        now=now,
    )


def _attempted(heard: Heard, *, reached: bool) -> None:
    call, ticket = heard.call, heard.ticket
    assert ticket is not None
    # What counts is when we took up the phone, not when the news of it reached us.
    promises.attempted(
        ticket,
        reached=reached,
        at=call.started_at,
        cause=call.interaction,
        by=call.interaction.staff,
    )
    if ticket.status == Ticket.Status.NEW:
        intake.take_up(ticket)
