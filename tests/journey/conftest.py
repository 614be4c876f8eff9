"""What a day at the desk is made of."""

import pytest

from helpdesk import journey
from tickets.models import Interaction
from tickets.models.work import Kind


@pytest.fixture
def logged(sara):
    """Let Sara write down that a customer called or came in; on a new ticket unless told which."""

    def logged(said="The screen stays black.", *, now, kind=Kind.CALL, by=None, **more):
        contact = journey.Contact(
            kind=kind,
            direction=more.pop("direction", Interaction.Direction.IN),
            said=said,
            heard_at=more.pop("heard_at", now),
            reached=more.pop("reached", True),
            minutes=more.pop("minutes", 0),
            official=more.pop("official", True),
        )
        return journey.contact_logged(contact, by=by or sara, now=now, **more)

    return logged


@pytest.fixture
def ticket(logged, ingrid, monday_nine):
    """Ingrid brought something in on Monday at nine."""
    return logged(now=monday_nine, kind=Kind.WALK_IN, customer=ingrid).ticket


@pytest.fixture
def close(sara):
    """Let Sara end a ticket, for free unless told otherwise."""

    def close(ticket, *, now, charge="free", by=None, **more):
        ticket.refresh_from_db()
        journey.ticket_closed(ticket, charge=charge, by=by or sara, now=now, **more)
        return ticket

    return close
