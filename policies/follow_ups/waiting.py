"""We wait for the customer: two gentle reminders, then it is for people to find out."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies import replies
from policies.follow_ups import hours, ways
from policies.follow_ups.contract import Deed, Done, Task, TicketRule, Timing
from policies.models import FollowUp
from tickets import outbox
from tickets.models import Shop, Ticket

DAYS = 3  # of work, before the first and between one and the next
TEXTS = ("waiting", "waiting_again")  # by how often the rule has come round


class Waiting(TicketRule):
    slug = "waiting"
    title = gettext_lazy("Reminder")
    does = gettext_lazy(
        "Reminds them twice that we wait for their answer; then it is a task to call them."
    )
    timing = Timing.DAYS
    as_it_comes = gettext_lazy("three working days, before each of them")
    texts = ("waiting", "waiting.mail", "waiting_again", "waiting_again.mail")
    on = frozenset({Ticket.Status.WAITING})

    def due_at(self, ticket: Ticket, *, now: datetime) -> datetime:
        days = DAYS if self.after is None else max(self.after.days, 1)
        return hours.days_after(now, days, hours=hours.of(ticket, now))

    def not_needed(self, follow_up: FollowUp, *, now: datetime) -> str:
        if because := super().not_needed(follow_up, now=now):
            return because
        if ways.from_them(follow_up.ticket).filter(logged_at__gt=follow_up.planned_at).exists():
            return _("Not needed: they have been in touch")
        return ""

    def act(self, follow_up: FollowUp, *, shop: Shop, now: datetime) -> Deed:
        ticket = follow_up.ticket
        route = ways.to_write(ticket)
        if route is None:
            return Task(_("Call them: we wait for their answer"))
        if follow_up.step >= len(TEXTS):
            return Task(_("They were reminded twice and did not answer: call them, or close it"))
        letter = replies.letter(TEXTS[follow_up.step], ticket, route, shop=shop, now=now)
        sent = outbox.queue(ticket, route, letter, now=now)
        return Done(
            _("Written: that we wait for their answer"),
            sent=sent,
            again_at=self.due_at(ticket, now=now),
        )
