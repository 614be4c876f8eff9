"""The phone's door: what a phone system posts, and what is on file afterwards."""

import gzip
import hashlib
import itertools
import json
import logging
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from helpdesk import duties, journey
from helpdesk.api.v1 import phone
from helpdesk.models import ApiToken
from policies import promises
from policies.models import OpeningHours, Promise
from tests.conftest import boston
from tests.doors.conftest import JSON
from tickets import states
from tickets.models import Arrival, Call, Interaction, Ticket, User

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"

RING = {
    "event": "newCall",
    "from": "16175550142",
    "to": "16175550100",
    "direction": "in",
    "callId": "call-1",
}
NO_TOKEN = {"error": "Invalid token, please contact your admin!"}


def nothing_is_filed():
    return not any(model.objects.exists() for model in (Ticket, Interaction, Call, Promise))


# -- what is taken -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(json.dumps(RING), JSON, id="JSON"),
        pytest.param(json.dumps(RING), f"{JSON}; charset=utf-8", id="JSON in UTF-8"),
        pytest.param(json.dumps(RING), FORM, id="JSON under a form's type"),
        pytest.param(json.dumps(RING), "text/plain", id="JSON as text"),
        pytest.param(json.dumps(RING | {"x": {"y": [1, None]}}), JSON, id="more than we know"),
        pytest.param(urlencode(RING), FORM, id="a form"),
        pytest.param(urlencode(RING | {"from": "+16175550142"}), FORM, id="a form, with a plus"),
        pytest.param(urlencode(RING).replace("=161755501", "=+161755501"), FORM, id="not escaped"),
        pytest.param(urlencode(RING | {"x": "y"}), FORM, id="a form with more than we know"),
    ],
)
def test_a_call_is_filed_however_it_is_told(post, monday_nine, body, content_type):
    response = post(body, content_type)

    assert (response.status_code, response.json()) == (200, {})
    call = Call.objects.get()
    assert call.status == Call.Status.RINGING
    assert call.started_at == monday_nine
    assert call.interaction.ticket == Ticket.objects.get()
    assert call.interaction.contact_point.value == "+16175550142"


@pytest.mark.parametrize("last", ["", "/"])
def test_the_last_slash_may_be_missing(client, clock, shop, token, last):
    response = client.post(f"/api/v1/cti/{token}{last}", RING, JSON)

    assert (response.status_code, response.json()) == (200, {})


@pytest.mark.parametrize(
    ("body", "content_type", "users"),
    [
        pytest.param(json.dumps(RING | {"user": "Emma"}), JSON, ["Emma"], id="a string"),
        pytest.param(json.dumps(RING | {"user": ["Li", "Bo"]}), JSON, ["Li", "Bo"], id="a list"),
        pytest.param(urlencode(RING) + "&user[]=Li&user[]=Bo", FORM, ["Li", "Bo"], id="brackets"),
        pytest.param(urlencode(RING) + "&user=Li&user=Bo", FORM, ["Li", "Bo"], id="twice"),
    ],
)
def test_those_it_rings_for_are_kept(post, body, content_type, users):
    post(body, content_type)

    assert Call.objects.get().users == users


def test_a_call_is_told_from_its_ring_to_its_end(say, clock, sara, monday_nine):
    say("newCall", user=["Sara Lind"], queue="front")
    clock.at = monday_nine + timedelta(seconds=8)
    say("answer", user="Sara Lind", answeringNumber="101")
    clock.at = monday_nine + timedelta(minutes=3)
    response = say("hangup", cause="normalClearing", answeringNumber="101")

    assert (response.status_code, response.json()) == (200, {})
    call = Call.objects.get()
    assert (call.status, call.outcome) == (Call.Status.ENDED, Call.Outcome.COMPLETED)
    assert call.answered_at == monday_nine + timedelta(seconds=8)
    assert call.ended_at == monday_nine + timedelta(minutes=3)
    assert call.interaction.staff == sara
    assert not Promise.objects.exists()


