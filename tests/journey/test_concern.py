"""What broke, and what that did to their trust: it ends when both are mended."""

from datetime import timedelta

import pytest

from helpdesk import journey
from tests.conftest import boston
from tickets import search, troubles
from tickets.models import Ticket
from tickets.troubles import NotEased

TEN = boston(2026, 3, 2, 10)
HOUR = timedelta(hours=1)
MADDENING = "That is maddening, and it is on us to put it right."


@pytest.fixture
def concerned(ticket, sara):
    """Ingrid's ticket, with what she said about it."""
    ticket.refresh_from_db()
    journey.trouble_written(
        ticket, fault="Mainboard", concern="It was new in March.", by=sara, now=TEN
    )
    return ticket


@pytest.fixture
def acknowledged(concerned, sara):
    journey.concern_acknowledged(concerned, MADDENING, by=sara, now=TEN)
    return concerned


def found(query):
    return list(search.narrow(Ticket.objects.all(), query))


def test_both_are_written_down_and_found(concerned):
    fresh = Ticket.objects.get()

    assert (fresh.fault, fresh.concern) == ("Mainboard", "It was new in March.")
    assert fresh.touched_at == TEN
    assert found("mainboard") == found("new march") == [concerned]


def test_what_is_struck_out_is_not_found_any_more(concerned, sara):
    journey.trouble_written(concerned, fault="Power stage", concern="", by=sara, now=TEN)

    assert found("mainboard") == found("march") == []
    assert found("power stage") == [concerned]


def test_it_is_acknowledged_in_words_by_somebody(acknowledged, sara):
    fresh = Ticket.objects.get()

    assert (fresh.acknowledged_at, fresh.acknowledged_by) == (TEN, sara)
    assert fresh.acknowledged_text == MADDENING


def test_the_first_words_stand(acknowledged, per):
    journey.concern_acknowledged(acknowledged, "Well.", by=per, now=TEN + HOUR)

    fresh = Ticket.objects.get()
    assert (fresh.acknowledged_at, fresh.acknowledged_text) == (TEN, MADDENING)
    assert fresh.acknowledged_by.username == "sara"


def test_without_a_concern_there_is_nothing_to_acknowledge(ticket, sara):
    with pytest.raises(NotEased, match="Write down their concern first"):
        journey.concern_acknowledged(ticket, MADDENING, by=sara, now=TEN)


def test_it_is_settled_after_it_was_acknowledged(concerned, sara):
    with pytest.raises(NotEased, match="Acknowledge their concern first"):
        journey.concern_eased(concerned, by=sara, now=TEN)

    journey.concern_acknowledged(concerned, MADDENING, by=sara, now=TEN)
    journey.concern_eased(concerned, by=sara, now=TEN + HOUR)

    fresh = Ticket.objects.get()
    assert (fresh.eased_at, fresh.eased_by) == (TEN + HOUR, sara)


def test_settled_twice_the_first_time_counts(acknowledged, sara, per):
    journey.concern_eased(acknowledged, by=sara, now=TEN)
    journey.concern_eased(acknowledged, by=per, now=TEN + HOUR)

    fresh = Ticket.objects.get()
    assert (fresh.eased_at, fresh.eased_by) == (TEN, sara)


def test_what_was_acknowledged_is_added_to_and_not_taken_away(acknowledged, sara):
    with pytest.raises(NotEased, match="it stays written down"):
        journey.trouble_written(acknowledged, fault="", concern=" ", by=sara, now=TEN)
    assert Ticket.objects.get().concern == "It was new in March."

    more = "It was new in March, and she still pays for it."
    journey.trouble_written(acknowledged, fault="", concern=more, by=sara, now=TEN)
    assert Ticket.objects.get().concern == more


def test_a_ticket_does_not_end_with_an_open_concern(acknowledged, close):
    with pytest.raises(NotEased, match="“It was new in March"):
        close(acknowledged, now=TEN)

    assert Ticket.objects.get().status == "open"


def test_nor_when_it_is_called_settled_and_nobody_has_acknowledged_it(concerned, close):
    with pytest.raises(NotEased, match="Acknowledge their concern first"):
        close(concerned, now=TEN, concern_is_eased=True)

    assert Ticket.objects.get().status == "open"


def test_it_may_be_called_settled_at_the_end(acknowledged, close, sara):
    close(acknowledged, now=TEN + HOUR, concern_is_eased=True)

    fresh = Ticket.objects.get()
    assert (fresh.status, fresh.eased_at, fresh.eased_by) == ("closed", TEN + HOUR, sara)


def test_what_is_reopened_was_not_settled(acknowledged, close, sara):
    close(acknowledged, now=TEN + HOUR, concern_is_eased=True)
    journey.ticket_reopened(acknowledged, by=sara, now=TEN + 2 * HOUR)

    acknowledged.refresh_from_db()
    assert (acknowledged.eased_at, acknowledged.acknowledged_by) == (None, sara)


def test_without_a_concern_it_ends_as_ever(ticket, close):
    close(ticket, now=TEN)

    assert Ticket.objects.get().eased_at is None


def test_what_is_too_long_is_cut_and_controls_are_gone(ticket, sara):
    journey.trouble_written(
        ticket, fault="\0x" * troubles.LONGEST, concern="\0\r\n ", by=sara, now=TEN
    )

    fresh = Ticket.objects.get()
    assert fresh.fault == "x" * troubles.LONGEST
    assert fresh.concern == ""
