"""A mail that comes back as our own worker marks it as sent."""

import threading
from contextlib import suppress

import pytest

from helpdesk import journey
from tests.races.together import PATIENCE, at_once
from tests.tickets.mail.builders import mail, returned
from tickets import delivery, outbox, states
from tickets.models import Interaction, Ticket
from tickets.models.work import Kind

pytestmark = pytest.mark.django_db(transaction=True)

INGRID = "ingrid@example.com"


@pytest.fixture
def answer(shop, sara, monday_nine):
    """Return an answer by mail that nobody has marked as sent yet."""
    journey.mail_arrived(mail(), source="test", now=monday_nine)
    ticket = Ticket.objects.get()
    route = next(it for it in outbox.routes(ticket) if it.kind == Kind.EMAIL)
    return journey.staff_answered(ticket, route, "It dries.", by=sara, now=monday_nine)


def test_it_is_not_put_aside(answer, monkeypatch, monday_nine):
    """Our mark comes when the bounce has looked, and has not written yet."""
    move = states.move
    has_looked, is_marked = threading.Event(), threading.Event()

    def held(row, to, **stamps):
        if to == "bounced":
            has_looked.set()
            is_marked.wait(0.5)
        return move(row, to, **stamps)

    def mark():
        ours = Interaction.objects.get(pk=answer.pk)
        assert has_looked.wait(PATIENCE)
        with suppress(states.LostRace):
            delivery.left(ours, delivery.Taken("mail", ""), now=monday_nine)
        is_marked.set()

    def come_back():
        bounce = returned(answer.provider_id, INGRID)
        return journey.mail_arrived(bounce, source="test", now=monday_nine)

    monkeypatch.setattr(states, "move", held)

    arrival, _ = at_once(come_back, mark)

    assert arrival.verdict == "bounce"
    answer.refresh_from_db()
    assert answer.status == "bounced"
