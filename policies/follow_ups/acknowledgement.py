"""Say at once that it reached us, and by when we call back: on the way it came, within limits."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies import promises, replies
from policies.follow_ups.contract import ContactRule, Deed, Done, Later
from policies.models import FollowUp
from tickets import limits, outbox
from tickets.models import Interaction, Shop
from tickets.models.work import Kind

SOON = timedelta(minutes=1)
ACKNOWLEDGED = frozenset({Kind.CALL, Kind.VOICEMAIL, Kind.SMS, Kind.EMAIL, Kind.WEB})


class Acknowledgement(ContactRule):
    slug = "acknowledgement"
    title = gettext_lazy("Acknowledgement")
    does = gettext_lazy(
        "Says that a missed call, voicemail, text, mail or web message reached us, and by when "
        "we call back."
    )
    as_it_comes = gettext_lazy("at once")
    texts = ("acknowledgement", "acknowledgement.mail")

    def due_at(self, contact: Interaction) -> datetime | None:
        is_theirs = contact.direction == Interaction.Direction.IN
        if not is_theirs or contact.kind not in ACKNOWLEDGED:
            return None
        return contact.logged_at + (self.after or timedelta())

    def act(self, follow_up: FollowUp, *, shop: Shop, now: datetime) -> Deed:
        contact, ticket = follow_up.cause, follow_up.ticket
        assert contact is not None  # a contact rule's always has one
        promise = promises.open_callback(ticket)
        if ticket.is_ended or promise is None:
            return Done(_("Not sent: nothing is promised"))
        if promise.due_at <= now:  # nobody is told a time gone by
            return Later(now + SOON, _("Waits for a time that is still to come"))
        # On the web form it is the name that is in doubt: the number is the ticket's own.
        if not contact.is_verified and contact.kind != Kind.WEB:
            return Done(_("Not sent: nobody knows them to belong to this ticket"))
        route = outbox.route_to(contact.contact_point)
        if route is None:
            return Done(_("Not sent: there is no way to write to them"))
        if because := limits.acknowledgement(ticket, route.point, shop=shop, now=now):
            return Done(_("Not sent: %s") % because)
        letter = replies.acknowledgement(promise, route, shop=shop, now=now)
        sent = outbox.queue(ticket, route, letter, answers=contact, now=now)
        return Done(_("Written: when we call back"), sent=sent)

    def left(self, follow_up: FollowUp, message: Interaction, *, now: datetime) -> None:
        promise = promises.open_callback(follow_up.ticket)
        if promise is not None and promise.made_at <= message.logged_at:
            promises.tell(promise, message.text, at=now)
