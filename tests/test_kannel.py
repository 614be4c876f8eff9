"""Texts in and out through a real Kannel, with nothing but the mobile network made up."""

import queue
from urllib.parse import quote

import pytest

from tests import gateways
from tickets import segments
from tickets.channels.contract import Delivery, DeliveryFailed, DeliveryState, Outbound, Sent
from tickets.channels.kannel import KannelSms

SECRET = "a secret with 100% of it"
CUSTOMER = "+15551234567"


def channel(gateway, **changes):
    settings = {
        "url": gateway.url,
        "username": "helpdesk",
        "password": gateway.password,
        "secret": SECRET,
        "hook_url": gateway.hook_url,
    }
    return KannelSms(**settings | changes)


@pytest.fixture(scope="module")
def arrivals():
    return queue.Queue()


@pytest.fixture(scope="module")
def gateway(arrivals):
    """A Kannel whose hooks end where a door does the usual: verify, parse, reply."""
    door = KannelSms(url="", username="", password="", secret=SECRET)
    refused = set()

    def respond(handler, request):
        hook = gateways.hook(request)
        door.verify(hook)
        for happening in door.parse(hook):
            arrivals.put(happening)
            if "once more" in getattr(happening, "text", "") and happening not in refused:
                refused.add(happening)
                return gateways.say(handler, 503)
        answer = door.reply(hook)
        return gateways.say(handler, answer.status, answer.content, Content_Type="text/plain")

    with gateways.serving(respond) as address:
        hook_url = f"{address}/hooks/kannel"
        with gateways.kannel(f"{hook_url}/{quote(SECRET)}", hook_url) as running:
            yield running


@pytest.fixture
def operator(gateway):
    with gateway.operator() as running:
        yield running


@pytest.fixture
def arrived(arrivals):
    def next_(kind=object):
        while True:
            happening = arrivals.get(timeout=gateways.PATIENCE)
            if isinstance(happening, kind):
                return happening

    while not arrivals.empty():
        arrivals.get()
    return next_


@pytest.mark.parametrize(
    "text",
    ["Hello, my PC won't boot", "Åäö €5 {x} 100% & more + %41", "  two  spaces ", "50% off? 1+1=2"],
)
def test_a_text_arrives_letter_by_letter(operator, arrived, text):
    operator.send(CUSTOMER, text)

    inbound = arrived()
    assert (inbound.sender, inbound.recipient, inbound.text) == (CUSTOMER, "13013", text)


@pytest.mark.parametrize("text", ["Hej 🎁 你好", "posted 🎁 å", "Ça va? ç"])
def test_a_text_beyond_gsm_7_arrives_letter_by_letter(gateway, arrived, text):
    gateway.send_unicode(CUSTOMER, text)

    inbound = arrived()
    assert (inbound.sender, inbound.recipient, inbound.text) == (CUSTOMER, "13013", text)


@pytest.mark.parametrize("text", ["please once more", "posted once more"])
def test_a_text_that_was_refused_arrives_again_under_the_same_id(operator, arrived, text):
    operator.send(CUSTOMER, text)

    assert arrived() == arrived()


def test_our_answer_to_a_hook_is_never_texted_back(operator, arrived):
    operator.send(CUSTOMER, "Hello?")
    arrived()
    operator.send(CUSTOMER, "Anybody there?")
    arrived()

    assert operator.received() == []


@pytest.mark.parametrize(
    ("text", "kind", "written"),
    [
        ("Hej åäö €5 {x} 100% & more", "text", "Hej åäö €5 {x} 100% & more"),
        ("Hej 🎁", "ucs-2", "%00H%00e%00j%00+%D8%3C%DF%81"),
    ],
)
def test_a_text_leaves_letter_by_letter(gateway, operator, text, kind, written):
    sent = channel(gateway).send(Outbound("1", CUSTOMER, text, sender="12345"))

    assert sent == Sent()
    gateways.until(operator.received)
    assert operator.received() == [f"12345 {CUSTOMER} {kind} {written}"]


@pytest.mark.parametrize("text", ["a" * 160, "a" * 161, "€" * 81, "å" * 307, "🎁" * 35, "🎁" * 36])
def test_a_long_text_leaves_in_as_many_parts_as_we_count(gateway, operator, text):
    channel(gateway).send(Outbound("1", CUSTOMER, text))

    gateways.until(lambda: len(operator.received()) >= segments.count(text).parts)
    assert len(operator.received()) == segments.count(text).parts


@pytest.mark.parametrize("reference", ["42", "åäö C/d %d 100% & more"])
def test_a_delivery_is_reported_under_our_reference(gateway, operator, arrived, reference):
    channel(gateway).send(Outbound(reference, CUSTOMER, "a" * 200))

    reports = [arrived(), arrived()]
    assert sorted(reports, key=lambda report: report.state) == [
        Delivery(via="kannel", state=DeliveryState.DELIVERED, reference=reference),
        Delivery(via="kannel", state=DeliveryState.SENT, reference=reference),
    ]


def test_a_text_that_waits_for_the_operator_counts_as_sent(gateway):
    assert channel(gateway).send(Outbound("1", CUSTOMER, "Patience")) == Sent()

    with gateway.operator() as operator:
        gateways.until(operator.received)
        assert operator.received() == [f"13013 {CUSTOMER} text Patience"]


@pytest.mark.parametrize(
    ("changes", "recipient", "words"),
    [
        ({"password": "wrong"}, CUSTOMER, "Authorization failed for sendsms"),
        ({}, "", "Empty receiver number not allowed, rejected"),
    ],
)
def test_what_kannel_refuses_is_final(gateway, changes, recipient, words):
    with pytest.raises(DeliveryFailed, match=words) as refused:
        channel(gateway, **changes).send(Outbound("1", recipient, "Hello"))

    assert refused.value.is_final
