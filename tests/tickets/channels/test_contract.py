"""What every channel with hooks must do, proved once for all of them.

Each brings payloads/<slug>.json: requests as its provider really makes them to the address of a
shop whose secret is below, and what we read out of them. A body is written byte for character.
"""

import json
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import gateways
from tickets.channels.contract import Forged, Malformed
from tickets.channels.kannel import KannelSms
from tickets.channels.twilio import TwilioSms

PAYLOADS = Path(__file__).parent / "payloads"

CHANNELS = [
    KannelSms(url="http://127.0.0.1/", username="u", password="p", secret="s3cret"),
    TwilioSms(account_sid="AC1", auth_token="12345", sender="+16175550100"),
]
OTHERS = [
    KannelSms(url="http://127.0.0.1/", username="u", password="p", secret="s3creT"),
    TwilioSms(account_sid="AC1", auth_token="12346", sender="+16175550100"),
]
UNSET = [
    KannelSms(url="", username="", password="", secret=""),
    TwilioSms(account_sid="", auth_token=""),
]


def recorded(channels):
    return [
        pytest.param(channel, payload, id=f"{channel.slug}-{payload['name']}")
        for channel in channels
        for payload in json.loads((PAYLOADS / f"{channel.slug}.json").read_text())
    ]


def hook(payload):
    body = payload["body"].encode("latin-1")
    return gateways.hook(
        gateways.Request(payload["method"], payload["path"], payload["headers"], body)
    )


def said(happening):
    fields = asdict(happening)
    if "media" in fields:
        fields["media"] = list(fields["media"])
    return {type(happening).__name__: fields}


@pytest.mark.parametrize(("channel", "payload"), recorded(CHANNELS))
def test_reads_what_its_provider_sends(channel, payload):
    channel.verify(hook(payload))

    assert [said(happening) for happening in channel.parse(hook(payload))] == payload["happenings"]


@pytest.mark.parametrize(("channel", "payload"), recorded(CHANNELS))
def test_answers_as_its_provider_expects(channel, payload):
    answer = channel.reply(hook(payload))

    assert [answer.content_type, answer.status, answer.content] == payload["answer"]


@pytest.mark.parametrize(("channel", "payload"), recorded([*OTHERS, *UNSET]))
def test_refuses_what_was_meant_for_another_or_for_nobody(channel, payload):
    with pytest.raises(Forged):
        channel.verify(hook(payload))


@pytest.mark.parametrize(("channel", "payload"), recorded(CHANNELS))
def test_refuses_a_hook_without_its_proof(channel, payload):
    headers = {name: value for name, value in payload["headers"].items() if "Sign" not in name}

    with pytest.raises(Forged):
        channel.verify(replace(hook(payload), headers=headers, secret=""))


@pytest.mark.parametrize("wrong", ["å", "ÿ" * 28, "\udcff", "\0", " ", "s3cret "])
@pytest.mark.parametrize("channel", [*CHANNELS, *UNSET], ids=lambda channel: channel.slug)
def test_refuses_a_proof_of_any_characters(channel, wrong):
    payload = json.loads((PAYLOADS / f"{channel.slug}.json").read_text())[0]
    headers = payload["headers"] | {"X-Twilio-Signature": wrong}

    with pytest.raises(Forged):
        channel.verify(replace(hook(payload), headers=headers, secret=wrong))


NAMES = (
    "from to text id ts charset coding ref type reply MessageSid SmsSid From To Body NumMedia"
    " MediaUrl0 OptOutType MessageStatus ErrorCode"
)
FIELDS = st.dictionaries(
    st.sampled_from(NAMES.split()), st.lists(st.text(max_size=20), max_size=2), max_size=8
)


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.slug)
@given(
    method=st.sampled_from(["GET", "POST"]),
    query=st.text(max_size=60),
    form=FIELDS,
    body=st.binary(max_size=60),
    event=st.sampled_from(["", "dlr"]),
)
def test_reads_nonsense_or_says_what_is_wrong_with_it(channel, method, query, form, body, event):
    request = gateways.Request(method, f"/hooks/x/y/{event}?{query}", {}, body)
    made = replace(gateways.hook(request), form=form, query=form)
    with suppress(Malformed):
        assert {happening.via for happening in channel.parse(made)} <= {channel.slug}
    assert channel.reply(made).content in {"", "<Response/>"}


def test_knows_whether_it_is_set_up():
    assert [channel.is_set_up for channel in CHANNELS] == [True, True]
    assert [channel.is_set_up for channel in UNSET] == [False, False]
