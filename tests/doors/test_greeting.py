"""The greeting, asked by a phone system: what the policy says at this moment."""

from xml.etree import ElementTree

import pytest

from policies.models import Calendar, CallbackWindow, OpeningHours
from tests.conftest import boston
from tickets.models import Shop

pytestmark = pytest.mark.django_db

ADDRESSES = ["greeting/", "greeting.txt", "greeting.xml"]

OPEN = (
    "Thank you for calling Dahl & Daughters. We cannot take your call just now. If you leave your"
    " name and number, you will hear from us by 1:00 PM today. We call back Monday to Friday"
    " 9:00 AM to 5:00 PM, within 4 working hours."
)
CLOSED = (
    "Thank you for calling Dahl & Daughters. We are closed just now. If you leave your name and"
    " number, you will hear from us by 1:00 PM {day}. We call back Monday to Friday"
    " 9:00 AM to 5:00 PM, within 4 working hours."
)


def spoken(response):
    """What a caller hears, whichever address was asked; any space is a space."""
    text = response.content.decode()
    if response.headers["Content-Type"] == "application/json":
        text = response.json()["text"]
    if response.headers["Content-Type"] == "application/xml":
        root = ElementTree.fromstring(text)
        assert [root.tag, *(child.tag for child in root)] == ["Response", "Say"]
        text = root[0].text
    return " ".join(text.split())


def test_it_says_the_facts_it_was_made_from(ask):
    response = ask("greeting/")

    window = CallbackWindow.objects.get()
    assert response.status_code == 200
    assert response.json() | {"text": spoken(response)} == {
        "text": OPEN,
        "language": "en",
        "is_open": True,
        "callback_by": "2026-03-02T18:00:00Z",
        "window": {
            "id": window.pk,
            "working_minutes": 240,
            "valid_from": "2026-01-01T05:00:00Z",
        },
    }


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("instant", "text"),
    [
        pytest.param(boston(2026, 3, 2, 9), OPEN, id="open"),
        pytest.param(boston(2026, 3, 2, 8, 59), CLOSED.format(day="today"), id="not yet open"),
        pytest.param(boston(2026, 3, 2, 17), CLOSED.format(day="tomorrow"), id="closing"),
        pytest.param(boston(2026, 2, 28, 12), CLOSED.format(day="on Monday"), id="a weekend"),
        pytest.param(boston(2026, 4, 20, 12), CLOSED.format(day="tomorrow"), id="Patriots' Day"),
    ],
)
def test_it_says_when_we_call_back(ask, clock, address, instant, text):
    clock.at = instant

    assert spoken(ask(address)) == text


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_policy_changed_at_noon_is_said_from_noon(ask, clock, address):
    CallbackWindow.objects.create(
        calendar=Calendar.objects.get(),
        minutes=60,
        valid_from=boston(2026, 3, 2, 12),
        made_at=boston(2026, 3, 2, 11),
    )

    clock.at = boston(2026, 3, 2, 11, 59)
    assert "within 4 working hours" in spoken(ask(address))
    clock.at = boston(2026, 3, 2, 12)
    assert "by 1:00 PM today" in spoken(ask(address))
    assert "within one working hour" in spoken(ask(address))


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("language", "begins"),
    [
        ("sv", "Tack för att du ringer Dahl & Daughters."),
        ("en", "Thank you for calling"),
        ("de", "Thank you for calling"),
        ("", "Thank you for calling"),
        ("../../etc/passwd", "Thank you for calling"),
        ("\x00", "Thank you for calling"),
    ],
)
def test_it_is_said_in_the_language_asked_for_or_in_ours(ask, address, language, begins):
    assert spoken(ask(address, language=language)).startswith(begins)


def test_swedish_is_spoken_by_a_swedish_voice(ask):
    say = ElementTree.fromstring(ask("greeting.xml", language="sv").content)[0]

    assert say.get("language") == "sv-SE"


@pytest.mark.parametrize("name", ["Dahl & Daughters", "</Say><Dial>0</Dial>", "A\x0bB \x1b[1m"])
def test_twiml_is_well_formed_whatever_the_shop_is_called(ask, name):
    Shop.objects.update(name=name)

    response = ask("greeting.xml")

    assert response.headers["Content-Type"] == "application/xml"
    assert response.content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<Response>')
    assert "calling" in spoken(response)


def test_twiml_is_posted_for_too(client, clock, shop, token):
    response = client.post(f"/api/v1/greeting.xml?key={token}", {"CallSid": "CA1"})

    assert (response.status_code, spoken(response)) == (200, OPEN)


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_is_asked_for_with_a_key_and_any_accept(client, clock, shop, token, address):
    for accept in ("text/plain", "text/html", "application/xml", "image/png"):
        response = client.get(f"/api/v1/{address}", {"key": token}, headers={"Accept": accept})

        assert (response.status_code, spoken(response)) == (200, OPEN)


@pytest.mark.parametrize("address", ADDRESSES)
def test_strangers_are_told_nothing(client, shop, make_token, address):
    other = make_token("reports", scopes=["reports:read"])

    assert client.get(f"/api/v1/{address}").status_code == 401
    assert client.get(f"/api/v1/{address}", {"key": "wrong"}).status_code == 401
    assert client.get(f"/api/v1/{address}", {"key": other}).status_code == 403


@pytest.mark.parametrize("address", ADDRESSES)
def test_where_no_window_is_in_force_it_says_what_to_do(ask, clock, address):
    clock.at = boston(2025, 12, 31, 9)

    response = ask(address)

    assert response.status_code == 503
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["detail"] == (
        "No callback window is in force. An owner sets one under Setup."
    )


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_shop_that_never_opens_is_not_ready(ask, address):
    OpeningHours.objects.all().delete()

    response = ask(address)

    assert response.status_code == 503
    assert response.json()["title"] == "Service Unavailable"
    assert response.json()["detail"]
