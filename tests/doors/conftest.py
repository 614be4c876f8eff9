"""A phone system with a token, and the clock its doors read."""

import json
from types import SimpleNamespace

import pytest

from helpdesk.api.v1 import cti, greeting
from helpdesk.models import ApiToken, Scope
from tickets.models import User

JSON = "application/json"


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
    for door in (cti, greeting):
        monkeypatch.setattr(door, "now", lambda: clock.at)
    return clock


@pytest.fixture
def post(client, clock, shop, token):
    """Send one body to the phone's door, as it stands."""

    def post(body, content_type=JSON, **more):
        address = f"/api/v1/cti/{more.pop('token', token)}/"
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
