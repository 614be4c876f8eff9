"""Programs: a token each, made by the owner, shown once, and revoked."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from helpdesk.models import ApiToken, AuditEntry, Scope, WebhookEndpoint
from helpdesk.web.setup import tokens as page
from tests.conftest import boston
from tests.doors.conftest import JSON
from tests.doors.pages import count_queries, said, text
from tickets.models import User

LIST = "/setup/tokens/"
TEN = boston(2026, 3, 2, 10)
PBX = {"name": "frontdesk-pbx", "scopes": ["phone"], "days": ""}
RING = {"event": "newCall", "from": "1", "to": "2", "direction": "in", "callId": "c"}


@pytest.fixture
def owner(client, eva):
    client.force_login(eva)
    return client


@pytest.fixture
def make(owner):
    """Make a token on the page; return the page and the key on it."""

    def make(**more):
        response = owner.post(LIST, PBX | more)
        shown = re.search(r'id="key"[^>]*value="(\w+)"', response.content.decode())
        return response, shown[1] if shown else ""

    return make


def test_a_token_is_shown_once_and_opens_the_door(make, owner):
    response, key = make()

    assert (response.status_code, len(key)) == (200, 64)
    assert "no-store" in response["Cache-Control"]
    assert f"/api/v1/cti/{key}/" in response.content.decode()
    assert key not in owner.get(LIST).content.decode()
    assert Client().post(f"/api/v1/cti/{key}/", RING, JSON).status_code == 200


def test_it_is_a_program_s_and_nobody_s_log_in(make):
    make(scopes=["tickets:read", "webhooks"], days="30")

    token = ApiToken.objects.select_related("user").get()
    assert (token.name, token.scopes) == ("frontdesk-pbx", ["tickets:read", "webhooks"])
    assert (token.expiry - token.created).days in {29, 30}
    assert (token.user.role, token.user.has_usable_password()) == (User.Role.INTEGRATION, False)


def test_any_words_are_its_name(make, owner):
    _page, key = make(name="Växel, front\ndesk")

    assert ApiToken.objects.get().name == "Växel, front desk"
    assert Client().post(f"/api/v1/cti/{key}/", RING, JSON).status_code == 200
    assert owner.get(LIST).context["lines"][0].heard_at is not None


def test_the_key_is_in_no_record_and_no_log(make, caplog):
    with caplog.at_level(0):
        _page, key = make()

    changes = AuditEntry.objects.get(action="tokens").changes
    assert changes == {"name": [None, "frontdesk-pbx"], "scopes": [None, ["phone"]]}
    assert key not in caplog.text


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \t"}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "eva"}, "name"),  # somebody's log-in
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"days": "0"}, "days"),
        ({"days": "4000"}, "days"),
    ],
)
def test_what_makes_none_is_said_at_the_field(make, form, field):
    response, key = make(**form)

    assert (response.status_code, list(response.context["form"].errors), key) == (422, [field], "")
    assert not ApiToken.objects.exists()


def test_sent_twice_one_form_makes_one(make):
    make()
    response, key = make()

    assert (response.status_code, key) == (422, "")
    assert ApiToken.objects.count() == 1


def test_what_is_asked_for_is_chosen_already(owner):
    form = owner.get(LIST, {"scope": "phone"}).context["form"]

    assert form["scopes"].value() == ["phone"]


def test_revoked_it_opens_nothing(make, owner):
    _page, key = make(scopes=["phone", "webhooks"])
    token = ApiToken.objects.get()
    WebhookEndpoint.objects.create(token=token, url="https://a.example", made_at=TEN)
    handle = owner.get(LIST).context["lines"][0].handle

    response = owner.post(f"{LIST}{handle}/revoke/")

    assert said(response) == ["frontdesk-pbx is revoked: whoever used it is locked out."]
    assert not WebhookEndpoint.objects.exists()
    assert Client().post(f"/api/v1/cti/{key}/", RING, JSON).status_code == 401


def test_its_row_s_key_is_on_no_page(make, owner):
    make()

    assert ApiToken.objects.get().digest not in owner.get(LIST).content.decode()


def test_when_it_was_last_heard_from(make, owner):
    _page, key = make()
    assert "not this month" in text(owner.get(LIST))

    Client().post(f"/api/v1/cti/{key}/", RING, JSON)

    line = owner.get(LIST).context["lines"][0]
    assert timedelta() <= page.now() - line.heard_at < timedelta(minutes=1)


def test_expired_it_says_so(make, owner, monkeypatch):
    make(days="1")
    later = page.now() + timedelta(days=2)
    monkeypatch.setattr(page, "now", lambda: later)

    assert "has expired" in text(owner.get(LIST))


def test_no_more_is_asked_for_many(owner, make_token):
    make_token("pbx-0")
    one = count_queries(owner, LIST)
    for n in range(1, 4):
        make_token(f"pbx-{n}", scopes=tuple(Scope))

    assert count_queries(owner, LIST) == one
    assert one <= 10
