"""Each report's figures are the sums of its ledger, worked out here from every row there is."""

from collections import defaultdict
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from billing.models import Invoice, Settlement
from helpdesk import duties, journey
from helpdesk.journey import Contact, Direction
from helpdesk.reports import REPORTS
from policies.models import Promise
from tests.conftest import BOSTON, boston
from tickets.channels.contract import Outcome
from tickets.models import Interaction, Service, Ticket
from tickets.models.work import Kind
from tickets.reports import Slice

pytestmark = pytest.mark.django_db

SINCE, UNTIL = boston(2026, 2, 24), boston(2026, 3, 12)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
HAPPENS = (
    *("missed", "missed", "spoken", "visit", "off_channel", "tried", "reached", "wrote"),
    *("assign", "quote", "ready", "free", "free", "charged", "spam", "solved", "night", "merge"),
)
STEP = st.tuples(
    st.sampled_from(HAPPENS),
    st.integers(0, 3),  # who, or which ticket
    st.integers(1, 60 * 30),  # minutes later
)


class Undone(Exception):
    """Takes one example's rows back."""


@pytest.fixture
def life(shop, sara, per, eva, customer, missed, spoken, tried):
    """Let what happens happen, one after the other, and the clock go by in between."""
    people = [customer(f"Customer {n}", f"+1617555010{n}") for n in range(4)]
    staff = [sara, per, eva]

    def happen(step, what, n, now):
        number = f"+1617555010{n}"
        tickets = list(Ticket.objects.open().order_by("pk"))
        ticket = tickets[n % len(tickets)] if tickets else None
        by = staff[n % 3]
        if what == "missed":
            missed(now=now, number=number, call_id=f"in {step}")
        elif what == "spoken":
            spoken(now=now, number=number, call_id=f"in {step}")
        elif what in {"visit", "off_channel"}:
            kind = Kind.WALK_IN if what == "visit" else Kind.CALL
            said = Contact(kind, Direction.IN, "Hello", now, official=what == "visit", minutes=n)
            journey.contact_logged(said, by=by, now=now, customer=people[n])
        elif what in {"tried", "reached"} and ticket and ticket.contact_point:
            called = {"number": ticket.contact_point.value, "call_id": f"out {step}", "now": now}
            if what == "tried":
                tried(**called, outcome=Outcome.NO_ANSWER)
            else:
                spoken(**called, direction="out")
        elif ticket is not None:
            on_ticket(what, ticket, n, by, now, tickets)

    def on_ticket(what, ticket, n, by, now, tickets):
        if what == "wrote":
            said = Contact(Kind.CALL, Direction.OUT, "Hello", now)
            journey.contact_logged(said, by=by, now=now, ticket=ticket)
        elif what == "assign":
            journey.ticket_assigned(ticket, by, now=now)
        elif what == "quote" and ticket.customer:
            service = Service.objects.order_by("pk")[n % 2]
            journey.quoted(ticket, service, by=by, now=now, accepted_how="phone")
        elif what == "ready" and ticket.status != "ready":
            journey.ticket_moved(ticket, "ready", by=by, now=now, customer_told=True)
        elif what in {"free", "charged"} and ticket.customer:
            journey.ticket_closed(
                ticket, charge=what, gift_reason=["Loyalty", ""][n % 2], by=by, now=now
            )
        elif what == "spam" and not n:
            journey.marked_spam(ticket, by=by, now=now)
        elif what == "solved":
            owed = Promise.objects.open().filter(ticket=ticket).first()
            if owed:
                journey.promise_ended(owed, "solved", because="Solved", by=by, now=now)
        elif what == "merge":
            theirs = [it for it in tickets if it.customer_id == ticket.customer_id]
            if theirs[0] != ticket:
                journey.tickets_merged(ticket, theirs[0], by=by, now=now)

    def life(steps):
        now = boston(2026, 2, 23, 9)
        for step, (what, n, later) in enumerate(steps):
            now += later * MINUTE
            duties.swept(now=now)
            happen(step, what, n, now)
        for invoice in unpaid():
            journey.invoice_paid(
                invoice, kind="card", amount=invoice.total, by=sara, now=invoice.issued_at
            )
        duties.swept(now=now + 3 * HOUR)

    return life


def unpaid():
    return Invoice.objects.filter(settlements__isnull=True)[::2]


# -- the same, worked out row by row ---------------------------------------------------------------


def average(spans):
    return round(sum(spans, timedelta()) / len(spans) / MINUTE) if spans else None


def local(at, unit):
    day = at.astimezone(BOSTON).date()
    if unit == "week":
        day -= timedelta(days=day.weekday())
    return f"{day:%Y-%m}" if unit == "month" else day.isoformat()


