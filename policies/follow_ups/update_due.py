"""They hear from us before a promise breaks: by people where they manage, else by itself."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies import calendars, replies, wording
from policies.calendars import WorkingHours
from policies.follow_ups import hours, ways
from policies.follow_ups.contract import Deed, Done, PromiseRule, Task, Timing
from policies.models import FollowUp, Promise
from tickets import outbox
from tickets.models import Interaction, Shop, Ticket

# Of working time before it breaks, and at most so much of all that there is.
TASK, LAST_MOMENT = timedelta(hours=8), timedelta(hours=1)
TASK_SHARE, LAST_SHARE = 2, 4

Kind = Promise.Kind


class UpdateDue(PromiseRule):
    """First a task for staff; for a turnaround then, if they said nothing, a message."""

    slug = "update_due"
    title = gettext_lazy("Say how it stands")
    does = gettext_lazy(
        "Makes it a task to say how a repair stands that is not ready, or an update that was "
        "promised. Where nobody did, the customer is written to an hour before the repair is due."
    )
    timing = Timing.BEFORE
    as_it_comes = gettext_lazy("eight working hours before it is due, or half of the time")
    texts = ("update_late", "update_late.mail")

    def due_at(self, promise: Promise) -> datetime | None:
        if promise.kind not in (Kind.TURNAROUND, Kind.UPDATE):
            return None
        lead = TASK if self.after is None else self.after
        return _moment(promise, lead, TASK_SHARE, hours.of(promise.ticket, promise.made_at))

    def not_needed(self, follow_up: FollowUp, *, now: datetime) -> str:
        if because := super().not_needed(follow_up, now=now):
            return because
        promise, ticket = follow_up.promise, follow_up.ticket
        if promise is None or promise.kind != Kind.TURNAROUND:
            return ""
        if ticket.is_ended or ticket.status == Ticket.Status.READY:
            return _("Not needed: it is ready")
        if follow_up.status == FollowUp.Status.TASK or follow_up.step:
            since = follow_up.due_at if not follow_up.step else follow_up.planned_at
            if ways.from_us(ticket).filter(logged_at__gte=since).exists():
                return _("Not needed: they have heard from us")
        return ""

    def act(self, follow_up: FollowUp, *, shop: Shop, now: datetime) -> Deed:
        promise, ticket = follow_up.promise, follow_up.ticket
        assert promise is not None  # a promise rule's always has one
        if promise.due_at <= now:
            return Done(_("Not needed: its time has come"))
        day = wording.day(
            calendars.local(promise.due_at, shop.tzinfo).date(),
            language=shop.language,
            region=shop.region,
        )
        if promise.kind == Kind.UPDATE:
            return Task(_("Say how it stands, as promised for %s") % day)
        last = _moment(promise, LAST_MOMENT, LAST_SHARE, hours.of(ticket, now))
        if now < last:
            return Task(
                _("Not ready, and promised for %s: tell them if it takes longer") % day,
                again_at=last,
            )
        if _staff_saw_to_it(follow_up):
            return Done(_("Not needed: staff have seen to it"))
        route = ways.any_way(ticket)
        if route is None:
            return Done(_("Not sent: there is no way to write to them"))
        deadline = replies.deadline(
            promise.due_at, replies.language_of(ticket, shop), shop=shop, now=now
        )
        letter = replies.letter("update_late", ticket, route, shop=shop, now=now, deadline=deadline)
        sent = outbox.queue(ticket, route, letter, now=now)
        return Done(_("Written: that it takes longer"), sent=sent)

    def left(self, follow_up: FollowUp, message: Interaction, *, now: datetime) -> None:
        """It says that a promise may not be kept, which does not tell it."""


def _moment(promise: Promise, lead: timedelta, share: int, at_work: WorkingHours) -> datetime:
    working = at_work.between(promise.made_at, promise.due_at)
    return hours.before(
        promise.due_at, min(lead, working / share), since=promise.made_at, hours=at_work
    )


def _staff_saw_to_it(follow_up: FollowUp) -> bool:
    return FollowUp.objects.filter(
        rule=follow_up.rule, promise=follow_up.promise, step=0, done_by__isnull=False
    ).exists()
