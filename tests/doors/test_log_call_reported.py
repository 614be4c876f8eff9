"""A call that the phone system told of is logged: on its own ticket, or where it belongs."""

from datetime import timedelta

import pytest

from helpdesk import journey
from policies.models import Promise
from tests.conftest import CALLER, boston
from tests.doors.log_page import clock, desk, promised, ticket
from tickets.models import Interaction, Ticket

__all__ = ["clock", "desk", "promised", "ticket"]  # fixtures

CALL_BACK = {"said": "The screen stays black.", "outcome": "callback"}
OTHER = "+16175550199"


@pytest.fixture
def ringing(hear, clock):
    """Let somebody call and be answered; five minutes later the page is opened."""

    def ringing(number=CALLER):
        hear("new_call", now=clock.at, number=number)
        hear("answer", now=clock.at, number=number, answering_number="101")
        clock.at += timedelta(minutes=5)
        return Interaction.objects.latest("pk")

    return ringing


def test_it_is_filled_in_and_counts_from_when_it_rang(desk, ringing):
    call = ringing()
    page = desk.open(call=call.pk)
    assert page.fields["q"] == "(617) 555-0142"
    assert page.fields["about"] == f"ticket:{call.ticket.pk}"

    desk.send(desk.change(page, **CALL_BACK))

    call = Interaction.objects.get()  # still one
    assert (call.text, call.staff.username) == ("The screen stays black.", "sara")
    assert call.ticket.subject == "The screen stays black."
    promise = Promise.objects.get()
    assert promise.due_at == boston(2026, 3, 2, 13)
    assert promise.cause == call
    assert promise.told_text == page.read[0]


def test_a_stranger_says_their_name(desk, ringing):
    call = ringing()

    desk.log(
        {"new_name": "Bengt Öst", "charge": "free", **CALL_BACK, "outcome": "answered"},
        call=call.pk,
    )

    ticket = Ticket.objects.get()
    assert (ticket.customer.name, ticket.status) == ("Bengt Öst", Ticket.Status.CLOSED)


def test_it_joins_the_ticket_it_is_about(desk, ringing, ticket):
    call = ringing(number=OTHER)

    desk.log(CALL_BACK | {"about": f"ticket:{ticket.pk}"}, call=call.pk)

    call.refresh_from_db()
    assert call.ticket == ticket
    assert Ticket.objects.exclude(pk=ticket.pk).get().status == Ticket.Status.MERGED
    assert ticket.customer.contact_points.filter(value=OTHER).exists()


def test_a_new_matter_leaves_the_ticket_it_was_filed_on(desk, ringing, ticket, ingrid):
    call = ringing()
    assert call.ticket == ticket

    desk.log(CALL_BACK | {"about": f"customer:{ingrid.pk}"}, call=call.pk)

    call.refresh_from_db()
    assert call.ticket != ticket
    assert (call.ticket.customer, call.ticket.status) == (ingrid, Ticket.Status.OPEN)


def test_somebody_else_calls_from_a_number_we_know(desk, ringing, customer, ingrid):
    bengt = customer("Bengt Öst", number=OTHER)
    call = ringing()
    assert call.ticket.customer == ingrid

    desk.log(CALL_BACK | {"about": f"customer:{bengt.pk}"}, call=call.pk)

    assert Ticket.objects.get().customer == bengt


def test_somebody_elses_ticket_from_a_number_we_know(desk, ringing, customer, sara, ticket):
    customer("Bengt Öst", number=OTHER)
    call = ringing(number=OTHER)

    desk.log(CALL_BACK | {"about": f"ticket:{ticket.pk}"}, call=call.pk)

    call.refresh_from_db()
    assert call.ticket == ticket


def test_two_colleagues_log_the_same_call(desk, ringing, sara):
    call = ringing()
    mine, theirs = desk.open(call=call.pk), desk.open(call=call.pk)
    assert desk.send(desk.change(theirs, **CALL_BACK)).status_code == 302

    response = desk.send(desk.change(mine, **CALL_BACK | {"said": "Something else."}))

    assert response["Location"].endswith(f"/tickets/{call.ticket.pk}/")
    call.refresh_from_db()
    assert call.text == "The screen stays black."


def test_a_withheld_number_is_asked_for(desk, ringing):
    call = ringing(number="anonymous")

    desk.log(CALL_BACK | {"number": "617 555 0199"}, call=call.pk)

    assert Ticket.objects.get().contact_point.value == OTHER
    assert Promise.objects.get().due_at == boston(2026, 3, 2, 13)


def test_we_called_and_nobody_answered(desk, promised, tried, clock):
    clock.at = boston(2026, 3, 2, 12)
    tried(now=clock.at)
    call = Interaction.objects.latest("pk")
    page = desk.open(call=call.pk)
    assert page.fields["how"] == "no_answer"

    desk.send(desk.change(page, outcome="callback"))

    promise = Promise.objects.open().get()
    assert (promise.follows, promise.told_at) == (promised, None)
    assert promise.due_at == boston(2026, 3, 2, 16)


def test_we_called_and_spoke(desk, promised, spoken, clock):
    clock.at = boston(2026, 3, 2, 12)
    spoken(now=clock.at, direction="out", call_id="out-1")
    call = Interaction.objects.latest("pk")

    page = desk.log(CALL_BACK, call=call.pk)

    promised.refresh_from_db()
    assert promised.status == Promise.Status.KEPT
    assert Promise.objects.open().get().told_text == page.read[0]


def test_a_call_of_this_morning_counts_from_now(desk, spoken, clock):
    spoken(now=clock.at)
    clock.at = boston(2026, 3, 2, 15)

    desk.log(CALL_BACK, call=Interaction.objects.get().pk)

    assert Promise.objects.get().due_at == boston(2026, 3, 3, 11)


def test_a_call_on_a_ticket_that_has_ended_since(desk, ringing, ticket, sara, clock):
    call = ringing()
    journey.ticket_closed(ticket, charge="free", by=sara, now=clock.at)
    page = desk.open(call=call.pk)
    assert "so this becomes a new ticket" in page.html

    desk.send(desk.change(page, **CALL_BACK))

    call.refresh_from_db()
    assert call.ticket != ticket
