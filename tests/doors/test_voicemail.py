"""Somebody talks to a machine of ours, and the phone system tells."""

import gzip
import hashlib
import itertools
import json
from datetime import timedelta

import pytest
from django.urls import reverse

from helpdesk import journey
from helpdesk.api.v1 import phone
from policies.models import FollowUp, OpeningHours, Promise
from tests.conftest import boston
from tests.doors.conftest import JSON
from tickets.models import Arrival, Call, Interaction, Ticket
from tickets.models.work import Kind

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
CALLER = "+16175550142"
ADDRESS = "/api/v1/voicemails/"


@pytest.fixture
def send(client, clock, shop, token):
    """Send one body, as it stands."""

    def send(body, content_type=JSON, key=token):
        headers = {"Authorization": f"Bearer {key}"}
        return client.generic(
            "POST", ADDRESS, body, content_type, headers=headers, CONTENT_TYPE=content_type
        )

    return send


@pytest.fixture
def leave(send):
    """Leave a voicemail, from Ingrid's number unless told otherwise."""

    def leave(**fields):
        return send(json.dumps({"from": CALLER, "call_id": "call-1"} | fields))

    return leave


def voicemail():
    return Interaction.objects.get(kind=Kind.VOICEMAIL)


def nothing_is_filed():
    return not any(model.objects.exists() for model in (Ticket, Interaction, Promise))


# -- where it goes -------------------------------------------------------------------------------


def test_it_is_filed_and_owed_a_callback(leave, ingrid, monday_nine):
    response = leave(
        to="16175550100",
        text="It is Ingrid.\nThe laptop again.",
        duration=42,
        recording_url="https://pbx.example/rec/1.wav",
        left_at="2026-03-02T08:58:30-05:00",
    )

    promise = Promise.objects.get()
    said = voicemail()
    assert response.status_code == 201
    assert response.json() == {
        "id": said.pk,
        "ticket": Ticket.objects.get().number,
        "call_id": "call-1",
        "promise": {"id": promise.pk, "due_at": "2026-03-02T18:00:00Z"},
    }
    assert promise.due_at == boston(2026, 3, 2, 13)
    assert (promise.cause, promise.ticket.customer) == (said, ingrid)
    assert promise.ticket.channel == Kind.VOICEMAIL
    assert (said.happened_at, said.logged_at) == (boston(2026, 3, 2, 8, 58, 30), monday_nine)
    assert said.text.splitlines() == [
        "It is Ingrid.",
        "The laptop again.",
        "Length: 0:42",
        "Recording: https://pbx.example/rec/1.wav",
    ]


def test_its_arrival_is_kept_byte_for_byte(send):
    body = json.dumps({"from": CALLER, "text": "Hello", "more": {"than": ["we", "know"]}}).encode()

    assert send(body).status_code == 201

    arrival = Arrival.objects.get()
    assert (bytes(arrival.raw), arrival.source) == (body, "pbx")
    assert (arrival.verdict, arrival.interaction) == (Arrival.Verdict.TICKET, voicemail())


def test_a_form_will_do(send):
    assert send("from=%2B16175550142&text=Hello", FORM).status_code == 201
    assert voicemail().text == "Hello"


def test_it_joins_the_ticket_of_its_call(say, leave):
    say("newCall", **{"from": "anonymous"})
    ticket = Ticket.objects.get()

    response = leave(**{"from": "anonymous"})

    assert (response.status_code, response.json()["ticket"]) == (201, ticket.number)
    assert list(Ticket.objects.all()) == [ticket]


def test_it_joins_the_ticket_last_spoken_about(leave, missed, monday_nine):
    missed(now=monday_nine - timedelta(hours=1), call_id="earlier")
    ticket = Ticket.objects.get()

    assert leave(call_id="unheard-of").json()["ticket"] == ticket.number
    assert Arrival.objects.latest("pk").verdict == Arrival.Verdict.REPLY


def test_a_promise_there_is_already_is_not_moved(leave, missed, monday_nine):
    missed(now=monday_nine - timedelta(hours=1), call_id="earlier")
    promise = Promise.objects.get()

    assert leave().json()["promise"]["id"] == promise.pk
    assert list(Promise.objects.values_list("due_at", flat=True)) == [promise.due_at]


def test_a_ticket_that_waited_for_them_is_in_work_again(leave, make_ticket, ingrid, eva, clock):
    ticket = make_ticket()
    journey.ticket_moved(ticket, Ticket.Status.WAITING, by=eva, now=clock.at)

    leave()

    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.OPEN


