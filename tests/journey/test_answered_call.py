"""Somebody calls and is answered."""

from datetime import timedelta

from helpdesk import duties
from policies.models import Promise
from tests.conftest import boston
from tests.journey.ledger import fates
from tickets.channels.contract import Outcome
from tickets.models import Arrival, Call, Interaction, Ticket


def test_it_is_on_a_ticket_before_anybody_has_typed_a_word(spoken, sara, monday_nine):
    spoken(now=monday_nine)

    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.status) == ("Call from (617) 555-0142", Ticket.Status.NEW)
    assert (ticket.customer, ticket.channel) == (None, "call")
    assert ticket.opened_at == monday_nine


def test_it_is_one_contact_and_says_who_answered(spoken, sara, monday_nine):
    spoken(now=monday_nine)

    interaction = Interaction.objects.get()
    assert interaction.ticket == Ticket.objects.get()
    assert (interaction.kind, interaction.direction) == ("call", "in")
    assert (interaction.staff, interaction.happened_at) == (sara, monday_nine)


def test_the_call_is_written_down_as_the_phone_system_told_it(hear, sara, monday_nine):
    minute = timedelta(minutes=1)
    hear("new_call", now=monday_nine, users=("Sara Lind", "Per Holm"), queue="Desk")
    hear("answer", now=monday_nine + minute, users=("Sara Lind",), answering_number="101")
    hear("hangup", now=monday_nine + 5 * minute, outcome=Outcome.COMPLETED, cause="normalClearing")

    call = Call.objects.get()
    assert (call.status, call.outcome, call.was_answered) == ("ended", "completed", True)
    assert (call.from_number, call.to_number) == ("+16175550142", "+16175550100")
    assert (call.users, call.answering_users) == (["Sara Lind", "Per Holm"], ["Sara Lind"])
    assert (call.queue, call.cause, call.answering_number) == ("Desk", "normalClearing", "101")
    assert call.started_at == monday_nine
    assert call.answered_at == monday_nine + minute
    assert call.ended_at == monday_nine + 5 * minute


def test_every_event_is_kept_as_it_came(spoken, sara, monday_nine):
    spoken(now=monday_nine)

    verdict = Arrival.Verdict.CALL_EVENT
    assert list(Arrival.objects.values_list("verdict", "source")) == [(verdict, "pbx")] * 3
    assert {bytes(arrival.raw) for arrival in Arrival.objects.all()} == {b"raw"}


def test_nothing_is_promised_unless_staff_choose_so(spoken, sara, monday_nine):
    spoken(now=monday_nine)

    assert fates() == []


def test_a_receptionist_fills_in_the_call_and_makes_no_second_contact(
    spoken, logged, sara, ingrid, monday_nine
):
    call = spoken(now=monday_nine).call.interaction

    logged("Is it done?", now=monday_nine + timedelta(minutes=2), call=call, minutes=3)

    interaction = Interaction.objects.get()
    assert (interaction.text, interaction.minutes) == ("Is it done?", 3)
    assert Ticket.objects.get().status == Ticket.Status.OPEN


def test_a_callback_that_staff_promise_counts_from_the_call(
    spoken, logged, sara, ingrid, monday_nine
):
    call = spoken(now=monday_nine).call.interaction
    later = monday_nine + timedelta(minutes=20)

    logged("Wants a price.", now=later, heard_at=monday_nine, call=call, wants_callback=True)

    promise = Promise.objects.get()
    assert (promise.maker, promise.cause) == (sara, call)
    assert promise.due_at == boston(2026, 3, 2, 13)
    assert promise.told_at == later
    # babel writes a narrow space before PM
    assert promise.told_text == (
        "We call back Monday to Friday 9:00\u202fAM to 5:00\u202fPM. "
        "You will hear from us by 1:00\u202fPM today."
    )


def test_a_question_answered_in_twenty_seconds_is_a_ticket_too(logged, ingrid, close, monday_nine):
    ticket = logged("Are you open on Friday?", now=monday_nine, customer=ingrid).ticket

    close(ticket, now=monday_nine + timedelta(seconds=20))
    duties.swept(now=monday_nine + timedelta(hours=2))

    assert ticket.invoices.get().total == 4500
