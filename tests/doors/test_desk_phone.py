"""A telephone on a desk fetches an address of ours whenever something happens to a call."""

import logging
from datetime import timedelta

import pytest

from helpdesk import journey
from policies.models import Promise
from tests.conftest import CALLER
from tickets.models import Arrival, Call, Interaction, Ticket

pytestmark = pytest.mark.django_db

REMOTE, LOCAL = "sip:+16175550142@pbx.example;user=phone", "sip:101@pbx.example"


@pytest.fixture
def tell(client, clock, shop, token):
    """Let Sara's telephone fetch the address of an event; a None is left out."""

    def tell(event, key=token, **query):
        asked = {"remote": REMOTE, "local": LOCAL, "call_id": "1@pbx"} | query
        asked = {name: value for name, value in asked.items() if value is not None}
        return client.get(f"/api/v1/cti/phone/{key}/{event}", asked)

    return tell


def test_an_answered_call_is_told_from_its_ring_to_its_end(tell, sara, ingrid, clock, monday_nine):
    for event, seconds in (("incoming", 0), ("established", 8), ("terminated", 180)):
        clock.at = monday_nine + timedelta(seconds=seconds)
        response = tell(event)
        assert (response.status_code, response.json()) == (200, {})

    call = Call.objects.get()
    contact = call.interaction
    assert (call.status, call.outcome) == (Call.Status.ENDED, Call.Outcome.COMPLETED)
    assert (call.answered_at, call.ended_at) == (
        monday_nine + timedelta(seconds=8),
        monday_nine + timedelta(seconds=180),
    )
    assert (contact.direction, contact.via, contact.provider_id) == ("in", "phone", "1@pbx")
    assert (contact.staff, contact.contact_point.value) == (sara, CALLER)
    assert Ticket.objects.get().customer == ingrid
    assert not Promise.objects.exists()


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(["incoming", "missed"], id="missed"),
        pytest.param(["incoming", "missed", "terminated"], id="then terminated"),
        pytest.param(["incoming", "terminated", "missed"], id="terminated, then missed"),
        pytest.param(["missed", "incoming"], id="late"),
        pytest.param(["incoming", "incoming", "missed", "missed"], id="twice"),
    ],
)
@pytest.mark.parametrize("call_id", ["1@pbx", "", "$call_id", None])
def test_a_missed_call_is_owed_one_callback(tell, clock, events, call_id):
    for event in events:
        assert tell(event, call_id=call_id).status_code == 200
        clock.at += timedelta(seconds=1)

    is_known = call_id == "1@pbx"
    if is_known or events[0] == "incoming":  # without an id, a ring after the end is another call
        assert Call.objects.get().status == Call.Status.ENDED
        assert Call.objects.get().outcome == Call.Outcome.MISSED
    assert Promise.objects.count() == 1
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("call_id", ["1@pbx", ""])
def test_a_call_of_ours_keeps_the_promise(tell, missed, sara, monday_nine, call_id):
    missed(now=monday_nine - timedelta(hours=1), call_id="earlier")
    for event in ("outgoing", "answered", "terminated"):
        tell(event, call_id=call_id)

    call = Call.objects.get(interaction__via="phone")
    assert (call.interaction.direction, call.interaction.staff) == ("out", sara)
    assert (call.from_number, call.to_number) == (LOCAL, REMOTE)
    assert call.interaction.ticket == Ticket.objects.get()
    assert Promise.objects.get().status == Promise.Status.KEPT


def test_one_nobody_answered_is_an_attempt(tell, missed, monday_nine):
    missed(now=monday_nine - timedelta(hours=1), call_id="earlier")
    tell("outgoing")
    tell("terminated")

    assert list(Promise.objects.order_by("pk").values_list("status", flat=True)) == ["kept", "open"]


def test_without_an_id_a_later_call_is_another(tell, clock):
    for _ in range(2):
        tell("incoming", call_id="")
        tell("established", call_id="")
        tell("terminated", call_id="")
        clock.at += timedelta(minutes=5)

    assert Call.objects.count() == 2


