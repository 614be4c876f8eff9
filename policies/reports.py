"""What became of what we promised: by how it ended."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from policies.elapsed import BROKEN, BROKEN_BEFORE, KEPT, TOUCHED_AT, minutes, span
from policies.models import Promise
from tickets import cuts
from tickets.cuts import Cut
from tickets.reports import Column, Figures, Measure, Text

Kind, Status = Promise.Kind, Promise.Status
EARLY = KEPT & Q(ended_at__lt=F("target_at"))


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


PROMISE_CUTS: dict[str, Cut] = {
    "month": cuts.times("ended_at")["month"],
    "kind": cuts.by_choice(_("Kind"), "kind", Kind),
    "person": cuts.by_person(_("Colleague"), "ended_by", "ticket__assignee", "maker"),
    "week": cuts.times("ended_at")["week"],
    "day": cuts.times("ended_at")["day"],
}


class Promises(cuts.LedgerReport):
    slug = "promises"
    title = _("Promises")
    measures: ClassVar = (
        Measure(
            "kept",
            _("Kept"),
            _(
                "Done before it was due. A callback counts by the first attempt in time, a repair"
                " once it is ready and the customer knows. It counts on the day it ended."
            ),
            look="kept",
        ),
        Measure(
            "early",
            _("Kept early"),
            _("How many of the kept ones were done before our own target, where there was one."),
            look="ahead",
        ),
        Measure(
            "broken",
            _("Broken"),
            _(
                "Its time came and it was not done. It counts on the day it was due, and once,"
                " however often what followed it broke again; to make it good does not count"
                " as kept."
            ),
            look="broken",
        ),
        Measure(
            "rate",
            _("Kept of those due"),
            _("The kept ones among kept and broken. The others count on neither side."),
            reads="percent",
            adds_up=False,
        ),
        Measure(
            "ahead",
            _("Ahead"),
            _("How long before it was due a kept one was done: the average, nights included."),
            reads="minutes",
            adds_up=False,
        ),
        Measure(
            "behind",
            _("Behind"),
            _(
                "How long after it was due one of us called, wrote to or met the customer of a"
                " broken one: the average, nights included. Those nobody has been in touch with"
                " yet are not in it, and what is sent by itself does not count."
            ),
            reads="minutes",
            adds_up=False,
        ),
        Measure(
            "moved",
            _("Moved or solved"),
            _("Replaced by a new promise before it was due, or solved by the customer meanwhile."),
        ),
        Measure(
            "void",
            _("Void"),
            _("Not owed after all: spam, or a call that was answered. Neither kept nor broken."),
        ),
    )
    cut_by = PROMISE_CUTS
    cuts: ClassVar[dict[str, Text]] = {name: cut.title for name, cut in PROMISE_CUTS.items()}
    everything = _("Every promise")
    empty = (
        _("No promise ended in this period"),
        _("Promises show up here once they are kept or broken, on the day that was."),
    )
    headline = ("rate", "kept", "broken")
    stack = ("kept", "broken")
    at = "ended_at"
    sums: ClassVar = {
        "kept": Count("pk", filter=KEPT),
        "early": Count("pk", filter=EARLY),
        "broken": Count("pk", filter=BROKEN),
        "moved": Count("pk", filter=Q(status__in=[Status.SUPERSEDED, Status.SOLVED])),
        "void": Count("pk", filter=Q(status=Status.VOID)),
        "before": Sum(span("ended_at", "due_at"), filter=KEPT),
        "after": Sum(span("due_at", "touched_at"), filter=BROKEN),
        "touched": Count("touched_at", filter=BROKEN),
    }
    columns = (
        Column("ticket", _("Ticket"), "ticket"),
        Column("kind", _("Kind")),
        Column("what", _("What"), "words", only_exported=True),
        Column("customer", _("Customer"), "words"),
        Column("person", _("Colleague")),
        Column("made", _("Promised"), "moment", only_exported=True),
        Column("due", _("Promised by"), "moment"),
        Column("fate", _("What became of it")),
        Column("ended", _("When"), "moment", only_exported=True),
        Column("ahead", _("Ahead"), "minutes"),
        Column("behind", _("Behind"), "minutes"),
        Column("because", _("Because"), "words", only_exported=True),
    )

    def rows(self) -> QuerySet[Any]:
        return (
            Promise.objects.exclude(status=Status.OPEN)
            .exclude(BROKEN_BEFORE)
            .annotate(touched_at=TOUCHED_AT)
            .select_related("ticket__customer", "ticket__assignee", "ended_by", "maker")
        )

    def read(self, sums: Mapping[str, Any]) -> Figures:
        kept, broken = sums["kept"], sums["broken"]
        return {
            **{name: sums[name] for name in ("kept", "early", "broken", "moved", "void")},
            "rate": _percent(kept, kept + broken),
            "ahead": minutes(sums["before"], kept),
            "behind": minutes(sums["after"], sums["touched"]),
        }

    def cells(self, row: Any) -> tuple[object, ...]:
        fate = _("Kept early") if row.target_at and row.ended_at < row.target_at else _("Kept")
        is_kept, is_late = row.status == Status.KEPT, row.status == Status.BROKEN
        return (
            row.ticket_id,
            str(Kind(row.kind).label),
            row.what,
            str(row.ticket.customer or ""),
            str(row.ended_by or row.ticket.assignee or row.maker or ""),
            row.made_at,
            row.due_at,
            str(fate if is_kept else Status(row.status).label),
            row.ended_at,
            minutes(row.due_at - row.ended_at, 1) if is_kept else None,
            minutes(row.touched_at - row.due_at, 1) if is_late and row.touched_at else None,
            row.ended_because,
        )
