"""A program that is told what happens, and how it answers."""

import socket
import time

import pytest
from django.utils.timezone import now
from standardwebhooks import Webhook

from helpdesk import webhooks
from helpdesk.models import ApiToken, WebhookDelivery
from tests import gateways
from tickets import intake
from tickets.models import Event, User

READS = ["webhooks", "tickets:read", "money:read"]


class Receiver:
    """Answers with what it is told to, then with 200; keeps what it was sent."""

    def __init__(self):
        self.requests, self.answers, self.url = [], [], ""
        self.takes = {}  # seconds, by path

    def respond(self, handler, request):
        self.requests.append(request)
        time.sleep(self.takes.get(request.path, 0))
        status, content, headers = self.answers.pop(0) if self.answers else (200, "thanks", {})
        gateways.say(handler, status, content, **headers)

    def answer(self, *statuses, content="", **headers):
        self.answers += [(status, content, headers) for status in statuses]

    @property
    def ids(self):
        return [request.headers["webhook-id"] for request in self.requests]

    def read(self, secret):
        """Return what it was told, as far as it believes it."""
        webhook = Webhook(secret)
        return [webhook.verify(request.body, request.headers) for request in self.requests]


@pytest.fixture
def receiver(settings):
    receiver = Receiver()
    with gateways.serving(receiver.respond) as url:
        receiver.url = f"{url}/told"
        settings.WEBHOOK_INSIDE = [url.removeprefix("http://")]
        yield receiver


@pytest.fixture
def grant(shop):
    """Make a token."""

    def grant(name="bookkeeping", scopes=READS, **fields):
        user = User.objects.create(username=name, role=User.Role.INTEGRATION)
        token, _key = ApiToken.objects.create(user, name=name, scopes=scopes, **fields)
        return token

    return grant


@pytest.fixture
def token(grant):
    return grant()


@pytest.fixture
def endpoint(token, receiver):
    Event.objects.all().delete()  # what happened before there was anybody to tell
    return webhooks.opened(token, receiver.url, ["*"], now=now())


@pytest.fixture
def opened(shop):
    """Open a ticket, or several; return the last."""

    def opened(count=1):
        for _each in range(count):
            ticket = intake.open_ticket(subject="Laptop", channel="walk_in", now=now())
        return ticket

    return opened


@pytest.fixture
def delivery(endpoint, opened):
    """One event, on its way."""
    opened()
    webhooks.spread(now())
    return WebhookDelivery.objects.get()


@pytest.fixture
def resolver(monkeypatch):
    """Answer who asks for a name: {name: [addresses, …]}; one list is one answer."""
    real, names, asked = socket.getaddrinfo, {}, []

    def getaddrinfo(host, port, *given, **named):
        if host not in names:
            return real(host, port, *given, **named)
        asked.append(host)
        answers = names[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            entry
            for address in found
            for entry in real(address, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    names["asked"] = asked
    return names