def times(at):
    return {unit: local(at, unit) for unit in ("month", "week", "day")}


def key(row):
    return str(row.pk) if row is not None else "none"


def touched(promise, touches):
    """When one of us was in touch with them first, once it was due."""
    where = {promise.ticket_id, promise.ticket.merged_into_id} - {None}
    found = [it.happened_at for it in touches if it.ticket_id in where]
    return min((at for at in found if at >= promise.due_at), default=None)


def our_touches():
    return [
        it
        for it in Interaction.objects.all()
        if it.direction == "out"
        and not it.is_automatic
        and it.status in {"logged", "sent", "delivered"}
    ]


def heads(promises):
    """Those that do not go on with one that broke."""
    by_key = {promise.pk: promise for promise in promises}

    def goes_on(promise):
        before = by_key.get(promise.follows_id)
        if before is not None and before.status == "superseded":
            before = by_key.get(before.follows_id)
        return before is not None and before.status == "broken"

    return [promise for promise in promises if not goes_on(promise)]


def ledger_of_promises():
    everything = list(Promise.objects.select_related("ticket__assignee", "ended_by", "maker"))
    touches = our_touches()
    for row in heads(everything):
        if row.status != "open":
            row.touched = touched(row, touches)
            person = row.ended_by or row.ticket.assignee or row.maker
            yield (
                row.ended_at,
                {**times(row.ended_at), "kind": row.kind, "person": key(person)},
                row,
            )


def figures_of_promises(rows):
    fates = [row.status for row in rows]
    kept, broken = fates.count("kept"), fates.count("broken")
    late = [row for row in rows if row.status == "broken" and row.touched]
    return {
        "kept": kept,
        "early": sum(
            row.status == "kept" and row.target_at is not None and row.ended_at < row.target_at
            for row in rows
        ),
        "broken": broken,
        "rate": 100 * kept / (kept + broken) if kept + broken else None,
        "ahead": average([it.due_at - it.ended_at for it in rows if it.status == "kept"]),
        "behind": average([it.touched - it.due_at for it in late]),
        "moved": fates.count("superseded") + fates.count("solved"),
        "void": fates.count("void"),
    }


def ledger_of_callbacks():
    everything = list(Promise.objects.select_related("ticket__assignee", "ended_by", "cause"))
    touches, calls = our_touches(), Interaction.objects.filter(kind="call", direction="out")
    for row in heads(everything):
        retried = row.cause is not None and row.cause.direction == "out"
        if row.kind != "callback" or retried or row.status in {"void", "superseded"}:
            continue
        row.reached = {"kept": row.ended_at, "broken": touched(row, touches)}.get(row.status)
        until = settled(row, everything, touches)
        row.calls = sum(
            it.ticket_id == row.ticket_id
            and row.made_at <= it.happened_at
            and (until is None or it.happened_at <= until)
            for it in calls
        )
        keys = {
            **times(row.made_at),
            "channel": row.cause.kind if row.cause else "(none)",
            "customer": key(row.ticket.customer),
            "person": key(row.ended_by or row.ticket.assignee),
        }
        yield row.made_at, keys, row


def settled(row, everything, touches):
    """When nothing followed any more."""
    followed = {promise.follows_id for promise in everything}
    last = [
        it
        for it in sorted(everything, key=lambda it: (it.made_at, it.pk))
        if it.ticket_id == row.ticket_id
        and it.kind == "callback"
        and it.made_at >= row.made_at
        and it.pk not in followed
        and it.status != "open"
    ]
    if not last:
        return None
    return touched(last[0], touches) if last[0].status == "broken" else last[0].ended_at


def figures_of_callbacks(rows):
    def count(status, *, reached=None):
        return sum(
            row.status == status and (reached is None or bool(row.reached) == reached)
            for row in rows
        )

    asked = [
        (row.cause.happened_at if row.cause else row.made_at, row.reached)
        for row in rows
        if row.reached
    ]
    return {
        "promised": len(rows),
        "in_time": count("kept"),
        "late": count("broken", reached=True),
        "never": count("broken", reached=False),
        "solved": count("solved"),
        "waiting": count("open"),
        "attempts": sum(row.calls for row in rows),
        "wait": average([reached - at for at, reached in asked]),
    }


