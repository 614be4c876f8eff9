"""Staff write down a contact: on the phone, at the counter, or met outside."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from helpdesk import journey
from tests.conftest import boston
from tests.journey.ledger import fates
from tickets import search
from tickets.models import Interaction, Service, Ticket
from tickets.models.work import Kind

HOUR = timedelta(hours=1)
TEN = boston(2026, 3, 2, 10)


def test_it_gets_a_ticket_named_after_what_was_said(logged, ingrid, sara):
    result = logged("\n The screen stays black.\nSince Friday.", now=TEN, customer=ingrid)

    ticket = Ticket.objects.get()
    assert result.ticket == ticket
    assert (ticket.subject, ticket.status) == ("The screen stays black.", Ticket.Status.OPEN)
    assert (ticket.customer, ticket.channel) == (ingrid, "call")


def test_it_is_written_down_by_whom_and_when(logged, ingrid, sara):
    logged(now=TEN + HOUR, heard_at=TEN, customer=ingrid, minutes=5)

    interaction = Interaction.objects.get()
    assert (interaction.kind, interaction.direction, interaction.staff) == ("call", "in", sara)
    assert (interaction.happened_at, interaction.logged_at) == (TEN, TEN + HOUR)
    assert (interaction.via, interaction.provider_id) == ("desk", None)
    assert (interaction.minutes, interaction.official) == (5, True)


def test_at_the_counter_nothing_is_promised_unless_staff_choose_so(logged, ingrid):
    logged(now=TEN, kind=Kind.WALK_IN, customer=ingrid)

    assert fates() == []


def test_it_may_say_nothing(logged, ingrid):
    assert logged("", now=TEN, customer=ingrid).ticket.subject == "(no subject)"


def test_on_a_ticket_that_is_there_it_makes_no_second_one(ticket, logged):
    assert logged("Is it done?", now=TEN, ticket=ticket).ticket == ticket
    assert (Ticket.objects.count(), ticket.interactions.count()) == (1, 2)


def test_a_new_matter_on_the_phone_gets_a_ticket_of_its_own(ticket, spoken, logged):
    call = spoken(now=TEN).call.interaction

    result = logged("And a printer.", now=TEN, call=call, is_new_matter=True)

    assert result.ticket != ticket
    assert (result.ticket.subject, result.ticket.customer) == ("And a printer.", None)
    assert (ticket.interactions.count(), result.ticket.interactions.get()) == (1, call)


def test_a_technician_was_stopped_at_dinner(logged, ingrid, per):
    logged("Asked about his laptop.", now=TEN, by=per, customer=ingrid, official=False)

    interaction = Interaction.objects.get()
    assert (interaction.official, interaction.staff) == (False, per)
    assert fates() == []


def test_a_form_sent_twice_is_logged_once(logged, ingrid, sara):
    contact = journey.Contact(
        kind=Kind.CALL, direction="in", said="Black screen", heard_at=TEN, form_id="f1"
    )
    journey.contact_logged(contact, by=sara, now=TEN, customer=ingrid)

    with pytest.raises(IntegrityError), transaction.atomic():
        journey.contact_logged(contact, by=sara, now=TEN, customer=ingrid)

    assert (Ticket.objects.count(), Interaction.objects.count()) == (1, 1)


def test_what_it_was_about_can_be_said_later(spoken, logged, ingrid):
    call = spoken(now=TEN).call.interaction
    repair = Service.objects.get(name="Laptop repair")

    logged(
        "Black screen", now=TEN, call=call, customer=ingrid, service=repair, subject="Her laptop"
    )

    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.service) == ("Her laptop", repair)
    assert (ticket.customer, Interaction.objects.get().staff) == (ingrid, call.staff)


def test_what_was_said_is_found(logged, ingrid):
    ticket = logged("The toner leaks.", now=TEN, customer=ingrid).ticket

    assert list(search.narrow(Ticket.objects.all(), "TONER ingrid")) == [ticket]


def test_what_a_database_cannot_store_is_left_out(logged, ingrid):
    logged("black\x00 screen \ud83d", now=TEN, customer=ingrid)

    assert Interaction.objects.get().text == "black screen \ufffd"


def test_a_note_is_among_ourselves(ticket, per):
    journey.note_added(ticket, "Ordered a screen.", by=per, minutes=10, now=TEN)

    note = Interaction.objects.get(kind="note")
    assert (note.direction, note.staff, note.minutes) == ("internal", per, 10)
    ticket.refresh_from_db()
    assert ticket.touched_at == TEN


def test_a_customer_who_answers_puts_the_ticket_back_to_work(ticket, logged, sara):
    journey.ticket_moved(ticket, Ticket.Status.WAITING, by=sara, now=TEN)

    logged("Go ahead.", now=TEN + HOUR, ticket=ticket)

    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.OPEN
