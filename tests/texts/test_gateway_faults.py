"""F10: a gateway that fails, hangs or says no. No text goes twice, and none is lost unseen."""

import json
from datetime import timedelta

import pytest

from helpdesk import duties, journey
from helpdesk.models import Lease
from policies.models import Promise
from tests import gateways
from tests.conftest import CALLER
from tickets import outbox
from tickets.channels.contract import Delivery, DeliveryState
from tickets.models import ContactPoint, Interaction, Ticket

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def gateway(twilio):
    """Serve what Twilio would say: one answer after the other, the last one for ever."""
    asked = []

    def serve(*answers):
        waiting = list(answers)

        def respond(handler, request):
            asked.append(request)
            status, body, headers = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            gateways.say(handler, status, json.dumps(body), **headers)

        return gateways.serving(respond)

    serve.asked = asked
    return serve


TAKEN = (201, {"sid": "SM42", "status": "queued"}, {})


def sweep(twilio, gateway, *answers, now):
    with gateway(*answers) as url:
        twilio(url)
        return duties.swept(now=now)


def state(message):
    message.refresh_from_db()
    return message.status, message.because


def test_what_is_taken_is_sent_once(answer, twilio, gateway, monday_nine):
    with gateway(TAKEN) as url:
        twilio(url)
        duties.swept(now=monday_nine)
        duties.swept(now=monday_nine + 10 * MINUTE)

    assert state(answer) == ("sent", "")
    assert (answer.via, answer.provider_id, answer.sent_at) == ("twilio", "SM42", monday_nine)
    assert [b"Bring+it+in" in it.body for it in gateway.asked].count(True) == 1


def test_it_keeps_the_promise_when_the_gateway_has_it(answer, twilio, gateway, monday_nine):
    sweep(twilio, gateway, TAKEN, now=monday_nine + MINUTE)

    promise = Promise.objects.get()
    assert (promise.status, promise.kept_by) == ("kept", answer)
    assert promise.ended_at == monday_nine + MINUTE


def test_429_waits_as_long_as_it_says(answer, twilio, gateway, monday_nine):
    busy = (429, {"code": 20429, "message": "Too Many Requests"}, {"Retry_After": "600"})
    with gateway(busy) as url:
        twilio(url)
        duties.swept(now=monday_nine)

    lease = Lease.objects.get(duty="outbox", row=answer.pk)
    assert lease.until == monday_nine + timedelta(seconds=600)
    assert state(answer)[0] == "queued"
    sweep(twilio, gateway, TAKEN, now=monday_nine + timedelta(seconds=600))
    assert state(answer) == ("sent", "")


def test_refused_it_is_tried_later_and_longer(answer, twilio, settings, monday_nine):
    waits, now = [], monday_nine
    twilio("http://127.0.0.1:9")  # nobody listens there
    for _attempt in range(duties.ATTEMPTS - 1):
        duties.swept(now=now)
        until = Lease.objects.get(duty="outbox", row=answer.pk).until
        waits.append((until - now).total_seconds())
        now = until

    assert waits == [60, 180, 540, 1620, 4860, 10800, 10800]
    duties.swept(now=now)
    assert state(answer)[0] == "failed"
    assert not Lease.objects.filter(duty="outbox", row=answer.pk).exists()


def test_staff_send_again_what_was_given_up(answer, twilio, gateway, monday_nine):
    twilio("http://127.0.0.1:9")
    now = monday_nine
    for _attempt in range(duties.ATTEMPTS):
        duties.swept(now=now)
        now += timedelta(hours=4)
    answer.refresh_from_db()
    journey.message_retried(answer, now=now)
    sweep(twilio, gateway, TAKEN, now=now)

    assert state(answer) == ("sent", "")


@pytest.mark.parametrize("status", [500, 502, 504])
def test_an_error_of_theirs_may_have_come_after_it_left(
    answer, twilio, gateway, monday_nine, status
):
    with gateway((status, {}, {})) as url:
        twilio(url)
        duties.swept(now=monday_nine)
        duties.swept(now=monday_nine + timedelta(days=1))

    assert state(answer)[0] == "doubtful"
    assert sum(b"Bring+it+in" in it.body for it in gateway.asked) == 1


def test_silence_after_it_was_handed_over_is_for_staff_to_judge(answer, twilio, monday_nine):
    with gateways.serving(silent) as url:
        twilio(url)
        duties.swept(now=monday_nine)

    assert state(answer)[0] == "doubtful"
    assert Promise.objects.get().is_open


def silent(handler, request):
    """Read the request to its end and hang up without a word."""
    handler.connection.close()


def test_a_report_that_comes_after_all_settles_the_doubt(answer, twilio, gateway, monday_nine):
    sweep(twilio, gateway, (500, {}, {}), now=monday_nine)
    report = Delivery("twilio", DeliveryState.DELIVERED, reference=str(answer.pk))
    about = {"content_type": "", "source": "twilio"}
    journey.delivery_reported(report, b"raw", now=monday_nine + MINUTE, **about)

    assert state(answer)[0] == "delivered"
    assert answer.sent_at == monday_nine + MINUTE


def test_21610_is_an_opt_out(answer, twilio, gateway, monday_nine):
    stopped = (400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient"}, {})
    sweep(twilio, gateway, stopped, now=monday_nine)

    assert state(answer)[0] == "failed"
    assert ContactPoint.objects.get(value=CALLER).opted_out_at == monday_nine
    assert outbox.routes(Ticket.objects.get()) == []


def test_a_number_that_takes_no_texts_is_not_tried_again(answer, twilio, gateway, monday_nine):
    landline = (400, {"code": 21614, "message": "'To' number is not a valid mobile number"}, {})
    sweep(twilio, gateway, landline, now=monday_nine)

    assert state(answer)[0] == "failed"
    assert "21614" in answer.because


def test_one_bad_text_keeps_no_other_waiting(answer, text, twilio, gateway, sara, monday_nine):
    other = text("The printer jams", now=monday_nine, sender="+16175550177").ticket
    ways = outbox.routes(other)
    good = journey.staff_answered(other, ways[0], "Tomorrow.", by=sara, now=monday_nine)

    def respond(handler, request):
        if b"0142" in request.body:
            gateways.say(handler, 503, "{}")
        else:
            gateways.say(handler, 201, json.dumps({"sid": request.body.hex()[-30:]}))

    with gateways.serving(respond) as url:
        twilio(url)
        duties.swept(now=monday_nine)

    assert (state(answer)[0], state(good)[0]) == ("queued", "sent")


def test_a_worker_that_died_at_it_leaves_it_to_staff(answer, twilio, gateway, monday_nine):
    Lease.objects.create(duty="outbox", row=answer.pk, until=monday_nine - SECOND)
    sweep(twilio, gateway, TAKEN, now=monday_nine)

    assert state(answer) == ("doubtful", "The worker died while sending it")
    assert Interaction.objects.get(pk=answer.pk).sent_at is None
