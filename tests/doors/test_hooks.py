"""The providers' door: what is not signed leaves nothing, what is leaves one row for each thing."""

import threading
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from django.utils.timezone import now
from twilio.request_validator import RequestValidator

from helpdesk import duties, journey
from policies.models import Promise
from tickets import channels, outbox
from tickets.models import Arrival, ContactPoint, Interaction, Ticket
from tickets.models.work import Kind
from tickets.states import LostRace

ADA = "+16175550142"
TOKEN = "12345"
SECRET = "kannels-secret"
PUBLIC = "https://shop.example"


@pytest.fixture(autouse=True)
def gateways(settings, shop):
    settings.PUBLIC_URL = PUBLIC
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC1", TOKEN
    settings.KANNEL_URL = "http://127.0.0.1:9/cgi-bin/sendsms"
    settings.KANNEL_USERNAME, settings.KANNEL_PASSWORD = "tester", "foobar"
    settings.KANNEL_SECRET = SECRET
    settings.SMS_SENDER = "+16175550100"


@pytest.fixture
def kannel(client):
    """Let Kannel hand over a text."""

    def kannel(text="Hello", *, sender=ADA, id="k-1", secret=SECRET, event=""):  # noqa: A002
        query = urlencode({"from": sender, "to": "100", "text": text, "id": id, "charset": "UTF-8"})
        path = "/".join(filter(None, ["/hooks/kannel", quote(secret), event]))
        return client.get(f"{path}?{query}")

    return kannel


@pytest.fixture
def twilio(client):
    """Let Twilio post a form, signed by its own library."""

    def twilio(token=TOKEN, signature=None, url=f"{PUBLIC}/hooks/twilio/", **fields):
        form = {"MessageSid": "SM1", "From": ADA, "To": "+16175550100", "Body": "Hi"} | fields
        form = {name: value for name, value in form.items() if value is not None}
        signed = RequestValidator(token).compute_signature(url, form)
        return client.post(
            "/hooks/twilio/",
            form,
            headers={"X-Twilio-Signature": signed if signature is None else signature},
        )

    return twilio


def test_a_text_is_a_ticket_with_a_promise(kannel):
    response = kannel("My laptop does not start, café")

    assert (response.status_code, response.content) == (200, b"")
    said = Interaction.objects.get()
    assert (said.kind, said.via, said.provider_id) == (Kind.SMS, "kannel", "k-1")
    assert (said.text, said.ticket.subject) == ("My laptop does not start, café",) * 2
    assert Promise.objects.get().cause == said
    assert Arrival.objects.get().verdict == Arrival.Verdict.TICKET


def test_twilio_gets_the_answer_it_expects(twilio):
    response = twilio(Body="My laptop does not start")

    assert (response.status_code, response.content) == (200, b"<Response/>")
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    assert Interaction.objects.get().provider_id == "SM1"


def test_the_last_slash_may_be_left_out(client):
    bare = client.get(f"/hooks/kannel/{SECRET}?from={quote(ADA)}&to=1&text=a&id=1")
    slashed = client.get(f"/hooks/kannel/{SECRET}/?from={quote(ADA)}&to=1&text=b&id=2")

    assert (bare.status_code, slashed.status_code) == (200, 200)
    assert Interaction.objects.filter(direction="in").count() == 2