def test_a_missed_call_is_owed_a_callback(say, clock):
    say("newCall")
    clock.at += timedelta(seconds=40)
    say("hangup", cause="noAnswer")

    assert Promise.objects.get().due_at == boston(2026, 3, 2, 13, 0, 40)


def test_fifty_of_each_are_one_call(say):
    for event, _time in itertools.product(["newCall", "hangup"], range(50)):
        assert say(event, cause="cancel").status_code == 200

    assert Ticket.objects.count() == 1
    assert Interaction.objects.count() == 1
    assert Call.objects.count() == 1
    assert Promise.objects.count() == 1
    assert Arrival.objects.count() == 100


@pytest.mark.parametrize("order", list(itertools.permutations(["newCall", "answer", "hangup"])))
def test_the_order_they_come_in_changes_nothing(say, order):
    for event in order:
        say(event, cause="normalClearing" if event == "hangup" else None)

    call = Call.objects.get()
    assert (call.status, call.outcome) == (Call.Status.ENDED, Call.Outcome.COMPLETED)
    assert call.was_answered
    assert Ticket.objects.count() == 1
    assert not Promise.objects.open().exists()


def test_an_answer_that_comes_an_hour_late_takes_the_promise_back(say, clock):
    say("newCall")
    say("hangup", cause="normalClearing")
    clock.at += timedelta(hours=1)
    say("answer", answeringNumber="101")

    assert Promise.objects.get().status == Promise.Status.VOID


def test_a_cause_nobody_knows_is_kept_as_it_came(say):
    say("newCall")
    say("hangup", cause="MANAGER_REQUEST")

    call = Call.objects.get()
    assert (call.outcome, call.cause) == (Call.Outcome.UNKNOWN, "MANAGER_REQUEST")


@pytest.mark.parametrize("number", ["anonymous", "", None, "Restricted"])
def test_a_withheld_number_is_a_ticket_too(say, number):
    assert say("newCall", **{"from": number}).status_code == 200

    ticket = Ticket.objects.get()
    assert ticket.contact_point is None
    assert ticket.subject == "Call, number withheld"


def test_a_name_from_outside_stays_text(say, client, sara):
    hostile = "<script>alert(1)</script>"
    say("newCall", user=[hostile], **{"from": f'"{hostile}" <sip:16175550142@pbx>'})
    client.force_login(sara)
    ticket = Ticket.objects.get()

    assert Call.objects.get().users == [hostile]
    assert ticket.contact_point.value == "+16175550142"
    for page in (reverse("today"), reverse("ticket", args=[ticket.number])):
        assert hostile not in client.get(page).content.decode()


def test_a_number_a_caller_calls_themselves_is_not_believed(say):
    say("newCall", **{"from": '"<+16175550199>" <sip:16175550142@pbx>'})

    assert Ticket.objects.get().contact_point.value == "+16175550142"


def test_an_outbound_call_to_a_stranger_needs_no_ticket(say):
    say("newCall", direction="out", user="Sara Lind", **{"from": "101", "to": "16175550199"})

    assert Interaction.objects.get().ticket is None
    assert not Ticket.objects.exists()


def test_a_blocked_caller_is_turned_away_and_still_on_file(say, eva, monday_nine):
    say("newCall")
    journey.marked_spam(Ticket.objects.get(), by=eva, now=monday_nine)

    response = say("newCall", callId="call-2")
    say("hangup", callId="call-2", cause="busy")

    assert response.status_code == 200
    assert response.json() == {"action": "reject", "reason": "busy"}
    second = Interaction.objects.get(provider_id="call-2")
    assert second.ticket.status == Ticket.Status.SPAM
    verdicts = second.arrivals.values_list("verdict", "because")
    assert set(verdicts) == {(Arrival.Verdict.IGNORED, "the caller is blocked")}
    assert not Promise.objects.exists()


