"""A phone system with a token, and the clock its doors read."""

import json
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk.api.v1 import cti, deskphone, greeting, threecx, voicemails
from helpdesk.models import ApiToken, Scope
from helpdesk.web import off_channel, ticket_actions, ticket_page, tickets
from tests.conftest import boston
from tickets import intake
from tickets.models import User
from tickets.models.work import Kind

JSON = "application/json"


@pytest.fixture
def phone(client, per, monkeypatch):
    """Per with his phone, somewhere, on Monday at ten."""
    monkeypatch.setattr(off_channel, "now", lambda: boston(2026, 3, 2, 10))
    client.force_login(per)
    return client


@pytest.fixture
def make_token(db):
    """Make a program's token; one for the phone system unless told otherwise."""

    def make_token(name="pbx", scopes=(Scope.PHONE,), expires_in=None):
        user, _created = User.objects.get_or_create(
            username=name, defaults={"role": User.Role.INTEGRATION}
        )
        _row, key = ApiToken.objects.create(user, expires_in, name=name, scopes=list(scopes))
        return key

    return make_token


@pytest.fixture
def token(make_token):
    return make_token()


@pytest.fixture
def clock(monkeypatch, monday_nine):
    """What the phone's doors take for now: Monday at nine, until a test sets `at`."""
    clock = SimpleNamespace(at=monday_nine)
    for door in (cti, deskphone, greeting, threecx, voicemails):
        monkeypatch.setattr(door, "now", lambda: clock.at)
    return clock


@pytest.fixture
def post(client, clock, shop, token):
    """Send one body to the phone's door, as it stands."""

    def post(body, content_type=JSON, **more):
        address = f"/api/v1/cti/{more.pop('token', token)}/"
        # Given twice, as the client drops the one of an empty body.
        more["CONTENT_TYPE"] = content_type
        return client.generic("POST", address, body, content_type, **more)

    return post


@pytest.fixture
def say(post):
    """Tell of a call in JSON: one of ours rings unless told otherwise; a None is left out."""

    def say(event, **fields):
        said = {
            "event": event,
            "from": "16175550142",
            "to": "16175550100",
            "direction": "in",
            "callId": "call-1",
        }
        said |= fields
        return post(json.dumps({name: value for name, value in said.items() if value is not None}))

    return say


@pytest.fixture
def ask(client, clock, shop, token):
    """Ask one of the phone's addresses a question."""

    def ask(address, headers=None, **query):
        bearer = {"Authorization": f"Bearer {token}"}
        return client.get(f"/api/v1/{address}", query, headers=bearer | (headers or {}))

    return ask


@pytest.fixture
def client_with_csrf():
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def django_assert_no_writes():
    """Fail on any statement but reading; who looked is written down, and savepoints are no rows."""

    @contextmanager
    def reading():
        with CaptureQueriesContext(connection) as captured:
            yield
        said = [query["sql"] for query in captured]
        # DECLARE: PostgreSQL reads a long list in chunks.
        read = ("SELECT", "(SELECT", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "DECLARE")
        read += ('INSERT INTO "HELPDESK_AUDITENTRY"',)
        assert [sql for sql in said if not sql.lstrip().upper().startswith(read)] == []

    return reading


class Desk:
    """Somebody signed in, and what their pages take for now."""

    def __init__(self, client, user, at):
        self.client, self.user, self.at = client, user, at
        client.force_login(user)

    def get(self, address, query=None, **headers):
        return self.client.get(address, query, headers=headers)

    def post(self, address, form=None, *, seen="/tickets/"):
        """Send a form from the page `seen`."""
        return self.client.post(
            address, form or {}, headers={"Referer": f"http://testserver{seen}"}
        )


@pytest.fixture
def at_desk(client, sara, monkeypatch, monday_nine):
    """Sara at the tickets, Monday at nine until a test sets `at`."""
    desk = Desk(client, sara, monday_nine)
    for door in (tickets, ticket_page, ticket_actions):
        monkeypatch.setattr(door, "now", lambda: desk.at)
    return desk


@pytest.fixture
def make_ticket(ingrid, monday_nine):
    """Open a ticket, Ingrid's unless told otherwise."""

    def make_ticket(subject="Laptop", customer=ingrid):
        return intake.open_ticket(
            subject=subject, channel=Kind.WALK_IN, customer=customer, now=monday_nine
        )

    return make_ticket


@pytest.fixture
def ticket(make_ticket):
    return make_ticket()


@pytest.fixture
def act(at_desk):
    """Post a form on a ticket, from its page."""

    def act(ticket, what, /, **form):
        page = f"/tickets/{ticket.pk}/"
        return at_desk.post(f"{page}{what}/", form, seen=page)

    return act
