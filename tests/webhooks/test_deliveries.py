"""What is sent, how often it is tried, and what is written down of it."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as ours
from django.utils.timezone import now
from standardwebhooks import Webhook, WebhookVerificationError

from helpdesk import duties, webhooks
from helpdesk.models import Lease, WebhookDelivery
from helpdesk.webhooks import deliveries, endpoints, sending
from tests import servers

pytestmark = pytest.mark.django_db
DOCS = Path(__file__).resolve().parents[2] / "docs" / "webhooks.md"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(**{n: 1}) for n in ("seconds", "minutes", "hours", "days"))


@pytest.fixture
def sweep():
    """Do what is due so long after now; return how many deliveries were tried."""
    began = now()
    return lambda after=timedelta(): duties.swept(now=began + after)["webhooks"]


def fresh(row):
    row.refresh_from_db()
    return row


def tries(delivery):
    return [(it["status"], it["answer"], it["failed"]) for it in fresh(delivery).tries]


# -- what is sent --------------------------------------------------------------------------------


def test_the_receiver_believes_it(delivery, receiver, sweep):
    assert sweep() == 1

    told = receiver.read(webhooks.secret(delivery.endpoint))
    assert told == [json.loads(delivery.body)]
    [request] = receiver.requests
    assert request.body.decode() == delivery.body
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["webhook-id"] == f"evt_{delivery.event}_{delivery.endpoint_id}"
    assert (fresh(delivery).status, delivery.due_at) == ("delivered", None)
    assert tries(delivery) == [(200, "thanks", "")]
    assert sweep(HOUR) == 0


def test_the_receiver_of_the_docs_believes_it_and_nothing_else(delivery, receiver, sweep):
    [example] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    exec(compile(example, DOCS, "exec"), names := {})  # as whoever reads it would
    sweep()

    [request] = receiver.requests
    secret = webhooks.secret(delivery.endpoint)
    told = names["told"]
    assert told(secret, request.headers, request.body) == json.loads(delivery.body)
    assert told(secret, request.headers, request.body + b" ") is None
    assert told("whsec_c2VjcmV0", request.headers, request.body) is None
    for signature in ("", "v1,", "v1,å", "v2,AAAA", "🎁", "v1,%00"):
        headers = dict(request.headers) | {"webhook-signature": signature}
        assert told(secret, headers, request.body) is None


def test_the_docs_name_every_event_and_what_it_takes():
    rows = re.findall(r"^\| `(\w+\.\w+)` \| .* \| `([\w:]+)` \|$", DOCS.read_text(), re.MULTILINE)

    assert rows == [(kind, endpoints.NEEDS[endpoints.noun(kind)]) for kind in webhooks.KINDS]


def test_the_vector_of_the_standard(monkeypatch):
    delivery = WebhookDelivery(body='{"test": 2432232314}', event=1, endpoint_id=1)
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    monkeypatch.setattr(endpoints, "secrets_at", lambda endpoint, at: [secret])
    monkeypatch.setattr(deliveries, "message_id", lambda it: "msg_p5jXN8AQM9LWM0D4loKWxJek")
    monkeypatch.setattr(WebhookDelivery, "endpoint", None)

    headers = deliveries._headers(delivery, timedelta(seconds=1614265330) + EPOCH)

    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_each_try_has_its_own_time_and_the_same_id(delivery, receiver, sweep):
    receiver.answer(500)
    sweep()
    later = now() + HOUR
    sweep(HOUR)

    assert len(set(receiver.ids)) == 1
    first, second = (int(it.headers["webhook-timestamp"]) for it in receiver.requests)
    assert second - first == 3600
    with time_machine.travel(later):
        webhook = Webhook(webhooks.secret(delivery.endpoint))
        last = receiver.requests[-1]
        assert webhook.verify(last.body, last.headers) == json.loads(delivery.body)


@pytest.mark.parametrize("stamp", ["-301", "+301", "abc", "", None])
def test_81_at_another_time_nobody_believes_it(delivery, receiver, sweep, stamp):
    sweep()
    [request] = receiver.requests
    headers = dict(request.headers) | {"webhook-timestamp": stamp}
    if stamp in {"-301", "+301"}:  # properly signed, at a time that is not now
        at = now() + int(stamp) * SECOND
        headers = deliveries._headers(fresh(delivery), at)
    if stamp is None:
        del headers["webhook-timestamp"]

    with pytest.raises(WebhookVerificationError):
        Webhook(webhooks.secret(delivery.endpoint)).verify(request.body, headers)


# -- how often -----------------------------------------------------------------------------------


def test_it_is_tried_for_three_days_and_then_given_up(delivery, receiver, sweep):
    receiver.answer(*[500] * 20, content="oops")
    after = timedelta()
    for wait in deliveries.WAITS:
        assert sweep(after) == 1
        assert sweep(after + wait - SECOND) == 0
        after += wait
    assert (fresh(delivery).status, delivery.attempts) == ("queued", 9)
    sweep(after)

    assert timedelta(days=3) < after < timedelta(days=4)
    assert (fresh(delivery).status, delivery.attempts) == ("failed", 10)
    assert tries(delivery) == [(500, "oops", "")] * 10
    assert sweep(after + 2 * DAY) == 0
    assert Lease.objects.count() == 0


@pytest.mark.parametrize(
    ("asked", "wait"),
    [("120", 2 * MINUTE), ("1", 5 * SECOND), ("9999999", DAY), ("soon", 5 * SECOND)],
)
@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_it_is_asked_to(delivery, receiver, sweep, asked, wait, status):
    receiver.answer(status, Retry_After=asked)
    sweep()

    assert sweep(wait - SECOND) == 0
    assert sweep(wait) == 1
    assert fresh(delivery).status == "delivered"


@pytest.mark.parametrize("status", [300, 301, 302, 304, 307, 400, 401, 404, 500, 599])
def test_whatever_is_not_2xx_is_tried_again(delivery, receiver, sweep, status):
    receiver.answer(status, Location=f"{receiver.url}/inner")
    sweep()

    elsewhere = "It sends us elsewhere, and we do not follow." if status < 400 else ""
    assert tries(delivery) == [(status, "", elsewhere)]
    assert fresh(delivery).status == "queued"
    assert [it.path for it in receiver.requests] == ["/told"]


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_2xx_is_taken(delivery, receiver, sweep, status):
    receiver.answer(status)
    sweep()

    assert fresh(delivery).status == "delivered"


def test_what_it_answers_is_made_safe(delivery, receiver, sweep):
    receiver.answer(500, content="<b>\0\r\n" + "x" * 1000)
    sweep()

    [(_status, answer, _failed)] = tries(delivery)
    assert (len(answer), answer[:4], answer[-2:]) == (500, "<b>\n", "x…")


def test_nobody_there_is_said_in_words(delivery, receiver, sweep, settings):
    port = servers.free_port()
    settings.WEBHOOK_INSIDE = ["127.0.0.1"]
    type(delivery.endpoint).objects.update(url=f"http://127.0.0.1:{port}/?key=hush")
    sweep()

    assert tries(delivery) == [(None, "", "Nobody takes the connection.")]


def test_an_address_that_is_inside_by_now_is_not_sent_to(delivery, receiver, sweep, settings):
    settings.WEBHOOK_INSIDE = []
    sweep()

    assert tries(delivery) == [(None, "", "The address has to begin with https://.")]
    assert receiver.requests == []


# -- those who do not answer ---------------------------------------------------------------------


def test_gone_is_believed_at_once(delivery, receiver, sweep, opened):
    opened()
    receiver.answer(410)
    sweep()

    endpoint = fresh(delivery.endpoint)
    assert endpoint.disabled_because == "It says that it is gone (410)."
    assert sorted(WebhookDelivery.objects.values_list("status", flat=True)) == ["failed", "queued"]
    assert len(receiver.requests) == 1
    assert sweep(DAY) == 0


def test_an_endpoint_that_took_nothing_for_five_days_is_switched_off(
    delivery, receiver, sweep, opened
):
    receiver.answer(*[500] * 40)
    began = now()
    sweep()
    assert fresh(delivery.endpoint).failing_since is not None
    for days in (2, 4, 6):
        opened()
        assert delivery.endpoint.disabled_at is None
        sweep(timedelta(days=days))
        fresh(delivery.endpoint)

    assert delivery.endpoint.disabled_because == "Nothing has arrived for five days."
    assert delivery.endpoint.disabled_at - began > timedelta(days=5)


def test_one_that_takes_something_is_not(delivery, receiver, sweep, opened):
    for days in (0, 3, 6, 9):
        opened()
        receiver.answer(500)
        sweep(timedelta(days=days))
        sweep(timedelta(days=days, seconds=10))

    assert fresh(delivery.endpoint).disabled_at is None
    assert delivery.endpoint.failing_since is None


def test_switched_on_again_it_gets_what_had_been_waiting(delivery, receiver, sweep):
    webhooks.disabled(delivery.endpoint, "By hand", now=now())
    assert sweep(DAY) == 0

    webhooks.enabled(delivery.endpoint)
    assert sweep(DAY) == 1
    assert fresh(delivery).status == "delivered"


def test_who_is_slow_lets_others_go_first(delivery, receiver, sweep, opened, monkeypatch):
    monkeypatch.setattr(deliveries, "SLOW", timedelta(milliseconds=50))
    monkeypatch.setattr(sending, "SECONDS", 0.3)
    silent = delivery.endpoint
    other = webhooks.opened(silent.token, f"{receiver.url}/other", ["*"], now=now())
    opened(5)
    receiver.takes["/told"] = 0.6
    sweep()

    asked = [it.path for it in receiver.requests]
    assert (asked.count("/told"), asked.count("/told/other")) == (1, 5)
    assert set(other.deliveries.values_list("status", flat=True)) == {"delivered"}
    assert sorted(silent.deliveries.values_list("attempts", flat=True)) == [0] * 5 + [1]


# -- again ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["delivered", "failed", "queued"])
def test_it_is_sent_again_under_the_same_id(delivery, receiver, sweep, before):
    if before != "delivered":
        receiver.answer(410 if before == "failed" else 500)
    sweep()
    assert fresh(delivery).status == before
    webhooks.enabled(delivery.endpoint)

    webhooks.replayed(delivery, now=now())
    assert (fresh(delivery).status, delivery.attempts) == ("queued", 0)
    sweep(SECOND)

    assert fresh(delivery).status == "delivered"
    assert receiver.ids == [deliveries.message_id(delivery)] * 2
    assert len(delivery.tries) == 2


def test_the_last_thirty_tries_are_remembered(delivery, sweep):
    for _each in range(35):
        sweep(HOUR)
        webhooks.replayed(fresh(delivery), now=now())

    assert len(fresh(delivery).tries) == deliveries.TRIES


class Killed(BaseException):
    """As a kill -9 is: nobody catches it."""


def test_killed_before_it_was_written_down_it_is_sent_again_under_the_same_id(
    delivery, receiver, sweep, monkeypatch
):
    def killed(*given, **named):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "_mark", killed)
        with pytest.raises(Killed):
            sweep()
    assert fresh(delivery).status == "queued"
    assert sweep(timedelta(seconds=ours.LEASE_SECONDS - 1)) == 0
    assert sweep(timedelta(seconds=ours.LEASE_SECONDS)) == 1

    assert receiver.ids == [deliveries.message_id(delivery)] * 2
    assert tries(delivery) == [
        (None, "", "The worker died while sending it."),
        (200, "thanks", ""),
    ]


def test_one_that_kills_whoever_sends_it_is_given_up(delivery, sweep, monkeypatch):
    def killed(*given, **named):
        raise Killed

    monkeypatch.setattr(sending, "post", killed)
    for attempt in range(duties.ATTEMPTS):
        with pytest.raises(Killed):
            sweep(attempt * HOUR)
    sweep(DAY)

    assert fresh(delivery).status == "failed"
    assert tries(delivery) == [(None, "", "It stops whoever tries")]


def test_revoked_while_it_is_on_its_way(delivery, receiver, sweep):
    delivery.endpoint.token.delete()

    assert sweep() == 0
    assert WebhookDelivery.objects.count() == Lease.objects.count() == 0