def test_sent_again_it_is_filed_once(kannel):
    for _time in range(3):
        assert kannel("Hello").status_code == 200

    assert (Interaction.objects.count(), Ticket.objects.count()) == (1, 1)
    assert Arrival.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_sent_fifty_times_at_once_it_is_filed_once(gateways, client_class):
    """F12: a provider whose retries come before the first answer."""
    answers = []

    def hand_over():
        query = urlencode({"from": ADA, "to": "100", "text": "Hello", "id": "storm"})
        try:
            answers.append(client_class().get(f"/hooks/kannel/{SECRET}?{query}").status_code)
        finally:
            connection.close()

    for wave in range(5):  # ten at a time: more than a web server has hands
        threads = [threading.Thread(target=hand_over) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(answers) == 10 * (wave + 1)

    assert set(answers) == {200}
    assert (Interaction.objects.count(), Ticket.objects.count()) == (1, 1)
    assert Promise.objects.count() == 1


@pytest.fixture
def client_class():
    from django.test import Client  # noqa: PLC0415 - a class, for threads of their own

    return Client


# -- 78, 80: who may not --------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["", "wrong", SECRET[:-1], SECRET.upper(), "ö"])
def test_without_kannels_secret_nothing_is_kept(kannel, secret):
    assert kannel(secret=secret).status_code == 403
    assert not Arrival.objects.exists()


def test_an_empty_secret_opens_nothing(kannel, settings):
    settings.KANNEL_SECRET = ""

    assert kannel(secret="").status_code == 403
    assert kannel(secret="x").status_code == 403


@pytest.mark.parametrize("signature", ["", "x", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "\xe5\xe4\xf6"])
def test_without_twilios_signature_nothing_is_kept(twilio, signature):
    assert twilio(signature=signature).status_code == 403
    assert not Arrival.objects.exists()


def test_another_accounts_signature_is_refused(twilio):
    assert twilio(token="another").status_code == 403


def test_an_empty_token_lets_nobody_sign(twilio, settings):
    settings.TWILIO_AUTH_TOKEN = ""

    assert twilio(token="").status_code == 403


def test_the_public_address_is_what_is_signed_whatever_the_host_header_says(twilio):
    assert twilio(url="http://testserver/hooks/twilio/").status_code == 403


@pytest.mark.parametrize("path", ["/hooks/email", "/hooks/cti/x", "/hooks/nobody/", "/hooks/"])
def test_there_is_no_other_door(client, path):
    assert client.get(path).status_code == 404


# -- 69 to 77: what comes in ----------------------------------------------------------------------

ODD_SENDERS = [  # row, sender, the contact point's value, whether a machine may answer it
    ("69-anonymous", "anonymous", None, False),
    ("69-empty", "", None, False),
    ("69-restricted", "Restricted", None, False),
    ("69-sip", "sip:200@pbx", "sip:200@pbx", False),
    ("70-unassigned", "+999123", "+999123", False),
    ("71-short-code", "24636", "24636", False),
    ("72-arabic", "+٤٦٨١٢٣٤٥٦٧٨", "+46812345678", False),
    ("72-full-width", "＋１６１７５５５０１４２", ADA, True),
    ("73-tel", "tel:+1-617-555-0142;ext=9", ADA, True),
]


@pytest.mark.parametrize(
    ("sender", "value", "is_answered"),
    [it[1:] for it in ODD_SENDERS],
    ids=[it[0] for it in ODD_SENDERS],
)
def test_odd_senders(kannel, sender, value, is_answered):
    assert kannel("Hello", sender=sender).status_code == 200

    said = Interaction.objects.get(direction="in")
    assert (said.contact_point.value if said.contact_point else None) == value
    assert (outbox.route_to(said.contact_point) is not None) == is_answered


def test_70_three_hundred_digits_are_kept_as_they_came(kannel):
    assert kannel("Hello", sender="9" * 300).status_code == 200

    said = Interaction.objects.get(direction="in")
    assert outbox.route_to(said.contact_point) is None


def test_73_letters_on_the_keypad_are_a_number(kannel):
    assert kannel("Hello", sender="1-800-FLOWERS").status_code == 200

    assert Interaction.objects.get(direction="in").contact_point.value == "+18003569377"


@pytest.mark.parametrize("text", ["STOP ", "stop.", "Stopp", "Stop all", "AVREGISTRERA"])
def test_74_stop_is_a_whole_message(kannel, text):
    kannel(text)

    assert ContactPoint.objects.get(value=ADA).opted_out_at is not None
    assert not Promise.objects.exists()


@pytest.mark.parametrize("text", ["Please stop by tomorrow", "Don't stop!", "stopwatch"])
def test_74_anything_else_is_for_people(kannel, text):
    kannel(text)

    assert ContactPoint.objects.get(value=ADA).opted_out_at is None
    assert Promise.objects.get().is_open


def test_75_stopped_between_writing_and_sending_it_does_not_leave(kannel, sara, shop):
    kannel("My laptop does not start")
    ticket = Ticket.objects.get()
    route = outbox.routes(ticket)[0]
    answer = journey.staff_answered(ticket, route, "Bring it in.", by=sara, now=now())
    kannel("STOP", id="k-2")
    duties.swept(now=now())

    answer.refresh_from_db()
    assert (answer.status, answer.because) == ("withheld", "They asked for no messages there")
    assert outbox.routes(Ticket.objects.get()) == []


def test_75_started_again_they_are_written_to(kannel):
    kannel("STOP")
    kannel("start", id="k-2")

    assert ContactPoint.objects.get(value=ADA).opted_out_at is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [("", ""), ("🎁🎁", "🎁🎁"), ("x" * 1600, "x" * 1600), ("a\0b", "ab")],
    ids=["76-empty", "76-emoji", "76-1600", "76-nul"],
)
def test_76_whatever_is_in_it_is_stored(kannel, text, kept):
    assert kannel(text).status_code == 200

    assert Interaction.objects.get(direction="in").text == kept