def test_a_call_whose_ticket_has_ended_is_a_new_matter(say, leave, shop, eva, ingrid, clock):
    say("newCall")
    journey.ticket_closed(Ticket.objects.get(), charge="charged", by=eva, now=clock.at)

    assert leave().status_code == 201
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize("number", ["", None, "anonymous", "Restricted"])
def test_somebody_who_withholds_their_number_is_owed_one_too(leave, number):
    assert leave(**{"from": number}).status_code == 201

    ticket = Ticket.objects.get()
    assert (ticket.contact_point, ticket.subject) == (None, "Voicemail, number withheld")
    assert Promise.objects.get().ticket == ticket


def test_it_is_shown_on_the_ticket(leave, client, sara):
    hostile = "<script>alert(1)</script>"
    leave(text=hostile, recording_url="https://pbx.example/rec/1.wav")
    client.force_login(sara)

    page = client.get(reverse("ticket", args=[Ticket.objects.get().number])).content.decode()

    assert "left a voicemail" in page
    assert "https://pbx.example/rec/1.wav" in page
    assert hostile not in page


def test_it_is_acknowledged_like_a_missed_call(leave):
    leave()

    assert FollowUp.objects.filter(rule="acknowledgement").get().cause == voicemail()


def test_somebody_blocked_is_on_file_and_owed_nothing(leave, say, eva, clock):
    say("newCall")
    journey.marked_spam(Ticket.objects.get(), by=eva, now=clock.at)

    response = leave(call_id="call-2")

    assert (response.status_code, response.json()["promise"]) == (201, None)
    assert voicemail().ticket.status == Ticket.Status.SPAM
    arrival = Arrival.objects.latest("pk")
    assert (arrival.verdict, arrival.because) == ("ignored", "the caller is blocked")
    assert not Promise.objects.exists()


def test_it_is_filed_where_nothing_can_be_promised(leave):
    OpeningHours.objects.all().delete()

    assert leave().json()["promise"] is None
    assert voicemail().ticket == Ticket.objects.get()


# -- twice, and in any order ---------------------------------------------------------------------


def test_the_same_call_twice_is_one_voicemail(leave):
    first, second = leave(text="Hello"), leave(text="Hello")

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert (Interaction.objects.count(), Promise.objects.count()) == (1, 1)
    verdicts = Arrival.objects.order_by("pk").values_list("verdict", "because")
    assert list(verdicts) == [("ticket", ""), ("ignored", "it is here already")]


def test_without_a_call_the_same_caller_at_the_same_time_is_one(leave):
    said = {"call_id": "", "left_at": "2026-03-02T08:58:30-05:00"}

    assert [leave(**said).status_code for _ in range(2)] == [201, 200]
    assert leave(**said | {"left_at": "2026-03-02T08:59:30-05:00"}).status_code == 201
    assert Interaction.objects.count() == 2


def test_with_neither_each_is_its_own(leave):
    assert [leave(call_id="").status_code for _ in range(2)] == [201, 201]
    assert Interaction.objects.count() == 2


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["newCall", "answer", "voicemail", "hangup"]))
)
def test_in_whichever_order_it_is_told_they_are_owed_one_callback(say, leave, order):
    for event in order:
        if event == "voicemail":
            leave()
        else:
            # The machine that picks up is an answer to some phone systems.
            say(event, cause="normalClearing" if event == "hangup" else None)

    assert Ticket.objects.count() == 1
    assert Promise.objects.open().count() == 1
    if order.index("voicemail") > 0:
        assert Call.objects.get().outcome == Call.Outcome.VOICEMAIL


# -- what they say of it -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duration", "shown"),
    [
        (0, "0:00"),
        (61, "1:01"),
        ("61", "1:01"),
        (61.9, "1:01"),
        (-5, "unclear (-5)"),
        (10**9, "unclear (1000000000)"),
        ("NaN", "unclear (NaN)"),
        ("a while", "unclear (a while)"),
    ],
)
def test_a_length_that_cannot_be_is_shown_as_it_came(leave, duration, shown):
    assert leave(duration=duration).status_code == 201
    assert voicemail().text == f"Length: {shown}"


@pytest.mark.parametrize("left_at", ["2026-03-02T09:00:01-05:00", "2026-01-01T00:00:00Z"])
def test_a_clock_that_is_wrong_is_not_believed(leave, monday_nine, left_at):
    assert leave(left_at=left_at).status_code == 201
    assert voicemail().happened_at == monday_nine


