"""A call, as the phone system tells it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from policies import follow_ups, promises
from policies.calendars import BadHours, NeverOpen
from policies.models import NoTerms
from tickets import arrivals, calls, callstate, intake, states
from tickets.calls import Heard
from tickets.channels.contract import CallEvent
from tickets.models import (
    Arrival,
    Ticket,
)

logger = logging.getLogger(__name__)


def call_event(
    event: CallEvent, raw: bytes, *, content_type: str, source: str, now: datetime
) -> Heard:
    try:
        return _heard(event, raw, content_type=content_type, source=source, now=now)
    except states.LostRace:
        # Somebody ended the promise or moved the ticket just now, and none of this is filed yet.
        return _heard(event, raw, content_type=content_type, source=source, now=now)


@transaction.atomic
def _heard(event: CallEvent, raw: bytes, *, content_type: str, source: str, now: datetime) -> Heard:
    heard = calls.hear(event, now=now)
    arrivals.keep(
        raw,
        via=event.via,
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
