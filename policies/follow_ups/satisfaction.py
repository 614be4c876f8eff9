"""Some working days after the end: are they happy with how it went?"""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies import replies
from policies.follow_ups import hours, ways
from policies.follow_ups.contract import Deed, Done, Task, TicketRule, Timing
from policies.models import FollowUp
from tickets import outbox
from tickets.models import Shop, Ticket

DAYS = 3  # of work, after the end
NOT_AGAIN_WITHIN = timedelta(days=30)


class AskWhetherHappy(TicketRule):
    slug = "satisfaction"
    title = gettext_lazy("Are they happy?")
    does = gettext_lazy(
        "Asks whether they are happy with how it went, once a month at most. A no opens the "
        "ticket again and promises a call."
    )
    timing = Timing.DAYS
    as_it_comes = gettext_lazy("three working days after the ticket was closed")
    texts = ("satisfaction", "satisfaction.mail")
    on = frozenset({Ticket.Status.CLOSED})

    def due_at(self, ticket: Ticket, *, now: datetime) -> datetime:
        days = DAYS if self.after is None else max(self.after.days, 1)
        return hours.days_after(now, days, hours=hours.of(ticket, now))

    def act(self, follow_up: FollowUp, *, shop: Shop, now: datetime) -> Deed:
        ticket = follow_up.ticket
        if ticket.customer is None:
            return Done(_("Not needed: nobody knows who they are"))
        if self._was_asked_lately(follow_up, now):
            return Done(_("Not needed: they were asked within the last month"))
        route = ways.to_write(ticket)
        if route is None:
            return Task(_("Call them and ask whether they are happy with how it went"))
        letter = replies.letter("satisfaction", ticket, route, shop=shop, now=now)
        sent = outbox.queue(ticket, route, letter, now=now)
        return Done(_("Written: are they happy with how it went?"), sent=sent)

    def _was_asked_lately(self, follow_up: FollowUp, now: datetime) -> bool:
        since = now - NOT_AGAIN_WITHIN
        asked = (
            Q(sent__logged_at__gt=since)
            | Q(satisfaction__answered_at__gt=since)
            | Q(status=FollowUp.Status.TASK)
        )
        others = FollowUp.objects.filter(rule=self.slug, ticket__customer=follow_up.ticket.customer)
        return others.filter(asked).exclude(pk=follow_up.pk).exists()
