"""Somebody else's client, written for Zammad and unmodified, against a real server."""

import pytest
from zammad_cti import CTIClient

from tickets.models import Arrival, Call, Ticket


@pytest.fixture
def zammad_client(live_server, shop, token):
    client = CTIClient(f"{live_server.url}/api/v1/cti/{token}")
    yield client
    client._session.close()  # or the server waits with its database for what comes next


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("direction", ["in", "out"])
def test_a_client_of_zammad_is_understood(zammad_client, sara, ingrid, direction):
    ends = ("16175550142", "16175550100")
    call = (*(ends if direction == "in" else ends[::-1]), direction, "307fa962")

    assert zammad_client.new_call(*call, user=["Sara Lind"], queue="front") == {}
    assert zammad_client.answer(*call, answering_number="101", user=["Sara Lind"]) == {}
    assert zammad_client.hangup(*call, "normalClearing", answering_number="101") == {}

    filed = Call.objects.get()
    assert (filed.status, filed.outcome) == (Call.Status.ENDED, Call.Outcome.COMPLETED)
    assert filed.was_answered
    assert filed.queue == "front"
    assert filed.users == ["Sara Lind"]
    assert filed.interaction.direction == direction
    assert filed.interaction.provider_id == "307fa962"
    assert filed.interaction.staff == sara
    assert filed.interaction.contact_point == ingrid.contact_points.get()
    assert Arrival.objects.filter(interaction=filed.interaction).count() == 3
    assert list(Ticket.objects.values_list("customer", flat=True)) == (
        [ingrid.pk] if direction == "in" else []
    )
