"""Moves at the bench: the message says where it is now, and how to go back."""

import re

import pytest

from helpdesk import journey
from helpdesk.web import bench
from policies.models import Promise
from tests.conftest import boston
from tests.doors.pages import fresh, said
from tests.doors.test_bench import told
from tickets import intake
from tickets.models import Service, Ticket

pytestmark = pytest.mark.django_db

TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def move(client, per, monkeypatch):
    """Let Per move it on, from the bench, on Monday at ten."""
    monkeypatch.setattr(bench, "now", lambda: TEN)
    client.force_login(per)

    def move(ticket, to, **more):
        return client.post(f"/bench/{ticket.pk}/move/", {"to": to} | more)

    return move


@pytest.fixture
def ticket(shop, ingrid, per):
    ticket = intake.open_ticket(subject="Laptop", channel="walk_in", customer=ingrid, now=TEN)
    journey.ticket_assigned(ticket, per, now=TEN)
    return fresh(ticket)


def back(response):
    """Where the button in the message leads, with what, and what it says."""
    (message,) = said(response)
    found = re.findall(r'formaction="([^"]+)" name="to" value="([^"]+)">([^<]+)<', message)
    return found[0] if found else ()


def test_the_message_leads_to_the_ticket(move, ticket):
    (message,) = said(move(ticket, "waiting"))

    assert message.startswith(f'<a href="/tickets/{ticket.pk}/">{ticket}</a> waits for')


@pytest.mark.parametrize(
    ("before", "to", "status", "words"),
    [
        ("new", "waiting", "open", "Back to work"),
        ("open", "waiting", "open", "Back to work"),
        ("open", "ready", "open", "Back to work"),
        ("waiting", "open", "waiting", "Waiting"),
        ("waiting", "ready", "waiting", "Waiting"),
    ],
)
def test_one_tap_goes_back(client, move, ticket, before, to, status, words):
    Ticket.objects.filter(pk=ticket.pk).update(status=before)

    address, value, label = back(move(ticket, to))
    assert (address, value, label) == (f"/bench/{ticket.pk}/move/", status, words)

    client.post(address, {"to": value})
    assert fresh(ticket).status == status


def test_back_to_ready_asks_first_whether_they_know(move, ticket, per):
    journey.ticket_moved(ticket, "ready", by=per, now=TEN)

    response = move(ticket, "open")

    assert (back(response), told(response)) == ((), f"{ticket} is in work again. Ready…")
    assert f'href="/tickets/{ticket.pk}/?do=ready#do"' in said(response)[0]


def test_that_they_know_now_is_not_taken_back(move, ticket, per):
    service = Service.objects.get(name="Laptop repair")
    journey.quoted(ticket, service, by=per, now=TEN, accepted_how="counter")
    journey.ticket_moved(ticket, "ready", by=per, now=TEN)

    response = move(fresh(ticket), "ready", customer_told="on")

    assert told(response) == f"{ticket} is ready, and the customer knows."
    assert Promise.objects.get().status == "kept"


@pytest.mark.parametrize(
    ("channel", "words"),
    [("email", "The customer is told by a message."), ("phone", "The customer has to be called.")],
)
def test_how_they_hear_of_it(move, ticket, ingrid, channel, words):
    journey.customer_reached_by(ingrid, intake.reachable("ingrid@example.com", "US"))
    type(ingrid).objects.filter(pk=ingrid.pk).update(preferred_channel=channel)

    assert told(move(ticket, "ready")) == f"{ticket} is ready. {words} Back to work"
