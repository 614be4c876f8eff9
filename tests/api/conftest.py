"""A program with a token, at the API of a shop."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from helpdesk import journey, opening
from helpdesk.models import ApiToken, Scope, WebhookDelivery, WebhookEndpoint
from policies.models import CallbackWindow, FollowUp
from tests.doors.correspondence import tasks
from tickets import intake, outbox, solutions
from tickets.channels.contract import Outcome
from tickets.models import Interaction, Service, Ticket, User
from tickets.solutions import Advice

MINUTE = timedelta(minutes=1)


class Program:
    """Somebody's program: it sends JSON with its token, and reads JSON."""

    def __init__(self, key, token):
        self.client, self.key, self.token = Client(), key, token

    def ask(self, method, path, body=None, **headers):
        sent = {} if body is None else {"data": json.dumps(body)}
        return self.client.generic(
            method,
            path if path.startswith("/") else f"/api/v1/{path}",
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.key}", **headers},
            **sent,
        )

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, body=None, **headers):
        return self.ask("POST", path, {} if body is None else body, **headers)

    def patch(self, path, body, **headers):
        return self.ask("PATCH", path, body, **headers)


@pytest.fixture
def program(shop):
    """Make a program whose token may do these scopes; all, unless said."""

    def program(*scopes, name="program"):
        user = User.objects.filter(username=name).first()
        user = user or opening.hire(name, name, User.Role.INTEGRATION, "x")
        token, key = ApiToken.objects.create(
            user, None, name=name, scopes=[str(scope) for scope in scopes or Scope.values]
        )
        return Program(key, token)

    return program


@pytest.fixture
def api(program):
    return program()


@pytest.fixture
def ticket(api):
    """A matter somebody brought by a web form, as the API answers with it."""
    asked = {"text": "It stays black.", "reach": "+16175550142", "name": "Ingrid"}
    return api.post("tickets/", asked).json()


@pytest.fixture
def world(shop, api, sara, per, ingrid, hear):
    """Have one of everything there is, and say what it is called."""
    at = now() - timedelta(days=2)
    hear("new_call", now=at, call_id="rung")
    hear("hangup", now=at + MINUTE, call_id="rung", outcome=Outcome.MISSED, cause="cancel")
    ticket = Ticket.objects.get()
    journey.customer_identified(ticket, ingrid)
    journey.customer_reached_by(ingrid, intake.reachable("ingrid@example.com", "US"))
    service = Service.objects.get(name="Laptop repair")
    quote = journey.quoted(ticket, service, by=sara, now=at)
    promise = journey.promised(
        ticket, "A price", now() + timedelta(days=1), kind="update", by=sara, now=at
    )
    done = intake.open_ticket(subject="Done", channel="call", customer=ingrid, now=at)
    journey.ticket_closed(done, charge="charged", by=sara, now=at)
    journey.ticket_billed(done, now=at + timedelta(hours=1))
    stranger = intake.open_ticket(subject="Whose?", channel="web", now=at)
    third = intake.open_ticket(subject="Third", channel="web", customer=ingrid, now=at)
    unsent = journey.staff_answered(third, outbox.routes(third)[0], "Ready.", by=sara, now=at)
    Interaction.objects.filter(pk=unsent.pk).update(status="failed", because="554 No", due_at=None)
    tasks(third, sara, now=at)
    endpoint = WebhookEndpoint.objects.create(
        token=api.token, url="https://x.example.com/", events=["*"], made_at=at
    )
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint, event=1, kind="ticket.created", body="{}", happened_at=at, due_at=at
    )
    return {
        "number": ticket.number,
        "stranger": stranger.number,
        "third": third.number,
        "interaction": unsent.pk,
        "unsent": unsent.pk,
        "call": ticket.interactions.get(kind="call").pk,
        "promise": promise.pk,
        "quote": quote.pk,
        "task": FollowUp.objects.filter(status="task").exclude(rule="satisfaction").first().pk,
        "solution": solutions.write(Advice("Offline"), by=sara, now=at).pk,
        "service": service.pk,
        "window": CallbackWindow.objects.first().pk,
        "customer": ingrid.pk,
        "point": ingrid.contact_points.first().pk,
        "reference": done.invoices.get().reference,
        "webhook": endpoint.pk,
        "delivery": delivery.pk,
        "soon": f"{now() + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}",
    }
