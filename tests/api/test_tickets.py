"""Tickets by REST: each write is one step of the journey."""

import pytest

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
