"""What happens because its time has come: one row at a time, each once."""

from datetime import datetime

from django.db import transaction

from billing import mailing
from helpdesk.journey import messages
from helpdesk.journey.calls import filed_anyway
from policies import calendars, follow_ups, promises
from policies.follow_ups import hours
from policies.models import FollowUp, Promise
from tickets import calls, callstate, delivery, notifications, outbox, watching
from tickets.delivery import Taken
from tickets.models import Call, Interaction, Notification, Shop
from tickets.states import LostRace


@transaction.atomic
def call_fell_silent(call: Call, *, now: datetime) -> None:
    """A call nobody ever hung up on: close it, and call back if nobody answered."""
    heard = calls.give_up(call, now=now)
    if heard.ticket is not None and heard.became(callstate.is_missed):
        with filed_anyway(heard.ticket):
            promises.owe_callback(heard.ticket, at=now, cause=call.interaction)
            follow_ups.plan_promises(heard.ticket, now=now)


@transaction.atomic
def promise_came_due(promise: Promise, *, now: datetime) -> None:
    following = promises.break_(promise, now=now)
    is_first = promise.follows is None or promise.follows.status != Promise.Status.BROKEN
    if promise.status == Promise.Status.BROKEN and is_first:  # nobody hears of it again and again
        ticket = following.ticket if following is not None else promise.ticket
        watching.promise_broke(ticket, promise.maker, now=now)
    if following is not None:
        follow_ups.plan_promises(following.ticket, now=now)


@transaction.atomic
def follow_up_came_due(follow_up: FollowUp, *, now: datetime) -> None:
    follow_ups.fire(follow_up, messages.RULES, shop=Shop.objects.current(), now=now)


def message_came_due(interaction: Interaction, *, now: datetime, may_have_left: bool) -> None:
    """Send it, outside of any transaction; then write down what follows from it."""
    shop = Shop.objects.current()
    taken = delivery.deliver(
        interaction,
        shop=shop,
        now=now,
        quiet_until=_quiet_until(shop, now),
        may_have_left=may_have_left,
        enclosures=mailing.enclosures(interaction, now=now),
    )
    if taken is None:
        _tell_if_lost(interaction, now=now)
        return
    is_settled = False
    try:
        is_settled = _settled(interaction, taken, now=now)
    finally:
        if not is_settled:  # whatever follows from it, it has left, and must not leave twice
            interaction.refresh_from_db()
            if not interaction.has_left:
                delivery.left(interaction, taken, now=now)


def _tell_if_lost(interaction: Interaction, *, now: datetime) -> None:
    interaction.refresh_from_db(fields=["status"])
    if interaction.status in (Interaction.Status.FAILED, Interaction.Status.DOUBTFUL):
        watching.not_sent(interaction, now=now)


def _quiet_until(shop: Shop, now: datetime) -> datetime | None:
    if shop.quiet_from == shop.quiet_until:  # there is no night
        return None
    night = calendars.Interval(shop.quiet_from, shop.quiet_until)
    running = calendars.running(night, now, shop.tzinfo)
    return running[1] if running else None


def _settled(interaction: Interaction, taken: Taken, *, now: datetime) -> bool:
    """Write down that it left and what follows from it, as one."""
    for _attempt in range(3):
        try:
            with transaction.atomic():
                delivery.left(interaction, taken, now=now)
                messages.has_left(interaction, now=now)
            return True
        except LostRace:  # staff end the promise it keeps, or a report of its delivery is quicker
            interaction.refresh_from_db()
            if interaction.has_left:
                return True
    return False


@transaction.atomic
def message_given_up(interaction: Interaction, because: str, *, now: datetime) -> None:
    outbox.gave_up(interaction, because)
    watching.not_sent(interaction, now=now)


def notification_came_due(
    notification: Notification, *, now: datetime, may_have_left: bool
) -> None:
    """Send one of us word of what happened; while we are closed it waits, unless they want it."""
    notice, shop = notification.notice, Shop.objects.current()
    if not notice.user.hears_at_any_hour:
        opens_at = hours.next_opening(hours.of(notice.about, now), now)
        if opens_at > now:
            notifications.postpone(notification, opens_at)
            return
    notifications.deliver(notification, shop=shop, now=now, may_have_left=may_have_left)
