"""Somebody calls without showing a number, and nobody answers."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies.models import Promise
from tests.conftest import boston
from tests.journey.ledger import fates
from tickets import intake
from tickets.models import ContactPoint, Interaction, Ticket

WITHHELD = ["anonymous", "", "Restricted", "+266696687", "sip:anonymous@anonymous.invalid"]


@pytest.fixture
def promise(missed, monday_nine):
    missed(now=monday_nine, number="anonymous")
    return Promise.objects.get()


@pytest.mark.parametrize("number", WITHHELD)
def test_it_is_on_a_ticket_to_be_identified(missed, monday_nine, number):
    missed(now=monday_nine, number=number)

    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.who) == ("Call, number withheld", "To be identified")
    assert (ticket.contact_point, ContactPoint.objects.count()) == (None, 0)


def test_two_are_not_taken_for_one_caller(missed, monday_nine):
    missed(now=monday_nine, number="anonymous", call_id="1")
    missed(now=monday_nine, number="anonymous", call_id="2")

    assert (Ticket.objects.count(), Interaction.objects.count()) == (2, 2)


def test_a_callback_is_promised_as_to_anybody(promise):
    assert (promise.kind, promise.due_at) == ("callback", boston(2026, 3, 2, 13))


def test_with_nobody_to_call_it_is_void_at_its_time(promise):
    duties.swept(now=promise.due_at)

    promise.refresh_from_db()
    assert (promise.status, promise.ended_at) == ("void", promise.due_at)
    assert promise.ended_because == "No number to call back"
    assert fates() == [("callback", "void")]


def test_it_never_counts_as_broken_however_late_staff_end_it(promise, sara):
    journey.promise_ended(
        promise, "kept", because="Came by", by=sara, now=promise.due_at + timedelta(hours=1)
    )

    promise.refresh_from_db()
    assert (promise.status, promise.ended_at) == ("void", promise.due_at)


def test_once_we_know_whom_to_call_it_can_be_kept(promise, ingrid, logged, monday_nine):
    journey.customer_identified(promise.ticket, ingrid)
    ten = monday_nine + timedelta(hours=1)

    logged("Called back.", now=ten, direction="out", ticket=promise.ticket)

    assert fates() == [("callback", "kept")]


def test_once_we_know_whom_to_call_it_can_be_broken(promise, ingrid):
    journey.customer_identified(promise.ticket, ingrid)

    duties.swept(now=promise.due_at)

    assert fates() == [("callback", "broken"), ("callback", "open")]


def test_a_name_without_a_number_is_still_nobody_to_call(promise, shop, monday_nine):
    nameless = intake.new_customer("Somebody", shop=shop, now=monday_nine)
    journey.customer_identified(promise.ticket, nameless)

    duties.swept(now=promise.due_at)

    assert fates() == [("callback", "void")]
