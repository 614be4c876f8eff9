"""A promise broke: say so once, and by when they hear from us now."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies import promises, replies
from policies.follow_ups import ways
from policies.follow_ups.contract import Deed, Done, Later, PromiseRule
from policies.models import FollowUp, Promise
from tickets import outbox
from tickets.models import Interaction, Shop

SOON = timedelta(minutes=1)
Kind = Promise.Kind


class Broken(PromiseRule):
    slug = "broken"
    title = gettext_lazy("Broken promise")
    does = gettext_lazy(
        "Says that we are sorry and by when they hear from us now; once, however often it breaks."
    )
    as_it_comes = gettext_lazy("as soon as it breaks")
    texts = tuple(
        f"broken_{kind}{form}"
        for kind in (Kind.CALLBACK, Kind.TURNAROUND, Kind.UPDATE, Kind.OTHER)
        for form in ("", ".mail")
    )

    def due_at(self, promise: Promise) -> datetime:
        return promise.due_at + (self.after or timedelta())

    def is_over(self, follow_up: FollowUp) -> bool:
        promise = follow_up.promise
        needed = (Promise.Status.OPEN, Promise.Status.BROKEN)
        return promise is not None and promise.status not in needed

    def not_needed(self, follow_up: FollowUp, *, now: datetime) -> str:
        if not self.is_over(follow_up):
            return ""
        return super().not_needed(follow_up, now=now)

    def act(self, follow_up: FollowUp, *, shop: Shop, now: datetime) -> Deed:
        promise = follow_up.promise
        assert promise is not None  # a promise rule's always has one
        if promise.is_open:
            return Later(now + SOON, _("Waits until it is written down as broken"))
        following = _following(promise)
        if following is None:
            return Done(_("Not needed: nothing is owed any more"))
        if self._was_told(promise):
            return Done(_("Not needed: they were told when it broke the first time"))
        if following.due_at <= now:
            return Later(now + SOON, _("Waits for a time that is still to come"))
        ticket = following.ticket  # where it was merged into
        if not _may_know(promise):
            return Done(_("Not sent: they were never told that it was promised"))
        route = ways.any_way(ticket)
        if route is None:
            return Done(_("Not sent: there is no way to write to them"))
        deadline = replies.deadline(
            following.due_at, replies.language_of(ticket, shop), shop=shop, now=now
        )
        letter = replies.letter(
            f"broken_{promise.kind}", ticket, route, shop=shop, now=now, deadline=deadline
        )
        sent = outbox.queue(ticket, route, letter, now=now)
        return Done(_("Written: that it broke, and by when they hear from us"), sent=sent)

    def left(self, follow_up: FollowUp, message: Interaction, *, now: datetime) -> None:
        """What is told now is the promise that follows."""
        assert follow_up.promise is not None
        following = _following(follow_up.promise)
        if following is not None and following.made_at <= message.logged_at:
            promises.tell(following, message.text, at=now)

    def _was_told(self, promise: Promise) -> bool:
        """Whether it broke before, in whatever it comes after, and they were told."""
        return (
            FollowUp.objects.filter(
                rule=self.slug, promise__in=list(_earlier(promise)), sent__isnull=False
            )
            .exclude(sent__status__in=ways.NEVER_LEFT)
            .exists()
        )


def _following(promise: Promise) -> Promise | None:
    """Return what is owed instead: through a merge, too."""
    found = Promise.objects.filter(follows=promise).select_related("ticket__customer").first()
    if found is not None and found.status == Promise.Status.BROKEN:
        return _following(found)
    return found if found is not None and found.is_open else None


def _earlier(promise: Promise) -> Iterator[Promise]:
    while promise.follows is not None:
        promise = promise.follows
        yield promise


def _may_know(promise: Promise) -> bool:
    """Whether they can know of it: a stranger whom we never wrote to may have been made up."""
    chain = [promise, *_earlier(promise)]
    causes = [it.cause for it in chain if it.cause is not None]
    if not all(it.is_verified or it.kind == Interaction.Kind.WEB for it in causes):
        return False
    return promise.ticket.customer is not None or any(it.told_at for it in chain)