def test_what_no_database_stores_is_taken_out(leave):
    assert leave(text="a\x00b \ud83d").status_code == 201
    assert voicemail().text == "ab �"


PUBLIC = ["https://pbx.example/a.wav", "http://Rec.pbx-1.example:8080/a?b=c%20d#e"]
NOT_PUBLIC = [
    "file:///etc/passwd",
    "ftp://pbx.example/a.wav",
    "javascript:alert(1)",
    "pbx.example/a.wav",
    "//pbx.example/a.wav",
    "http:///a.wav",
    "http://169.254.169.254/latest/meta-data/",
    "http://127.0.0.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://[::1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://localhost/",
    "http://pbx/",
    "http://pbx.local/",
    "http://metadata.google.internal/",
    "http://127.0.0.1./",
    "http://user:secret@pbx.example/",
    "http://pbx.example\\@127.0.0.1/",
    "http://pbx.example:port/",
    "http://[pbx.example/",
    "http://pbx.example/a b",
    "http://пбх.example/",
    "http://-pbx.example/",
]


@pytest.mark.parametrize("url", PUBLIC)
def test_an_address_of_a_recording_is_kept_as_text(leave, url):
    assert leave(recording_url=url).status_code == 201
    assert voicemail().text == f"Recording: {url}"


@pytest.mark.parametrize("url", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused_with_a_sentence(leave, url):
    response = leave(recording_url=url)

    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    [error] = response.json()["errors"]
    assert error["field"] == "recording_url"
    assert error["detail"].startswith("Send an address that begins with http:// or https://")
    assert nothing_is_filed()
    assert Arrival.objects.get().verdict == Arrival.Verdict.QUARANTINED


# -- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        pytest.param(b"", JSON, 400, id="nothing"),
        pytest.param(b"{}", JSON, 400, id="an empty object"),
        pytest.param(b"[]", JSON, 400, id="a list"),
        pytest.param(b"null", JSON, 400, id="null"),
        pytest.param(b'"x"', JSON, 400, id="a string"),
        pytest.param(b'{"from": NaN}', JSON, 400, id="NaN"),
        pytest.param(b'{"from": ["1"]}', JSON, 400, id="a list of numbers"),
        pytest.param(b'{"from": true}', JSON, 400, id="a truth"),
        pytest.param(b"[" * 5000, JSON, 400, id="deep"),
        pytest.param(gzip.compress(b'{"from": "1"}'), JSON, 400, id="compressed"),
        pytest.param(gzip.compress(b"\0" * 10_000_000), JSON, 400, id="a bomb"),
        pytest.param(gzip.compress(b"from=1"), FORM, 400, id="a compressed form"),
        pytest.param(b'{"from": "1"}', f"{JSON}; charset=utf-16", 415, id="UTF-16"),
        pytest.param(b'{"from": "' + b"1" * 3_000_000 + b'"}', JSON, 400, id="3 MB"),
        pytest.param(b'{"from": "1", "left_at": "2026-03-02T09:00:00"}', JSON, 400, id="no zone"),
        pytest.param(b'{"from": "1", "left_at": "yesterday"}', JSON, 400, id="no instant"),
        pytest.param(b'{"from": "1", "call_id": "' + b"x" * 251 + b'"}', JSON, 400, id="a long id"),
    ],
)
def test_what_cannot_be_read_is_kept_for_a_human(send, body, content_type, status):
    response = send(body, content_type)

    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    arrival = Arrival.objects.get()
    assert arrival.sha256 == hashlib.sha256(body).hexdigest()
    assert arrival.verdict == Arrival.Verdict.QUARANTINED
    assert arrival.because
    assert nothing_is_filed()


def test_of_what_never_ends_the_beginning_is_kept(send, monkeypatch):
    monkeypatch.setattr(phone, "KEPT", 100_000)

    assert send(b"x" * 100_001).status_code == 400
    assert bytes(Arrival.objects.get().raw) == b"x" * 100_000


@pytest.mark.parametrize("scopes", [[], ["tickets:write"]])
def test_a_token_that_may_not_do_this_stores_nothing(send, make_token, scopes):
    response = send(b'{"from": "1"}', key=make_token("other", scopes=scopes))

    assert response.status_code == 403
    assert not Arrival.objects.exists()


def test_a_stranger_stores_nothing(send):
    assert send(b'{"from": "1"}', key="x" * 64).status_code == 401
    assert not Arrival.objects.exists()