def ledger_of_contacts():
    for row in Interaction.objects.select_related("ticket__customer", "ticket__ended_by", "staff"):
        ticket = row.ticket
        if row.direction == "in" and ticket.charge == "free" and ticket.status != "spam":
            yield (
                row.happened_at,
                {
                    **times(row.happened_at),
                    "customer": key(ticket.customer),
                    "channel": row.kind,
                    "person": key(row.staff or ticket.ended_by),
                    "reason": ticket.gift_reason or "(none)",
                },
                row,
            )


def figures_of_contacts(rows):
    return {
        "contacts": len(rows),
        "off_channel": sum(not row.official for row in rows),
        "tickets": len({row.ticket_id for row in rows}),
        "customers": len({row.ticket.customer_id for row in rows if row.ticket.customer_id}),
        "minutes": sum(row.minutes for row in rows),
    }


def ledger_of_gifts():
    for row in Settlement.objects.select_related("invoice"):
        invoice = row.invoice
        if row.kind == "gift":
            keys = {
                **times(invoice.issued_at),
                "customer": str(invoice.customer_id),
                "technician": str(invoice.technician_id),
                "service": str(invoice.service_id or "none"),
                "channel": invoice.channel,
                "reason": row.reason,
            }
            yield invoice.issued_at, keys, row


def figures_of_gifts(rows):
    customers = {row.invoice.customer_id for row in rows}
    paid = [
        row.amount
        for row in Settlement.objects.select_related("invoice")
        if row.kind != "gift"
        and row.invoice.customer_id in customers
        and SINCE <= row.invoice.issued_at < UNTIL
    ]
    return {
        "given": sum(row.amount for row in rows),
        "invoices": len({row.invoice_id for row in rows}),
        "customers": len(customers),
        "paid": sum(paid),
    }


LEDGERS = {
    "gifts": (ledger_of_gifts, figures_of_gifts),
    "promises": (ledger_of_promises, figures_of_promises),
    "callbacks": (ledger_of_callbacks, figures_of_callbacks),
    "free-contacts": (ledger_of_contacts, figures_of_contacts),
}
# How many things a report has counted.
COUNTED = {
    "gifts": lambda it: it["invoices"],
    "promises": lambda it: it["kept"] + it["broken"] + it["moved"] + it["void"],
    "callbacks": lambda it: it["promised"],
    "free-contacts": lambda it: it["contacts"],
}


# What the parts of a bar come to together.
WHOLE = {
    "gifts": lambda it: it["given"] + it["paid"],
    "promises": lambda it: it["kept"] + it["broken"],
    "callbacks": lambda it: it["promised"],
    "free-contacts": lambda it: it["contacts"],
}


def said_in(report, cut, figures):
    return {measure.key: figures[measure.key] for measure in report.said_in(cut)}


def check(slug):
    """Compare a report, its cuts and its rows with what is worked out from the ledger."""
    report, (ledger, work_out) = REPORTS[slug], LEDGERS[slug]
    part = Slice(SINCE, UNTIL, zone=BOSTON)
    found = [(keys, row) for at, keys, row in ledger() if SINCE <= at < UNTIL]
    whole = work_out([row for _keys, row in found])

    assert report.figures(part) == whole
    assert sum(whole[key] for key in report.stack or ["contacts"]) == WHOLE[slug](whole)
    assert len(list(report.detail(part).rows)) == COUNTED[slug](whole) == len(found)
    for cut in report.cuts:
        filed = defaultdict(list)
        for keys, row in found:
            filed[keys[cut]].append(row)
        shares = {share.key: share for share in report.by(cut, part)}
        assert {key: said_in(report, cut, it.figures) for key, it in shares.items()} == {
            key: said_in(report, cut, work_out(rows)) for key, rows in filed.items()
        }
        for measure in report.said_in(cut):
            if measure.adds_up:
                parts = sum(share.figures[measure.key] for share in shares.values())
                assert (cut, measure.key, parts) == (cut, measure.key, whole[measure.key])
        for share in shares.values():
            behind = Slice(SINCE, UNTIL, cut, share.key, zone=BOSTON)
            assert report.name(cut, share.key) == share.what
            assert said_in(report, cut, report.figures(behind)) == said_in(
                report, cut, share.figures
            )
            assert len(list(report.detail(behind).rows)) == COUNTED[slug](share.figures)


@settings(
    max_examples=6,
    phases=[Phase.explicit, Phase.generate],
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=12, max_size=30))
def test_the_figures_are_the_sums_of_the_ledgers(life, steps):
    with timezone.override(BOSTON):
        try:
            with transaction.atomic():
                life(steps)
                for slug in REPORTS:
                    check(slug)
                raise Undone
        except Undone:
            pass


@pytest.mark.parametrize("slug", REPORTS)
def test_a_report_without_anything_has_nothing(shop, slug):
    check(slug)