def test_whatever_is_taken_is_kept_byte_for_byte(post):
    events = ("newCall", "hangup")
    bodies = [json.dumps(RING | {"event": event}, indent=3).encode() for event in events]
    for body in bodies:
        post(body)

    kept = [
        (bytes(arrival.raw), arrival.sha256, arrival.source, arrival.verdict, arrival.interaction)
        for arrival in Arrival.objects.order_by("pk")
    ]
    interaction = Interaction.objects.get()
    assert kept == [
        (body, hashlib.sha256(body).hexdigest(), "pbx", Arrival.Verdict.CALL_EVENT, interaction)
        for body in bodies
    ]


# -- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("direction", ["inbound", "IN", "", None])
def test_a_direction_is_in_or_out(say, direction):
    response = say("newCall", direction=direction)

    assert (response.status_code, response.json()) == (422, {"error": "Invalid direction!"})
    assert Arrival.objects.get().verdict == Arrival.Verdict.QUARANTINED
    assert nothing_is_filed()


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        pytest.param(b"", JSON, 400, id="nothing"),
        pytest.param(b"", FORM, 422, id="an empty form"),
        pytest.param(b"{}", JSON, 422, id="an empty object"),
        pytest.param(b"[]", JSON, 400, id="a list"),
        pytest.param(b"null", JSON, 400, id="null"),
        pytest.param(b'"x"', JSON, 400, id="a string"),
        pytest.param(b"NaN", JSON, 400, id="NaN"),
        pytest.param(b'{"from":NaN}', JSON, 400, id="NaN for a number"),
        pytest.param(b"[" * 5000, JSON, 400, id="a deep list"),
        pytest.param(b'{"a":' * 5000, JSON, 400, id="deep objects"),
        pytest.param(b'{"from":' + b"9" * 5000 + b"}", JSON, 400, id="5000 digits"),
        pytest.param(b"\x00" * 50, JSON, 400, id="NULs"),
        pytest.param(b"\x00" * 50, FORM, 422, id="NULs in a form"),
        pytest.param(b'{"event":"\\ud83d"}', JSON, 422, id="half a character"),
        pytest.param(b"\xff\xfe\xfd", "", 422, id="no text"),
        pytest.param(gzip.compress(json.dumps(RING).encode()), JSON, 400, id="compressed"),
        pytest.param(
            json.dumps(RING).encode("utf-16"), f"{JSON}; charset=utf-16", 415, id="UTF-16"
        ),
        pytest.param(json.dumps(RING).encode(), f"{JSON}; charset=hex", 415, id="no charset"),
        pytest.param(b'{"event":"' + b"x" * 3_000_000 + b'"}', JSON, 400, id="3 MB"),
        pytest.param(b"a=1&" * 1500, FORM, 400, id="1500 fields"),
        pytest.param(b'{"event":"dtmf","callId":"1"}', JSON, 422, id="an event we do not know"),
        pytest.param(json.dumps(RING | {"callId": ""}).encode(), JSON, 422, id="no call id"),
        pytest.param(json.dumps(RING | {"from": {}}).encode(), JSON, 422, id="a number in braces"),
    ],
)
def test_what_cannot_be_read_is_kept_for_a_human(post, body, content_type, status):
    response = post(body, content_type, headers={"Content-Encoding": "gzip"})

    assert response.status_code == status
    assert list(response.json()) == ["error"]
    arrival = Arrival.objects.get()
    assert bytes(arrival.raw) == body
    assert arrival.sha256 == hashlib.sha256(body).hexdigest()
    assert arrival.verdict == Arrival.Verdict.QUARANTINED
    assert arrival.because == response.json()["error"]
    assert nothing_is_filed()


def test_of_what_never_ends_the_beginning_is_kept(post, monkeypatch):
    monkeypatch.setattr(phone, "KEPT", 100_000)

    assert post(b"x" * 100_001).status_code == 400
    assert bytes(Arrival.objects.get().raw) == b"x" * 100_000


