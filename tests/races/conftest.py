"""What is there before two come at once."""

from datetime import timedelta

import pytest

from helpdesk import journey
from tests.conftest import boston
from tickets.models import Ticket
from tickets.models.work import Kind

TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def opened(ingrid, sara):
    """Open tickets for Ingrid."""

    def opened():
        contact = journey.Contact(
            kind=Kind.WALK_IN, direction="in", said="Black screen", heard_at=TEN
        )
        return journey.contact_logged(contact, by=sara, now=TEN, customer=ingrid).ticket

    return opened


@pytest.fixture
def ticket(opened):
    return opened()


@pytest.fixture
def closed(opened, sara):
    """Close a ticket at ten; at eleven it is to be invoiced."""

    def closed(charge="free"):
        ticket = Ticket.objects.get(pk=opened().pk)
        journey.ticket_closed(ticket, charge=charge, by=sara, now=TEN)
        return ticket

    return closed


@pytest.fixture
def eleven():
    return TEN + timedelta(hours=1)
