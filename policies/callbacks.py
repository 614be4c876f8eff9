"""Who of us is about to call back, so that no two do; and what was tried before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from policies.models import CallbackClaim, Promise
from tickets.models import Call, Interaction, User
from tickets.models.work import Kind

LASTS = timedelta(minutes=15)


class ClaimedAlready(Exception):
    """A colleague is calling them; the text says who, for staff to read."""


def claim(promise: Promise, *, by: User, now: datetime) -> None:
    """Say that `by` calls back now; anew, it lasts longer. Raises ClaimedAlready."""
    mine = {"user": by, "until": now + LASTS}
    free = CallbackClaim.objects.filter(Q(user=by) | Q(until__lte=now), promise=promise)
    if free.update(**mine):
        return
    try:
        with transaction.atomic():
            CallbackClaim.objects.create(promise=promise, **mine)
    except IntegrityError:
        other = CallbackClaim.objects.select_related("user").filter(promise=promise).first()
        if other is None:  # they have just left it to others
            claim(promise, by=by, now=now)
        elif other.user != by:  # and not a second click of one's own
            raise ClaimedAlready(_("%s is calling them.") % other.user) from None


def release(promise: Promise, *, by: User) -> None:
    """Leave it to the others after all."""
    CallbackClaim.objects.filter(promise=promise, user=by).delete()


@dataclass(frozen=True)
class Attempt:
    """A call of ours about a callback that is still owed, and what came of it."""

    at: datetime
    what: str
    by: User | None


def attempts(owed: Iterable[Promise]) -> dict[int, list[Attempt]]:
    """Return what was tried for each of `owed`, by its key, the oldest first; in two queries.

    A call nobody answers keeps its promise and leaves a new one, so they count from the first of
    the chain on.
    """
    owed = list(owed)
    tickets = {promise.ticket_id for promise in owed}
    links = Promise.objects.filter(
        Q(ticket__in=tickets) | Q(ticket__merged_into__in=tickets), kind=Promise.Kind.CALLBACK
    ).in_bulk()
    chains = {promise.pk: _chain(promise, links) for promise in owed}
    since = min((chain[-1].made_at for chain in chains.values()), default=None)
    if since is None:
        return {}
    calls: dict[int, list[Interaction]] = {}
    for call in (
        Interaction.objects.filter(
            ticket__in=tickets,
            direction=Interaction.Direction.OUT,
            kind__in=(Kind.CALL, Kind.VOICEMAIL),
            happened_at__gte=since,
        )
        .select_related("call", "staff")
        .order_by("happened_at", "pk")
    ):
        calls.setdefault(call.ticket_id or 0, []).append(call)
    return {
        promise.pk: [
            Attempt(call.happened_at, _outcome(call, chains[promise.pk]), call.staff)
            for call in calls.get(promise.ticket_id, ())
            if call.happened_at >= chains[promise.pk][-1].made_at
        ]
        for promise in owed
    }


def _chain(promise: Promise, links: Mapping[int, Promise]) -> list[Promise]:
    """Return the promise and all it comes after, the latest first."""
    chain = [promise]
    while (before := links.get(chain[-1].follows_id or 0)) is not None:
        chain.append(before)
    return chain


def _outcome(contact: Interaction, chain: Iterable[Promise]) -> str:
    if contact.kind == Kind.VOICEMAIL:
        return _("voicemail left")
    call = getattr(contact, "call", None)
    if call is None:  # by hand: what left a promise to call again was not answered
        was_tried = contact.pk in {promise.cause_id for promise in chain}
        return _("no answer") if was_tried else _("answered")
    if call.was_answered:
        return _("answered")
    if call.status != Call.Status.ENDED:
        return _("ringing now")
    return str(call.get_outcome_display()).lower()
