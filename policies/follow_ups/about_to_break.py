"""Tell staff, while they are at work, that a promise is about to break."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies import replies
from policies.follow_ups import hours
from policies.follow_ups.contract import Deed, Done, Later, PromiseRule, Task, Timing
from policies.models import FollowUp, Promise
from tickets import outbox
from tickets.models import Interaction, Shop, User
from tickets.outbox import Letter

LEAST = timedelta(minutes=15)  # enough to take up the phone
LEAD = timedelta(hours=2)  # of work, for what is more than a call


class AboutToBreak(PromiseRule):
    slug = "about_to_break"
    title = gettext_lazy("About to break")
    does = gettext_lazy(
        "Tells who works on it that a promise is still open and about to break; what is "
        "nobody's becomes a task for the desk."
    )
    timing = Timing.BEFORE
    as_it_comes = gettext_lazy(
        "a call: when a quarter of its working time is left; anything else: two working hours "
        "before it is due"
    )

    def due_at(self, promise: Promise) -> datetime:
        at_work = hours.of(promise.ticket, promise.made_at)
        working = at_work.between(promise.made_at, promise.due_at)
        if self.after is not None:
            lead = min(self.after, working / 2)
        elif promise.kind == Promise.Kind.CALLBACK:
            lead = max(working / 4, LEAST)
        else:
            lead = min(LEAD, working / 2)
        return hours.before(promise.due_at, lead, since=promise.made_at, hours=at_work)

    def act(self, follow_up: FollowUp, *, shop: Shop, now: datetime) -> Deed:
        promise = follow_up.promise
        assert promise is not None  # a promise rule's always has one
        if promise.due_at <= now:
            return Done(_("Not needed: its time has come"))
        opens_at = hours.next_opening(hours.of(follow_up.ticket, now), now)
        if now < opens_at < promise.due_at:
            return Later(opens_at, _("Waits until somebody is at work"))
        said = {
            "what": promise.what or promise.get_kind_display(),
            "when": replies.deadline(promise.due_at, shop.language, shop=shop, now=now),
        }
        who = _whose(promise)
        if who is None:
            # Whoever is at the desk, so it belongs on the desk's list: a copy of a note for each
            # of them would be read by everybody and done by nobody.
            return Task(_("About to break: “%s”") % said["what"])
        letter = Letter(
            _(
                "“%(what)s” was promised %(when)s and is still open.\n\n"
                "If you cannot keep it, say so to the customer before they notice."
            )
            % said,
            subject=_("About to break: %(ticket)s, promised %(when)s")
            % {"ticket": follow_up.ticket, **said},
            is_automatic=True,
        )
        note = outbox.tell_staff(follow_up.ticket, who, letter, now=now)
        return Done(_("%s was told that it is about to break") % who, sent=note)

    def left(self, follow_up: FollowUp, message: Interaction, *, now: datetime) -> None:
        """Told to one of us, it is not told to the customer."""


def _whose(promise: Promise) -> User | None:
    """Return who is to see to it: who works on the ticket, else who promised."""
    for user in (promise.ticket.assignee, promise.maker):
        if user is not None and user.is_active and user.works_here:
            return user
    return None
