"""Tickets by REST: each write is one step of the journey."""

import pytest

from helpdesk import journey
from policies.models import Promise
from tickets.models import Arrival, Interaction, Ticket

pytestmark = pytest.mark.django_db


def test_what_comes_by_a_form_is_a_ticket_with_a_promise(api):
    answer = api.post(
        "tickets/", {"text": "Stays black.\nSince Monday.", "reach": "617 555 0142", "name": "Bo"}
    )

    made = answer.json()
    ticket = Ticket.objects.get()
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/v1/tickets/{ticket.number}/"
    assert made["number"] == ticket.number
    assert (made["subject"], made["channel"]) == ("Stays black.", "web")
    assert Promise.objects.get().ticket == ticket
    assert Interaction.objects.get().contact_point.value == "+16175550142"
    assert Arrival.objects.get().verdict == "ticket"
    assert ticket.who == "Bo"


def test_expand_brings_what_one_would_ask_for_next(api, ticket):
    found = api.get("tickets/?expand=contact_point,promises").json()["results"][0]

    assert found["expanded"]["contact_point"]["value"] == "+16175550142"
    assert [each["kind"] for each in found["expanded"]["promises"]] == ["callback"]


def test_with_a_concern_it_closes_only_when_that_is_settled_too(api, ticket, sara, ingrid):
    row, at = Ticket.objects.get(), Ticket.objects.get().opened_at
    journey.customer_identified(row, ingrid)
    journey.trouble_written(row, fault="Dead", concern="Lost trust", by=sara, now=at)
    path, closed = f"tickets/{row.number}/moves/", {"to": "closed", "charge": "free"}

    refused = api.post(path, closed | {"concern_is_eased": True})
    journey.concern_acknowledged(row, "It is on us.", by=sara, now=at)
    still_refused = api.post(path, closed)
    answer = api.post(path, closed | {"concern_is_eased": True})

    assert (refused.status_code, still_refused.status_code, answer.status_code) == (409, 409, 200)
    assert refused.json()["detail"].startswith("Acknowledge their concern first")
    assert still_refused.json()["detail"].startswith("Their concern is still open: “Lost trust”")
    row.refresh_from_db()
    assert (row.status, row.eased_at is None) == ("closed", False)
