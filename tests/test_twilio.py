"""Our side of Twilio, held against Twilio's own validator and client."""

import base64
from contextlib import contextmanager
from urllib.parse import parse_qs, urlencode
from xml.etree import ElementTree

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse

from tests import gateways
from tickets.channels.contract import DeliveryFailed, Forged, Hook, Outbound, Sent
from tickets.channels.twilio import TwilioSms

TOKEN = "12345"
PUBLISHED = "https://mycompany.com/myapp.php?foo=1&bar=2"
TEXT = Outbound(reference="å/42", recipient="+14155550142", text="Your PC is ready: 100% & more 🎁")

NAMES = st.text(min_size=1, max_size=8)
PAIRS = st.lists(st.tuples(NAMES, st.text(max_size=8)), min_size=1, max_size=8)
URLS = st.sampled_from(
    [
        PUBLISHED,
        "https://shop.example/hooks/twilio",
        "https://shop.example:8443/hooks/twilio?ref=42",
        "https://shop.example:443/hooks/twilio?at=12:30",
        "http://127.0.0.1:8000/hooks/twilio",
        "http://shop.example",
    ]
)


def signed(url, pairs, signature, body=b""):
    form = dict(QueryDict(urlencode(pairs)).lists())
    headers = {"X-Twilio-Signature": signature}
    return Hook(method="POST", url=url, headers=headers, form=form, body=body)


def accepts(hook, token=TOKEN):
    try:
        TwilioSms(account_sid="AC1", auth_token=token).verify(hook)
    except Forged:
        return False
    return True


def channel(url, **changes):
    settings = {"sender": "+16175550100", "hook_url": "https://shop.example/hooks/twilio"}
    return TwilioSms(account_sid="AC1", auth_token=TOKEN, api_url=url, **settings | changes)


@contextmanager
def api(status, content):
    seen = []

    def respond(handler, request):
        seen.append(request)
        gateways.say(handler, status, content, Content_Type="application/json")

    with gateways.serving(respond) as url:
        yield url, seen


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (
            "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212"
            "&Caller=%2B14158675309",
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        (
            "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
    ],
)
def test_the_signatures_twilio_publishes(body, signature):
    pairs = [(name, value) for name, values in parse_qs(body).items() for value in values]

    assert accepts(signed(PUBLISHED, pairs, signature))
    for index, character in enumerate(signature[:-1]):
        other = signature[:index] + ("A" if character != "A" else "B") + signature[index + 1 :]
        assert not accepts(signed(PUBLISHED, pairs, other))
    assert not accepts(signed(PUBLISHED, [*pairs, ("more", "")], signature))
    assert not accepts(signed(PUBLISHED.replace("foo=1", "foo=2"), pairs, signature))
    assert not accepts(signed(PUBLISHED, pairs, signature), token="54321")


@given(URLS, PAIRS, st.text(min_size=1, max_size=8))
def test_we_accept_what_twilio_signs(url, pairs, token):
    signature = RequestValidator(token).compute_signature(url, QueryDict(urlencode(pairs)))

    assert accepts(signed(url, pairs, signature), token=token)
    assert not accepts(signed(url, pairs, signature), token=token + "x")


@given(URLS, PAIRS, URLS, PAIRS)
def test_we_accept_only_what_twilio_would(url, pairs, other_url, other_pairs):
    validator = RequestValidator(TOKEN)
    signature = validator.compute_signature(url, QueryDict(urlencode(pairs)))
    is_valid = validator.validate(other_url, QueryDict(urlencode(other_pairs)), signature)

    assert accepts(signed(other_url, other_pairs, signature)) == is_valid


@pytest.mark.parametrize("body", ['{"a": 1}', "[]", "å🎁"])
def test_a_body_in_json_is_signed_by_its_hash(body):
    validator = RequestValidator(TOKEN)
    url = f"https://shop.example/hooks/twilio?bodySHA256={validator.compute_hash(body)}"
    signature = validator.compute_signature(url, {})

    assert validator.validate(url, body, signature)
    assert accepts(signed(url, [], signature, body.encode()))
    assert not accepts(signed(url, [], signature, body.encode() + b" "))
    assert not accepts(signed(url, [], signature))


def test_a_body_that_nothing_signs_is_refused():
    url = "https://shop.example/hooks/twilio"
    signature = RequestValidator(TOKEN).compute_signature(url, {})

    assert accepts(signed(url, [], signature))
    assert not accepts(signed(url, [], signature, b"{}"))


@given(URLS, PAIRS)
def test_without_a_token_nobody_may_sign(url, pairs):
    signature = RequestValidator("").compute_signature(url, QueryDict(urlencode(pairs)))

    assert not accepts(signed(url, pairs, signature), token="")


def test_we_ask_what_twilios_own_client_asks():
    created = '{"sid": "SM1", "status": "queued", "error_code": null}'
    with api(201, created) as (url, seen):
        sent = channel(url).send(TEXT)
        client = Client("AC1", TOKEN)
        client.api.base_url = url
        message = client.messages.create(
            to=TEXT.recipient,
            from_="+16175550100",
            body=TEXT.text,
            status_callback="https://shop.example/hooks/twilio?ref=%C3%A5%2F42",
        )

    ours, theirs = seen
    assert sent == Sent(provider_id=message.sid)
    assert (ours.method, ours.path) == (theirs.method, theirs.path)
    assert parse_qs(ours.body.decode()) == parse_qs(theirs.body.decode())
    assert ours.headers["Authorization"] == theirs.headers["Authorization"]
    assert base64.b64decode(ours.headers["Authorization"].split()[1]) == b"AC1:12345"


def test_a_messaging_service_chooses_the_sender():
    with api(201, "{}") as (url, seen):
        channel(url, messaging_service="MG1", hook_url="").send(TEXT)

    assert parse_qs(seen[0].body.decode()) == {
        "To": [TEXT.recipient],
        "Body": [TEXT.text],
        "MessagingServiceSid": ["MG1"],
    }


@pytest.mark.parametrize(
    ("code", "opted_out", "no_such_address"),
    [
        (21610, True, False),
        (21211, False, True),
        (21614, False, True),
        (21408, False, False),
        (20003, False, False),
    ],
)
def test_what_twilio_refuses_is_final_and_says_why(code, opted_out, no_such_address):
    refused = f'{{"code": {code}, "message": "Not this one.", "status": 400}}'
    with api(400, refused) as (url, _), pytest.raises(DeliveryFailed) as failed:
        channel(url).send(TEXT)

    error = failed.value
    assert str(error) == f"Twilio refused the message: Not this one. (error {code})"
    assert (error.is_final, error.opted_out, error.no_such_address) == (
        True,
        opted_out,
        no_such_address,
    )


@pytest.mark.parametrize("content", ["", "[]", "null", '"x"', "<html>", '{"sid": null}'])
def test_what_twilio_took_is_sent_however_it_says_so(content):
    with api(201, content) as (url, _):
        assert channel(url).send(TEXT) == Sent()


def test_our_answer_is_twilios_way_of_saying_nothing():
    hook = Hook(method="POST", url=PUBLISHED, headers={}, form={"Body": ["Hello"]})
    answer = TwilioSms(account_sid="AC1", auth_token=TOKEN).reply(hook)

    ours, theirs = map(ElementTree.fromstring, (answer.content, str(MessagingResponse())))
    assert (ours.tag, ours.attrib, list(ours)) == (theirs.tag, theirs.attrib, list(theirs))