def test_without_an_id_one_whose_end_was_lost_is_not_taken_up_again(tell, clock):
    tell("incoming", call_id="")
    clock.at += timedelta(minutes=5)
    tell("incoming", call_id="")

    assert Call.objects.count() == 2


def test_without_an_id_two_callers_at_once_are_two(tell):
    tell("incoming", call_id="")
    tell("incoming", call_id="", remote="sip:16175550117@pbx")

    assert Call.objects.count() == 2


@pytest.mark.parametrize("remote", ["", "$remote", "anonymous", "sip:anonymous@anonymous.invalid"])
def test_a_withheld_number_is_a_ticket_too(tell, remote):
    tell("incoming", remote=remote)

    assert Ticket.objects.get().contact_point is None


@pytest.mark.parametrize(
    "remote", [CALLER, "16175550142", " 16175550142", "(617) 555-0142", f'"Ann" <sip:{CALLER}@pbx>']
)
def test_the_other_end_may_be_written_in_any_way(tell, remote):
    tell("incoming", remote=remote)

    assert Ticket.objects.get().contact_point.value == CALLER


def test_colleagues_who_ring_each_other_are_no_contact(tell):
    assert tell("incoming", remote="sip:102@pbx.example").status_code == 200

    arrival = Arrival.objects.get()
    assert (arrival.verdict, arrival.because) == ("ignored", "colleagues called each other")
    assert not Interaction.objects.exists()


def test_what_it_told_is_kept(tell):
    tell("Incoming", local=None, call_id=None, remote="+1 617 555 0142")

    arrival = Arrival.objects.get()
    assert bytes(arrival.raw) == b"Incoming?remote=%2B1+617+555+0142"
    assert (arrival.via, arrival.source) == ("phone", "pbx")
    assert arrival.verdict == Arrival.Verdict.CALL_EVENT


def test_somebody_blocked_is_filed_as_that(tell, eva, clock):
    tell("incoming")
    journey.marked_spam(Ticket.objects.get(), by=eva, now=clock.at)
    tell("incoming", call_id="2@pbx")
    tell("missed", call_id="2@pbx")

    assert Arrival.objects.latest("pk").because == "the caller is blocked"
    assert not Promise.objects.exists()


@pytest.mark.parametrize(
    ("event", "query"),
    [
        pytest.param("forwarded", {}, id="an event we do not know"),
        pytest.param("", {}, id="no event"),
        pytest.param("incoming", {"remote": None}, id="no other end"),
        pytest.param("incoming", {"call_id": "x" * 251}, id="a long id"),
    ],
)
def test_what_cannot_be_read_is_kept_for_a_human(tell, event, query):
    response = tell(event, **query)

    assert response.status_code == 422
    arrival = Arrival.objects.get()
    assert (arrival.verdict, arrival.because) == ("quarantined", response.json()["error"])
    assert not Interaction.objects.exists()


@pytest.mark.parametrize("key", ["x" * 64, "%ff", "a b"])
def test_a_wrong_token_stores_nothing(tell, key):
    response = tell("incoming", key=key)

    assert response.status_code == 401
    assert response.json() == {"error": "Invalid token, please contact your admin!"}
    assert not Arrival.objects.exists()


def test_a_token_for_something_else_stores_nothing(tell, make_token):
    assert tell("incoming", key=make_token("other", scopes=["tickets:write"])).status_code == 401
    assert not Arrival.objects.exists()


@pytest.mark.parametrize("method", ["head", "post", "put", "delete", "options"])
def test_nothing_but_a_get_is_an_event(client, shop, token, method):
    response = getattr(client, method)(f"/api/v1/cti/phone/{token}/incoming?remote=1")

    assert response.status_code == 405
    assert not Arrival.objects.exists()


def test_nobody_keeps_the_answer(tell):
    assert "no-store" in tell("incoming").headers["Cache-Control"]


def test_its_token_is_in_no_log(tell, token, caplog):
    with caplog.at_level(logging.INFO):
        tell("forwarded")
        tell("incoming", key=token[:-1] + "x")

    assert token[:15] not in caplog.text
