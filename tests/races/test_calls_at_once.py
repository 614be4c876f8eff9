"""What the phone system tells us twice, or of two calls, at the same moment."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies import promises
from tests.journey.ledger import fates
from tests.races.together import Gate, at_once, times
from tickets import intake
from tickets.channels.contract import Outcome
from tickets.models import Arrival, Call, ContactPoint, Interaction, Ticket
from tickets.models.work import Kind

pytestmark = pytest.mark.django_db(transaction=True)
NUMBERS = ["+16175550142", "anonymous"]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("count", [2, 8])
def test_one_call_id_is_one_contact(hear, monkeypatch, monday_nine, number, count):
    monkeypatch.setattr(intake, "open_ticket", Gate(count).before(intake.open_ticket))

    heard = times(count, lambda: hear("new_call", now=monday_nine, number=number))

    call = Call.objects.get()
    assert [it.call for it in heard] == [call] * count
    assert (Interaction.objects.count(), Ticket.objects.count()) == (1, 1)
    assert Arrival.objects.count() == count


@pytest.mark.parametrize("number", NUMBERS)
def test_all_events_of_a_call_at_once_lose_nothing(hear, monday_nine, number):
    tell = [
        ("new_call", {"queue": "Desk"}),
        ("answer", {"answering_number": "101"}),
        ("hangup", {"outcome": Outcome.COMPLETED, "cause": "normalClearing"}),
    ] * 2

    heard = at_once(
        *[
            lambda kind=kind, fields=fields: hear(kind, now=monday_nine, number=number, **fields)
            for kind, fields in tell
        ]
    )

    call = Call.objects.get()
    assert {it.call for it in heard} == {call}
    assert (call.status, call.outcome, call.was_answered) == ("ended", "completed", True)
    assert (call.queue, call.answering_number, call.cause) == ("Desk", "101", "normalClearing")
    assert [status for _kind, status in fates() if status != "void"] == []
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("count", [2, 8])
def test_missed_calls_of_one_number_are_one_ticket_and_one_promise(
    missed, monkeypatch, monday_nine, count
):
    monkeypatch.setattr(intake, "open_ticket", Gate(count).before(intake.open_ticket))

    heard = at_once(
        *[lambda n=n: missed(now=monday_nine, call_id=f"call-{n}") for n in range(count)]
    )

    ticket = Ticket.objects.get()
    assert [it.ticket for it in heard] == [ticket] * count
    assert (Interaction.objects.count(), ContactPoint.objects.count()) == (count, 1)
    assert fates() == [("callback", "open")]


def test_missed_calls_of_two_numbers_are_two(missed, monday_nine):
    at_once(
        lambda: missed(now=monday_nine, call_id="1", number="+16175550142"),
        lambda: missed(now=monday_nine, call_id="2", number="+16175550199"),
    )

    assert Ticket.objects.count() == 2
    assert fates() == [("callback", "open")] * 2


def test_a_callback_promised_twice_is_one_promise(ticket, sara, monkeypatch, monday_nine):
    monkeypatch.setattr(promises, "callback_due", Gate(2).before(promises.callback_due))

    made = times(2, lambda: journey.callback_promised(ticket, by=sara, now=monday_nine))

    assert made[0] == made[1]
    assert fates() == [("callback", "open")]


def test_a_form_sent_twice_is_logged_once(ingrid, sara, monday_nine):
    contact = journey.Contact(
        kind=Kind.CALL, direction="in", said="Black screen", heard_at=monday_nine, form_id="f1"
    )

    logged = times(
        2, lambda: journey.contact_logged(contact, by=sara, now=monday_nine, customer=ingrid)
    )

    assert sorted(type(it).__name__ for it in logged) == ["IntegrityError", "Logged"]
    assert (Interaction.objects.count(), Ticket.objects.count()) == (1, 1)


def test_a_silent_call_is_given_up_once(hear, monday_nine):
    hear("new_call", now=monday_nine)

    swept = times(4, lambda: duties.swept(now=monday_nine + timedelta(hours=4)))

    assert [type(it) for it in swept] == [dict] * 4
    assert fates() == [("callback", "open")]
    assert Call.objects.get().status == Call.Status.ENDED
