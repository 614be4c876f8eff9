"""Mail that no person wrote, and mail that cannot be read: kept, never answered."""

import pytest

from helpdesk import duties, journey
from policies.models import Promise
from tests.mail.conftest import HELP
from tests.tickets.mail.builders import returned
from tickets.models import ContactPoint, Interaction, Ticket

pytestmark = pytest.mark.django_db
Status = Interaction.Status
INGRID = "ingrid@example.com"

AUTOMATIC = {"auto_submitted": "auto-replied"}


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        (AUTOMATIC, "auto_reply"),
        ({"precedence": "bulk"}, "ticket"),
        ({"list_id": "<news.example.org>"}, "ticket"),
        ({"return_path": "<>"}, "bounce"),
        ({"from": "mailer-daemon@example.com"}, "bounce"),
    ],
)
def test_machines_are_filed_and_never_answered(arrive, smtp, minutes, headers, verdict):
    arrival = arrive(**headers)
    duties.swept(now=minutes(1))

    assert (arrival.verdict, arrival.interaction is None) == (verdict, False)
    assert (smtp.mails, Promise.objects.count()) == ([], 0)


def test_an_automatic_reply_joins_its_ticket_and_reopens_nothing(
    arrive, first, ours, end, smtp, minutes
):
    end(first)
    smtp.mails.clear()
    arrival = arrive(
        "Away until Monday",
        message_id="<2@example.com>",
        now=minutes(20),
        in_reply_to=ours.provider_id,
        **AUTOMATIC,
    )

    first.refresh_from_db()
    assert (arrival.verdict, arrival.interaction.ticket) == ("auto_reply", first)
    assert (first.status, smtp.mails) == ("closed", [])


@pytest.mark.parametrize(
    "headers", [{"from": HELP}, {"x_loop": "desk.dahl.example"}, {"from": f"X <{HELP.upper()}>"}]
)
def test_what_is_our_own_is_dropped_and_counted(arrive, smtp, headers):
    arrival = arrive(**headers)

    assert (arrival.verdict, arrival.interaction) == ("ignored", None)
    assert not Ticket.objects.exists()


def came(raw, *, now):
    return journey.mail_arrived(raw, source="test", now=now)


def test_an_answer_that_came_back_is_owed_again(arrive, first, answered, smtp, minutes):
    answer = answered(first)
    duties.swept(now=minutes(1))
    kept = Promise.objects.get()
    assert kept.status == Promise.Status.KEPT

    arrival = came(returned(answer.provider_id, INGRID), now=minutes(3))

    answer.refresh_from_db()
    assert (arrival.verdict, arrival.interaction) == ("bounce", answer)
    assert (answer.status, answer.because) == (Status.BOUNCED, "5.1.1 550 no such user")
    assert ContactPoint.objects.get(value=INGRID).bounced_at == minutes(3)
    assert Promise.objects.open().get().follows == kept
    first.refresh_from_db()
    assert first.status == Ticket.Status.OPEN
    came(returned(answer.provider_id, INGRID) + b"\n", now=minutes(4))
    assert Promise.objects.count() == 2


def test_a_mail_that_is_only_late_changes_nothing(arrive, first, answered, smtp, minutes):
    answer = answered(first)
    duties.swept(now=minutes(1))
    late = returned(answer.provider_id, INGRID, status="4.4.7", action="delayed")
    arrival = came(late, now=minutes(3))

    answer.refresh_from_db()
    assert (arrival.verdict, answer.status) == ("bounce", Status.SENT)
    assert ContactPoint.objects.get(value=INGRID).bounced_at is None
    assert Promise.objects.count() == 1


def test_an_acknowledgement_that_came_back_leaves_its_promise(arrive, first, ours, smtp, minutes):
    promise = Promise.objects.get()
    smtp.mails.clear()
    came(returned(ours.provider_id, INGRID), now=minutes(3))
    duties.swept(now=minutes(3))

    assert Promise.objects.open().get() == promise
    assert smtp.mails == []


def test_who_writes_from_an_address_that_bounced_is_there_after_all(
    arrive, first, ours, smtp, minutes
):
    came(returned(ours.provider_id, INGRID), now=minutes(3))
    arrive(message_id="<2@example.com>", now=minutes(100))

    assert ContactPoint.objects.get(value=INGRID).bounced_at is None


# -- quarantine ----------------------------------------------------------------------------------


def test_what_was_put_aside_can_be_read_again(by_mail, monkeypatch, minutes):
    raw = b"From: a@example.com\nFrom: b@example.com\nSubject: x\n\nHello"
    arrival = journey.mail_arrived(raw, source="test", now=minutes(0))
    assert (arrival.verdict, arrival.because) == (
        "quarantined",
        "The mail has two senders: two From headers.",
    )
    assert journey.arrival_read_again(arrival, now=minutes(1)).verdict == "quarantined"

    monkeypatch.setattr("tickets.mail.scan.check", lambda raw: None)
    arrival = journey.arrival_read_again(arrival, now=minutes(2))

    arrival.refresh_from_db()
    assert (arrival.verdict, arrival.interaction.text) == ("ticket", "Hello")
    assert bytes(arrival.raw) == raw
    assert Promise.objects.open().count() == 1
    again = journey.arrival_read_again(arrival, now=minutes(3))
    assert (again.verdict, again.interaction) == ("ticket", arrival.interaction)


def test_a_mail_without_a_sender_is_a_ticket_nobody_is_answered_on(arrive, smtp, minutes):
    arrival = arrive(**{"from": None})
    duties.swept(now=minutes(1))

    assert (arrival.verdict, arrival.interaction.contact_point) == ("ticket", None)
    assert smtp.mails == []


def test_a_stranger_is_called_what_they_signed_with(arrive):
    ticket = arrive(**{"from": "Ann Berg <ann@example.com>"}).interaction.ticket

    assert (ticket.customer, ticket.who) == (None, "Ann Berg")