@pytest.mark.parametrize("text", ["a\x00b", "\ud83d", "\x1b[31m", "\u202egnp"])
def test_what_no_database_stores_is_taken_out_of_a_text(post, text):
    body = json.dumps(RING | {"from": text, "queue": text, "user": [text]}).encode()

    assert post(body).status_code == 200
    assert bytes(Arrival.objects.get().raw) == body


@pytest.mark.parametrize(
    "token", ["0" * 64, "x", "", "%00", "%ff%fe", "%F0%9F%98%80", "a%20b", "a" * 4000]
)
def test_a_wrong_token_stores_nothing(post, token):
    response = post(json.dumps(RING), token=token)

    assert (response.status_code, response.json()) == (401, NO_TOKEN)
    assert not Arrival.objects.exists()
    assert nothing_is_filed()


@pytest.mark.parametrize(
    "lacking",
    [
        pytest.param({"scopes": []}, id="no scope"),
        pytest.param({"scopes": ["tickets:read"]}, id="another scope"),
        pytest.param({"expires_in": timedelta(seconds=-1)}, id="expired"),
    ],
)
def test_a_token_that_may_not_do_this_stores_nothing(post, make_token, lacking):
    response = post(json.dumps(RING), token=make_token("other", **lacking))

    assert (response.status_code, response.json()) == (401, NO_TOKEN)
    assert not Arrival.objects.exists()


def test_a_revoked_token_stores_nothing(post, token):
    assert post(json.dumps(RING)).status_code == 200
    ApiToken.objects.all().delete()

    assert post(json.dumps(RING)).json() == NO_TOKEN
    assert Arrival.objects.count() == 1


def test_a_token_ends_with_the_program_it_was_made_for(post, token):
    User.objects.filter(username="pbx").update(is_active=False)

    assert post(json.dumps(RING)).json() == NO_TOKEN


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options", "head"])
def test_events_are_posted(client, token, method):
    response = getattr(client, method)(f"/api/v1/cti/{token}/")

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert response.headers["Content-Type"] == "application/problem+json"


# -- what must not lose a call -------------------------------------------------------------------


def never_open():
    OpeningHours.objects.all().delete()


@pytest.mark.parametrize(
    ("unset", "instant"),
    [
        pytest.param(lambda: None, boston(2025, 12, 31, 9), id="no window in force"),
        pytest.param(never_open, boston(2026, 3, 2, 9), id="never open"),
    ],
)
def test_a_call_is_filed_where_nothing_can_be_promised(say, clock, caplog, unset, instant):
    unset()
    clock.at = instant
    with caplog.at_level(logging.ERROR, "helpdesk.journey"):
        for event in ("newCall", "hangup"):
            assert say(event, cause="cancel").status_code == 200

    assert Call.objects.get().status == Call.Status.ENDED
    assert Arrival.objects.filter(verdict=Arrival.Verdict.CALL_EVENT).count() == 2
    assert not Promise.objects.exists()
    [record] = caplog.records
    assert record.getMessage().startswith(f"{Ticket.objects.get()}: nothing is promised.")


def test_a_silent_call_ends_where_nothing_can_be_promised(say, clock):
    clock.at = boston(2025, 12, 31, 9)
    say("newCall")

    duties.swept(now=clock.at + timedelta(hours=4))

    assert Call.objects.get().status == Call.Status.ENDED


def test_a_call_is_filed_though_somebody_was_first(say, monkeypatch):
    owe, asked = promises.owe_callback, []

    def lose_once(*args, **kwargs):
        asked.append(args)
        if len(asked) == 1:
            raise states.LostRace
        return owe(*args, **kwargs)

    monkeypatch.setattr(promises, "owe_callback", lose_once)
    say("newCall")

    assert say("hangup", cause="cancel").status_code == 200
    assert Promise.objects.count() == 1
    assert Arrival.objects.count() == 2


def test_before_there_is_a_shop_the_phone_system_is_told_to_wait(client, token):
    response = client.post(f"/api/v1/cti/{token}/", RING, JSON)

    assert response.status_code == 503
    assert response.headers["Content-Type"] == "application/problem+json"
