"""A phone system that never says that a call is over."""

from datetime import timedelta

from helpdesk import duties
from tests.conftest import boston, ledger_moves
from tests.journey.ledger import dues, fates
from tickets import calls
from tickets.channels.contract import Outcome
from tickets.models import Arrival, Call

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
ONE = boston(2026, 3, 2, 13)


def test_it_is_given_up_after_four_hours(hear, monday_nine):
    hear("new_call", now=monday_nine)

    assert ledger_moves(duties.swept(now=ONE - SECOND)) == 0
    assert duties.swept(now=ONE)["calls"] == 1
    call = Call.objects.get()
    assert (call.status, call.outcome, call.ended_at) == ("ended", "unknown", ONE)
    assert call.was_answered is False


def test_if_nobody_answered_we_call_back(hear, monday_nine):
    hear("new_call", now=monday_nine)

    duties.swept(now=ONE)

    assert fates() == [("callback", "open")]
    assert dues() == [boston(2026, 3, 2, 17)]


def test_if_somebody_answered_nothing_is_owed(hear, monday_nine):
    hear("new_call", now=monday_nine)
    hear("answer", now=monday_nine)

    duties.swept(now=ONE)

    assert fates() == []
    assert Call.objects.get().was_answered is True


def test_it_is_given_up_once(hear, monday_nine):
    hear("new_call", now=monday_nine)
    duties.swept(now=ONE)

    assert ledger_moves(duties.swept(now=ONE + MINUTE)) == 0
    assert fates() == [("callback", "open")]


def test_a_hangup_that_comes_after_all_says_how_it_ended(hear, monday_nine):
    hear("new_call", now=monday_nine)
    duties.swept(now=ONE)

    hear("hangup", now=ONE + HOUR, outcome=Outcome.MISSED, cause="cancel")

    call = Call.objects.get()
    assert (call.outcome, call.cause, call.ended_at) == ("missed", "cancel", ONE)
    assert fates() == [("callback", "open")]


def test_a_call_of_ours_is_given_up_too(hear, ticket, sara, monday_nine):
    hear("new_call", now=monday_nine, direction="out", users=("101",))

    assert duties.swept(now=ONE)["calls"] == 1
    assert fates() == []


def test_nothing_reached_us_so_nothing_is_kept_as_if_it_had(hear, monday_nine):
    hear("new_call", now=monday_nine)
    duties.swept(now=ONE)

    assert Arrival.objects.count() == 1


def test_what_rings_is_on_the_live_strip_for_a_quarter_of_an_hour(hear, monday_nine):
    hear("new_call", now=monday_nine, call_id="1")
    hear("new_call", now=monday_nine + MINUTE, call_id="2", number="+16175550199")
    hear("new_call", now=monday_nine + MINUTE, call_id="3", direction="out")
    second, first = calls.ringing(monday_nine + 2 * MINUTE)

    assert (first.interaction.provider_id, second.interaction.provider_id) == ("1", "2")
    assert list(calls.ringing(monday_nine + 15 * MINUTE)) == [second]
    assert list(calls.ringing(monday_nine + 16 * MINUTE)) == []


def test_what_has_ended_is_not_on_the_strip(missed, monday_nine):
    missed(now=monday_nine)

    assert list(calls.ringing(monday_nine + MINUTE)) == []