def test_77_pictures_are_named_and_never_fetched(twilio):
    ours = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
    twilio(
        Body="Look",
        NumMedia="3",
        MediaUrl0=ours,
        MediaUrl1="https://evil.example/x",
        MediaUrl2="http://169.254.169.254/latest",
    )

    assert Interaction.objects.get(direction="in").text == f"Look\n{ours}"


# -- what became of ours --------------------------------------------------------------------------


@pytest.fixture
def answer(kannel, sara, shop):
    """Return an answer of ours, on its way by Kannel."""
    kannel("My laptop does not start")
    ticket = Ticket.objects.get()
    route = outbox.routes(ticket)[0]
    answer = journey.staff_answered(ticket, route, "Bring it in.", by=sara, now=now())
    Interaction.objects.filter(pk=answer.pk).update(
        status="sent", via="kannel", sent_at=now(), due_at=None
    )
    return answer


def reported(client, answer, kind):
    return client.get(f"/hooks/kannel/{SECRET}/dlr?ref={answer.pk}&type={kind}&reply=")


@pytest.mark.parametrize(
    ("reports", "status"),
    [
        ([8], "sent"),
        ([8, 1], "delivered"),
        ([1, 8], "delivered"),
        ([1, 1], "delivered"),
        ([8, 4, 2], "bounced"),
        ([16], "bounced"),
    ],
)
def test_reports_come_late_doubled_and_out_of_order(client, answer, reports, status):
    for kind in reports:
        assert reported(client, answer, kind).status_code == 200

    answer.refresh_from_db()
    assert answer.status == status


def test_what_never_arrived_is_owed_still(client, answer):
    first = Promise.objects.get()
    journey.promise_ended(first, "kept", because="", by=answer.staff, now=now())
    reported(client, answer, 2)

    assert Promise.objects.get(status="open").due_at > now() - timedelta(minutes=1)


@pytest.mark.parametrize("ref", ["0", "999999", "-1", "x", "9" * 40, ""])
def test_a_report_on_nothing_of_ours_is_kept_and_does_nothing(client, answer, ref):
    response = client.get(f"/hooks/kannel/{SECRET}/dlr?ref={ref}&type=1&reply=")

    assert response.status_code == 200
    assert Arrival.objects.order_by("pk").last().verdict in ("ignored", "quarantined")
    answer.refresh_from_db()
    assert answer.status == "sent"


def test_a_provider_whose_report_lost_a_race_is_not_sent_to_a_page(client, answer, monkeypatch):
    """It would take that for a yes: refused, it tells us again."""

    def lose(*_args, **_named):
        raise LostRace

    monkeypatch.setattr(journey, "delivery_reported", lose)
    client.raise_request_exception = False

    assert reported(client, answer, 1).status_code == 500


def test_the_gateway_that_is_named_is_used(settings):
    settings.SMS_CHANNEL = "twilio"

    assert channels.for_texts().slug == "twilio"
