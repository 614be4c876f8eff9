"""Call events in Zammad's format, as real telephone systems send them and as they should not."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.channels import cti
from tickets.channels.contract import CallEventKind, Direction, Malformed, Outcome

PAYLOADS = json.loads((Path(__file__).parent / "payloads/cti.json").read_text())

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

RING = {"event": "newCall", "from": "1", "to": "2", "direction": "in", "callId": "7"}


def ring(**fields):
    return cti.parse(RING | fields)


def hangup(**fields):
    return cti.parse(RING | {"event": "hangup"} | fields)


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: payload["name"])
def test_reads_what_telephone_systems_send(payload):
    event = cti.parse(cti.decode(payload["body"].encode(), payload["content_type"]))

    assert asdict(event) == payload["event"] | {"users": tuple(payload["event"]["users"])}


@pytest.mark.parametrize(
    ("spelled", "kind"),
    [
        ("newCall", CallEventKind.NEW_CALL),
        ("newcall", CallEventKind.NEW_CALL),
        ("answer", CallEventKind.ANSWER),
        (" hangup ", CallEventKind.HANGUP),
    ],
)
def test_knows_three_events(spelled, kind):
    assert ring(event=spelled).event == kind


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        ("normalClearing", Outcome.COMPLETED),
        ("NORMAL_CLEARING", Outcome.COMPLETED),
        ("ANSWER", Outcome.COMPLETED),
        ("accepted", Outcome.COMPLETED),
        ("completed", Outcome.COMPLETED),
        ("Inbound", Outcome.COMPLETED),
        ("busy", Outcome.BUSY),
        ("BUSY", Outcome.BUSY),
        ("USER_BUSY", Outcome.BUSY),
        ("cancel", Outcome.MISSED),
        ("CANCEL", Outcome.MISSED),
        ("missed", Outcome.MISSED),
        ("canceled", Outcome.MISSED),
        ("ORIGINATOR_CANCEL", Outcome.MISSED),
        ("Missed", Outcome.MISSED),
        ("noAnswer", Outcome.NO_ANSWER),
        ("NOANSWER", Outcome.NO_ANSWER),
        ("NO_ANSWER", Outcome.NO_ANSWER),
        ("no-answer", Outcome.NO_ANSWER),
        ("Notanswered", Outcome.NO_ANSWER),
        ("Unanswered", Outcome.NO_ANSWER),
        ("congestion", Outcome.FAILED),
        ("notFound", Outcome.FAILED),
        ("unavailable", Outcome.FAILED),
        ("CHANUNAVAIL", Outcome.FAILED),
        ("UNALLOCATED_NUMBER", Outcome.FAILED),
        ("failed", Outcome.FAILED),
        ("forwarded", Outcome.FORWARDED),
        ("voicemail", Outcome.VOICEMAIL),
        ("", Outcome.UNKNOWN),
        ("MANAGER_REQUEST", Outcome.UNKNOWN),
        ("ångrade sig", Outcome.UNKNOWN),
    ],
)
def test_translates_every_vendors_causes_and_keeps_the_raw_one(cause, outcome):
    event = hangup(cause=cause)

    assert (event.cause, event.outcome) == (cause, outcome)


@pytest.mark.parametrize(
    ("cause", "says_answered"),
    [("ANSWER", True), ("accepted", True), ("normalClearing", False), ("completed", False)],
)
def test_only_some_causes_say_that_a_person_answered(cause, says_answered):
    assert hangup(cause=cause).was_answered == says_answered
    assert ring(cause=cause).was_answered is False


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"user": "voicemail"}, Outcome.VOICEMAIL),
        ({"user": ["Voicemail"]}, Outcome.VOICEMAIL),
        ({"user": ["Emma", "voicemail"]}, None),
        ({"queue": "VoiceMail"}, Outcome.VOICEMAIL),
        ({"cause": "voicemail"}, Outcome.VOICEMAIL),
        ({"to": "voicemail"}, None),
    ],
)
def test_what_voicemail_takes_nobody_answered(fields, outcome):
    answer = ring(event="answer", **fields)

    assert (answer.outcome, answer.was_answered) == (outcome, outcome is None)


@pytest.mark.parametrize(
    ("fields", "users"),
    [
        ({"user": "Emma"}, ("Emma",)),
        ({"user": ["Emma", "Ann"]}, ("Emma", "Ann")),
        ({"user[]": ["Emma", "Ann"]}, ("Emma", "Ann")),
        ({"user[0]": "Emma", "user[1]": "Ann"}, ("Emma", "Ann")),
        ({"caller": "Emma"}, ("Emma",)),
        ({"caller[]": ["Emma"]}, ("Emma",)),
        ({"user": "Emma", "caller": "Ann"}, ("Emma",)),
        ({"user": "", "caller": "Ann"}, ("Ann",)),
        ({"user": None}, ()),
        ({"user": ["", "Ann", " Ann ", None]}, ("Ann",)),
        ({"user": 12}, ("12",)),
        ({"user": ["x" * 200]}, ("x" * 99 + "…",)),
        ({"user": [str(number) for number in range(60)]}, tuple(map(str, range(50)))),
        ({"username": "Emma"}, ()),
    ],
)
def test_reads_users_however_they_are_written(fields, users):
    assert ring(**fields).users == users


@pytest.mark.parametrize("missing", [{"from": None}, {"from": ""}, {"from": " \x00"}])
def test_a_number_may_be_withheld(missing):
    assert ring(**missing).from_number == ""
    assert cti.parse({"event": "answer", "direction": "in", "callId": "7"}).to_number == ""


def test_numbers_and_ids_may_be_json_numbers():
    event = cti.parse(RING | {"from": 493023125741, "to": 100, "callId": 42})

    assert (event.from_number, event.to_number, event.call_id) == ("493023125741", "100", "42")


def test_texts_are_one_clean_line_of_limited_length():
    event = hangup(cause="a\r\nb\u202e" + "c" * 200, queue="q\x00" * 200, answeringNumber="\ud83d")

    assert event.cause == "a b" + "c" * 96 + "…"
    assert event.queue == "q" * 99 + "…"
    assert event.answering_number == "\ufffd"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"event": None}, "event"),
        ({"event": ""}, "event"),
        ({"event": "dtmf"}, "event"),
        ({"event": ["newCall"]}, "event"),
        ({"event": True}, "event"),
        ({"direction": None}, "direction"),
        ({"direction": "sideways"}, "direction"),
        ({"direction": "IN"}, "direction"),
        ({"callId": None}, "callId"),
        ({"callId": " \u200b"}, "callId"),
        ({"callId": "x" * 251}, "callId"),
        ({"callId": False}, "callId"),
        ({"callId": 1.5}, "callId"),
        ({"from": True}, "from"),
        ({"from": {"number": "1"}}, "from"),
        ({"from": ["1"]}, "from"),
        ({"to": 4.9e11}, "to"),
        ({"to": 10**5000}, "to"),
        ({"user": {"name": "Emma"}}, "user"),
        ({"user": [["Emma"]]}, "user"),
        ({"user": [True]}, "user"),
        ({"caller": [1.5]}, "caller"),
        ({"queue": []}, "queue"),
        ({"cause": {}}, "cause"),
        ({"answeringNumber": [1]}, "answeringNumber"),
    ],
)
def test_refuses_what_cannot_be_read_and_says_which_field(fields, field):
    with pytest.raises(Malformed) as refused:
        ring(**fields)

    assert refused.value.field == field
    assert str(refused.value).startswith(("Send ", "Invalid direction!"))


def test_an_unknown_direction_is_refused_in_zammads_words():
    with pytest.raises(Malformed) as refused:
        ring(direction="inbound")

    assert str(refused.value) == "Invalid direction!"


def test_the_longest_id_is_taken_whole():
    assert ring(callId="x" * 250).call_id == "x" * 250


def test_nothing_at_all_is_a_missing_event():
    with pytest.raises(Malformed) as refused:
        cti.parse({})

    assert refused.value.field == "event"


@pytest.mark.parametrize(
    ("body", "content_type", "fields"),
    [
        pytest.param(b'{"a":"1"}', JSON, {"a": "1"}, id="JSON"),
        pytest.param(b"{}", JSON, {}, id="an empty object"),
        pytest.param(b'{"a":"1"}', "application/vnd.api+json", {"a": "1"}, id="some JSON"),
        pytest.param(b'\n {"a":"1"}', "", {"a": "1"}, id="JSON without a type"),
        pytest.param(b'{"a":"1"}', FORM, {"a": "1"}, id="JSON under a form's type, as curl does"),
        pytest.param(b'\xef\xbb\xbf{"a":"1"}', JSON, {"a": "1"}, id="a byte order mark"),
        pytest.param('{"a":"ü"}'.encode(), f'{JSON}; charset="UTF-8"', {"a": "ü"}, id="UTF-8"),
        pytest.param(b'{"a":"\xfc"}', f"{JSON};charset=ISO-8859-1", {"a": "ü"}, id="Latin-1"),
        pytest.param(b'{"a":"\xfc"}', JSON, {"a": "\ufffd"}, id="Latin-1, undeclared"),
        pytest.param(b'{"a":"1","a":"2"}', JSON, {"a": "2"}, id="the last of two"),
        pytest.param(b'{"a":"b\\u0000c\\ud83d"}', JSON, {"a": "bc\ufffd"}, id="NUL, a surrogate"),
        pytest.param(b'{"a":[["\\u0000"]]}', JSON, {"a": [[""]]}, id="NUL, further in"),
        pytest.param(b'{"a":"b\r\nc"}', JSON, {"a": "b\nc"}, id="a raw line break"),
        pytest.param(b'{"a":4930,"b":-1.50}', JSON, {"a": "4930", "b": "-1.50"}, id="numbers"),
        pytest.param(b'{"a":true,"b":null}', JSON, {"a": True, "b": None}, id="constants"),
        pytest.param(b"a=1&b=&c", FORM, {"a": "1", "b": "", "c": ""}, id="a form"),
        pytest.param(b"a=1&a=2", "", {"a": "2"}, id="a form, the last of two"),
        pytest.param(b"a=%00b%C3%BC", "text/plain", {"a": "bü"}, id="a form, escaped"),
        pytest.param(b"a=%FC", f"{FORM};charset=latin1", {"a": "ü"}, id="a form in Latin-1"),
        pytest.param(b"a=%FC", FORM, {"a": "\ufffd"}, id="a form in Latin-1, undeclared"),
        pytest.param(b"user[]=a&user[]=b", FORM, {"user[]": ["a", "b"]}, id="a list"),
        pytest.param(b"user=a&user=b", FORM, {"user": ["a", "b"]}, id="a list without brackets"),
        pytest.param(b"from=+4930", FORM, {"from": " 4930"}, id="a plus nobody escaped"),
        pytest.param(b"", FORM, {}, id="an empty form"),
        pytest.param(b"", "", {}, id="nothing at all"),
    ],
)
def test_decode(body, content_type, fields):
    assert cti.decode(body, content_type) == fields


@pytest.mark.parametrize(
    ("body", "content_type", "field"),
    [
        pytest.param(b"", JSON, "body", id="nothing"),
        pytest.param(b"[]", JSON, "body", id="a list"),
        pytest.param(b"null", JSON, "body", id="null"),
        pytest.param(b'"x"', JSON, "body", id="a string"),
        pytest.param(b"3", JSON, "body", id="a number"),
        pytest.param(b'{"a":', JSON, "body", id="half an object"),
        pytest.param(b'{"a":1}{"b":2}', JSON, "body", id="two objects"),
        pytest.param(b"[" * 5000, JSON, "body", id="a deep list"),
        pytest.param(b'{"a":' + b"[" * 5000, "", "body", id="a deep field"),
        pytest.param(
            b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}", JSON, "body", id="a deep, valid field"
        ),
        pytest.param(b'{"a":' * 5000 + b"1" + b"}" * 5000, JSON, "body", id="deep objects"),
        pytest.param(b'{"a":NaN}', JSON, "body", id="NaN"),
        pytest.param(b'{"a":-Infinity}', JSON, "body", id="infinity"),
        pytest.param(b'{"a":1e999}', JSON, "body", id="infinity in disguise"),
        pytest.param(b'{"a":' + b"9" * 5000 + b"}", JSON, "body", id="a number of 5000 digits"),
        pytest.param(b'{"a":"' + b"x" * 65536 + b'"}', JSON, "body", id="more than 64 KiB"),
        pytest.param(b"a=1&" * 201, FORM, "body", id="too many fields"),
        pytest.param(b"a=1", f"{FORM}; charset=utf-7", "Content-Type", id="UTF-7"),
        pytest.param(b"{}", f"{JSON}; charset=hex", "Content-Type", id="not a charset"),
        pytest.param(b"{}", f"{JSON}; charset=\x00", "Content-Type", id="NUL for a charset"),
    ],
)
def test_refuses_a_body_it_cannot_decode(body, content_type, field):
    with pytest.raises(Malformed) as refused:
        cti.decode(body, content_type)

    assert refused.value.field == field
    assert str(refused.value).startswith("Send ")


def test_64_kib_are_just_enough():
    body = b"a=" + b"x" * (64 * 1024 - 2)

    assert cti.decode(body, FORM) == {"a": "x" * (64 * 1024 - 2)}


@settings(max_examples=200)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner) | st.dictionaries(st.sampled_from([*RING, "user"]), inner)
            ),
        ).map(lambda value: json.dumps(value).encode()),
    ),
    st.sampled_from([JSON, FORM, ""]),
)
def test_whatever_comes_is_read_or_refused(body, content_type):
    try:
        event = cti.parse(cti.decode(body, content_type))
    except Malformed:
        return
    assert event.call_id
    assert event.direction in Direction


def test_says_yes_and_no_in_zammads_words():
    assert cti.ok() == {}
    assert cti.reject() == {"action": "reject", "reason": "busy"}
