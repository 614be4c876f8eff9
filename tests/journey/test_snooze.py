"""A ticket is put aside until later, and what brings it back."""

from datetime import timedelta

import pytest

from helpdesk import journey
from tests.conftest import CALLER, boston
from tests.doors.mails import answered, written
from tickets.channels.contract import Inbound, Voicemail
from tickets.intake import Reachable
from tickets.models import Ticket
from tickets.models.work import Kind
from tickets.states import LostRace

TEN = boston(2026, 3, 2, 10)
NOON = boston(2026, 3, 2, 12)
TUESDAY = boston(2026, 3, 3, 9)


@pytest.fixture
def snoozed(ticket, sara):
    """Ingrid's ticket, put aside on Monday at ten until Tuesday."""
    ticket.refresh_from_db()
    journey.ticket_snoozed(ticket, TUESDAY, "Waiting for a part", by=sara, now=TEN)
    return ticket


@pytest.fixture
def text(shop):
    """Let Ingrid text us."""
    count = iter(range(1, 100))

    def text(said, *, now=NOON):
        inbound = Inbound("kannel", f"id-{next(count)}", CALLER, said)
        return journey.text_arrived(inbound, b"raw", content_type="", source="kannel", now=now)

    return text


def asleep():
    return list(Ticket.objects.exclude(pk__in=Ticket.objects.awake(NOON)))


def test_it_says_until_when_by_whom_and_why(snoozed, sara):
    snoozed.refresh_from_db()

    assert (snoozed.snoozed_until, snoozed.snoozed_by) == (TUESDAY, sara)
    assert snoozed.snoozed_because == "Waiting for a part"
    assert asleep() == [snoozed]


def test_when_its_time_comes_it_is_back_by_itself(snoozed):
    a_moment_before = TUESDAY - timedelta(microseconds=1)

    assert list(Ticket.objects.awake(a_moment_before)) == []
    assert list(Ticket.objects.awake(TUESDAY)) == [snoozed]


def test_later_is_later(snoozed, per):
    journey.ticket_snoozed(snoozed, boston(2026, 3, 9, 9), "The supplier", by=per, now=NOON)

    snoozed.refresh_from_db()
    assert (snoozed.snoozed_until, snoozed.snoozed_by) == (boston(2026, 3, 9, 9), per)


def test_it_is_woken_by_hand(snoozed):
    journey.ticket_woken(snoozed)

    snoozed.refresh_from_db()
    assert asleep() == []
    assert (snoozed.snoozed_by, snoozed.snoozed_because) == (None, "")


@pytest.mark.parametrize("said", ["Thanks!", "ok", "Tack så mycket", "👍"])
def test_a_thank_you_leaves_it_there(snoozed, text, said):
    text(said)

    assert snoozed.interactions.count() == 2
    assert asleep() == [snoozed]


def test_a_thank_you_by_mail_does_so_too(snoozed, sara):
    journey.customer_reached_by(snoozed.customer, Reachable("email", "ingrid@example.com", ""))
    answered(snoozed, sara, now=TEN)

    mail = written(snoozed, "Thank you!", now=NOON)

    assert (mail.ticket, mail.is_verified) == (snoozed, True)
    assert asleep() == [snoozed]


@pytest.mark.parametrize("said", ["Thanks! Is it ready?", "No thanks", "Where is my laptop?"])
def test_whatever_else_they_write_brings_it_back(snoozed, text, said):
    text(said)

    assert snoozed.interactions.count() == 2
    assert asleep() == []


def test_another_mail_brings_it_back(snoozed, sara):
    journey.customer_reached_by(snoozed.customer, Reachable("email", "ingrid@example.com", ""))
    answered(snoozed, sara, now=TEN)

    written(snoozed, "Where is my laptop?", now=NOON)

    assert asleep() == []


def test_a_call_that_was_answered_brings_it_back(snoozed, spoken):
    assert spoken(now=NOON).ticket == snoozed
    assert asleep() == []


def test_a_missed_call_brings_it_back(snoozed, missed):
    assert missed(now=NOON).ticket == snoozed
    assert asleep() == []


@pytest.mark.parametrize("kind", [Kind.CALL, Kind.WALK_IN])
def test_a_contact_that_is_logged_brings_it_back(snoozed, logged, kind):
    logged("Is it ready?", now=NOON, kind=kind, ticket=snoozed)

    assert asleep() == []


def test_a_voicemail_brings_it_back(snoozed, shop):
    voicemail = Voicemail(via="voicemail", from_number=CALLER, call_id="call-1")
    left = journey.voicemail_left(voicemail, b"raw", content_type="", source="pbx", now=NOON)

    assert left.ticket == snoozed
    assert asleep() == []


def test_what_we_do_among_ourselves_leaves_it_there(snoozed, sara, per):
    journey.note_added(snoozed, "The part is on its way. @per", by=sara, now=NOON)
    journey.ticket_assigned(snoozed, per, now=NOON)
    journey.ticket_watched(snoozed, by=per)

    assert asleep() == [snoozed]


@pytest.mark.parametrize("reached", [True, False])
def test_a_call_of_ours_leaves_it_there(snoozed, logged, reached):
    logged("Said that it takes longer.", now=NOON, direction="out", reached=reached, ticket=snoozed)

    assert asleep() == [snoozed]


def test_nor_does_one_the_phone_system_tells_of(snoozed, tried, spoken):
    assert tried(now=NOON).ticket == snoozed
    assert spoken(now=NOON, call_id="out-2", direction="out").ticket == snoozed

    assert asleep() == [snoozed]


def test_an_answer_of_ours_leaves_it_there(snoozed, sara, settings):
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC1", "s3cret"
    settings.SMS_SENDER = "+16175550100"

    answered(snoozed, sara, now=NOON, text="It takes until Thursday.")

    assert asleep() == [snoozed]


def test_what_has_ended_is_not_put_aside(ticket, close, sara):
    seen = Ticket.objects.get()
    close(ticket, now=TEN)

    with pytest.raises(LostRace):
        journey.ticket_snoozed(seen, TUESDAY, "A part", by=sara, now=TEN)

    assert Ticket.objects.get().snoozed_until is None


def test_an_end_ends_the_wait(snoozed, close, sara):
    close(snoozed, now=NOON)
    journey.ticket_reopened(snoozed, by=sara, now=NOON)

    assert asleep() == []
