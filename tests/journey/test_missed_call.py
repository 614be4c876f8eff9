"""Somebody calls and nobody answers."""

from datetime import timedelta

import pytest

from helpdesk import journey
from policies.models import Promise
from tests.conftest import boston
from tickets.models import Call, Interaction, Ticket


def test_a_missed_call_is_promised_a_callback_by_the_policy(missed, monday_nine):
    missed(now=monday_nine)

    promise = Promise.objects.get()
    assert promise.kind == Promise.Kind.CALLBACK
    assert promise.due_at == boston(2026, 3, 2, 13)
    assert promise.ticket == Ticket.objects.get()
    assert promise.cause == Interaction.objects.get()


def test_it_breaks_when_its_time_comes_and_another_follows(missed, monday_nine):
    missed(now=monday_nine)
    due_at = Promise.objects.get().due_at

    journey.swept(now=due_at)

    broken, following = Promise.objects.order_by("pk")
    assert broken.status == Promise.Status.BROKEN
    assert broken.ended_at == due_at
    assert following.follows == broken
    assert following.due_at == boston(2026, 3, 2, 17)


def test_free_line(missed, hear, sara, monday_nine):
    missed(now=monday_nine)
    ticket = Ticket.objects.get()
    t = monday_nine + timedelta(hours=1)
    hear("new_call", now=t, call_id="o", direction="out", users=("101",))
    hear("answer", now=t, call_id="o", direction="out", answering_number="101")
    assert Promise.objects.get().status == "kept"
    from tickets import intake
    c = intake.new_customer("Ingrid", shop=__import__("tickets.models").models.Shop.objects.get(), now=t, point=ticket.contact_point)
    ticket.refresh_from_db()
    journey.customer_identified(ticket, c)
    ticket.refresh_from_db()
    journey.ticket_closed(ticket, charge="free", by=sara, now=t)
    assert journey.swept(now=t).total == 0
    s = journey.swept(now=t + timedelta(hours=1))
    assert (s.invoices, s.documents) == (1, 1)
    from billing.models import Invoice
    i = Invoice.objects.get()
    assert i.reference == "2026-0001" and i.total == 4500 and i.settlements.get().amount == 4500
    assert i.document.pdf[:4] == b"%PDF"
    ticket.refresh_from_db()
    journey.ticket_reopened(ticket, by=sara, now=t)
    assert journey.swept(now=t + timedelta(hours=2)).total == 0
