"""A voicemail, and its call, told at the same moment."""

import pytest

from helpdesk import journey
from policies.models import Promise
from tests.races.together import Gate, at_once, times
from tickets import intake
from tickets.channels.contract import CallEventKind, Direction, Outcome, Overheard, Voicemail
from tickets.models import Arrival, Call, Interaction, Ticket
from tickets.models.work import Kind

pytestmark = pytest.mark.django_db(transaction=True)
NUMBERS = ["+16175550142", "anonymous"]


@pytest.fixture
def leave(shop, monday_nine):
    def leave(number, call_id="call-1"):
        voicemail = Voicemail(via="voicemail", from_number=number, call_id=call_id)
        return journey.voicemail_left(
            voicemail, b"raw", content_type="", source="pbx", now=monday_nine
        )

    return leave


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("count", [2, 8])
def test_one_voicemail_told_by_many_is_one(leave, monkeypatch, number, count):
    monkeypatch.setattr(intake, "open_ticket", Gate(count).before(intake.open_ticket))

    left = times(count, lambda: leave(number))

    said = Interaction.objects.get()
    assert [it.interaction for it in left] == [said] * count
    assert sorted(it.is_new for it in left) == [False] * (count - 1) + [True]
    assert (Ticket.objects.count(), Promise.objects.count()) == (1, 1)
    assert Arrival.objects.count() == count


def test_a_voicemail_and_the_end_of_its_call_are_owed_one_callback(leave, hear, monday_nine):
    hear("new_call", now=monday_nine)

    at_once(
        lambda: leave("+16175550142"),
        lambda: hear("answer", now=monday_nine),
        lambda: hear("hangup", now=monday_nine, outcome=Outcome.COMPLETED),
    )

    assert Promise.objects.open().count() == 1
    assert Call.objects.get().outcome == Call.Outcome.VOICEMAIL
    assert sorted(Interaction.objects.values_list("kind", flat=True)) == [
        Kind.CALL,
        Kind.VOICEMAIL,
    ]


def test_a_telephone_that_tells_twice_at_once_and_knows_no_id(shop, monday_nine):
    ring = Overheard(
        via="phone",
        event=CallEventKind.NEW_CALL,
        remote="+16175550142",
        local="101",
        direction=Direction.IN,
    )

    heard = times(4, lambda: journey.telephone_told(ring, b"raw", source="pbx", now=monday_nine))

    assert {it.call for it in heard} == {Call.objects.get()}
