"""What became of those we said we would call back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from policies.elapsed import BROKEN, BROKEN_BEFORE, KEPT, TOUCHED_AT, minutes, span
from policies.models import Promise
from tickets import cuts
from tickets.cuts import Cut
from tickets.models import Interaction
from tickets.reports import Column, Figures, Measure, Text

Status = Promise.Status
NEVER_ENDED = datetime(9999, 1, 1, tzinfo=UTC)

LATE, NEVER = BROKEN & Q(touched_at__isnull=False), BROKEN & Q(touched_at__isnull=True)
# What an attempt without an answer leaves, or a message of ours that came back: the same matter.
RETRIED = Q(cause__direction=Interaction.Direction.OUT)

CUTS: dict[str, Cut] = {
    "month": cuts.times("made_at")["month"],
    "channel": cuts.by_channel("cause__kind"),
    "customer": cuts.by_customer("ticket__customer"),
    "person": cuts.by_person(_("Colleague"), "ended_by", "ticket__assignee"),
    "week": cuts.times("made_at")["week"],
    "day": cuts.times("made_at")["day"],
}


class Callbacks(cuts.LedgerReport):
    slug = "callbacks"
    title = _("Callbacks")
    measures: ClassVar = (
        Measure(
            "promised",
            _("Promised"),
            _(
                "Callbacks that were owed, on the day they were promised: one for each call,"
                " voicemail or message, however many attempts it took. Not those that were"
                " withdrawn; one that was moved counts on the day it was moved."
            ),
        ),
        Measure(
            "in_time",
            _("In time"),
            _("Called, or answered in writing, inside the window that was in force."),
            look="kept",
        ),
        Measure(
            "late",
            _("Late"),
            _("The window passed first; then one of us called, wrote to or met them."),
            look="soon",
        ),
        Measure(
            "never",
            _("Never"),
            _("The window passed, and nobody has been in touch with them since."),
            look="broken",
        ),
        Measure(
            "solved",
            _("Solved by them"),
            _("They solved it themselves before we called."),
            look="ahead",
        ),
        Measure("waiting", _("Still to call"), _("Promised in this period, and open now.")),
        Measure(
            "attempts",
            _("Attempts"),
            _("The calls we made for them, answered or not, until nothing was owed any more."),
        ),
        Measure(
            "wait",
            _("Called back after"),
            _(
                "From their call or message to our first attempt: the average by the clock,"
                " nights and weekends included, of those in time and late."
            ),
            reads="minutes",
            adds_up=False,
        ),
    )
    cut_by = CUTS
    cuts: ClassVar[dict[str, Text]] = {name: cut.title for name, cut in CUTS.items()}
    everything = _("Every callback")
    empty = (
        _("No callback was promised in this period"),
        _("Each missed call, voicemail and message we owe an answer to shows up here."),
    )
    headline = ("promised", "in_time", "never")
    stack = ("in_time", "late", "never", "solved", "waiting")  # which is what was promised
    at = "made_at"
    sums: ClassVar = {
        "promised": Count("pk"),
        "in_time": Count("pk", filter=KEPT),
        "late": Count("pk", filter=LATE),
        "never": Count("pk", filter=NEVER),
        "solved": Count("pk", filter=Q(status=Status.SOLVED)),
        "waiting": Count("pk", filter=Q(status=Status.OPEN)),
        "attempts": Coalesce(Sum("calls"), 0),
        "waited": Sum(span("asked_at", "reached_at")),
        "reached": Count("reached_at"),
    }
    columns = (
        Column("ticket", _("Ticket"), "ticket"),
        Column("customer", _("Customer"), "words"),
        Column("channel", _("Channel"), "channel"),
        Column("asked", _("Came"), "moment"),
        Column("due", _("Promised by"), "moment"),
        Column("fate", _("What became of it")),
        Column("reached", _("First attempt"), "moment"),
        Column("wait", _("After"), "minutes"),
        Column("attempts", _("Attempts"), "count"),
        Column("person", _("Colleague"), only_exported=True),
    )

    def rows(self) -> QuerySet[Any]:
        return (
            Promise.objects.filter(kind=Promise.Kind.CALLBACK)
            .exclude(status__in=[Status.VOID, Status.SUPERSEDED])
            .exclude(BROKEN_BEFORE)
            .exclude(RETRIED)
            .annotate(
                touched_at=TOUCHED_AT,
                asked_at=Coalesce("cause__happened_at", "made_at"),
                settled_at=_settled_at(),
            )
            .annotate(
                reached_at=Case(
                    When(KEPT, then="ended_at"),
                    When(BROKEN, then="touched_at"),
                    output_field=DateTimeField(),
                ),
                calls=_calls(),
            )
            .select_related("ticket__customer", "ticket__assignee", "ended_by", "cause")
        )

    def read(self, sums: Mapping[str, Any]) -> Figures:
        counted = ("promised", "in_time", "late", "never", "solved", "waiting", "attempts")
        wait = minutes(sums["waited"], sums["reached"])
        return {**{name: sums[name] for name in counted}, "wait": wait}

    def cells(self, row: Any) -> tuple[object, ...]:
        wait = row.reached_at - row.asked_at if row.reached_at else None
        return (
            row.ticket_id,
            str(row.ticket.customer or ""),
            row.cause.kind if row.cause else "",
            row.asked_at,
            row.due_at,
            _fate(row),
            row.reached_at,
            minutes(wait, 1),
            row.calls,
            str(row.ended_by or row.ticket.assignee or ""),
        )


def _settled_at() -> Coalesce:
    """Return when nothing was owed any more: at the end of the last that followed from it.

    A ticket owes one callback at a time, so the first of its own that nothing follows is the last.
    """
    last = (
        Promise.objects.filter(
            ticket=OuterRef("ticket"),
            kind=Promise.Kind.CALLBACK,
            made_at__gte=OuterRef("made_at"),
            followed_by__isnull=True,
        )
        .exclude(status=Status.OPEN)
        .annotate(until=Case(When(BROKEN, then=TOUCHED_AT), default=F("ended_at")))
        .order_by("made_at", "pk")
        .values("until")[:1]
    )
    return Coalesce(Subquery(last, output_field=DateTimeField()), Value(NEVER_ENDED))


def _calls() -> Coalesce:
    ours = (
        Interaction.objects.filter(
            ticket=OuterRef("ticket"),
            kind=Interaction.Kind.CALL,
            direction=Interaction.Direction.OUT,
            happened_at__gte=OuterRef("made_at"),
            happened_at__lte=OuterRef("settled_at"),
        )
        .order_by()
        .values(one=Value(1))
        .annotate(n=Count("pk"))
        .values("n")
    )
    return Coalesce(Subquery(ours), 0)


def _fate(row: Any) -> str:
    if row.status == Status.KEPT:
        return str(_("In time"))
    if row.status == Status.BROKEN:
        return str(_("Late") if row.touched_at else _("Never"))
    return str(_("Still to call") if row.status == Status.OPEN else _("Solved by them"))
