"""It is ready: they hear so at once, and why so soon where it is sooner than quoted."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies import promises, replies, wording
from policies.follow_ups import ways
from policies.follow_ups.contract import Deed, Done, Task, TicketRule
from policies.models import FollowUp, Promise
from tickets import outbox
from tickets.models import Interaction, Shop, Ticket, User


class Ready(TicketRule):
    slug = "ready"
    title = gettext_lazy("Ready for pick-up")
    does = gettext_lazy(
        "Says that it is ready and, where it is sooner than quoted, why. Who likes to be called "
        "becomes a task. Without it staff tell them, and say so on the ticket: until then it is"
        " promised still."
    )
    as_it_comes = gettext_lazy("at once")
    texts = ("ready", "ready.mail", "ready_early", "ready_early.mail")
    on = frozenset({Ticket.Status.READY})

    def due_at(self, ticket: Ticket, *, now: datetime) -> datetime:
        return now + (self.after or timedelta())

    def act(self, follow_up: FollowUp, *, shop: Shop, now: datetime) -> Deed:
        ticket = follow_up.ticket
        route = ways.to_write(ticket)
        early = _sooner_than_quoted(ticket, follow_up.planned_at)
        if route is None:
            return Task(_task(early, shop))
        if early is None or early.quote is None:
            letter = replies.letter("ready", ticket, route, shop=shop, now=now)
        else:
            letter = replies.letter(
                "ready_early",
                ticket,
                route,
                shop=shop,
                now=now,
                service=early.quote.service.name,
                days=wording.working_days(early.quote.days, replies.language_of(ticket, shop)),
            )
        sent = outbox.queue(ticket, route, letter, now=now)
        return Done(_("Written: that it is ready"), sent=sent)

    def left(self, follow_up: FollowUp, message: Interaction, *, now: datetime) -> None:
        """Ready and told is what keeps a turnaround, unless it was taken back to the bench."""
        if follow_up.ticket.status == Ticket.Status.READY:
            promises.told_ready(follow_up.ticket, at=now, by=None)

    def done_by_staff(self, follow_up: FollowUp, *, by: User, now: datetime) -> None:
        if follow_up.ticket.status == Ticket.Status.READY:
            promises.told_ready(follow_up.ticket, at=now, by=by)


def _sooner_than_quoted(ticket: Ticket, ready_at: datetime) -> Promise | None:
    """Return the turnaround promise that is kept by whole working days before its time."""
    promise = (
        Promise.objects.open()
        .filter(ticket=ticket, kind=Promise.Kind.TURNAROUND)
        .select_related("quote__service", "quote__turnaround__calendar")
        .first()
    )
    if promise is None or promise.quote is None:
        return None
    at_work = promise.quote.turnaround.calendar.working_hours()
    taken = at_work.days_between(promise.made_at, ready_at)
    return promise if taken < promise.quote.days else None


def _task(early: Promise | None, shop: Shop) -> str:
    if early is None or early.quote is None:
        return _("Call them: it is ready for pick-up")
    return _(
        "Call them: it is ready. And say: it usually takes %s, "
        "this time there was room to do it sooner."
    ) % wording.working_days(early.quote.days, shop.language)
