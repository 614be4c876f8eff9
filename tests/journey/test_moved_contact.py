"""The phone system guessed which ticket a call was about, and staff know better."""

from datetime import timedelta

import pytest

from helpdesk import journey
from tests.conftest import boston
from tests.journey.ledger import dues, fates
from tickets import search
from tickets.merging import NotMergeable
from tickets.models import Interaction, Ticket

HOUR = timedelta(hours=1)
TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def other(logged, ingrid, monday_nine):
    """An older ticket of Ingrid's, spoken about before the fixture `ticket`."""
    return logged("A printer", now=monday_nine - HOUR, customer=ingrid).ticket


def found(word):
    return list(search.narrow(Ticket.objects.order_by("pk"), word))


def test_it_is_read_on_the_other_ticket(other, ticket, spoken, sara):
    call = spoken(now=TEN).call.interaction
    assert call.ticket == ticket

    journey.contact_moved(call, other, by=sara, now=TEN + HOUR)

    call.refresh_from_db()
    assert call.ticket == other
    assert Ticket.objects.open().count() == 2


def test_it_is_found_there(other, ticket, logged, sara):
    about = logged("The toner leaks.", now=TEN, ticket=ticket).interaction
    assert found("toner") == [ticket]

    journey.contact_moved(about, other, by=sara, now=TEN + HOUR)

    assert found("toner") == [other]


def test_a_ticket_left_empty_is_merged(missed, ticket, sara, monday_nine):
    call = missed(now=TEN, number="+16175550199").call.interaction
    guessed = call.ticket

    journey.contact_moved(call, ticket, by=sara, now=TEN + HOUR)

    guessed.refresh_from_db()
    assert (guessed.status, guessed.merged_into) == (Ticket.Status.MERGED, ticket)
    call.refresh_from_db()
    assert call.ticket == ticket


def test_what_was_promised_on_it_goes_along(missed, ticket, sara):
    call = missed(now=TEN, number="+16175550199").call.interaction

    journey.contact_moved(call, ticket, by=sara, now=TEN + HOUR)

    assert fates() == [("callback", "superseded"), ("callback", "open")]
    assert list(ticket.promises.open().values_list("due_at", flat=True)) == dues()
    assert dues() == [boston(2026, 3, 2, 14)]


def test_staff_move_it_as_they_write_down_what_was_said(spoken, ticket, logged):
    call = spoken(now=TEN, number="+16175550199").call.interaction
    guessed = call.ticket

    result = logged("Calls from work.", now=TEN, call=call, ticket=ticket)

    assert (result.ticket, result.interaction) == (ticket, call)
    assert Interaction.objects.filter(kind="call").count() == 1
    guessed.refresh_from_db()
    assert guessed.merged_into == ticket


def test_of_an_ended_ticket_only_the_contact_moves(ticket, close, logged, spoken, ingrid, sara):
    call = spoken(now=TEN).call.interaction
    close(ticket, now=TEN)
    to = logged(now=TEN, customer=ingrid).ticket

    journey.contact_moved(call, to, by=sara, now=TEN + HOUR)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.merged_into) == (Ticket.Status.CLOSED, None)
    call.refresh_from_db()
    assert call.ticket == to


def test_the_only_contact_of_another_customer_is_not_moved_away(missed, ticket, customer, sara):
    customer("Nils Holm", number="+16175550199")
    call = missed(now=TEN, number="+16175550199").call.interaction

    with pytest.raises(NotMergeable, match="two customers"):
        journey.contact_moved(call, ticket, by=sara, now=TEN + HOUR)
