"""What was free: contacts on tickets that cost the customer nothing."""

from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from tickets import cuts
from tickets.cuts import Cut
from tickets.models import Interaction, Ticket
from tickets.reports import Column, Measure, Text


def _free() -> QuerySet[Interaction]:
    return Interaction.objects.filter(
        direction=Interaction.Direction.IN, ticket__charge=Ticket.Charge.FREE
    ).exclude(ticket__status=Ticket.Status.SPAM)


CUTS: dict[str, Cut] = {
    "month": cuts.times("happened_at")["month"],
    "customer": cuts.by_customer("ticket__customer"),
    "channel": cuts.by_channel("kind"),
    "person": cuts.by_person(_("Taken by"), "staff", "ticket__ended_by"),
    "reason": cuts.by_text(_("Reason"), "ticket__gift_reason", _free),
    "week": cuts.times("happened_at")["week"],
    "day": cuts.times("happened_at")["day"],
}


class FreeContacts(cuts.LedgerReport):
    slug = "free-contacts"
    title = _("Free contacts")
    measures: ClassVar = (
        Measure(
            "contacts",
            _("Free contacts"),
            _(
                "Every call, message and visit of a customer on a ticket that was free, when it"
                " came. Not what we sent, spam, and tickets of which nobody has said yet."
            ),
            look="gift",
        ),
        Measure(
            "off_channel",
            _("Off-channel"),
            _("How many of them reached one of us instead of the shop: by our own phone, say."),
        ),
        Measure("tickets", _("Tickets"), _("On how many, each counted once."), adds_up=False),
        Measure(
            "customers",
            _("Customers"),
            _("From how many, each counted once."),
            adds_up=False,
            silent=("customer",),
        ),
        Measure(
            "minutes",
            _("Time"),
            _("The work that was written down with them. Where none was, none is counted."),
            reads="minutes",
        ),
    )
    cut_by = CUTS
    cuts: ClassVar[dict[str, Text]] = {name: cut.title for name, cut in CUTS.items()}
    everything = _("Every contact")
    empty = (
        _("No free contacts in this period"),
        _("A contact is counted here once its ticket is said to be free."),
    )
    headline = ("contacts", "off_channel")
    at = "happened_at"
    sums: ClassVar = {
        "contacts": Count("pk"),
        "off_channel": Count("pk", filter=Q(official=False)),
        "tickets": Count("ticket", distinct=True),
        "customers": Count("ticket__customer", distinct=True),
        "minutes": Coalesce(Sum("minutes"), 0),
    }
    columns = (
        Column("ticket", _("Ticket"), "ticket"),
        Column("happened", _("When"), "moment"),
        Column("customer", _("Customer"), "words"),
        Column("channel", _("Channel"), "channel"),
        Column("way", _("Reached us by")),
        Column("person", _("Taken by")),
        Column("reason", _("Reason"), "words"),
        Column("minutes", _("Time"), "minutes"),
    )

    def rows(self) -> QuerySet[Any]:
        return _free().select_related("ticket__customer", "ticket__ended_by", "staff")

    def cells(self, row: Interaction) -> tuple[object, ...]:
        ticket = row.ticket
        assert ticket is not None  # a constraint: what came in has one
        return (
            ticket.number,
            row.happened_at,
            str(ticket.customer or ""),
            row.kind,
            str(_("The shop") if row.official else _("Off-channel")),
            str(row.staff or ticket.ended_by or ""),
            ticket.gift_reason,
            row.minutes,
        )
