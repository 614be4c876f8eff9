"""Somebody calls about something that is in work."""

from datetime import timedelta

import pytest

from helpdesk import journey
from tests.conftest import boston
from tickets import intake
from tickets.models import Interaction, Ticket

HOUR = timedelta(hours=1)
ANOTHER = "+16175550199"


@pytest.fixture
def two(logged, ingrid, monday_nine):
    """Two open tickets of Ingrid's; the second was spoken about last."""
    first = logged("A laptop", now=monday_nine, customer=ingrid).ticket
    second = logged("A printer", now=monday_nine + HOUR, customer=ingrid).ticket
    return first, second


def test_it_joins_the_ticket(ticket, spoken, monday_nine):
    call = spoken(now=monday_nine + HOUR)

    assert call.ticket == ticket
    assert (Ticket.objects.count(), Interaction.objects.count()) == (1, 2)


def test_a_missed_one_joins_it_too(ticket, missed, monday_nine):
    missed(now=monday_nine + HOUR)

    assert list(ticket.promises.values_list("kind", "due_at")) == [
        ("callback", boston(2026, 3, 2, 14))
    ]


def test_of_two_it_joins_the_one_last_spoken_about(two, spoken, logged, monday_nine):
    first, second = two
    assert spoken(now=monday_nine + 2 * HOUR, call_id="a").ticket == second

    logged("About the laptop", now=monday_nine + 3 * HOUR, ticket=first)

    assert spoken(now=monday_nine + 4 * HOUR, call_id="b").ticket == first


def test_what_we_do_among_ourselves_is_not_spoken_about(two, spoken, per, monday_nine):
    first, second = two
    journey.ticket_moved(first, Ticket.Status.READY, by=per, now=monday_nine + 2 * HOUR)
    journey.note_added(first, "New screen fitted.", by=per, now=monday_nine + 2 * HOUR)

    assert spoken(now=monday_nine + 3 * HOUR).ticket == second


def test_what_has_ended_is_not_joined(two, spoken, close, monday_nine):
    first, second = two
    close(second, now=monday_nine + 2 * HOUR)

    assert spoken(now=monday_nine + 3 * HOUR).ticket == first


def test_with_nothing_open_it_gets_its_own(ticket, spoken, close, ingrid, monday_nine):
    close(ticket, now=monday_nine + HOUR)

    joined = spoken(now=monday_nine + 2 * HOUR).ticket

    assert joined != ticket
    assert joined.customer == ingrid


def test_a_customer_is_known_by_any_of_their_numbers(ticket, spoken, ingrid, monday_nine):
    journey.customer_identified(spoken(now=monday_nine, number=ANOTHER).ticket, ingrid)

    call = spoken(now=monday_nine + HOUR, number=ANOTHER, call_id="second")

    assert call.ticket.customer == ingrid
    assert ingrid.contact_points.count() == 2


def test_a_shared_number_joins_what_was_last_spoken_about_by_any_of_them(
    ticket, spoken, logged, customer, ingrid, shop, monday_nine
):
    nils = intake.new_customer(
        "Nils Berg", shop=shop, now=monday_nine, point=ingrid.contact_points.get()
    )
    theirs = logged("A tablet", now=monday_nine + HOUR, customer=nils).ticket

    assert spoken(now=monday_nine + 2 * HOUR).ticket == theirs


def test_a_shared_number_with_nothing_open_is_to_be_identified(spoken, ingrid, shop, monday_nine):
    intake.new_customer("Nils Berg", shop=shop, now=monday_nine, point=ingrid.contact_points.get())

    ticket = spoken(now=monday_nine).ticket

    assert (ticket.customer, ticket.contact_point) == (None, ingrid.contact_points.get())


def test_calling_somebody_new_needs_no_ticket(tried, sara, monday_nine):
    heard = tried(now=monday_nine, number=ANOTHER)

    assert (heard.ticket, Ticket.objects.count()) == (None, 0)
    assert Interaction.objects.get().staff == sara


def test_calling_a_customer_joins_their_ticket(ticket, spoken, monday_nine):
    call = spoken(now=monday_nine + HOUR, direction="out")

    assert call.ticket == ticket


def test_it_brings_the_ticket_to_the_top_of_the_list(two, missed, logged, monday_nine):
    first, second = two
    missed(now=monday_nine + 2 * HOUR)

    second.refresh_from_db()
    assert second.touched_at == monday_nine + 2 * HOUR
    assert list(Ticket.objects.order_by("-touched_at")) == [second, first]
