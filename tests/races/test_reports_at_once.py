"""Reports of one delivery that come together, and as our own worker marks the message as sent."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest

from helpdesk import journey
from policies.models import Promise
from tests.races.together import PATIENCE, Gate, at_once
from tickets import delivery, outbox, states
from tickets.channels.contract import Delivery, DeliveryState
from tickets.models import Arrival, Interaction, Ticket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def answer(missed, settings, sara, monday_nine):
    """Return an answer to a missed call that a Kannel has, and nobody has marked as sent yet."""
    settings.KANNEL_URL = "http://127.0.0.1:9"
    settings.KANNEL_USERNAME, settings.KANNEL_PASSWORD = "helpdesk", "secret"
    missed(now=monday_nine)
    ticket = Ticket.objects.get()
    return journey.staff_answered(
        ticket, outbox.routes(ticket)[0], "Bring it in.", by=sara, now=monday_nine
    )


def report(answer, state, now):
    told = Delivery(via="kannel", state=state, reference=str(answer.pk))
    return lambda: journey.delivery_reported(
        told, state.encode(), content_type="", source="kannel", now=now
    )


def test_none_is_lost(answer, monkeypatch, monday_nine):
    monkeypatch.setattr(states, "move", Gate(2).before(states.move))
    now = monday_nine + timedelta(seconds=5)

    done = at_once(
        report(answer, DeliveryState.SENT, now), report(answer, DeliveryState.DELIVERED, now)
    )

    assert [it for it in done if isinstance(it, Exception)] == []
    answer.refresh_from_db()
    assert answer.status == "delivered"
    assert Arrival.objects.filter(source="kannel").count() == 2
    assert Promise.objects.get().kept_by == answer


def test_nor_while_our_own_mark_is_on_its_way(answer, monkeypatch, monday_nine):
    """Ours comes when the report has looked, and has not written yet."""
    move, now = states.move, monday_nine + timedelta(seconds=5)
    has_looked, is_marked = threading.Event(), threading.Event()

    def held(row, to, **stamps):
        if to == "delivered":
            has_looked.set()
            is_marked.wait(0.5)
        return move(row, to, **stamps)

    def mark():
        ours = Interaction.objects.get(pk=answer.pk)
        assert has_looked.wait(PATIENCE)
        with suppress(states.LostRace):
            delivery.left(ours, delivery.Taken("kannel", ""), now=now)
        is_marked.set()

    monkeypatch.setattr(states, "move", held)

    done = at_once(report(answer, DeliveryState.DELIVERED, now), mark)

    assert [it for it in done if isinstance(it, Exception)] == []
    answer.refresh_from_db()
    assert answer.status == "delivered"
